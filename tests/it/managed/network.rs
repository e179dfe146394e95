//! What enforces network policies, and who switches it on.

use harden::{
    base::FactId,
    facts,
    plan::{Ground, Outcome},
};

use super::{AKS, EKS, ENGINE, OWNS, Tree, intent, must, omits, refused, says, verdicts};

/// Where an engine acts already, the stage of policies closes at once, and not at step D.
#[test]
fn policies_may_take_effect_when_they_are_applied() {
    for path in [EKS, AKS] {
        says(Tree::of(path, &[]).running(), "`k8s/network` takes effect at once");
    }
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

/// Where no Windows node can be a pool of them is an error, and nowhere else.
#[test]
fn windows_pools_are_refused_where_none_can_be() {
    let aks = ("os: azure-linux-3", "os: windows-2025");
    let eks = ("os: al2023", "os: windows-2025");
    let services = ("    runtime:", "    serviceCidrs: [172.20.0.0/16]\n    runtime:");
    assert_eq!(refused(AKS, &[aks]), ["does-not-belong"]);
    assert_eq!(refused(AKS, &[aks, (ENGINE, "azure-cni: { networkPolicy: calico }")]), [""; 0]);
    assert_eq!(refused(EKS, &[eks, ("nodes: managed", "nodes: auto"), services]), ["does-not-belong"]);
    assert_eq!(refused(EKS, &[eks]), [""; 0]);
}

/// Calico as the engine of AKS is the component: what it runs is spared everywhere, as on a cluster whose plug-in it is.
#[test]
fn calico_of_aks_is_spared() {
    let engine = ("engines: { admissionPolicy: {} }", "engines: { gatekeeper: { version: \"3.23\", installed: values } }");
    let calico = (ENGINE, "azure-cni: { networkPolicy: calico }");
    let namespaces = ("namespaces: [{ name: shop }]", "namespaces: [{ name: shop }, { name: calico-system }]");
    let plan = must(AKS, &[engine, calico, namespaces]);
    for policy in plan.policies.values().filter(|policy| policy.policy.name != "escalated-entry") {
        for namespace in ["calico-system", "tigera-operator"] {
            assert!(policy.exempt.contains_key(namespace), "{} {namespace}", policy.policy.name);
        }
    }
    assert_eq!(plan.namespaces["calico-system"].labels["pod-security.kubernetes.io/enforce"].value, "privileged");
    let in_tree = must(AKS, &[calico]);
    assert!(in_tree.policies["always-pull"].exempt.contains_key("calico-system"));
    let cilium = must(AKS, &[engine]);
    assert!(cilium.policies.values().all(|policy| !policy.exempt.contains_key("calico-system")));
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

/// A plug-in that is no add-on yet keeps what it has: nothing replaces it before its caller has read it and says so.
#[test]
fn a_self_managed_plugin_is_not_overwritten() {
    let ours = ("vpcCni: module", "vpcCni: harden");
    let tree = Tree::of(EKS, &[ours]);
    let main = tree.file("terraform/attach/main.tf");
    says(main, "= var.vpc_cni_overwrite ? \"OVERWRITE\" : \"NONE\"");
    says(main, "= var.vpc_cni_version");
    let variables = tree.file("terraform/attach/variables.tf");
    let overwrite = variables.split("variable \"vpc_cni_overwrite\"").nth(1).unwrap().split("\n}").next().unwrap();
    says(overwrite, "default     = false");
    says(tree.step("Call both modules"), "vpc_cni_overwrite        = false");
    for words in ["get daemonset aws-node", "get serviceaccount aws-node", "`vpc_cni_overwrite = true`", "ConfigurationConflict"]
    {
        says(tree.step("Take over what exists"), words);
    }
    says(tree.running(), "`vpc_cni_overwrite` last");
    omits(Tree::of(EKS, &[]).page(), "vpc_cni_overwrite");
    omits(tree.file("terraform/attach/verify.tf"), "addon_version");
    for (version, live) in [("1.20", "v1.20."), ("1.20.4", "v1.20.4-")] {
        let declared = format!("aws-vpc-cni: {{ version: \"{version}\" }}");
        let tree = Tree::of(EKS, &[("aws-vpc-cni: {}", &declared)]);
        let asked = format!("startswith(data.aws_eks_addon.vpc_cni.addon_version, \"{live}\")");
        says(tree.file("terraform/attach/verify.tf"), &asked);
    }
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
