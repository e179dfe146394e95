//! Who comes in: groups, access entries, local accounts.

use harden::{
    base::SpecPath,
    facts,
    plan::{Ground, Outcome, Plan},
};

use super::{AKS, EKS, Tree, must, omits, refused, says, verdicts};

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

/// The module keeps the policies of an entry in resources of their own: moved or forgotten, and never destroyed.
#[test]
fn policies_of_entries_are_taken_over_too() {
    let step = Tree::of(EKS, &[]).step("Take over what exists").to_owned();
    says(&step, "state mv 'module.eks.aws_eks_access_policy_association.this[");
    says(&step, "state rm 'module.eks.aws_eks_access_policy_association.this[");
    says(&step, "never one that your module manages");
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

/// Certificates that were handed out are a way in, and their end has a price.
#[test]
fn the_end_of_local_accounts_has_its_price() {
    let tree = Tree::of(AKS, &[]);
    says(tree.step("Apply C"), "makes all nodes and their disks anew");
    says(tree.row("cloud/identities"), "rotate-certs");
}
