//! Mistakes of different stages come together: nobody mends one to be told of the next.

use std::fs;

use crate::support::{harden, root};

/// The codes that a build of the small cluster, changed, gives.
fn codes(changes: &[(&str, &str)], more: &str) -> Vec<String> {
    codes_over(changes, more, "")
}

/// The same over an owner's file `own.yaml`.
fn codes_over(changes: &[(&str, &str)], more: &str, owner: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut text = fs::read_to_string(root().join("golden/plan/kubeadm.yaml")).unwrap();
    text = text.replace("VERSION", "1.36.3").replace("PROFILE", "baseline");
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    fs::write(folder.path().join("c.yaml"), format!("{text}{more}")).unwrap();
    fs::write(folder.path().join("own.yaml"), owner).unwrap();
    let output = harden(folder.path(), &["build", "c.yaml", "--out", "out"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    let known: Vec<&str> = harden::codes::all().iter().map(|entry| entry.code).collect();
    let mut codes: Vec<String> = said.lines().map(str::trim).filter(|line| known.contains(line)).map(str::to_owned).collect();
    codes.sort();
    codes
}

const API: &str = "  api: { sources: { admins: [203.0.113.0/24] } }\n";
const CHOICES: &str = "  controls:\n    apiserver/profilng: { apply: true }\n    kubelet/pod-pids-limit: { with: { limit: 100000 } }\n    \
    etcd/tls-minimum: { with: { minimun: TLS1.3 } }\n";

#[test]
fn missing_decisions_and_choices() {
    let expected = ["missing-decision", "unknown-control", "unknown-parameter", "waiver-needed"];
    assert_eq!(codes(&[(API, "")], CHOICES), expected);
}

#[test]
fn unsupported_versions_and_choices() {
    let expected = ["unknown-control", "unknown-parameter", "unsupported-version", "waiver-needed"];
    assert_eq!(codes(&[("1.36.3", "1.99.0")], CHOICES), expected);
    let all = codes(&[("1.36.3", "1.30.3"), (API, "")], CHOICES);
    assert_eq!(all, ["missing-decision", "unknown-control", "unknown-parameter", "unsupported-version", "waiver-needed"]);
}

#[test]
fn values_that_cannot_be_read_and_names() {
    let waiver = "  waivers: [{ id: W-1, control: apiserver/profilling, owner: sre, reason: \"week\", expires: 2027-01-15 }]\n";
    let bad = [("203.0.113.0/24", "203.0.113.0/99")];
    let expected = ["not-a-range", "unknown-control", "unknown-control", "unknown-parameter", "waiver-needed"];
    assert_eq!(codes(&bad, &format!("{CHOICES}{waiver}")), expected);
    let mismatch = "  controls: { apiserver/profiling: { apply: false, waiver: W-1 } }\n".to_owned()
        + &waiver.replace("profilling", "api-sources");
    assert_eq!(codes(&bad, &mismatch), ["not-a-range", "waiver-needed"]);
}

const EXPIRED: &str =
    "  waivers: [{ id: W-1, control: apiserver/profiling, owner: sre, reason: \"week\", expires: 2026-01-15 }]\n";

/// A name that leads nowhere hides neither versions, decisions, waivers nor the owner's file.
#[test]
fn names_that_lead_nowhere_and_the_rest() {
    let flow = ("from: web, to: api", "from: wbe, to: aip");
    let owner = ("podSubnets: [10.244.0.0/16]", "podSubnets: [10.244.0.0/16]\n      config: gone.yaml");
    let all = codes(&[("1.36.3", "1.30.3"), (API, ""), owner, flow], EXPIRED);
    let expected =
        ["missing-decision", "named-file", "unknown-flow-end", "unknown-flow-end", "unsupported-version", "waiver-expired"];
    assert_eq!(all, expected);
    let outside = ("203.0.113.0/24", "0.0.0.0/0");
    assert_eq!(codes(&[outside, flow], ""), ["open-to-the-world", "unknown-flow-end", "unknown-flow-end"]);
    // A range that cannot be read is no range that is missing.
    assert_eq!(codes(&[("10.244.0.0/16", "10.244.0.0/99"), flow], ""), ["not-a-range", "unknown-flow-end", "unknown-flow-end"]);
}

/// Neither do fields that do not exist, nor profiles; what they would have said is not taken for missing.
#[test]
fn fields_and_profiles_that_do_not_exist_and_the_rest() {
    let owner = ("podSubnets: [10.244.0.0/16]", "podSubnets: [10.244.0.0/16]\n      config: gone.yaml");
    let misspelt = ("sources: {", "source: {");
    assert_eq!(codes(&[owner, misspelt], EXPIRED), ["named-file", "unknown-field", "waiver-expired"]);
    let profile = ("[baseline]", "[baselin]");
    assert_eq!(codes(&[owner, profile, (API, "")], EXPIRED), ["named-file", "unknown-profile", "waiver-expired"]);
}

/// What is missing is told beside a field that does not exist, but where that field may be what is missing.
#[test]
fn misspelt_fields_and_what_is_missing() {
    let domain = ("podSubnets:", "dnsDomian: x.local\n      podSubnets:");
    let runtime = ("    runtime: { containerd: \"2.3\" }\n", "");
    let all = codes(&[domain, runtime, (API, "")], CHOICES);
    let choices = ["unknown-control", "unknown-field", "unknown-parameter", "waiver-needed"];
    assert_eq!(all, [&["missing-decision", "missing-decision"][..], &choices].concat());
    assert_eq!(codes(&[("runtime:", "rutime:"), ("admins:", "admin:")], CHOICES), [&choices[..2], &choices[1..]].concat());
    assert_eq!(codes(&[("  api: {", "  platfrom: {")], ""), ["unknown-field"], "`sources` may be meant");
    // A field of a profile may be what seems to be missing; a range that cannot be read is none of it.
    let profile = ("[baseline]", "[baselin]");
    assert_eq!(codes(&[profile, runtime, ("203.0.113.0/24", "203.0.113.0/99")], ""), ["not-a-range", "unknown-profile"]);
}

/// One mistake is told once: what was written under a wrong name or cannot be read is not missing too, and leads somewhere.
#[test]
fn no_mistake_brings_a_second() {
    for (from, to, code) in [
        ("apiVersion:", "apiVerison:", "unknown-field"),
        ("role: worker", "rol: worker", "unknown-field"),
        ("role: worker", "role: []", "wrong-type"),
        ("[{ name: shop }]", "[{ name: Shop }]", "bad-name"),
        ("{ name: web, namespace: shop", "{ name: web, namespace: Shop", "bad-name"),
        ("{ name: web, namespace", "{ name: Web, namespace", "bad-name"),
        ("calico:", "calcio:", "unknown-field"),
        ("- { name: web,", "- { nmae: web,", "unknown-field"),
        ("tiers:", "teirs:", "unknown-field"),
        ("[{ name: shop }]", "[{ nmae: shop }]", "unknown-field"),
        ("[{ name: shop }]", "shop", "wrong-type"),
        ("[{ name: shop }]", "[{ podSecurity: baseline }]", "missing-field"),
        ("- { name: web, namespace", "- { namespace", "missing-field"),
        ("\"1.36.3\"", "1.36", "unquoted-version"),
        ("\"1.36.3\"", "\"1.36\"", "version-without-patch"),
        ("[10.96.0.0/12]", "[10.96.0.0/12, \"fd00::/999\"]", "not-a-range"),
        ("cidrs: [192.0.2.0/28]", "cidrs: [192.0.2.0/33], nodes: [{ name: cp-1, address: 192.0.2.1 }]", "not-a-range"),
    ] {
        assert_eq!(codes(&[(from, to)], ""), [code], "{to}");
    }
    for (profiles, code) in
        [("profiles: baseline", "wrong-type"), ("profile: [baseline]", "unknown-field"), ("profiles: [\"org \"]", "bad-name")]
    {
        assert_eq!(codes(&[("profiles: [baseline]", profiles), (API, "")], ""), [code], "what it says is not known");
    }
    let waived = |control: &str, waiver: &str| {
        let waiver = format!("{{ id: W-1, control: {control}, owner: sre, reason: \"week\", {waiver} }}");
        format!("  controls: {{ apiserver/profiling: {{ apply: false, waiver: W-1 }} }}\n  waivers: [{waiver}]\n")
    };
    let sound = waived("apiserver/profiling", "expires: 2027-01-15");
    assert_eq!(codes(&[], &sound.replace("id: W-1", "id: W-2")), ["unknown-waiver"]);
    assert_eq!(codes(&[], &sound.replace("id: W-1, ", "")), ["missing-field"]);
    assert_eq!(codes(&[], &sound.replace("control: apiserver/", "control: apisrver/")), ["unknown-control"]);
    assert_eq!(codes(&[], &sound.replace("control: apiserver/profiling", "control: []")), ["wrong-type"]);
    assert_eq!(codes(&[], &sound.replace("waiver: W-1", "waivr: W-1")), ["unknown-field"]);
    assert_eq!(codes(&[], &sound.replace(", waiver: W-1", "")), ["unapplied-without-waiver"]);
    assert_eq!(codes(&[], &waived("apiserver/profiling", "expires: 2027-02-31")), ["not-a-date"]);
    let open = ("203.0.113.0/24", "0.0.0.0/0");
    assert_eq!(codes(&[open], &waived("apiserver/api-sources", "expires: 2027-01-15")), ["waiver-needed"]);
    assert_eq!(codes(&[open], &waived("apiserver/api-sources", "expires: 2027-02-31")), ["not-a-date", "waiver-needed"]);
}

/// Values that cannot be read leave parameters and waivers to be judged against the profiles.
#[test]
fn values_that_cannot_be_read_and_choices() {
    let expected = ["not-a-range", "unknown-control", "unknown-parameter", "waiver-needed"];
    assert_eq!(codes(&[("203.0.113.0/24", "203.0.113.0/99")], CHOICES), expected);
    let flow = ("from: web, to: api", "from: wbe, to: api");
    let expected = ["unknown-control", "unknown-flow-end", "unknown-parameter", "waiver-needed"];
    assert_eq!(codes(&[flow], CHOICES), expected);
}

/// A list of sources that is open to all leaves every question answered: contradictions between settings are told along.
#[test]
fn judgements_and_contradictions() {
    let clash = ("podSubnets: [10.244.0.0/16]", "podSubnets: [10.244.0.0/16]\n      config: own.yaml");
    let owner = fs::read_to_string(root().join("golden/diag/locked-gate/kubeadm.yaml")).unwrap();
    let alone = codes_over(&[clash], "", &owner);
    assert!(alone.contains(&"locked-gate".to_owned()), "{alone:?}");
    let mut both = alone;
    both.push("open-to-the-world".to_owned());
    both.sort();
    assert_eq!(codes_over(&[clash, ("203.0.113.0/24", "0.0.0.0/0")], "", &owner), both);
}

/// What controls say of single values is told beside what is missing, what cannot be read and what leads nowhere.
#[test]
fn single_values_and_the_rest() {
    let identity = "  identity:\n    groups: { support: { kubernetes: \"sso:support\" }, fire: { kubernetes: \"sso:fire\" } }\n    \
        breakGlass: { kubernetes: \"sso:fire\" }\n    impersonation:\n      \
        - { name: help, by: support, as: { users: [\"system:admin\"], groups: [fire] }, may: [view] }\n    issuers:\n      \
        - { name: people, url: \"https://id.example.internal\", audiences: [a], username: { claim: sub, prefix: \"people:\" } }\n      \
        - { name: robots, url: \"https://id.example.internal\", audiences: [b], username: { claim: sub, prefix: \"robots:\" } }\n";
    let values = ["hands-out-cluster-admin", "issuer-twice", "reserved-identity"];
    let sorted = |more: &[&'static str]| -> Vec<&'static str> {
        let mut all = [&values[..], more].concat();
        all.sort_unstable();
        all
    };
    assert_eq!(codes(&[], identity), values);
    assert_eq!(codes(&[(API, "")], identity), sorted(&["missing-decision"]));
    assert_eq!(codes(&[("10.244.0.0/16", "10.244.0.0/99")], identity), sorted(&["not-a-range"]));
    assert_eq!(codes(&[("from: web, to: api", "from: wbe, to: api")], identity), sorted(&["unknown-flow-end"]));
    assert_eq!(codes(&[("runtime:", "rutime:")], identity), sorted(&["unknown-field"]));
}

/// Fields of the owner's file under a wrong name are not missing too, nor are values of a wrong kind.
#[test]
fn misspelt_fields_of_the_owner_are_one_mistake() {
    let own = |fields: &str| {
        format!("apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: v1.36.3\n{fields}\n")
    };
    let names = [
        ("      controlPlaneEndpoint: api.example.internal:6443\n", ""),
        ("      podSubnets: [10.244.0.0/16]\n", "      config: own.yaml\n"),
        ("      serviceSubnets: [10.96.0.0/12]\n", ""),
    ];
    let subnets = "networking: { podSubnet: 10.244.0.0/16, serviceSubnet: 10.96.0.0/12 }";
    let endpoint = "controlPlaneEndpoint: api.example.internal:6443";
    for (fields, codes) in [
        (format!("controlPlaneEndpont: a:1\n{subnets}"), &["owner-field"][..]),
        (format!("{endpoint}\nnetworking: {{ podSubnets: 10.244.0.0/16, serviceSubnet: 10.96.0.0/12 }}"), &["owner-field"]),
        (format!("{endpoint}\nnetworking: [a]"), &["owner-value"]),
        (format!("{endpoint}\nnetworking: {{ podSubnet: 10.244.0.0/16 }}"), &["missing-decision"]),
    ] {
        assert_eq!(codes_over(&names, "", &own(&fields)), codes, "{fields}");
    }
}

/// Lists that hold nothing where something must be are one mistake, and no decision that is missing too.
#[test]
fn empty_lists_are_one_mistake() {
    let pools = "    nodePools:\n      - { name: control-plane, role: control-plane, os: debian-12, cidrs: [192.0.2.0/28] }\n      \
        - { name: workers, role: worker, os: debian-12, cidrs: [192.0.2.64/26] }\n";
    for (from, to) in [
        (pools, "    nodePools: []\n"),
        ("podSubnets: [10.244.0.0/16]", "podSubnets: []"),
        ("serviceSubnets: [10.96.0.0/12]", "serviceSubnets: []"),
    ] {
        assert_eq!(codes(&[(from, to)], ""), ["empty-list"], "{to}");
    }
    let clash = ("podSubnets: [10.244.0.0/16]", "podSubnets: [10.244.0.0/16]\n      config: own.yaml");
    assert_eq!(codes_over(&[clash], "", "# nothing\n"), ["owner-document"]);
    let routed = ("203.0.113.0/24", "\"2000::/3\"");
    assert_eq!(codes(&[routed], ""), ["open-to-the-world"]);
    let suites = "  controls: { apiserver/tls-ciphers: { with: { ciphers: [] } } }\n";
    assert_eq!(codes(&[], suites), ["parameter-value"]);
}

#[test]
fn an_expired_waiver_is_told_once() {
    let more = "  controls: { apiserver/profiling: { apply: false, waiver: W-1 } }\n  \
        waivers: [{ id: W-1, control: apiserver/profiling, owner: sre, reason: \"week\", expires: 2026-01-15 }]\n";
    assert_eq!(codes(&[], more), ["waiver-expired"]);
}

/// A file of mistakes is told in bounds: a hundred of a kind, and how many more there are; also to programs.
#[test]
fn a_flood_of_mistakes_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(root().join("golden/plan/kubeadm.yaml")).unwrap();
    let text = text.replace("VERSION", "1.36.3").replace("PROFILE", "baseline");
    let keys: String = (0..20_000).map(|n| format!("  nothing{n}: x\n")).collect();
    let text = text.replace("  namespaces: [{ name: shop }]\n", "");
    let namespaces: String = (0..5_000).map(|n| format!("    - {{ name: ns-{n}, exposur: none, tiers: 5 }}\n")).collect();
    fs::write(folder.path().join("c.yaml"), format!("{text}{keys}  namespaces:\n{namespaces}")).unwrap();
    let begin = std::time::Instant::now();
    let output = harden(folder.path(), &["plan", "c.yaml"]);
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    let end: Vec<&str> = said.lines().rev().take(2).collect();
    assert_eq!(end, ["30000 errors; nothing was written", "... and 29900 more"]);
    let output = harden(folder.path(), &["plan", "--format", "json", "c.yaml"]);
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let list = said["diagnostics"].as_array().unwrap();
    let unknown: Vec<&str> =
        list.iter().filter(|d| d["code"] == "unknown-field").map(|d| d["message"].as_str().unwrap()).collect();
    assert_eq!(unknown.len(), 101, "{unknown:#?}");
    assert_eq!(unknown.last(), Some(&"and 29900 more of the same kind"));
}
