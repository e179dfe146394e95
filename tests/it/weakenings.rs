//! Parameters that are lists: what is weaker than the profile's, or not within it, needs a waiver, and is said to be weaker.

use std::fs;

use harden::plan::{Outcome, Plan};

use crate::{
    controls::plan,
    support::{harden, root},
};

/// The smallest cluster with choices of controls, and perhaps a waiver for one.
fn with(choices: &str, waived: Option<&str>) -> String {
    let text = fs::read_to_string(root().join("golden/plan/kubeadm.yaml")).unwrap();
    let waiver = waived.map_or_else(String::new, |control| {
        format!("  waivers: [{{ id: W-1, control: {control}, owner: sre, reason: \"an old client\", expires: 2027-01-15 }}]\n")
    });
    format!("{}  controls:\n    {choices}\n{waiver}", text.replace("VERSION", "1.36.3").replace("PROFILE", "restricted"))
}

fn outcome(plan: &Plan, id: &str) -> Outcome {
    plan.verdicts.iter().find(|control| control.id.0 == id).unwrap().outcome()
}

const GCM: &str = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";

#[test]
fn a_list_that_is_not_within_the_profiles_needs_a_waiver() {
    let weaker = [
        ("apiserver/tls-ciphers", format!("ciphers: [{GCM}, TLS_RSA_WITH_3DES_EDE_CBC_SHA, TLS_RSA_WITH_RC4_128_SHA]")),
        ("kubelet/tls", format!("ciphers: [{GCM}, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]")),
        ("etcd/tls-minimum", format!("ciphers: [{GCM}, TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA]")),
        ("scheduler/tls", format!("ciphers: [{GCM}, TLS_RSA_WITH_AES_128_CBC_SHA]")),
        ("apiserver/anonymous-access", "paths: [/livez, /readyz, /api/v1/secrets]".to_owned()),
        ("apiserver/anonymous-access", "paths: [/livez, /readyz, /healthz, /metrics]".to_owned()),
    ];
    for (control, list) in weaker {
        let choice = format!("{control}: {{ with: {{ {list} }} }}");
        assert_eq!(plan(&with(&choice, None), None).err(), Some(vec!["waiver-needed"]), "{choice}");
    }
}

#[test]
fn a_list_within_the_profiles_needs_none() {
    for choice in [
        "apiserver/anonymous-access: { with: { paths: [/readyz, /livez] } }".to_owned(),
        format!("apiserver/tls-ciphers: {{ with: {{ ciphers: [{GCM}] }} }}"),
        format!("kubelet/tls: {{ with: {{ ciphers: [{GCM}, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256] }} }}"),
    ] {
        let control = choice.split(':').next().unwrap();
        let plan = plan(&with(&choice, None), None).unwrap_or_else(|codes| panic!("{choice}: {codes:?}"));
        assert_eq!(outcome(&plan, control), Outcome::Enforced, "{choice}");
    }
}

#[test]
fn suites_that_are_not_sound_are_said_to_be_weaker() {
    for control in ["apiserver/tls-ciphers", "kubelet/tls", "etcd/tls-minimum"] {
        let choice = format!("{control}: {{ with: {{ ciphers: [{GCM}, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA] }} }}");
        let plan = plan(&with(&choice, Some(control)), None).unwrap_or_else(|codes| panic!("{choice}: {codes:?}"));
        assert_eq!(outcome(&plan, control), Outcome::Weaker, "{control}");
    }
}

#[test]
fn profiles_whose_lists_differ_do_not_merge() {
    let folder = tempfile::tempdir().unwrap();
    let profile = |name: &str, paths: &str| {
        format!(
            "---\napiVersion: harden.dev/v1alpha1\nkind: Profile\nmetadata: {{ name: {name} }}\nextends: [baseline]\n\
             with: {{ apiserver/anonymous-access: {{ paths: [{paths}] }} }}\n"
        )
    };
    let cluster = fs::read_to_string(root().join("golden/plan/kubeadm.yaml")).unwrap();
    let cluster = cluster.replace("VERSION", "1.36.3").replace("[PROFILE]", "[one, two]");
    let run = |one: &str, two: &str| {
        fs::write(folder.path().join("c.yaml"), format!("{cluster}{}{}", profile("one", one), profile("two", two))).unwrap();
        let output = harden(folder.path(), &["plan", "c.yaml"]);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = run("/livez, /readyz, /healthz", "/livez, /readyz, /version");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("parameter-conflict") && said.contains("/version"), "{said}");
    let (code, said) = run("/livez, /readyz, /healthz", "/readyz, /livez");
    assert_eq!(code, Some(0), "{said}");
}

/// What a profile extends stands side by side as the profiles of a cluster do: one more never weakens, in whatever order.
#[test]
fn a_second_parent_takes_nothing_back() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = fs::read_to_string(root().join("golden/plan/kubeadm.yaml")).unwrap();
    let cluster = cluster.replace("VERSION", "1.36.3").replace("[PROFILE]", "[own]");
    let cluster: String = cluster.lines().filter(|line| !line.contains("apply: true")).map(|line| format!("{line}\n")).collect();
    let settings = |extends: &str, more: &str| {
        let own =
            format!("apiVersion: harden.dev/v1alpha1\nkind: Profile\nmetadata: {{ name: own }}\nextends: {extends}\n{more}");
        let other = "apiVersion: harden.dev/v1alpha1\nkind: Profile\nmetadata: { name: loose }\nextends: [baseline]\n\
                     select: { drop: [apiserver/profiling] }\nspec: { images: { requireDigest: true } }\n";
        fs::write(folder.path().join("c.yaml"), format!("{cluster}---\n{own}---\n{other}")).unwrap();
        let output = harden(folder.path(), &["plan", "c.yaml", "--format", "json"]);
        let plan: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(output.status.success(), "{extends}: {plan}");
        let outcome = |id: &str| {
            let list = plan["controls"].as_array().unwrap();
            list.iter().find(|control| control["id"] == id).unwrap()["outcome"].as_str().unwrap().to_owned()
        };
        let list = plan["settings"].as_array().unwrap();
        let enforced = list.iter().find(|setting| setting["key"] == "admission/pod-security/enforce").unwrap();
        (enforced["value"].as_str().unwrap().to_owned(), outcome("apiserver/profiling"))
    };
    let strict = ("baseline".to_owned(), "enforced".to_owned());
    for extends in ["[restricted]", "[restricted, nsa]", "[nsa, restricted]", "[restricted, loose]", "[loose, restricted]"] {
        assert_eq!(settings(extends, ""), strict, "{extends}");
    }
    let own = "with: { admission/pod-security: { enforce: privileged } }\nselect: { drop: [apiserver/profiling] }\n";
    assert_eq!(settings("[nsa, restricted]", own), ("privileged".to_owned(), "not-applicable".to_owned()));
}

/// The same holds for lists of the spec that profiles share: neither is taken without a word.
#[test]
fn profiles_whose_specs_differ_in_a_list_do_not_merge() {
    let folder = tempfile::tempdir().unwrap();
    let profile = |name: &str, registries: &str| {
        format!(
            "---\napiVersion: harden.dev/v1alpha1\nkind: Profile\nmetadata: {{ name: {name} }}\nextends: [baseline]\n\
             spec: {{ images: {{ allowedRegistries: [{registries}] }} }}\n"
        )
    };
    let cluster = fs::read_to_string(root().join("golden/plan/kubeadm.yaml")).unwrap();
    let cluster = cluster.replace("VERSION", "1.36.3").replace("[PROFILE]", "[one, two]");
    let run = |cluster: &str, one: &str, two: &str| {
        fs::write(folder.path().join("c.yaml"), format!("{cluster}{}{}", profile("one", one), profile("two", two))).unwrap();
        let output = harden(folder.path(), &["plan", "c.yaml"]);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (silent, own) = (cluster.replace("allowedRegistries: [registry.example.com], ", ""), cluster.clone());
    let (code, said) = run(&silent, "a.example.com", "b.example.com");
    assert!(code == Some(2) && said.contains("profile-conflict"), "{said}");
    for (cluster, one, two) in
        [(&silent, "a.example.com, b.example.com", "b.example.com, a.example.com"), (&own, "a.example.com", "b.example.com")]
    {
        let (code, said) = run(cluster, one, two);
        assert_eq!(code, Some(0), "{said}");
    }
}

/// A benchmark test that looks at the very setting is not told of as held by something else.
#[test]
fn the_benchmark_names_the_setting_that_misses() {
    let folder = tempfile::tempdir().unwrap();
    let choice = "kubelet/pod-pids-limit: { with: { limit: 100 } }\n    kubelet/tls: { with: { ciphers: \
        [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256] } }";
    fs::write(folder.path().join("c.yaml"), with(choice, None)).unwrap();
    let output = harden(folder.path(), &["build", "c.yaml", "--out", "out"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report = fs::read_to_string(folder.path().join("out/matrix/REPORT.md")).unwrap();
    let row = report.lines().find(|line| line.contains("| 4.2.12 |")).unwrap_or_else(|| panic!("{report}"));
    assert!(row.contains("the test looks at its setting, and takes other values alone"), "{row}");
    assert!(!row.contains("something else"), "{row}");
}
