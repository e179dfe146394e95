//! What reports, pages and checks of managed clusters say, from the side of the person who applies them: nobody is shut out on the way, and
//! nothing is said to hold that the owner of the cluster has yet to set.

mod endpoints;
mod logs;
mod network;
mod people;
mod sentences;

use std::{collections::BTreeMap, fs};

use harden::{
    base::SpecPath,
    facts,
    plan::{Ground, Outcome, Plan},
};

use crate::{
    controls::plan,
    support::{harden, root},
};

/// A spec of the project with other words in it.
fn spec(path: &str, changes: &[(&str, &str)]) -> String {
    let mut text = fs::read_to_string(root().join(path)).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is not in {path}");
        text = text.replace(from, to);
    }
    text
}

const EKS: &str = "golden/build/eks-1.36/harden.yaml";
const AKS: &str = "golden/build/aks-1.36/harden.yaml";
const OWNS: &str =
    "owns: { logGroup: harden, kmsKey: harden, vpcCni: module, accessEntries: harden, subscriptionFilter: harden }";
const ENGINE: &str = "azure-cni: { networkPolicy: cilium, overlay: true }";

/// The tree that the program builds of a spec.
pub(crate) struct Tree(BTreeMap<String, String>);

impl Tree {
    pub(crate) fn of(path: &str, changes: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("harden.yaml"), spec(path, changes)).unwrap();
        let run = harden(folder.path(), &["build", "harden.yaml", "--as-of", "2026-11-26", "--out", "out"]);
        assert!(run.status.success(), "{path} {changes:?}: {}", String::from_utf8_lossy(&run.stderr));
        let tree =
            fs::read_dir(folder.path().join("out")).unwrap().map(|entry| entry.unwrap().path()).find(|p| p.is_dir()).unwrap();
        let files = crate::support::files(&tree);
        Tree(files.into_iter().map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap())).collect())
    }

    pub(crate) fn file(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_else(|| panic!("no file {name}"))
    }

    pub(crate) fn report(&self) -> &str {
        self.file("REPORT.md")
    }

    fn page(&self) -> &str {
        self.file("terraform/ADOPT.md")
    }

    /// The text of the step of the page whose title begins so; empty where there is none.
    fn step(&self, title: &str) -> &str {
        let mut steps = self.page().split("\n## ").skip(1);
        steps.find(|step| step.split_once(". ").is_some_and(|(_, rest)| rest.starts_with(title))).unwrap_or_default()
    }

    /// The steps of the report for a running cluster.
    fn running(&self) -> &str {
        self.report().split("### A running cluster").nth(1).unwrap().split("\n## ").next().unwrap()
    }

    /// The steps of one list of the report.
    pub(crate) fn list(&self, title: &str) -> &str {
        let found =
            self.report().split("\n### ").find(|part| part.starts_with(title)).unwrap_or_else(|| panic!("no list {title}"));
        found.split("\n## ").next().unwrap()
    }

    /// The row of the report about a control.
    pub(crate) fn row(&self, control: &str) -> &str {
        self.report().lines().find(|line| line.starts_with(&format!("| `{control}`"))).unwrap_or_default()
    }
}

#[track_caller]
pub(crate) fn says(text: &str, words: &str) {
    assert!(text.contains(words), "`{words}` is not in:\n{text}");
}

#[track_caller]
pub(crate) fn omits(text: &str, words: &str) {
    assert!(!text.contains(words), "`{words}` is in:\n{text}");
}

fn verdicts<'p>(plan: &'p Plan, control: &str) -> Vec<(Outcome, &'p Ground)> {
    let found = plan.verdicts.iter().find(|verdict| verdict.id.0 == control).unwrap();
    found.verdicts.iter().map(|verdict| (verdict.outcome, &verdict.ground)).collect()
}

#[track_caller]
fn intent(plan: &Plan, path: &str, outcome: Outcome, fact: &str) {
    let path = SpecPath::new(path);
    let found = plan.intents.iter().find(|intent| intent.path == path).unwrap_or_else(|| panic!("no intent {path}"));
    let grounds: Vec<_> = found.verdicts.iter().map(|verdict| (verdict.outcome, verdict.ground.clone())).collect();
    assert_eq!(grounds, [(outcome, Ground::Fact(facts::fact(fact).unwrap()))], "{path}");
}

fn must(path: &str, changes: &[(&str, &str)]) -> Plan {
    plan(&spec(path, changes), None).unwrap_or_else(|codes| panic!("{path} {changes:?}: {codes:?}"))
}

fn refused(path: &str, changes: &[(&str, &str)]) -> Vec<&'static str> {
    plan(&spec(path, changes), None).err().unwrap_or_default()
}

/// What the program says of a spec that it builds.
fn warnings(path: &str, changes: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("harden.yaml"), spec(path, changes)).unwrap();
    let run = harden(folder.path(), &["build", "harden.yaml", "--as-of", "2026-11-26", "--out", "out"]);
    assert!(run.status.success());
    String::from_utf8(run.stderr).unwrap()
}

#[test]
fn pools_of_aks_are_reimaged_together() {
    let tree = Tree::of(AKS, &[]);
    omits(tree.page(), "pool by pool");
    says(tree.step("Apply D1"), "all pools are re-imaged at the same time");
    says(tree.step("Apply D2"), "all pools are re-imaged at the same time");
    says(tree.step("Apply D2"), "when the last node is done");
    says(tree.running(), "Apply D2, by itself: let network policies take effect");
    assert_eq!(tree.running().matches("all pools are re-imaged at the same time").count(), 2);
    says(tree.row("cloud/network-policy"), "all pools at the same time");
}

/// A key that somebody else owns is looked at, and no line names it.
#[test]
fn a_key_of_another_owner_is_looked_at() {
    for owner in ["module", "existing"] {
        let tree = Tree::of(EKS, &[(OWNS, &OWNS.replace("kmsKey: harden", &format!("kmsKey: {owner}")))]);
        omits(tree.report(), "has the lines that name it");
        says(tree.row("cloud/secrets-key"), "cluster.encryptionConfig");
        omits(tree.row("cloud/secrets-key"), "cannot be undone");
        omits(tree.page(), "encryption_config {");
    }
    says(Tree::of(EKS, &[]).row("cloud/secrets-key"), "has the lines that name it");
}

/// An object is applied in one step of a list, and a page speaks of no folder that its tree lacks.
#[test]
fn every_folder_is_applied_once() {
    let services = ("    runtime:", "    serviceCidrs: [172.20.0.0/16]\n    runtime:");
    let auto = [("nodes: managed", "nodes: auto"), services, ("vpcCni: module", "vpcCni: harden")];
    let bare = [
        ("  namespaces: [{ name: shop }]\n", ""),
        ("      - { name: dev-shop, group: developers, namespaces: [shop], may: [view] }\n", ""),
    ];
    let bare_aks = [
        ("  namespaces: [{ name: shop }]\n", ""),
        ("    duties: [{ name: dev-shop, group: developers, namespaces: [shop], may: [view] }]\n", ""),
    ];
    let trees: [(&str, &[(&str, &str)]); 5] = [(EKS, &[]), (AKS, &[]), (EKS, &auto), (EKS, &bare), (AKS, &bare_aks)];
    for (path, changes) in trees {
        let tree = Tree::of(path, changes);
        let has = |folder: &str| tree.0.contains_key(&format!("k8s/{folder}/kustomization.yaml"));
        let folders = ["namespaces", "rbac", "network", "admission", "policy-templates", "policies", "logging", "network-engine"];
        for list in [tree.running(), tree.list("A new cluster")] {
            let applies = list.lines().filter(|line| line.contains("kubectl apply --server-side -k"));
            let applies: Vec<&str> = applies.collect();
            for folder in folders {
                let words = [format!("`k8s/{folder}`"), format!("-k k8s/{folder}`")];
                let steps = applies.iter().filter(|step| words.iter().any(|words| step.contains(words.as_str()))).count();
                assert_eq!(steps, usize::from(has(folder)), "{path} {folder}:\n{list}");
            }
        }
        for folder in folders.into_iter().filter(|folder| !has(folder)) {
            omits(tree.page(), &format!("k8s/{folder}`"));
        }
    }
}

/// A provider takes no default for the cluster: labels refuse pods from the moment on which they are applied, and that is asked
/// about before.
#[test]
fn labels_are_asked_about_before_they_refuse() {
    for path in [EKS, AKS] {
        let tree = Tree::of(path, &[]);
        let at = |words: &str| tree.running().find(words).unwrap_or_else(|| panic!("`{words}`: {}", tree.running()));
        let asked = "`kubectl label --dry-run=server --overwrite ns shop pod-security.kubernetes.io/enforce=baseline`";
        assert!(at("`baseline` holds in `shop`") < at(asked));
        assert!(at(asked) < at("`kubectl apply --server-side -k FOLDER`"));
        let row =
            tree.report().lines().find(|line| line.starts_with("| `admission/pod-security`") && line.contains("namespace shop"));
        says(row.unwrap(), "refuses pods below the level when they are next created");
        omits(tree.list("A new cluster"), "kubectl label");
    }
}

/// What Gatekeeper must change is named only where it changes something.
#[test]
fn the_head_of_the_policies_names_what_is_there() {
    let list = "k8s/policies/kustomization.yaml";
    says(Tree::of(EKS, &[]).file(list), "must know and change for them");
    let plain = Tree::of(EKS, &[("  images: { alwaysPull: true }\n", "")]);
    let mutates = plain.file(list).contains("always-pull-mutation.yaml");
    assert!(!mutates);
    omits(plain.file(list), "change");
    says(plain.file(list), "sync.yaml");
    says(plain.file(list), "must know for them");
}
