//! Network policies: an independent matcher of Kubernetes' own rules comes to what our evaluator comes to, and the own code of Cilium and Calico
//! takes what is written for them.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use harden::{
    base::Date,
    build::{self, Built},
    diag::{Diagnostics, Source},
    facts::OwnPolicies,
    kube::network::{self, Policy},
    plan::NodeSource,
    resolve::{Cluster, LastBuild, Profiles, Purpose, Surroundings},
    semantics::network::{Subject, World, ports, subjects},
    spec::{self, Parsed},
    yaml,
};
use serde_json::{Value, json};

use crate::programs;

fn spec(case: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/semantics").join(case).join("harden.yaml");
    fs::read_to_string(path).expect("a spec")
}

/// Builds a spec, with the policy for the whole cluster where it is asked for.
fn built(case: &str, global: bool) -> Built {
    let more = if global { "  controls: { network/global-deny: { apply: true } }\n" } else { "" };
    build(case, spec(case) + more)
}

fn build(case: &str, text: String) -> Built {
    let mut diags = Diagnostics::default();
    let profiles = Profiles::built_in(&mut diags);
    let cluster = yaml::read(&Source::new("harden.yaml", text)).iter().find_map(|document| {
        let Some(Parsed::Cluster(found)) = spec::document(document, &mut diags) else { return None };
        Some(Cluster {
            name: found.name,
            name_place: found.name_place,
            spec: found.spec,
            file: "harden.yaml".to_owned(),
            waivers: Vec::new(),
            inputs: BTreeMap::new(),
        })
    });
    let day: Date = "2026-11-26".parse().expect("a day");
    let read = |name: &str| Err(name.to_owned());
    let around = Surroundings {
        purpose: Purpose::Build,
        as_of: day,
        today: day,
        last: LastBuild::default(),
        graces: BTreeMap::new(),
        read: &read,
    };
    let built = build::build(&cluster.expect("a cluster"), &profiles, &around, &mut diags).expect("a tree");
    assert!(built.disagreements.is_empty(), "{case}: {:?}", built.disagreements);
    built
}

/// Writes the network policies of a tree into a folder.
pub(crate) fn lay(folder: &Path, case: &str, global: bool) -> Vec<PathBuf> {
    write(folder, &built(case, global))
}

fn write(folder: &Path, built: &Built) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for artifact in &built.artifacts {
        if let Some(name) = artifact.path.as_str().strip_prefix("k8s/network/") {
            let path = folder.join(name);
            fs::write(&path, artifact.text()).expect("a file");
            if name != "kustomization.yaml" {
                files.push(path);
            }
        }
    }
    files
}

fn policies(files: &[PathBuf]) -> Vec<Policy> {
    let documents = files.iter().flat_map(|file| {
        let text = fs::read_to_string(file).expect("a file");
        yaml::read(&Source::new(file.display().to_string(), text))
    });
    documents.filter_map(|document| network::read(&document.root.expect("a document")).expect("a policy")).collect()
}

/// An end as the matcher takes it.
fn end(subject: &Subject, pod: &str) -> Option<Value> {
    Some(match subject {
        Subject::Pod { namespace, labels } => json!({ "namespace": namespace, "labels": labels, "ip": pod }),
        Subject::Node(ip) | Subject::OwnNode(ip) | Subject::ApiServer(ip) | Subject::Address(ip) => {
            json!({ "ip": ip.to_string() })
        }
        Subject::Host(_) => return None,
    })
}

#[test]
fn an_independent_matcher_agrees() {
    let Some(program) = programs::find("netpol", "netpolicy") else { return };
    for case in ["calico-tiers", "internet", "namespaces", "pool-ranges", "service-address", "shared-subnets"] {
        let built = built(case, false);
        let network = &built.plan.network;
        let folder = tempfile::tempdir().expect("a folder");
        let files = write(folder.path(), &built);
        let world = World::new(&network.view, policies(&files));
        let pod = network.view.pods[0].nth(77).expect("an address").to_string();
        let (mut asked, mut ours) = (Vec::new(), Vec::new());
        for from in &subjects(network) {
            // What the matcher cannot know: that a node comes through a tunnel.
            let node = matches!(from, Subject::Node(_) | Subject::OwnNode(_) | Subject::ApiServer(_));
            if node && network.view.node_source == NodeSource::Tunnel {
                continue;
            }
            for to in &subjects(network) {
                for port in ports(network) {
                    if let (Some(a), Some(b)) = (end(from, &pod), end(to, &pod)) {
                        asked.push(json!({ "from": a, "to": b, "port": port.number, "protocol": port.protocol.name() }));
                        ours.push((world.allows(from, to, port), format!("{case}: {from} -> {to} {port}")));
                    }
                }
            }
        }
        let answers = answers(program.path(), &files, &asked);
        assert_eq!(answers.len(), ours.len());
        let wrong: Vec<&String> =
            answers.iter().zip(&ours).filter(|(theirs, (ours, _))| **theirs != *ours).map(|(_, (_, what))| what).collect();
        assert!(wrong.is_empty(), "{} of {} differ: {:?}", wrong.len(), ours.len(), &wrong[..wrong.len().min(9)]);
        let open = answers.iter().filter(|allowed| **allowed).count();
        assert!(open > 0 && open < answers.len());
        eprintln!("cyclonus 0.5.6 and the evaluator agree about {} connections of {case}, {open} of them open", answers.len());
        // The judge is awake: with one port changed it disagrees.
        let file = &files[0];
        let text = fs::read_to_string(file).expect("a file");
        fs::write(file, text.replacen("port: 53", "port: 54", 1)).expect("a file");
        let spoilt = self::answers(program.path(), &files, &asked);
        assert_ne!(spoilt, answers, "{case}: a changed port changes nothing");
    }
}

fn answers(program: &Path, files: &[PathBuf], asked: &[Value]) -> Vec<bool> {
    let answers = lines(program, files, asked).expect("the matcher is content");
    answers.into_iter().map(|line| line == "allowed").collect()
}

/// What a program answers to lines of JSON; nothing where it gives up.
fn lines(program: &Path, files: &[PathBuf], asked: &[Value]) -> Option<Vec<String>> {
    let mut child =
        Command::new(program).args(files).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut input = child.stdin.take().expect("a pipe");
    let lines: String = asked.iter().map(|line| format!("{line}\n")).collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    // One that gives up does not read to the end.
    let _ = writer.join().expect("a writer");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// Every selector in a policy, with the field that holds it.
fn selectors(value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value.as_str() {
                    Some(text) if key.to_lowercase().ends_with("selector") => found.push((key.clone(), text.to_owned())),
                    _ => selectors(value, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| selectors(value, found)),
        _ => {}
    }
}

/// Calico's own parser reads every selector, and matches what we mean by it.
#[test]
fn calico_takes_its_selectors() {
    let Some(program) = programs::find("calico", "calicoselector") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut found = Vec::new();
    for case in ["calico-tiers", "internet", "namespaces"] {
        for file in write(folder.path(), &built(case, true)) {
            let text = fs::read_to_string(file).expect("a file");
            for document in yaml::read(&Source::new("policy.yaml", text)) {
                let policy = document.root.expect("a policy").to_json();
                if policy["kind"] == "GlobalNetworkPolicy" {
                    selectors(&policy["spec"], &mut found);
                }
            }
        }
    }
    let nodes = ["notSelector", "namespaceSelector"].map(|field| found.iter().any(|(name, _)| name == field));
    assert!(!found.is_empty() && nodes[1], "{found:?}");
    // A pod of kube-system that answers DNS, one of a namespace that nobody named, a host.
    let namespace = |name: &str| json!({ "kubernetes.io/metadata.name": name, "projectcalico.org/name": name });
    let pod = |name: &str, label: &str| json!({ "projectcalico.org/namespace": name, "k8s-app": label });
    let mut asked = Vec::new();
    let mut ours = Vec::new();
    for (field, selector) in &found {
        let subjects = if field == "namespaceSelector" {
            [namespace("kube-system"), namespace("nobody"), json!({})]
        } else {
            [pod("kube-system", "kube-dns"), pod("nobody", "other"), json!({})]
        };
        for labels in subjects {
            ours.push(meant(selector, &labels));
            asked.push(json!({ "selector": selector, "labels": labels }));
        }
    }
    let theirs = lines(program.path(), &[], &asked).expect("Calico reads every selector");
    let ours: Vec<String> = ours.iter().map(ToString::to_string).collect();
    assert_eq!(theirs, ours, "{asked:?}");
    eprintln!("Calico's parser reads {} selectors and matches {} sets of labels as they are meant", found.len(), asked.len());
    let spoilt = json!({ "selector": found[0].1.replacen('"', "", 1), "labels": {} });
    assert!(lines(program.path(), &[], &[spoilt]).is_none(), "a spoilt selector is read");
}

/// What a selector of ours means: all of its terms, each `has(KEY)`, `KEY == "VALUE"` or `KEY not in {...}`.
fn meant(selector: &str, labels: &Value) -> bool {
    selector.split(" && ").all(|term| {
        if let Some(key) = term.strip_prefix("has(").and_then(|rest| rest.strip_suffix(')')) {
            return labels.get(key).is_some();
        }
        if let Some((key, value)) = term.split_once(" == ") {
            return labels.get(key).is_some_and(|label| label.as_str() == Some(value.trim_matches('"')));
        }
        let (key, values) = term.split_once(" not in {").expect("a term");
        let values: Vec<&str> = values.trim_end_matches('}').split(", ").collect();
        !labels.get(key).is_some_and(|label| values.contains(&label.to_string().as_str()))
    })
}

#[test]
fn cilium_takes_its_policies() {
    let Some(program) = programs::find("cilium", "ciliumpolicy") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let built = built("cilium-entities", true);
    assert_eq!(built.plan.network.view.semantics.own, OwnPolicies::Cilium);
    let files: Vec<String> = write(folder.path(), &built).iter().map(|file| file.display().to_string()).collect();
    let said = program.must(&files);
    // Names beside a cache of DNS on nodes: its answers are read too.
    let cached = build("names", spec("cilium-entities").replace("    cni: {", "    nodeLocalDns: true\n    cni: {"));
    let more = folder.path().join("cached");
    fs::create_dir(&more).expect("a folder");
    program.must(&write(&more, &cached).iter().map(|file| file.display().to_string()).collect::<Vec<_>>());
    let wanted = built.plan.network.policies.keys().filter(|id| id.dialect.api_version() == "cilium.io/v2").count();
    assert_eq!(said.lines().filter(|line| line.starts_with("ok ")).count(), wanted, "{said}");
    assert!(said.contains("CiliumClusterwideNetworkPolicy"), "{said}");
    eprintln!("cilium 1.20.2 takes {wanted} policies");
    for (from, to) in
        [("kube-apiserver", "kube-apiservers"), ("toEntities:", "toEntity:"), ("matchName: api", "matchName: \"a b\" # ")]
    {
        let spoilt = folder.path().join("spoilt.yaml");
        let text =
            files.iter().map(|file| fs::read_to_string(file).expect("a file")).find(|text| text.contains(from)).expect(from);
        fs::write(&spoilt, text.replacen(from, to, 1)).expect("a file");
        let run = Command::new(program.path()).arg(&spoilt).output().expect("the program starts");
        assert!(!run.status.success(), "`{to}` is taken");
    }
}
