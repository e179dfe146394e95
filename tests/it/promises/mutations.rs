//! Every control makes a difference: waiving it changes the emitted tree, or its verdicts at least.

use std::collections::{BTreeMap, BTreeSet};

use harden::controls::CATALOGUE;

use super::compile::{EVERYTHING, Inputs};

/// Files that speak of the plan, not files that a cluster is made from.
const REPORTS: [&str; 4] = ["REPORT.md", "coverage.json", "manifest.json", "provenance.json"];

/// Controls that write nothing on a self-managed cluster: waiving one changes its verdict alone, with the reason.
const VERDICT_ONLY: &[(&str, &str)] = &[
    ("admission/namespace-lifecycle", "the API server enables the plugin without being asked"),
    ("admission/service-account", "the API server enables the plugin without being asked"),
    ("apiserver/bind-address", "the server must listen on every address; only one that the owner set is kept"),
    ("apiserver/insecure-port", "the flag is gone and stops the server"),
    ("apiserver/no-token-file", "no flag names such a file"),
    ("apiserver/request-timeout", "the default is what is asked for"),
    ("cloud/api-access", "of managed clusters alone: the test below"),
    ("cloud/control-plane-logs", "of managed clusters alone: the test below"),
    ("cloud/identities", "of managed clusters alone: the test below"),
    ("cloud/log-forwarding", "of managed clusters alone: the test below"),
    ("cloud/log-retention", "of managed clusters alone: the test below"),
    ("cloud/network-policy", "of managed clusters alone: the test below"),
    ("cloud/secrets-key", "of managed clusters alone: the test below"),
    ("controller-manager/rotate-kubelet-server-certificate", "the gate is on by default"),
    ("images/registry-scan", "the registry has its own owner"),
    ("kubelet/hostname-override", "kubeadm sets the flag where a node needs it"),
    ("logging/sources", "it plans, and others write"),
    ("node/bridge-netfilter", "the declared network plug-in needs none"),
    ("node/extra-modules-off", "the profile names no module"),
    ("node/extra-sysctls", "the profile names no setting"),
    ("node/remote-access", "people come by ssh, as the spec says"),
    ("patching/supported-releases", "the makers patch; the build warns"),
    ("runtime/crio-defaults", "another runtime is declared"),
    ("runtime/docker-daemon", "another runtime is declared"),
    ("runtime/listed-version", "the version is the owner's choice; the build warns"),
];

/// Controls that ask for what kubeadm writes anyway: waiving one takes its name out of head comments and provenance.
const SHAPE_ONLY: &[&str] = &[
    "admission/node-restriction",
    "apiserver/authorization-mode",
    "apiserver/client-ca",
    "apiserver/etcd-tls",
    "apiserver/front-proxy-ca",
    "apiserver/kubelet-client",
    "apiserver/service-account-keys",
    "apiserver/tls-serving",
    "controller-manager/bind-address",
    "controller-manager/root-ca",
    "controller-manager/service-account-credentials",
    "controller-manager/service-account-key",
    "etcd/client-tls",
    "etcd/peer-tls",
    "etcd/unique-ca",
    "scheduler/bind-address",
];

/// Controls that cannot be waived alone, because something else rests on them and the build says so; and what is waived with them.
const NEEDED: &[(&str, &str)] = &[
    ("apiserver/audit-log", "apiserver/audit-policy"),
    ("apiserver/audit-policy", "apiserver/audit-log"),
    ("kubelet/server-certificate", "apiserver/kubelet-ca"),
];

#[test]
fn every_control_makes_a_difference() {
    let whole = files(EVERYTHING.to_owned()).unwrap();
    let (mut verdict_only, mut shape_only) = (BTreeSet::new(), BTreeSet::new());
    let (mut needed, mut wrong) = (Vec::new(), Vec::new());
    for control in CATALOGUE {
        let id = control.id;
        let found = files(waived(&[id])).or_else(|why| {
            let Some((_, with)) = NEEDED.iter().find(|(needed, _)| *needed == id) else { return Err(why) };
            needed.push(id);
            files(waived(&[id, with]))
        });
        let found = found.unwrap_or_else(|why| panic!("{id} cannot be waived, and is not listed as needed:\n{why}"));
        if verdicts(&whole, id) == verdicts(&found, id) {
            wrong.push(format!("{id}: waiving it changes no verdict"));
        }
        let names: Vec<&String> = whole.keys().chain(found.keys()).filter(|name| !REPORTS.contains(&name.as_str())).collect();
        if names.iter().all(|name| whole.get(*name) == found.get(*name)) {
            verdict_only.insert(id);
        } else if names.iter().all(|name| content(whole.get(*name)) == content(found.get(*name))) {
            shape_only.insert(id);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(needed, NEEDED.iter().map(|(id, _)| *id).collect::<Vec<_>>());
    assert_eq!(shape_only, SHAPE_ONLY.iter().copied().collect::<BTreeSet<_>>(), "ask for what is there anyway");
    assert_eq!(verdict_only, VERDICT_ONLY.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>(), "without a line of their own");
}

/// What a provider runs is held by other files: each control of managed clusters changes some of one provider's.
#[test]
fn every_control_of_managed_clusters_makes_a_difference() {
    let controls: Vec<&str> = CATALOGUE.iter().map(|control| control.id).filter(|id| id.starts_with("cloud/")).collect();
    let mut changed = BTreeSet::new();
    for platform in ["eks", "aks"] {
        let spec = crate::controls::spec_of(platform, "1.36");
        let whole = files(spec.clone()).unwrap();
        for id in &controls {
            let waiver =
                format!("  waivers: [{{ id: M-1, control: {id}, owner: tests, reason: mutation, expires: 2027-03-01 }}]\n");
            let choice = format!("{id}: {{ apply: true }}");
            assert!(spec.contains(&choice));
            let text = spec.replace(&choice, &format!("{id}: {{ apply: false, waiver: M-1 }}")) + &waiver;
            let found = files(text).unwrap_or_else(|why| panic!("{platform}, {id}: {why}"));
            if whole
                .keys()
                .chain(found.keys())
                .any(|name| !REPORTS.contains(&name.as_str()) && whole.get(name) != found.get(name))
            {
                changed.insert(*id);
            }
        }
    }
    assert_eq!(changed, controls.into_iter().collect::<BTreeSet<_>>());
}

/// The lines of a file without comments.
fn content(file: Option<&String>) -> Option<Vec<&str>> {
    file.map(|text| text.lines().filter(|line| !line.trim_start().starts_with('#')).collect())
}

fn verdicts(files: &BTreeMap<String, String>, id: &str) -> serde_json::Value {
    let coverage: serde_json::Value = serde_json::from_str(&files["coverage.json"]).unwrap();
    let controls = coverage["controls"].as_array().unwrap();
    controls.iter().find(|control| control["id"] == id).unwrap()["verdicts"].clone()
}

/// The spec with some controls waived.
fn waived(ids: &[&str]) -> String {
    let choices: Vec<String> = ids.iter().enumerate().map(|(n, id)| format!("{id}: {{ apply: false, waiver: M-{n} }}")).collect();
    let waiver =
        |(n, id): (usize, &&str)| format!("{{ id: M-{n}, control: {id}, owner: tests, reason: mutation, expires: 2027-03-01 }}");
    let waivers: Vec<String> = ids.iter().enumerate().map(waiver).collect();
    let more = format!("  controls: {{ {} }}\n  waivers: [{}]\n---", choices.join(", "), waivers.join(", "));
    EVERYTHING.replacen("---", &more, 1)
}

fn files(text: String) -> Result<BTreeMap<String, String>, String> {
    let cases = Inputs::of_text("mutation", text).try_build()?;
    let case = cases.first().ok_or("nothing was built")?;
    Ok(case.built.artifacts.iter().map(|artifact| (artifact.path.to_string(), artifact.text().to_owned())).collect())
}
