//! What kube-bench will say on a control-plane node with these artifacts: the tests run over the emitted bytes, every miss with its reason.

use crate::{
    base::Artifact,
    diag::Source,
    facts::{
        self,
        benchmarks::{Item, Look, On, Target},
    },
    plan::{Ground, HostRule, NodePlan, Outcome, Plan, PoolRole, Program, SettingKey, Verdict},
    semantics::benchmark::{self, Evidence, FileState},
    yaml::{self, Node},
};

/// A test of the benchmark that misses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The number in the benchmark.
    pub id: &'static str,
    /// What it is about, in our words.
    pub topic: &'static str,
    /// On which control-plane nodes it misses.
    pub on: &'static str,
    /// The word that kube-bench prints: `FAIL` or `WARN`.
    pub printed: &'static str,
    /// What it sees.
    pub observed: String,
    /// What it expects.
    pub expected: String,
    /// Why it is so: what became of the controls behind it.
    pub why: String,
}

/// What the benchmark says before a node exists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Everything that misses, in the benchmark's order.
    pub findings: Vec<Finding>,
    /// The numbers of the tests of which nothing can be told, by reason.
    pub untold: Vec<(String, Vec<&'static str>)>,
}

/// What misses and what cannot be told; empty where harden writes no control plane. The node on which `kubeadm init` ran has
/// files that the others lack, so both kinds are judged.
#[must_use]
pub fn benchmark(plan: &Plan, artifacts: &[Artifact]) -> Outlook {
    let Some(chosen) = facts::benchmarks::for_minor(plan.cluster.minor()) else { return Outlook::default() };
    if plan.cluster.kubeadm.is_none() {
        return Outlook::default();
    }
    let mut evidence = evidence(plan, artifacts);
    add_files(plan, &mut evidence, &[On::ControlPlane]);
    let joined = benchmark::evaluate(chosen.benchmark, &evidence);
    add_files(plan, &mut evidence, &[On::ControlPlane, On::First]);
    let first = benchmark::evaluate_files(chosen.benchmark, &evidence, &joined);
    let untold = untold(&joined);
    let mut findings = Vec::new();
    for (first, joined) in first.into_iter().zip(joined) {
        let on = match (miss(&first), miss(&joined)) {
            (Some(_), Some(_)) => "every node",
            (Some(_), None) => "the first node",
            (None, Some(_)) => "every node but the first",
            (None, None) => continue,
        };
        let verdict = if miss(&joined).is_some() { &joined } else { &first };
        let (Some((observed, expected)), Some(printed)) = (miss(verdict), verdict.printed()) else { continue };
        findings.push(Finding {
            id: verdict.item.id,
            topic: verdict.item.topic.words,
            on,
            printed,
            observed: observed.to_owned(),
            expected: expected.to_owned(),
            why: missing_file(plan, observed).map_or_else(|| why(plan, verdict.item), str::to_owned),
        });
    }
    Outlook { findings, untold }
}

/// Why a test misses a file that is rightly not there.
fn missing_file(plan: &Plan, observed: &str) -> Option<&'static str> {
    let (path, _) = observed.split_once(": ").filter(|(_, seen)| *seen == "there is no such file")?;
    match path.trim_matches('`') {
        "/etc/kubernetes/super-admin.conf" => Some(
            "the test counts a missing file as a miss; kubeadm leaves this one on the node that ran init alone, and it should not stay even there",
        ),
        ETCD_MANIFEST | NO_ETCD_DATA if is_etcd_elsewhere(plan) => Some(
            "the test counts a missing file as a miss; etcd runs outside of the control plane, whose nodes have none of its files",
        ),
        _ => None,
    }
}

/// The static pod of etcd.
const ETCD_MANIFEST: &str = "/etc/kubernetes/manifests/etcd.yaml";

/// Where kube-bench looks for the data of etcd when no process names its folder.
const NO_ETCD_DATA: &str = "/var/lib/etcd/default.etcd";

fn is_etcd_elsewhere(plan: &Plan) -> bool {
    plan.cluster.kubeadm.as_ref().is_some_and(|kubeadm| kubeadm.external_etcd.is_some())
}

/// The tests of nodes of which nothing can be told, by reason.
fn untold(verdicts: &[benchmark::Verdict]) -> Vec<(String, Vec<&'static str>)> {
    let mut untold: Vec<(String, Vec<&'static str>)> = Vec::new();
    for verdict in verdicts.iter().filter(|verdict| is_of_nodes(verdict.item)) {
        let benchmark::Outcome::NotEvaluated { why } = &verdict.outcome else { continue };
        match untold.iter_mut().find(|(present, _)| present == why) {
            Some((_, ids)) => ids.push(verdict.item.id),
            None => untold.push((why.clone(), vec![verdict.item.id])),
        }
    }
    untold
}

fn is_of_nodes(item: &Item) -> bool {
    !matches!(item.target, Target::Policies | Target::ManagedServices)
}

/// What was seen and what is expected, where a test of a node misses.
fn miss(verdict: &benchmark::Verdict) -> Option<(&str, &str)> {
    if !is_of_nodes(verdict.item) {
        return None;
    }
    match &verdict.outcome {
        benchmark::Outcome::Fail { observed, expected } => Some((observed, expected)),
        benchmark::Outcome::Pass | benchmark::Outcome::Manual | benchmark::Outcome::NotEvaluated { .. } => None,
    }
}

/// What is known of a control-plane node before it exists: the emitted command lines and files.
fn evidence(plan: &Plan, artifacts: &[Artifact]) -> Evidence {
    let mut evidence = Evidence::default();
    for artifact in artifacts {
        let name = artifact.path.as_str().strip_prefix("control-plane/flags/").and_then(|name| name.strip_suffix(".flags"));
        if let Some(name) = name {
            evidence.commands.insert(name.to_owned(), artifact.text().lines().map(str::to_owned).collect());
        }
        if artifact.path.as_str() == "kubeadm/init.yaml" {
            evidence.kubelet_config = document(artifact, "KubeletConfiguration");
        }
        if artifact.path.as_str().starts_with("control-plane/etc/kubernetes/encryption/")
            && artifact.path.as_str().ends_with(".yaml")
        {
            evidence.encryption_config = Some(artifact.text().to_owned());
        }
    }
    evidence.commands.insert(Program::Kubelet.name().to_owned(), kubelet_arguments(plan));
    evidence.commands.insert(Program::KubeProxy.name().to_owned(), kube_proxy_arguments());
    evidence
}

/// What kubeadm leaves on nodes of these kinds.
fn add_files(plan: &Plan, evidence: &mut Evidence, kinds: &[On]) {
    let mut kinds = kinds.to_vec();
    if is_etcd_elsewhere(plan) {
        evidence.files.insert(NO_ETCD_DATA.to_owned(), FileState::Absent);
    } else {
        kinds.push(On::Etcd);
    }
    evidence.add_kubeadm_files(&kinds);
    narrow(plan, evidence);
}

/// Files as the scripts of the control-plane nodes leave them, where each of these nodes has one.
fn narrow(plan: &Plan, evidence: &mut Evidence) {
    let pools: Vec<&NodePlan> = plan.pools.values().filter(|pool| pool.role == PoolRole::ControlPlane).collect();
    let Some((first, others)) = pools.split_first().filter(|_| pools.iter().all(|pool| pool.host_os().is_some())) else {
        return;
    };
    for (name, held) in &first.file_rules {
        let same = |other: &&NodePlan| other.file_rules.get(name).is_some_and(|rule| rule.value == held.value);
        if !others.iter().all(same) {
            continue;
        }
        let rule = HostRule::of(name);
        if let Some(HostRule::Absent(path)) = rule {
            // What is to go once it has served is told of, and not removed.
            if held.value == "absent"
                && let Some(state) = evidence.files.get_mut(path)
            {
                *state = FileState::Absent;
            }
            continue;
        }
        let (Some(HostRule::FileMode(path)), Some((bits, owner))) = (rule, held.value.split_once(' ')) else {
            continue;
        };
        let Ok(bits) = u32::from_str_radix(bits, 8) else { continue };
        let below = path.split_once("/**/*");
        for (_, state) in evidence.files.iter_mut().filter(|(file, _)| is_named(path, below, file)) {
            if let FileState::Present { mode, owner: of } = state {
                *mode &= bits;
                owner.clone_into(of);
            }
        }
    }
}

/// Whether a rule is for a file: its path, or `FOLDER/**/*ENDING`, which comes split.
fn is_named(rule: &str, below: Option<(&str, &str)>, file: &str) -> bool {
    match below {
        Some((folder, ending)) => file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') && rest.ends_with(ending)),
        None => rule == file,
    }
}

/// The arguments that kubeadm's systemd drop-in gives the kubelet, and the owner's own.
fn kubelet_arguments(plan: &Plan) -> Vec<String> {
    let own = plan.component(Program::Kubelet).flags.iter().map(|(name, flag)| format!("--{name}={}", flag.held.value));
    let fixed = [
        "--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf",
        "--kubeconfig=/etc/kubernetes/kubelet.conf",
        "--config=/var/lib/kubelet/config.yaml",
    ];
    fixed.map(str::to_owned).into_iter().chain(own).collect()
}

/// The arguments of kubeadm's kube-proxy.
fn kube_proxy_arguments() -> Vec<String> {
    ["--config=/var/lib/kube-proxy/config.conf", "--hostname-override=$(NODE_NAME)"].map(str::to_owned).to_vec()
}

/// The document of a kind in an emitted file.
fn document(artifact: &Artifact, kind: &str) -> Option<serde_json::Value> {
    let is_of_kind = |root: &Node| root.get("kind").and_then(Node::as_str) == Some(kind);
    // Our writer separates documents by such a line, and no line of a text stands at that column.
    let texts = artifact.text().split("\n---\n").filter(|text| text.contains(kind));
    let roots = texts.flat_map(|text| yaml::read(&Source::new(artifact.path.as_str(), text))).filter_map(|read| read.root);
    roots.into_iter().find(is_of_kind).map(|root| root.to_json())
}

/// What became of the controls that answer to the topic of an item.
fn why(plan: &Plan, item: &Item) -> String {
    let mut texts = Vec::new();
    for id in facts::benchmarks::controls_of(item.topic.key) {
        let Some(control) = plan.verdicts.iter().find(|control| control.id.0 == id) else { continue };
        for verdict in &control.verdicts {
            texts.push(format!("`{id}` is {}: {}", verdict.outcome, ground(plan, verdict, item)));
        }
    }
    if texts.is_empty() {
        facts::sentence(facts::id::NO_CONTROL_FOR_TOPIC, plan.cluster.minor()).to_owned()
    } else {
        texts.join("; ")
    }
}

fn ground(plan: &Plan, verdict: &Verdict, item: &Item) -> String {
    let text = match &verdict.ground {
        Ground::Fact(fact) => facts::sentence(*fact, plan.cluster.minor()).to_owned(),
        Ground::Waiver(id) => format!("waiver {id}"),
        Ground::Settings(keys) => keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    match verdict.outcome {
        Outcome::Enforced if is_looked_at(&verdict.ground, item) => {
            format!("the test looks at its setting, and takes other values alone: {text}")
        }
        Outcome::Enforced => format!("it holds by something else than the test looks at: {text}"),
        Outcome::NotApplicable | Outcome::Provider | Outcome::Elsewhere | Outcome::Waived => text,
        Outcome::Weaker | Outcome::Impossible if verdict.detail.is_empty() => text,
        Outcome::Weaker | Outcome::Impossible => format!("{text} ({})", verdict.detail),
    }
}

/// Whether one of the settings that make a control hold is what the item tests: then that setting is the miss.
fn is_looked_at(ground: &Ground, item: &Item) -> bool {
    let (Ground::Settings(keys), Look::Command { of, tests, .. }) = (ground, item.look) else { return false };
    let is_flag = |name: &str| tests.iter().any(|test| test.flag.trim_start_matches('-') == name);
    let is_field = |path: &str| {
        let named = |of: &str| of.trim_matches(['{', '}', '.']).trim_end_matches("[:]") == path;
        tests.iter().any(|test| test.path.is_some_and(named))
    };
    keys.iter().any(|key| match key {
        SettingKey::Flag(program, name) => program.name() == *of && is_flag(name),
        SettingKey::Field(program, path) => program.name() == *of && is_field(path),
        SettingKey::Mount(..) | SettingKey::Node(_) | SettingKey::Part(..) => false,
    })
}
