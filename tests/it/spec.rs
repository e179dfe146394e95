//! The spec language: the whole grammar parses, nothing of it is lost, and typical mistakes are found where they are.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "tests of files, which fail by panics"
)]

use std::{collections::BTreeSet, fs, path::Path};

use harden::{
    base::{Platform, SpecPath},
    diag::{Diagnostics, Source, render},
    spec::{self, Parsed, Spec},
    yaml::{self, Entry, Node, Value},
};

const FIXTURES: [&str; 4] = ["whole-language.yaml", "managed.yaml", "every-field.yaml", "small.yaml"];

fn project(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn fixture(name: &str) -> String {
    fs::read_to_string(project("tests/it/fixtures").join(name)).unwrap()
}

fn parse(name: &str, text: &str, diagnostics: &mut Diagnostics) -> Vec<Parsed> {
    yaml::read(&Source::new(name, text)).iter().filter_map(|document| spec::document(document, diagnostics)).collect()
}

/// Every cluster of a text, decoded, and everything that was said.
fn decode(text: &str) -> (Vec<Spec>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let mut specs = Vec::new();
    for parsed in parse("harden.yaml", text, &mut diagnostics) {
        if let Parsed::Cluster(cluster) = parsed {
            specs.extend(spec::decode(&cluster.spec, &mut diagnostics));
        }
    }
    (specs, diagnostics)
}

fn sound(text: &str) -> Vec<Spec> {
    let (specs, diagnostics) = decode(text);
    assert!(diagnostics.list().is_empty(), "{}", render(diagnostics.list(), false, 120));
    specs
}

#[test]
fn the_whole_language_parses() {
    let specs: Vec<Spec> = FIXTURES.iter().flat_map(|name| sound(&fixture(name))).collect();
    let count = |platform| specs.iter().filter(|spec| spec.platform.kind() == platform).count();
    assert_eq!([count(Platform::Kubeadm), count(Platform::Eks), count(Platform::Aks)], [8, 2, 3]);
    assert!(fixture("small.yaml").lines().count() <= 20);
}

#[test]
fn documents_are_told_apart() {
    let mut diagnostics = Diagnostics::default();
    let parsed = parse("x", &fixture("whole-language.yaml"), &mut diagnostics);
    let [Parsed::Cluster(cluster), Parsed::Profile(profile), Parsed::Workspace(workspace)] = parsed.as_slice() else {
        panic!("{parsed:#?}");
    };
    assert_eq!(cluster.name, "shop-prod");
    assert_eq!((profile.name.as_str(), profile.extends.as_slice()), ("org", &["restricted".to_owned()][..]));
    assert_eq!(profile.with["node/audit-rules"]["backlog"], 8192);
    assert!(spec::locate(&profile.root, &SpecPath::new("/select/benchmarks/cis")).is_some());
    assert_eq!(workspace.clusters, ["clusters/*.yaml"]);
    assert_eq!(workspace.check[0].clusters, ["shop-*"]);
}

/// Every field that the schema of a cluster's spec has, list items and free keys as `*`.
fn fields(schema: &serde_json::Value, at: &str, all: &mut BTreeSet<String>) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}/{name}");
        fields(field, &at, all);
        all.insert(at);
    }
    for inner in [&schema["items"], &schema["additionalProperties"]].into_iter().filter(|s| s.is_object()) {
        fields(inner, &format!("{at}/*"), all);
    }
    for branch in schema["anyOf"].as_array().into_iter().flatten() {
        fields(branch, at, all);
    }
}

/// Takes the fields that a value uses out of those that are left.
fn used(schema: &serde_json::Value, value: &serde_json::Value, at: &str, left: &mut BTreeSet<String>) {
    left.remove(at);
    for (key, inner) in value.as_object().into_iter().flatten() {
        let mut branches = schema["anyOf"].as_array().into_iter().flatten();
        let schema = branches.find(|branch| !branch["properties"][key].is_null()).unwrap_or(schema);
        let known = !schema["properties"][key].is_null() || schema["anyOf"].is_array();
        let (name, schema) =
            if known { (key.as_str(), &schema["properties"][key]) } else { ("*", &schema["additionalProperties"]) };
        used(schema, inner, &format!("{at}/{name}"), left);
    }
    for inner in value.as_array().into_iter().flatten() {
        used(&schema["items"], inner, &format!("{at}/*"), left);
    }
}

#[test]
fn the_fixtures_use_every_field() {
    let (_, text) = spec::schemas().into_iter().find(|(name, _)| *name == "cluster").unwrap();
    let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut left = BTreeSet::new();
    fields(&schema, "", &mut left);
    assert!(left.len() > 200);
    for name in FIXTURES {
        for document in yaml::read(&Source::new(name, fixture(name))) {
            let value = document.root.unwrap().to_json();
            if value["kind"] == "Cluster" {
                used(&schema, &value, "", &mut left);
            }
        }
    }
    // The end that opens a connection is written like the other, and has neither name nor port.
    left.retain(|field| !field.starts_with("/spec/network/flows/*/from/"));
    assert!(left.is_empty(), "{left:#?}");
}

/// Every pointer into a tree.
fn pointers(node: &Node, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    for entry in node.as_map().into_iter().flatten() {
        pointers(&entry.value, &format!("{at}/{}", entry.key.replace('~', "~0").replace('/', "~1")), all);
    }
    for (index, item) in node.as_seq().into_iter().flatten().enumerate() {
        pointers(item, &format!("{at}/{index}"), all);
    }
}

/// A copy with the value at a pointer changed, or taken out.
fn changed(node: &Node, pointer: &str, new: Option<&Value>) -> Node {
    let Some((first, rest)) = pointer.strip_prefix('/').map(|p| p.split_once('/').map_or((p, None), |(a, b)| (a, Some(b))))
    else {
        return Node { value: new.cloned().unwrap_or(Value::Null), ..node.clone() };
    };
    let rest = rest.map(|rest| format!("/{rest}"));
    let step = |inner: &Node| match (&rest, new) {
        (Some(rest), _) => Some(changed(inner, rest, new)),
        (None, Some(_)) => Some(changed(inner, "", new)),
        (None, None) => None,
    };
    let value = match &node.value {
        Value::Map(entries) => {
            let key = first.replace("~1", "/").replace("~0", "~");
            let entry =
                |e: &Entry| if e.key == key { Some(Entry { value: step(&e.value)?, ..e.clone() }) } else { Some(e.clone()) };
            Value::Map(entries.iter().filter_map(entry).collect())
        }
        Value::Seq(items) => {
            let index: usize = first.parse().unwrap();
            Value::Seq(items.iter().enumerate().filter_map(|(i, n)| if i == index { step(n) } else { Some(n.clone()) }).collect())
        }
        other => other.clone(),
    };
    Node { value, ..node.clone() }
}

fn clusters() -> Vec<Node> {
    let mut diagnostics = Diagnostics::default();
    let parsed = FIXTURES.iter().flat_map(|name| parse(name, &fixture(name), &mut diagnostics)).collect::<Vec<_>>();
    let cluster = |parsed| if let Parsed::Cluster(cluster) = parsed { Some(cluster.spec) } else { None };
    parsed.into_iter().filter_map(cluster).collect()
}

#[test]
fn nothing_that_is_written_is_lost() {
    let mut silent = BTreeSet::new();
    for root in clusters() {
        let before = spec::decode(&root, &mut Diagnostics::default()).unwrap();
        let mut all = Vec::new();
        pointers(&root, "", &mut all);
        for pointer in all.iter().filter(|p| !p.is_empty()) {
            let mut diagnostics = Diagnostics::default();
            let after = spec::decode(&changed(&root, pointer, None), &mut diagnostics);
            assert_eq!(after.is_none(), diagnostics.has_errors(), "{pointer}");
            if after.is_some_and(|after| after == before) {
                silent.insert(pointer.clone());
            }
        }
    }
    // Without it they say the same: parts that are empty, and the protocol that holds anyway.
    let empty = |p: &String| p.ends_with("/protocol") || ["/platform/kubeadm/kubeProxy", "/logging"].contains(&p.as_str());
    silent.retain(|p| !empty(p));
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn no_value_at_any_place_breaks_the_reader() {
    let list = Value::Seq(Vec::new());
    let map = Value::Map(Vec::new());
    let odd = [
        Value::Null,
        Value::Bool(true),
        Value::Int(-1),
        Value::Int(i64::MAX),
        Value::Float(0.5),
        Value::Str(String::new()),
        list,
        map,
    ];
    for root in clusters() {
        let mut all = Vec::new();
        pointers(&root, "", &mut all);
        for pointer in &all {
            for value in &odd {
                let mut diagnostics = Diagnostics::default();
                let spec = spec::decode(&changed(&root, pointer, Some(value)), &mut diagnostics);
                assert_eq!(spec.is_none(), diagnostics.has_errors(), "{pointer} {value:?}");
                assert!(diagnostics.list().iter().all(|d| !d.labels.is_empty() && !d.help.is_empty()), "{pointer} {value:?}");
            }
        }
    }
}

#[test]
fn every_intent_leads_to_its_place() {
    for root in clusters() {
        let spec = spec::decode(&root, &mut Diagnostics::default()).unwrap();
        let intents = spec::intents(&spec);
        assert!(intents.len() > 1);
        for path in intents {
            assert!(spec::spot(&root, &path).is_some_and(|spot| spot.exact), "{path}");
        }
    }
}

#[test]
fn the_schemas_are_those_of_the_types() {
    for (name, text) in spec::schemas() {
        let path = project("schemas").join(format!("{name}.schema.json"));
        if std::env::var_os("HARDEN_BLESS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(written == text, "{}: run the tests with HARDEN_BLESS=1 and read the difference", path.display());
    }
}

/// A mistake: a text of the whole language, what is written instead (the place of the diagnostic between `«` and `»`), and the code.
type Mistake = (&'static str, &'static str, &'static str);

const MISTAKES: &[Mistake] = &[
    // The document.
    ("apiVersion: harden.dev/v1alpha1\nkind: Cluster", "apiVersion: «harden.dev/v1beta1»\nkind: Cluster", "unknown-api-version"),
    ("apiVersion: harden.dev/v1alpha1\nkind: Cluster", "«kind»: Cluster", "missing-field"),
    ("kind: Cluster", "kind: «Clutser»", "unknown-kind"),
    ("metadata: { name: shop-prod }", "metadata: { name: «Shop_Prod» }", "bad-name"),
    ("metadata: { name: shop-prod }", "«metadata»: {}", "missing-field"),
    ("metadata: { name: shop-prod }", "metadata: { name: shop-prod }\n«status»: {}", "unknown-field"),
    // Fields, words, types.
    ("  api:\n", "  «apis»: {}\n  api:\n", "unknown-field"),
    ("dnsDomain: cluster.local", "«dnsDomian»: cluster.local", "unknown-field"),
    ("access: ssh,", "«acces»: ssh,", "unknown-field"),
    ("stage: enforce }", "stage: «enforced» }", "unknown-word"),
    ("os: ubuntu-24.04", "os: «ubuntu-2404»", "unknown-word"),
    ("goals: [secrets-access, exec,", "goals: [secrets-access, «exce»,", "unknown-word"),
    ("may: [deploy, read-logs]", "may: [«deplyo», read-logs]", "unknown-word"),
    ("failure: closed", "failure: «close»", "unknown-word"),
    ("collector: none", "collector: «nome»", "unknown-word"),
    ("kubernetesVersion: \"1.36.3\"", "kubernetesVersion: «1.30»", "unquoted-version"),
    ("runtime: { containerd: \"2.3\" }", "runtime: { containerd: «2.3» }", "unquoted-version"),
    ("podSubnets: [10.244.0.0/16]", "podSubnets: «10.244.0.0/16»", "wrong-type"),
    ("nodeLocalDns: false", "nodeLocalDns: «\"no\"»", "wrong-type"),
    ("port: 6514", "port: «\"6514\"»", "wrong-type"),
    ("identity:\n", "«namespaces2»: []\n  identity:\n", "unknown-field"),
    ("workloads: { hostPorts: [], hostPaths: [] }", "«workloads»:", "wrong-type"),
    ("from: ingress, to: frontend", "from: «[ingress]», to: frontend", "wrong-type"),
    ("port: 6514", "port: «65536»", "out-of-range"),
    ("ports: [9090]", "ports: [«0»]", "out-of-range"),
    ("size: { nodes: 30, pods: 900 }", "size: { nodes: «-1», pods: 900 }", "out-of-range"),
    ("role: worker, os: ubuntu-24.04", "os: ubuntu-24.04", "missing-field"),
    ("owner: sre, reason: \"node exporter\"", "reason: \"node exporter\"", "missing-field"),
    (", port: 5432 }, reason", " }, reason", "missing-field"),
    ("  api:\n", "  «cni»: {}\n  api:\n", "unknown-field"),
    ("metadata: { name: shop-prod }", "metadata: { name: shop-prod }\n«platform»: {}", "unknown-field"),
    // Alternatives.
    ("cni: { calico:", "cni: { «cilium»: {}, calico:", "several-choices"),
    ("secretbox: {}, resources", "«secretbox»: {}, aescbc: {}, resources", "several-choices"),
    ("siem: { syslog:", "siem: { «loki»: { url: \"https://loki.example\" }, syslog:", "several-choices"),
    ("encryptionAtRest: { secretbox: {}, ", "«encryptionAtRest»: { ", "missing-choice"),
    ("runtime: { containerd: \"2.3\" }", "«runtime»: {}", "missing-choice"),
    ("users: [\"oidc:tester@shop.example\"]", "users: «[]»", "empty-list"),
    ("admins: [203.0.113.0/24]", "admins: «[]»", "empty-list"),
    ("podSubnets: [10.244.0.0/16]", "podSubnets: «[]»", "empty-list"),
    ("serviceSubnets: [10.96.0.0/12]", "serviceSubnets: «[]»", "empty-list"),
    ("resources: [secrets]", "resources: «[]»", "empty-list"),
    ("resources: [secrets]", "resources: [«secretz»]", "unknown-word"),
    ("runtime: { containerd: \"2.3\" }", "runtime: { containerd: \"2.3\", «criDockerd»: \"0.4\" }", "does-not-belong"),
    ("nodeLocalDns: false", "«podCidrs»: [10.0.0.0/18]", "does-not-belong"),
    ("{ apply: false, waiver: W-9 }", "{ «apply»: false }", "unapplied-without-waiver"),
    ("mode: nftables, nodePortAddresses", "mode: none, «nodePortAddresses»", "does-not-belong"),
    ("open: [{ port: 179,", "open: [{ protocol: VRRP, «port»: 179,", "does-not-belong"),
    ("open: [{ port: 179,", "open: [{ protocol: «ICMP»,", "unknown-word"),
    ("open: [{ port: 179,", "open: [{", "missing-field"),
    // Texts.
    ("admins: [203.0.113.0/24]", "admins: [«203.0.113.1/24»]", "not-a-range"),
    ("admins: [203.0.113.0/24]", "admins: [«203.0.113.010/32»]", "not-a-range"),
    ("addresses: [192.0.2.10]", "addresses: [«192.0.2.10/32»]", "not-an-address"),
    ("expires: 2027-03-01", "expires: «2027-02-29»", "not-a-date"),
    ("deny: 2027-01-15", "deny: «next year»", "not-a-date"),
    ("version: \"3.31\"", "version: «latest»", "not-a-version"),
    ("kubernetesVersion: \"1.36.3\"", "kubernetesVersion: «\"1.36\"»", "version-without-patch"),
    ("window: \"Sun 02:00\"", "window: «Sunday»", "unreadable-text"),
    ("critical: 7d", "critical: «7 days»", "unreadable-text"),
    ("url: \"https://id.shop.example\"", "url: «\"http://id.shop.example\"»", "unreadable-text"),
    ("controlPlaneEndpoint: api.shop.example:6443", "controlPlaneEndpoint: «https://api.shop.example:6443»", "unreadable-text"),
    (
        "allowedRegistries: [registry.example.com/shop]",
        "allowedRegistries: [«https://registry.example.com/shop»]",
        "unreadable-text",
    ),
    ("allowedRegistries: [registry.example.com/shop]", "allowedRegistries: [«bitnami»]", "not-a-registry"),
    ("allowedRegistries: [registry.example.com/shop]", "allowedRegistries: [«quay/org»]", "not-a-registry"),
    // Names and what they refer to.
    ("name: dev-shop,", "name: «Dev Shop»,", "bad-name"),
    ("{ name: cp-2,", "{ name: «cp-1»,", "duplicate-name"),
    ("cidrs: [192.0.2.64/26],", "nodes: [{ name: «cp-1», address: 192.0.2.70 }],", "duplicate-name"),
    ("{ name: web-api,", "{ name: «web-in»,", "duplicate-name"),
    ("to: backend }", "to: «bakend» }", "unknown-flow-end"),
    ("group: developers,", "group: «developer»,", "unknown-group"),
    ("groups: [developers] }", "groups: [«testers»] }", "unknown-group"),
    ("waiver: W-9 }", "waiver: «W-8» }", "unknown-waiver"),
    ("scope: { namespace: monitoring }", "scope: { pool: «gpu» }", "unknown-pool"),
    ("name: frontend, namespace: shop,", "name: frontend, namespace: «shopp»,", "undeclared-namespace"),
    // Contradictions.
    ("from: ingress, to: frontend", "from: «metadata», to: frontend", "flow-direction"),
    ("from: ingress, to: frontend", "from: «any-in-namespace», to: nodes", "flow-direction"),
    ("from: ingress, to: frontend", "from: { cidr: 203.0.113.0/24, port: «80» }, to: frontend", "flow-direction"),
    ("serviceSubnets: [10.96.0.0/12]", "serviceSubnets: [«10.244.128.0/17»]", "overlapping-ranges"),
    ("podSubnets: [10.244.0.0/16]", "podSubnets: [10.244.0.0/16, «10.245.0.0/16»]", "subnet-families"),
    ("podSubnets: [10.244.0.0/16]", "podSubnets: [10.244.0.0/16, «\"2001:db8:1::/56\"»]", "subnet-families"),
    ("address: 192.0.2.3 }", "address: «127.0.0.1» }", "unusable-address"),
    ("address: 192.0.2.3 }", "address: «10.244.0.7» }", "unusable-address"),
    ("address: 192.0.2.3 }", "address: «192.0.2.30» }", "address-outside-pool"),
    ("address: 192.0.2.3 }", "address: «192.0.2.2» }", "duplicate-address"),
    ("warn: 2026-12-01, deny: 2027-01-15", "warn: 2027-12-01, deny: «2027-01-15»", "rollout-order"),
];

#[test]
fn every_mistake_is_found_where_it_is() {
    let whole = fixture("whole-language.yaml");
    let mut wrong = Vec::new();
    for (from, to, code) in MISTAKES {
        assert!(whole.contains(from), "{from}");
        let marked = whole.replacen(from, to, 1);
        let expected = marked.find('«').map(|at| (at, marked[at + 2..].find('»').unwrap()));
        let text = marked.replace(['«', '»'], "");
        let (_, diagnostics) = decode(&text);
        let found: Vec<String> = diagnostics
            .list()
            .iter()
            .map(|d| {
                let place = &d.labels[0].place;
                format!("{} at {}..{} `{}`", d.code, place.span.start, place.span.end, place.source.slice(place.span))
            })
            .collect();
        let [only] = diagnostics.list() else {
            wrong.push(format!("{to}\n    expected {code}, found {found:#?}"));
            continue;
        };
        let place = &only.labels[0].place;
        let here = expected.is_none_or(|(start, length)| place.span.start == start && place.span.end == start + length);
        if only.code != *code || !here {
            wrong.push(format!("{to}\n    expected {code} at {expected:?}, found {found:?}"));
        }
        assert!(diagnostics.has_errors(), "{to}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_diagnostic_has_its_smallest_case() {
    let folder = project("golden/diag");
    for entry in spec::ALL {
        let text =
            fs::read_to_string(folder.join(entry.code).join("harden.yaml")).unwrap_or_else(|e| panic!("{}: {e}", entry.code));
        let (_, diagnostics) = decode(&text);
        let codes: Vec<&str> = diagnostics.list().iter().map(|d| d.code).collect();
        assert_eq!(codes, [entry.code], "{}", render(diagnostics.list(), false, 120));
    }
}

#[test]
fn all_mistakes_are_said_at_once_and_in_order() {
    let text = fixture("small.yaml")
        .replace("os: debian-12, cidrs: [192.0.2.0/28]", "oss: debian-12, cidrs: [192.0.2.1/28]")
        .replace("\"1.36.3\"", "1.36")
        .replace("admins: [203.0.113.0/24]", "admins: 203.0.113.0/24")
        .replace("name: workers", "name: control-plane");
    let (specs, diagnostics) = decode(&text);
    assert!(specs.is_empty());
    let mut found: Vec<(usize, &str)> = diagnostics.list().iter().map(|d| (d.labels[0].place.position().line, d.code)).collect();
    let expected =
        [(7, "unquoted-version"), (14, "not-a-range"), (14, "unknown-field"), (15, "duplicate-name"), (16, "wrong-type")];
    found.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_profile_and_a_cluster_complete_each_other() {
    let mut diagnostics = Diagnostics::default();
    let profile = "apiVersion: harden.dev/v1alpha1\nkind: Profile\nmetadata: { name: org }\nspec:\n  platform:\n    runtime: { containerd: \"2.3\" }\n    \
                   nodePools: [{ name: workers, role: worker, os: debian-12 }]\n  api: { sources: { admins: [203.0.113.1/24] } }\n";
    let cluster = "apiVersion: harden.dev/v1alpha1\nkind: Cluster\nmetadata: { name: shop }\nspec:\n  platform:\n    eks: { kubernetesVersion: \"1.36\" }\n    \
                   nodePools: [{ name: workers, cidrs: [192.0.2.64/26], os: debian-13 }]\n";
    let parsed = [parse("org.yaml", profile, &mut diagnostics), parse("shop.yaml", cluster, &mut diagnostics)].concat();
    let [Parsed::Profile(profile), Parsed::Cluster(cluster)] = parsed.as_slice() else { panic!("{parsed:#?}") };
    assert!(diagnostics.list().is_empty());
    let merged = spec::merge(profile.spec.as_ref().unwrap(), &cluster.spec);
    assert!(spec::decode(&merged, &mut diagnostics).is_none());
    let [only] = diagnostics.list() else { panic!("{}", render(diagnostics.list(), false, 120)) };
    assert_eq!((only.code, only.labels[0].place.source.name()), ("not-a-range", "org.yaml"));
    let os = spec::locate(&merged, &SpecPath::new("/platform/nodePools/workers/os")).unwrap();
    let role = spec::locate(&merged, &SpecPath::new("/platform/nodePools/workers/role")).unwrap();
    assert_eq!((os.source.name(), role.source.name()), ("shop.yaml", "org.yaml"));
}
