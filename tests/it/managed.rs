//! What reports, pages and checks of managed clusters say, from the side of the person who applies them: nobody is shut out on the way, and
//! nothing is said to hold that the owner of the cluster has yet to set.

use std::{collections::BTreeMap, fs};

use harden::{
    base::{FactId, SpecPath},
    facts,
    plan::{Ground, Outcome, Plan},
};

use crate::{
    controls::{plan, spec_of},
    support::{harden, none, root},
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

/// An access entry counts at once, and so does a sign-in by Entra ID: what people may do is in the cluster before.
#[test]
fn people_have_their_roles_before_they_come_in() {
    for (path, warning) in [(EKS, "takes the place of what aws-auth gives"), (AKS, "adds `--admin` until B")] {
        let tree = Tree::of(path, &[]);
        let at = |words: &str| tree.running().find(words).unwrap_or_else(|| panic!("`{words}`: {}", tree.running()));
        assert!(at("`k8s/rbac`") < at("Apply A"), "{path}");
        assert!(at("Apply A") < at("`k8s/network`"), "{path}");
        assert_eq!(tree.running().matches("`k8s/rbac`").count(), 1, "{path}");
        says(tree.running(), warning);
        omits(tree.report(), "Nobody is shut out");
        says(tree.step("Apply A"), warning);
        says(tree.step("Apply A"), "`k8s/namespaces` and `k8s/rbac`");
    }
    let eks = Tree::of(EKS, &[]);
    says(eks.running(), "rule for port 443");
    says(eks.step("Apply A"), "rule for port 443");
}

/// Where an engine acts already, the stage of policies closes at once, and not at step D.
#[test]
fn policies_may_take_effect_when_they_are_applied() {
    for path in [EKS, AKS] {
        says(Tree::of(path, &[]).running(), "`k8s/network` takes effect at once");
    }
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

/// AKS moves no cluster to an overlay in which an engine acts, and a flat one needs a range for its pods.
#[test]
fn an_overlay_comes_before_the_engine() {
    let tree = Tree::of(AKS, &[("    runtime:", "    podCidrs: [10.128.0.0/16]\n    runtime:")]);
    let (first, second) = (tree.step("Apply D1"), tree.step("Apply D2"));
    for name in ["network_plugin", "network_plugin_mode", "pod_cidr"] {
        says(first, &format!("module.harden_settings.{name}\n"));
    }
    omits(first, "harden_settings.network_policy");
    says(second, "harden_settings.network_policy");
    omits(second, "harden_settings.pod_cidr");
    says(tree.file("terraform/settings/outputs.tf"), "output \"pod_cidr\"");
    says(tree.file("terraform/attach/verify.tf"), "network_profile[0].pod_cidr, null) == \"10.128.0.0/16\"");
    for check in ["from outside", "outside the cluster", "`pod_cidr` overlaps", "`podSubnetId`", "No engine enforces"] {
        says(&format!("{first}{}", tree.report()), check);
    }
    says(Tree::of(AKS, &[]).step("Apply D1"), "`platform.podCidrs`");
    let flat = Tree::of(AKS, &[(ENGINE, "azure-cni: { networkPolicy: calico }")]);
    assert_eq!(flat.step("Apply D1"), "");
    omits(flat.page(), "A step back");
    omits(flat.page(), "Windows");
    says(flat.step("Apply D:"), "makes the cluster anew");
    let cilium = Tree::of(AKS, &[(ENGINE, "azure-cni: { networkPolicy: cilium }")]);
    omits(cilium.page(), "pod_subnet_id");
    omits(cilium.report(), "subnet for pods");
    says(cilium.step("Apply D:"), "changes the cluster in place");
}

/// The module keeps the policies of an entry in resources of their own: moved or forgotten, and never destroyed.
#[test]
fn policies_of_entries_are_taken_over_too() {
    let step = Tree::of(EKS, &[]).step("Take over what exists").to_owned();
    says(&step, "state mv 'module.eks.aws_eks_access_policy_association.this[");
    says(&step, "state rm 'module.eks.aws_eks_access_policy_association.this[");
    says(&step, "never one that your module manages");
}

/// Reads of checks are in every plan.
#[test]
fn a_quiet_plan_is_described_as_it_is() {
    for path in [EKS, AKS] {
        let tree = Tree::of(path, &[]);
        omits(tree.page(), "shows no change");
        says(tree.step("B: check"), "0 to add, 0 to change, 0 to destroy");
        says(tree.step("B: check"), "-detailed-exitcode");
    }
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

/// Neither provider takes ranges of IPv6 for a cluster of IPv4.
#[test]
fn ranges_of_ipv6_are_refused_where_the_provider_refuses_them() {
    let six = [("admins: [203.0.113.0/24]", "admins: [203.0.113.0/24, \"2001:db8::/32\"]")];
    assert_eq!(refused(AKS, &six), ["source-family"]);
    assert_eq!(refused(EKS, &six), ["source-family"]);
    assert_eq!(refused(EKS, &[six[0], ("    runtime:", "    podCidrs: [\"fd00:10::/56\"]\n    runtime:")]), [""; 0]);
    // A private endpoint has no list.
    assert_eq!(refused(EKS, &[six[0], ("endpoint: both", "endpoint: private")]), [""; 0]);
}

/// The add-on is asked, and a switch that its caller has to give is no verdict of ours.
#[test]
fn the_switch_of_the_vpc_cni_is_looked_at() {
    for owner in ["harden", "module", "existing"] {
        let owns = [(OWNS, OWNS.replace("vpcCni: module", &format!("vpcCni: {owner}")))];
        let changes: Vec<(&str, &str)> = owns.iter().map(|(from, to)| (*from, to.as_str())).collect();
        let tree = Tree::of(EKS, &changes);
        says(
            tree.file("terraform/attach/verify.tf"),
            "jsondecode(data.aws_eks_addon.vpc_cni.configuration_values).enableNetworkPolicy",
        );
        omits(tree.page(), "configuration of add-ons");
        let plan = must(EKS, &changes);
        assert!(verdicts(&plan, "network/default-deny").iter().all(|(outcome, _)| *outcome == Outcome::Weaker), "{owner}");
    }
    let private = Tree::of(EKS, &[]);
    says(private.report(), "a pod that somebody makes by hand");
    says(private.running(), "from a pod of a Deployment");
    omits(Tree::of(AKS, &[]).running(), "Deployment");
}

#[test]
fn the_table_of_logs_says_who_keeps_them() {
    let hub = Tree::of(AKS, &[]);
    omits(hub.report(), "is not selected");
    says(hub.report(), "as the owner of the receiver sets it: the spec asks for 1000 days");
    says(Tree::of(EKS, &[]).report(), "120 days, in the log group |");
    let theirs = Tree::of(EKS, &[(OWNS, &OWNS.replace("logGroup: harden", "logGroup: module"))]);
    says(theirs.report(), "120 days, in the log group, once its owner sets it");
}

/// What the owner of the cluster makes so is not enforced by a text of ours; what is built is not called unbuilt.
#[test]
fn what_is_declared_of_a_cluster_is_its_owners() {
    let ranges = [("    runtime:", "    podCidrs: [10.0.64.0/18]\n    serviceCidrs: [172.20.0.0/16]\n    runtime:")];
    for (path, name, cni) in [(EKS, "eks", "aws-vpc-cni"), (AKS, "aks", "azure-cni")] {
        let plan = must(path, &ranges);
        intent(&plan, &format!("/platform/{name}/kubernetesVersion"), Outcome::Elsewhere, "cloud-version");
        intent(&plan, &format!("/platform/cni/{cni}"), Outcome::Elsewhere, "cloud-declared");
        intent(&plan, "/platform/podCidrs", Outcome::Elsewhere, "cloud-declared");
        intent(&plan, "/platform/serviceCidrs", Outcome::Elsewhere, "cloud-declared");
        let verify = Tree::of(path, &ranges).file("terraform/attach/verify.tf").to_owned();
        says(&verify, "== \"1.36\"");
    }
    intent(&must(EKS, &ranges), "/platform/eks/nodes", Outcome::Elsewhere, "cloud-declared");
}

/// Auto Mode: no add-on to own, another switch, and DNS under the address of its Service alone.
#[test]
fn auto_mode_is_told_apart() {
    let auto = ("nodes: managed", "nodes: auto");
    assert_eq!(refused(EKS, &[auto]), ["flow-not-matched"]);
    let services = ("    runtime:", "    serviceCidrs: [172.20.0.0/16]\n    runtime:");
    let plan = must(EKS, &[auto, services]);
    let dns = verdicts(&plan, "network/dns");
    assert!(dns.iter().any(|(_, ground)| **ground == Ground::Fact(facts::id::EKS_AUTO_DNS)), "{dns:?}");
    let tree = Tree::of(EKS, &[auto, services]);
    omits(tree.report(), "`enableNetworkPolicy`");
    let policies: String =
        tree.0.iter().filter(|(name, _)| name.starts_with("k8s/network/")).map(|(_, text)| text.as_str()).collect();
    says(&policies, "cidr: 172.20.0.10/32");
    omits(Tree::of(EKS, &[services]).report(), "Auto Mode answers");
}

/// The ConfigMap that switches Auto Mode on may be there already: it is made here only where the spec says so.
#[test]
fn the_switch_of_auto_mode_has_an_owner() {
    let auto = ("nodes: managed", "nodes: auto");
    let services = ("    runtime:", "    serviceCidrs: [172.20.0.0/16]\n    runtime:");
    let look = "get configmap amazon-vpc-cni -o yaml";
    for owner in ["vpcCni: module", "vpcCni: existing", ""] {
        let of = if owner.is_empty() { ("vpcCni: module, ", "") } else { ("vpcCni: module", owner) };
        let plan = must(EKS, &[auto, services, of]);
        assert_eq!(verdicts(&plan, "cloud/network-policy"), [(Outcome::Elsewhere, &Ground::Fact(facts::id::CLOUD_EXISTING))]);
        if !owner.is_empty() {
            intent(&plan, "/platform/eks/owns/vpcCni", Outcome::Elsewhere, "cloud-existing");
        }
        let tree = Tree::of(EKS, &[auto, services, of]);
        assert!(!tree.0.keys().any(|name| name.starts_with("k8s/network-engine/")), "{owner}");
        says(tree.row("cloud/network-policy"), look);
        says(tree.step("Apply D"), look);
        says(tree.step("Apply D"), "kubectl -n kube-system patch configmap amazon-vpc-cni");
        omits(tree.step("Apply D"), "k8s/network-engine");
        says(tree.running(), "The owner of the ConfigMap `amazon-vpc-cni`");
        omits(tree.report(), "k8s/network-engine");
    }
    let ours = ("vpcCni: module", "vpcCni: harden");
    let tree = Tree::of(EKS, &[auto, services, ours]);
    says(tree.file("k8s/network-engine/auto-mode.yaml"), "enable-network-policy-controller: \"true\"");
    says(tree.step("Apply D"), look);
    says(tree.step("Apply D"), "-k k8s/network-engine");
    assert!(must(EKS, &[auto, services, ours]).intents.iter().any(|intent| {
        intent.path.as_str() == "/platform/eks/owns/vpcCni" && intent.verdicts[0].outcome == Outcome::Enforced
    }));
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

/// The log group of another owner gets its retention from a line that says where it goes.
#[test]
fn retention_of_another_owners_group_has_its_place() {
    let other = Tree::of(EKS, &[("logGroup: harden", "logGroup: existing")]);
    says(other.step("Apply A"), "goes to `retention_in_days` of your `aws_cloudwatch_log_group`");
    omits(Tree::of(EKS, &[]).step("Apply A"), "retention_in_days");
}

/// What is not handed out is not sent on: AKS has no setting to send by, and a filter of EKS passes on what others have on.
#[test]
fn nothing_is_said_to_be_sent_on_that_is_not_handed_out() {
    let without = (
        "  namespaces:",
        "  controls: { cloud/control-plane-logs: { apply: false, waiver: W-1 } }\n  waivers: [{ id: W-1, control: cloud/control-plane-logs, owner: \
         me, reason: tried, expires: 2027-06-30 }]\n  namespaces:",
    );
    let hub = "siem: { eventHub: { namespace: logs, name: aks } }";
    let workspace = "siem: { azureMonitor: { workspace: /subscriptions/0/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/logs } }";
    for (sink, place) in [(hub, "/logging/siem/eventHub"), (workspace, "/logging/siem/azureMonitor")] {
        for owner in ["diagnosticSetting: harden", "diagnosticSetting: existing"] {
            let changes = [without, ("diagnosticSetting: harden", owner), (hub, sink)];
            let plan = must(AKS, &changes);
            let found = verdicts(&plan, "cloud/log-forwarding");
            assert_eq!(found, [(Outcome::Impossible, &Ground::Fact(facts::id::AKS_NO_CATEGORIES))], "{sink} {owner}");
            intent(&plan, place, Outcome::Impossible, "aks-no-categories");
            let tree = Tree::of(AKS, &changes);
            assert!(!tree.0.contains_key("terraform/attach/main.tf"), "{sink} {owner}");
            omits(tree.file("terraform/settings/outputs.tf"), "diagnostic");
            omits(tree.report(), "by the diagnostic setting");
            omits(tree.report(), "set `log_analytics_retention_in_days` on it");
            says(tree.report(), "only where they are switched on");
        }
    }
    for (path, goal) in [(AKS, "rbac-changes"), (EKS, "exec")] {
        let plan = must(path, &[without]);
        intent(&plan, &format!("/logging/audit/goals/{goal}"), Outcome::Impossible, "provider-logs-unasked");
        let found = verdicts(&plan, "apiserver/audit-log");
        assert_eq!(found, [(Outcome::Impossible, &Ground::Fact(facts::id::PROVIDER_LOGS_UNASKED))], "{path}");
    }
    let plan = must(EKS, &[without]);
    assert!(verdicts(&plan, "cloud/log-forwarding").iter().all(|(outcome, _)| *outcome != Outcome::Enforced));
    intent(&plan, "/logging/siem/relay", Outcome::Weaker, "eks-no-logs-asked");
    says(Tree::of(EKS, &[without]).file("terraform/attach/main.tf"), "aws_cloudwatch_log_subscription_filter");
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

/// A plug-in that enforces nothing is not said to enforce by itself.
#[test]
fn another_plugin_is_judged_by_what_it_enforces() {
    for (path, own) in [(EKS, "aws-vpc-cni: {}"), (AKS, ENGINE)] {
        for (plugin, outcome, fact) in [
            ("none: {}", Outcome::Impossible, "network-unnamed"),
            ("flannel: {}", Outcome::Impossible, "network-nobody"),
            ("cilium: { version: \"1.19\" }", Outcome::Elsewhere, "eks-cni-own"),
        ] {
            let plan = must(path, &[(own, plugin), ("profiles: [restricted]", "profiles: [cis-level-1]")]);
            let (found, ground) = verdicts(&plan, "cloud/network-policy")[0];
            assert_eq!((found, ground), (outcome, &Ground::Fact(FactId(fact))), "{path} {plugin}");
        }
    }
}

/// Nobody comes to a public address from a private range: such a range is in no public list, and a list of such ranges is told.
#[test]
fn private_ranges_open_no_public_endpoint() {
    let admins = ("admins: [203.0.113.0/24]", "admins: [10.20.0.0/16]");
    let egress = ("egress: [198.51.100.4/32]", "egress: [10.30.0.0/16]");
    let public = ("endpoint: both", "endpoint: public");
    assert_eq!(refused(EKS, &[admins, egress]), ["no-public-source"]);
    assert_eq!(refused(EKS, &[public, egress]), ["nodes-locked-out"]);
    assert_eq!(refused(AKS, &[egress]), ["nodes-locked-out"]);
    assert_eq!(refused(AKS, &[("access: authorized-ranges", "access: private"), admins, egress]), [""; 0]);
    for (path, change, outcome, fact) in [
        (EKS, ("endpoint: both", "endpoint: both"), Outcome::Elsewhere, "eks-private-sources"),
        (EKS, public, Outcome::Impossible, "cloud-private-range"),
        (AKS, ("access: authorized-ranges", "access: authorized-ranges"), Outcome::Impossible, "cloud-private-range"),
    ] {
        intent(&must(path, &[change, admins]), "/api/sources/admins", outcome, fact);
        // Where there is a private endpoint too, people come by that one.
        let told = warnings(path, &[change, admins]).contains("nobody comes to a public endpoint");
        assert_eq!(told, outcome == Outcome::Impossible, "{path} {change:?}");
    }
    omits(&warnings(EKS, &[]), "nobody comes");
    omits(&warnings(EKS, &[("endpoint: both", "endpoint: private"), admins]), "nobody comes");
    let mixed = Tree::of(AKS, &[("admins: [203.0.113.0/24]", "admins: [10.20.0.0/16, 203.0.113.0/24]")]);
    let settings = mixed.file("terraform/settings/outputs.tf");
    says(settings, "203.0.113.0/24");
    omits(settings, "10.20.0.0/16");
    says(mixed.report(), "`10.20.0.0/16` is not in `authorized_ip_ranges`");
}

/// Roles are bound to the name with which people come in, and a group in which nobody comes is told.
#[test]
fn groups_have_a_name_at_their_provider() {
    let id = "00000000-0000-0000-0000-00000000000d";
    let kubernetes = format!("kubernetes: \"{id}\", entra: {id}");
    let both = must(AKS, &[(&kubernetes, &format!("kubernetes: \"corp:dev\", entra: {}", id.to_uppercase()))]);
    let bound = both.rbac.roles.values().flat_map(|role| &role.subjects).map(|held| held.value.name().to_owned());
    let bound: Vec<String> = bound.collect();
    assert!(bound.contains(&id.to_owned()) && !bound.contains(&"corp:dev".to_owned()), "{bound:?}");
    let of = |plan: &Plan, path: &str| -> Vec<(Outcome, String)> {
        let found = plan.intents.iter().find(|intent| intent.path == SpecPath::new(path)).unwrap();
        found.verdicts.iter().map(|verdict| (verdict.outcome, verdict.detail.clone())).collect()
    };
    let developers = of(&both, "/identity/groups/developers");
    assert!(
        developers.iter().any(|(outcome, text)| *outcome == Outcome::NotApplicable && text.contains("`corp:dev`")),
        "{developers:?}"
    );
    let arns = ", aws: [\"arn:aws:iam::111122223333:role/break-glass\"]";
    for (path, from, to, group) in [
        (AKS, kubernetes.as_str(), "kubernetes: \"corp:dev\"", "/identity/groups/developers"),
        (EKS, arns, "", "/identity/breakGlass"),
    ] {
        assert!(of(&must(path, &[]), group).iter().all(|(_, text)| !text.contains("nobody comes in")), "{path}");
        let plan = must(path, &[(from, to)]);
        let said = of(&plan, group);
        assert!(said.iter().any(|(outcome, text)| *outcome == Outcome::Weaker && text.contains("nobody comes in")), "{said:?}");
        let ground = Ground::Fact(facts::fact("cloud-group-elsewhere").unwrap());
        assert!(verdicts(&plan, "rbac/duties").contains(&(Outcome::Weaker, &ground)), "{path}");
    }
    let named = must(AKS, &[(&kubernetes, &format!("kubernetes: \"{id}\""))]);
    assert!(of(&named, "/identity/groups/developers").iter().all(|(outcome, _)| *outcome != Outcome::Weaker));
}

/// Of sessions and groups of IAM EKS makes no entry: the apply would stop half way.
#[test]
fn entries_are_of_roles_and_users() {
    let arn = "arn:aws:iam::111122223333:role/break-glass";
    for other in ["arn:aws:sts::111122223333:assumed-role/dev/x", "arn:aws:iam::111122223333:group/dev", "arn:aws:s3:::bucket"] {
        assert_eq!(refused(EKS, &[(arn, other)]), ["unreadable-text"], "{other}");
    }
    assert_eq!(refused(EKS, &[(arn, "arn:aws:iam::111122223333:user/team/somebody")]), [""; 0]);
}

/// A node of a NodeClass comes in by an entry of another type than those of other nodes.
#[test]
fn roles_of_node_classes_have_their_entry() {
    let services = ("    runtime:", "    serviceCidrs: [172.20.0.0/16]\n    runtime:");
    let auto = Tree::of(EKS, &[("nodes: managed", "nodes: auto"), services]);
    says(auto.step("B: check"), "--type EC2`");
    says(auto.step("B: check"), "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy`. ");
    let china = Tree::of(EKS, &[("nodes: managed", "nodes: auto"), services, ("arn:aws:", "arn:aws-cn:")]);
    says(china.step("B: check"), "arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy`");
    omits(china.page(), "arn:aws:");
    omits(Tree::of(EKS, &[]).step("B: check"), "AmazonEKSAutoNodePolicy");
}

/// Auto Mode runs a plug-in of its own: what is declared for another one would never hold.
#[test]
fn auto_mode_takes_no_other_plug_in() {
    let auto = ("nodes: managed", "nodes: auto");
    let more = ("    runtime:", "    serviceCidrs: [172.20.0.0/16]\n    runtime:");
    for other in [
        "calico: { version: \"3.31\" }",
        "calico: { version: \"3.31\", encapsulation: none }",
        "cilium: { version: \"1.18\" }",
        "flannel: { version: \"0.27\" }",
        "weave: { version: \"2.9\" }",
        "none: {}",
    ] {
        assert_eq!(refused(EKS, &[auto, more, ("aws-vpc-cni: {}", other)]), ["does-not-belong"], "{other}");
    }
    assert_eq!(refused(EKS, &[auto, more]), [""; 0]);
    assert_ne!(refused(EKS, &[more, ("aws-vpc-cni: {}", "cilium: { version: \"1.18\" }")]), ["does-not-belong"]);
}

/// CloudWatch sends to four kinds of receivers, each with a role or without one, in its own region; Azure to resources by their ids.
#[test]
fn receivers_are_what_a_provider_sends_to() {
    let relay = "relay: { destination: \"arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs\", role: \"arn:aws:iam::111122223333:role/logs\" }";
    let on_eks = |destination: &str, role: &str| {
        let role = if role.is_empty() { String::new() } else { format!(", role: \"{role}\"") };
        refused(EKS, &[(relay, &format!("relay: {{ destination: \"{destination}\"{role} }}"))])
    };
    let (own, wrong) = ("arn:aws:iam::111122223333:role/logs", ["relay-form"]);
    for (destination, role) in [
        ("arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs", own),
        ("arn:aws:kinesis:eu-west-1:111122223333:stream/logs", own),
        ("arn:aws:lambda:eu-west-1:111122223333:function:logs", ""),
        ("arn:aws:logs:eu-west-1:111122223333:destination:logs", ""),
        ("arn:aws:logs:eu-west-1:111122223333:destination:logs", own),
    ] {
        assert_eq!(on_eks(destination, role), [""; 0], "{destination} {role}");
    }
    for (destination, role) in [
        ("hello", own),
        ("arn:aws:s3:::bucket", own),
        ("arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs", ""),
        ("arn:aws:kinesis:eu-west-1:111122223333:stream/logs", ""),
        ("arn:aws:lambda:eu-west-1:111122223333:function:logs", own),
        ("arn:aws:firehose:us-east-1:111122223333:deliverystream/logs", own),
        ("arn:aws:firehose:eu-west-1:1111:deliverystream/logs", own),
        ("arn:aws:firehose:eu-west-1:111122223333:deliverystream/", own),
        ("arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs", "logs"),
        ("arn:aws:lambda:eu-west-1:111122223333:function:a'; reboot", ""),
    ] {
        assert_eq!(on_eks(destination, role), wrong, "{destination} {role}");
    }
    let function = "relay: { destination: \"arn:aws:lambda:eu-west-1:111122223333:function:logs\" }";
    says(
        Tree::of(EKS, &[(relay, function)]).page(),
        "lambda add-permission --function-name 'arn:aws:lambda:eu-west-1:111122223333:function:logs'",
    );
    let china = function.replace("arn:aws:", "arn:aws-cn:");
    says(Tree::of(EKS, &[(relay, &china)]).page(), "--source-arn 'arn:aws-cn:logs:REGION:ACCOUNT:");
    let hub = spec(AKS, &[]).lines().find(|line| line.contains("siem:")).unwrap().to_owned();
    let below = "/subscriptions/1/resourceGroups/logs/providers";
    for (siem, codes) in [
        (format!("azureMonitor: {{ workspace: {below}/microsoft.operationalinsights/workspaces/logs }}"), vec![]),
        ("azureMonitor: { workspace: hello }".to_owned(), vec!["relay-form"]),
        (format!("azureMonitor: {{ workspace: {below}/Microsoft.EventHub/namespaces/logs }}"), vec!["relay-form"]),
        ("eventHub: { namespace: logs, name: aks, authorizationRule: hello }".to_owned(), vec!["relay-form"]),
    ] {
        assert_eq!(refused(AKS, &[(&hub, &format!("    siem: {{ {siem} }}"))]), codes, "{siem}");
    }
}

/// What the spec has harden make is made, or said not to be; never called the owner's.
#[test]
fn what_harden_is_to_make_is_not_called_the_owners() {
    for profile in ["baseline", "restricted", "ten-ways", "cis-level-1", "cis-level-2", "nsa"] {
        let profile = format!("profiles: [{profile}]");
        for (path, before, owns) in [
            (
                EKS,
                OWNS,
                "owns: { logGroup: harden, kmsKey: harden, vpcCni: harden, accessEntries: harden, subscriptionFilter: harden }",
            ),
            (AKS, "owns: { diagnosticSetting: harden }", "owns: { diagnosticSetting: harden }"),
        ] {
            let plan = must(path, &[(before, owns), ("profiles: [restricted]", &profile)]);
            for intent in plan.intents.iter().filter(|intent| intent.path.as_str().contains("/owns/")) {
                let grounds: Vec<&Ground> = intent.verdicts.iter().map(|verdict| &verdict.ground).collect();
                assert!(!grounds.contains(&&Ground::Fact(facts::id::CLOUD_EXISTING)), "{profile} {}: {grounds:?}", intent.path);
            }
            if path == EKS {
                let made = verdicts(&plan, "cloud/secrets-key");
                assert!(made.iter().all(|(outcome, _)| *outcome != Outcome::NotApplicable), "{profile}: {made:?}");
            }
        }
    }
}

/// What the agent of the Amazon VPC CNI does not hold to stops the build.
#[test]
fn limits_of_the_vpc_cni_stop_the_build() {
    let version = |text: &'static str| ("aws-vpc-cni: {}", text);
    assert_eq!(refused(EKS, &[version("aws-vpc-cni: { version: \"1.13\" }")]), ["policies-not-enforced"]);
    assert_eq!(refused(EKS, &[version("aws-vpc-cni: { version: \"1.14\" }")]), [""; 0]);
    let ports = |count: u16| {
        let list: Vec<String> = (0..count).map(|n| (9000 + n).to_string()).collect();
        format!(
            "  network:\n    peers: {{ ingress: {{ namespace: edge, selector: {{ app: in }} }} }}\n    tiers: [{{ name: many, namespace: shop, \
             selector: {{ app: many }}, ports: [{}] }}]\n    flows: [{{ name: in, from: ingress, to: many }}]\n  namespaces:",
            list.join(", ")
        )
    };
    assert_eq!(refused(EKS, &[("  namespaces:", &ports(24))]), [""; 0]);
    assert_eq!(refused(EKS, &[("  namespaces:", &ports(25))]), ["flow-not-matched"]);
    // Two flows between the same ends share the list.
    let more = ", { name: more, from: ingress, to: many, ports: [7000] }]";
    let both = |count: u16| ports(count).replacen("to: many }]", &format!("to: many }}{more}"), 1);
    assert_eq!(refused(EKS, &[("  namespaces:", &both(23))]), [""; 0]);
    assert_eq!(refused(EKS, &[("  namespaces:", &both(24))]), ["flow-not-matched"; 2]);
}

/// A policy for a whole cluster that nobody forbids is called unwritten.
#[test]
fn policies_for_a_whole_cluster_say_why_not() {
    let asked = ("  namespaces:", "  controls: { network/global-deny: { apply: true } }\n  namespaces:");
    for (path, change, fact) in [
        (EKS, ("aws-vpc-cni: {}", "aws-vpc-cni: { version: \"1.20\" }"), "network-engine-aws-old"),
        (EKS, ("aws-vpc-cni: {}", "aws-vpc-cni: { version: \"1.21.0\" }"), "network-engine-aws-old"),
        (EKS, ("aws-vpc-cni: {}", "aws-vpc-cni: { version: \"1.21\" }"), "network-engine-aws"),
        (EKS, ("aws-vpc-cni: {}", "aws-vpc-cni: {}"), "network-engine-aws"),
        (AKS, (ENGINE, ENGINE), "network-engine-azure-cilium"),
        (AKS, (ENGINE, "azure-cni: { networkPolicy: calico }"), "network-engine-azure-calico"),
        (AKS, (ENGINE, "azure-cni: { networkPolicy: azure }"), "network-engines"),
    ] {
        let plan = must(path, &[asked, change]);
        let expected = Ground::Fact(facts::fact(fact).unwrap());
        assert_eq!(verdicts(&plan, "network/global-deny"), [(Outcome::Impossible, &expected)], "{change:?}");
    }
}

/// Sentences of one shape of a tree are not in another one.
#[test]
fn texts_fit_the_tree() {
    let aks = Tree::of(AKS, &[]);
    says(aks.running(), "what exists already (the diagnostic setting)");
    omits(aks.running(), "log group");
    says(aks.report(), "a member of the groups in `admin_group_object_ids`");
    omits(aks.report(), "`identity.breakGlass`, or");
    let bare = Tree::of(AKS, &[("entra: { adminGroups: [00000000-0000-0000-0000-000000000001] }, ", "")]);
    says(bare.report(), "the local account");
    omits(bare.step("Apply A"), "Entra ID");
    let private = Tree::of(AKS, &[("access: authorized-ranges", "access: private")]);
    omits(private.step("Apply C"), "ranges");
    for (path, other) in [("examples/every-field/eks.yaml", EKS), ("examples/every-field/aks.yaml", AKS)] {
        let few = Tree::of(path, &[("name: every-field-", "name: x-")]);
        if !few.0.keys().any(|name| name.starts_with("k8s/")) {
            omits(few.page(), "`k8s/");
        }
        says(Tree::of(other, &[]).page(), "`k8s/");
    }
    let back = Tree::of(
        EKS,
        &[(
            OWNS,
            "owns: { logGroup: module, kmsKey: module, vpcCni: module, accessEntries: harden, subscriptionFilter: harden }",
        )],
    );
    let back = back.step("Giving something back").to_owned();
    says(&back, "the access entries, the subscription filter");
    omits(&back, "the add-on");
    says(&back, "nobody comes in without an entry");
}

/// Certificates that were handed out are a way in, and their end has a price.
#[test]
fn the_end_of_local_accounts_has_its_price() {
    let tree = Tree::of(AKS, &[]);
    says(tree.step("Apply C"), "makes all nodes and their disks anew");
    says(tree.row("cloud/identities"), "rotate-certs");
}

/// Closing the private endpoint hardens nothing, and comes after the ranges.
#[test]
fn a_public_endpoint_asks_for_the_ways_out() {
    let tree = Tree::of(EKS, &[("endpoint: both", "endpoint: public")]);
    omits(tree.step("Apply C:"), "endpoint_private_access");
    says(tree.step("Apply C2"), "harden_settings.endpoint_private_access");
    says(tree.step("B: check"), "NAT gateways");
    says(tree.running(), "Apply C2");
    assert_eq!(Tree::of(EKS, &[]).step("Apply C2"), "");
}

/// Who is missing on the way has a way on.
#[test]
fn checks_name_the_way_on() {
    let tree = Tree::of(EKS, &[]);
    says(tree.step("B: check"), "--type EC2_LINUX");
    says(tree.step("Take over what exists"), "CloudWatch takes two for a log group");
    says(tree.step("Take over what exists"), "cluster|harden-relay");
    let aks = Tree::of(AKS, &[]);
    says(aks.step("B: check"), "localDnsProfile");
    says(aks.report(), "169.254.10.10");
}

/// What sends logs on may be another owner's: nothing is made, nothing is called enforced, and people look.
#[test]
fn what_sends_logs_on_has_an_owner() {
    let setting = "owns: { diagnosticSetting: harden },";
    let filter = ", subscriptionFilter: harden";
    let cases = [
        (AKS, "diagnosticSetting", setting, "cloud/control-plane-logs", "az monitor diagnostic-settings list"),
        (AKS, "diagnosticSetting", setting, "cloud/log-forwarding", "az monitor diagnostic-settings list"),
        (EKS, "subscriptionFilter", filter, "cloud/log-forwarding", "aws logs describe-subscription-filters"),
    ];
    for (path, field, ours, control, look) in cases {
        let place = format!("/platform/{}/owns/{field}", if path == EKS { "eks" } else { "aks" });
        for owner in ["module", "existing", ""] {
            let word = if owner.is_empty() { String::new() } else { ours.replace("harden", owner) };
            let tree = Tree::of(path, &[(ours, &word)]);
            let plan = must(path, &[(ours, &word)]);
            let found = verdicts(&plan, control);
            assert!(found.iter().all(|(outcome, _)| *outcome == Outcome::Elsewhere), "{path} {owner}: {found:?}");
            says(tree.row(control), look);
            says(tree.row(control), "no data source shows it");
            says(tree.step("Apply A"), look);
            says(tree.step("B: check"), look);
            says(tree.report(), "once its owner sets it");
            omits(tree.running(), if path == EKS { "the subscription filter" } else { "the diagnostic setting" });
            if !owner.is_empty() {
                intent(&plan, &place, Outcome::Elsewhere, "cloud-existing");
            }
        }
        let plan = must(path, &[]);
        assert!(verdicts(&plan, control).iter().any(|(outcome, _)| *outcome == Outcome::Enforced), "{path}");
    }
    // Where the spec names no receiver, the owner has one, and no line of ours says for how long it keeps anything.
    let hub = "siem: { eventHub: { namespace: logs, name: aks } }";
    let none = Tree::of(AKS, &[(setting, ""), (hub, "siem: { s3: { bucket: logs } }")]);
    says(none.step("Apply A"), "the receiver that you chose");
    omits(none.file("terraform/settings/outputs.tf"), "retention");
    omits(none.file("terraform/attach/variables.tf"), "log_analytics_workspace_id");
    // A filter without a relay is nobody's.
    let relay = "relay: { destination: \"arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs\", role: \"arn:aws:iam::111122223333:role/logs\" }";
    let plan = must(EKS, &[(relay, "")]);
    intent(&plan, "/platform/eks/owns/subscriptionFilter", Outcome::NotApplicable, "not-declared");
    omits(Tree::of(EKS, &[(relay, "")]).file("terraform/attach/main.tf"), "subscription");
}

/// A value that only the owner's resource can take is not enforced by an output.
#[test]
fn settings_for_an_owner_are_elsewhere() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, changes) in [
        (EKS, vec![]),
        (EKS, vec![("endpoint: both", "endpoint: private")]),
        (AKS, vec![]),
        (AKS, vec![("access: authorized-ranges", "access: private")]),
    ] {
        let plan = must(path, &changes);
        let controls = plan.verdicts.iter().map(|control| (control.id.to_string(), &control.verdicts));
        let intents = plan.intents.iter().map(|intent| (intent.path.to_string(), &intent.verdicts));
        for (what, verdicts) in controls.chain(intents) {
            for verdict in verdicts {
                let Ground::Settings(keys) = &verdict.ground else { continue };
                seen += 1;
                let only = !keys.is_empty() && keys.iter().all(|key| key.to_string().starts_with("cloud/settings/"));
                if verdict.outcome == Outcome::Enforced && only {
                    wrong.push(format!("{path}: {what}"));
                }
            }
        }
    }
    assert!(seen > 20);
    none(&wrong);
}

/// What this version does not write is told apart from what something forbids: in the report, in its numbers and in `coverage.json`.
#[test]
fn what_is_not_written_is_not_called_forbidden() {
    let tree = Tree::of(EKS, &[]);
    let (held, rest) = tree.report().split_once("## Not held here").unwrap();
    says(held, "are what this version of harden does not write");
    let parts: Vec<&str> = rest.split("\n## ").next().unwrap().split("\n### ").collect();
    let titles: Vec<&str> = parts.iter().skip(1).map(|part| part.lines().next().unwrap()).collect();
    assert_eq!(
        titles,
        [
            "Forbidden by the platform, or by what the spec declares",
            "Not written by this version of harden",
            "Weaker than it is asked for"
        ]
    );
    omits(parts[1], "does not write");
    for line in parts[2].lines().filter(|line| line.contains("**impossible**")) {
        assert!(line.contains("this version"), "{line}");
    }
    let coverage: serde_json::Value = serde_json::from_str(tree.file("coverage.json")).unwrap();
    let controls = coverage["controls"].as_array().unwrap().iter();
    let marked = controls.flat_map(|control| control["verdicts"].as_array().unwrap());
    let marked: Vec<&serde_json::Value> = marked.filter(|verdict| verdict["reason"]["unwritten"] == true).collect();
    assert!(!marked.is_empty());
    assert!(marked.iter().all(|verdict| verdict["outcome"] == "impossible"), "{marked:?}");
}

/// Every sentence that says so is marked, and no other.
#[test]
fn sentences_about_this_version_are_marked() {
    let mut wrong = Vec::new();
    for fact in facts::facts() {
        let sentence = facts::sentence(fact, harden::base::Minor(36));
        let said = sentence.contains("this version");
        if said != facts::is_unwritten(fact) {
            wrong.push(format!("{}: {sentence}", fact.0));
        }
    }
    none(&wrong);
}

/// Where a provider lets a control of the control plane not be held, its sentence says what takes its place, or that nothing does.
#[test]
fn what_a_provider_forbids_has_its_way() {
    let mut asked = std::collections::BTreeSet::new();
    let mut wrong = Vec::new();
    for platform in ["eks", "aks"] {
        for minor in facts::build_minors() {
            let plan = plan(&spec_of(platform, &minor.to_string()), None)
                .unwrap_or_else(|codes| panic!("{platform} {minor}: {codes:?}"));
            for (id, fact) in forbidden(&plan) {
                asked.insert((platform, id));
                let sentence = facts::sentence(fact, minor);
                if !says_a_way(sentence) {
                    wrong.push(format!("{platform} {minor} {id}: {}: {sentence}", fact.0));
                }
            }
        }
    }
    wrong.dedup();
    none(&wrong);
    // What the test is about is there.
    for control in ["admission/event-rate-limit", "apiserver/audit-policy"] {
        assert!(asked.contains(&("eks", control)) && asked.contains(&("aks", control)), "{control}: {asked:?}");
    }
    assert!(asked.contains(&("aks", "apiserver/kubelet-ca")) && asked.contains(&("aks", "apiserver/no-token-file")), "{asked:?}");
    for sentence in
        ["EKS records by a fixed audit policy of its own, which its owner cannot change", "Microsoft publishes a fail"]
    {
        assert!(!says_a_way(sentence), "{sentence}");
    }
}

/// The controls of the control plane that cannot be held, each with the fact; what this version does not write yet is told apart.
fn forbidden(plan: &Plan) -> Vec<(&'static str, FactId)> {
    const AREAS: [&str; 5] = ["admission/", "apiserver/", "controller-manager/", "etcd/", "scheduler/"];
    let controls = plan.verdicts.iter().filter(|control| AREAS.iter().any(|area| control.id.0.starts_with(area)));
    let all = controls.flat_map(|control| control.verdicts.iter().map(|verdict| (control.id.0, verdict)));
    all.filter(|(_, verdict)| verdict.outcome == Outcome::Impossible)
        .filter_map(|(id, verdict)| match &verdict.ground {
            Ground::Fact(fact) if !facts::is_unwritten(*fact) => Some((id, *fact)),
            Ground::Fact(_) | Ground::Waiver(_) | Ground::Settings(_) => None,
        })
        .collect()
}

fn says_a_way(sentence: &str) -> bool {
    ["take its place", "takes its place", "`cloud/"].iter().any(|words| sentence.contains(words))
}
