//! A control plane that a provider runs: what is set there, around the objects of the cluster.

use crate::{
    base::{Artifact, Platform},
    plan::{
        CloudPlan, Plan,
        cloud::{CloudValue, Owner, Stage},
    },
    targets::{self, FOR_PEOPLE, NETWORK_ENGINE},
};

use super::objects::{APPLY, each, folders, has};

/// A new cluster at a provider: nobody is in it who could be shut out.
pub(super) fn new_at_provider(plan: &Plan, artifacts: &[Artifact]) -> Option<String> {
    let cloud = plan.cloud.as_ref()?;
    let mut text = "Write the cluster with the lines of every step of `terraform/ADOPT.md` at once: there is nothing to take over, and nothing to \
                    check before it is closed."
        .to_owned();
    if targets::stages(artifacts).next().is_some() {
        let applier = match (plan.cluster.platform, cloud.settings.contains_key("admin_group_object_ids")) {
            (Platform::Aks, true) => "a member of the groups in `admin_group_object_ids` of `terraform/settings`",
            (Platform::Aks, false) => "the local account (`az aks get-credentials --admin`), since the spec declares no Entra ID",
            (Platform::Eks | Platform::Kubeadm, _) if cloud.admins.is_empty() => {
                "a principal with an access entry and a policy of your own, since the spec names none in `identity.breakGlass`"
            }
            (Platform::Eks | Platform::Kubeadm, _) => "break glass, or a principal with an access entry and a policy of your own",
        };
        text.push_str(&format!(" Whoever applies the objects below must be let in by then: {applier}."));
    }
    Some(text)
}

/// What is applied before anybody is let in by another way: an access entry, or a sign-in by Entra ID, counts at once.
pub(super) fn for_people(artifacts: &[Artifact]) -> Option<String> {
    let folders = folders(artifacts, |stage| FOR_PEOPLE.contains(&stage));
    (!folders.is_empty()).then(|| {
        format!(
            "As whoever comes in today, before anybody comes in by another way: {}, {}{APPLY}. Roles of a group that nobody is in yet give \
             nothing, and whoever is let in by apply A finds them there.",
            folders.join(", "),
            each(&folders)
        )
    })
}

/// What is set at the provider, around the objects of the cluster. The letters are those of `terraform/ADOPT.md`.
#[derive(Default)]
pub(super) struct Ways {
    /// What comes before everything.
    pub(super) before: Vec<String>,
    /// What opens the way that stays.
    pub(super) open: Vec<String>,
    /// What comes after the objects.
    pub(super) after: Vec<String>,
}

pub(super) fn provider(plan: &Plan, artifacts: &[Artifact]) -> Ways {
    let Some(cloud) = &plan.cloud else { return Ways::default() };
    let existing = existing(cloud);
    let existing = if existing.is_empty() {
        String::new()
    } else {
        format!(", and take into the state what exists already ({})", existing.join(", "))
    };
    let before = vec![format!(
        "Call the modules `terraform/settings` and `terraform/attach` beside the cluster, with the lines of `terraform/ADOPT.md`{existing}. Read \
         `terraform plan` before every apply: it must change the cluster in place, make nothing that exists, and destroy nothing.{}",
        if cloud.vpc_cni.as_ref().is_some_and(|owner| owner.value == Owner::Harden) {
            " A network plug-in that is no add-on yet (`aws eks list-addons`) loses its own settings to the add-on: give them to the call first, as the \
             page says, and `vpc_cni_overwrite` last."
        } else {
            ""
        }
    )];
    let mut open = vec![format!("Apply A: what opens the way that stays, with the logs. {}", opened(plan, cloud))];
    if cloud.settings.contains_key("private_cluster_enabled") {
        open.push(
            "A cluster that has a public address today is made anew when it becomes private: then build a new one beside it."
                .to_owned(),
        );
    }
    let mut after = Vec::new();
    if cloud.has(Stage::Close) {
        after.push(format!("B, checks by people before anything is closed: {}.", before_closing(cloud).join("; ")));
        after.push(format!(
            "Apply C, by itself: close {}. Keep a session open that came in by the way that stays.",
            closing(cloud).join(", ")
        ));
    }
    if cloud.has(Stage::Private) {
        after.push(
            "Apply C2, by itself, after the ranges have held for a while: take the private endpoint away. It closes nothing to anybody outside."
                .to_owned(),
        );
    }
    if cloud.has(Stage::Overlay) {
        after.push(
            "Apply D1, by itself, for a cluster whose pods are not on an overlay yet: give them one. The nodes of all pools are re-imaged at the same \
             time, nothing outside reaches a pod by its address any more, and there is no way back."
                .to_owned(),
        );
    }
    if cloud.has(Stage::Network) {
        after.push(let_policies_act(plan, if cloud.has(Stage::Overlay) { "D2" } else { "D" }));
    }
    if let Some(owner) = &cloud.auto_mode_engine {
        let how = if owner.value == Owner::Harden {
            format!(" `kubectl apply --server-side -k k8s/{NETWORK_ENGINE}` does it.")
        } else {
            " The owner of the ConfigMap `amazon-vpc-cni` of kube-system does it, by the lines of `terraform/ADOPT.md`."
                .to_owned()
        };
        after.push(let_policies_act(plan, "D") + &how);
    }
    if cloud.secrets_key.as_ref().is_some_and(|owner| owner.value == Owner::Harden) {
        after.push(
            "Apply E, by itself, for a cluster that has no key of yours (`aws eks describe-cluster --name NAME --query cluster.encryptionConfig` \
             says `null`): the key of Secrets. There is no way back."
                .to_owned(),
        );
    }
    if has(artifacts, "terraform/attach/verify.tf") {
        after.push(
            "Run `terraform plan` again: the check blocks of `terraform/attach/verify.tf` warn of what is not as planned."
                .to_owned(),
        );
    }
    Ways { before, open, after }
}

/// What `attach` makes, of what a running cluster may have already.
fn existing(cloud: &CloudPlan) -> Vec<&'static str> {
    let ours = |owner: Option<Owner>| owner == Some(Owner::Harden);
    let rows = [
        (ours(cloud.log_group.as_ref().map(|group| group.owner.value)), "the log group"),
        (ours(cloud.filter_owner.as_ref().map(|owner| owner.value)), "the subscription filter"),
        (
            ours(cloud.entries_owner.as_ref().map(|owner| owner.value)) && !cloud.entries.is_empty(),
            "access entries and their policies",
        ),
        (ours(cloud.vpc_cni.as_ref().map(|owner| owner.value)), "the add-on `vpc-cni`"),
        (ours(cloud.diagnostics_owner.as_ref().map(|owner| owner.value)), "the diagnostic setting"),
    ];
    rows.into_iter().filter(|(made, _)| *made).map(|(_, what)| what).collect()
}

/// Whom apply A changes something for.
fn opened(plan: &Plan, cloud: &CloudPlan) -> String {
    let mut says = Vec::new();
    if !cloud.entries.is_empty() {
        says.push(
            "An access entry takes the place of what aws-auth gives the same ARN, and of the groups that an entry of it has, at once: whoever needs \
             more than the spec gives (this pipeline, first of all) stays out of `identity.groups` until they have it another way.",
        );
    }
    if cloud.settings.get("endpoint_private_access").is_some_and(|held| held.value == CloudValue::Bool(true)) {
        says.push(
            "Where the private endpoint is new, its name leads to private addresses inside the VPC from then on: a runner or bastion host there needs \
             a rule for port 443 in the security group of the cluster first.",
        );
    }
    if cloud.settings.contains_key("admin_group_object_ids") {
        says.push(
            "Kubeconfigs that lie somewhere go on to work; one that `az aks get-credentials` fetches from then on signs in through Entra ID: what \
             fetches one at every run adds `--admin` until B, or has `kubelogin` and its rights before A.",
        );
    }
    if says.is_empty() && plan.cloud.is_some() {
        says.push("Nobody is shut out by it.");
    }
    says.join(" ")
}

/// What the apply of the engine does to a cluster that runs.
fn let_policies_act(plan: &Plan, letter: &str) -> String {
    let images = match plan.cluster.platform {
        Platform::Aks => " The nodes of all pools are re-imaged at the same time: plan it like an upgrade of the whole cluster.",
        Platform::Eks | Platform::Kubeadm => "",
    };
    format!(
        "Apply {letter}, by itself: let network policies take effect. `kubectl get networkpolicy -A` first: those that lie dormant wake up too.{images}"
    )
}

/// What is to be seen before a way in is closed.
fn before_closing(cloud: &CloudPlan) -> Vec<&'static str> {
    let set = |name: &str| cloud.settings.contains_key(name);
    let mut checks = vec!["every node is Ready, and every runner and person has come in by the way that stays"];
    if set("public_access_cidrs") || set("authorized_ip_ranges") {
        checks.push("the outgoing addresses of nodes, runners and people are among the ranges");
    }
    if cloud.ends_aws_auth() {
        checks.push(
            "`aws eks list-access-entries` lists the roles of all nodes and of everybody and every pipeline whom only aws-auth knows, and \
             somebody who can apply `k8s/` is among them",
        );
    }
    if set("local_account_disabled") {
        checks
            .push("somebody of the administrators' groups has signed in through Entra ID, and no pipeline uses a local account");
    }
    checks
}

/// What is closed.
fn closing(cloud: &CloudPlan) -> Vec<&'static str> {
    let closed = |name: &str| cloud.settings.get(name).is_some_and(|held| CloudPlan::stage(name, &held.value) == Stage::Close);
    let rows = [
        ("public_access_cidrs", "the public endpoint to all but the ranges"),
        ("authorized_ip_ranges", "the API server to all but the ranges"),
        ("private_cluster_enabled", "the public address"),
        ("local_account_disabled", "local accounts"),
        ("run_command_enabled", "commands through the provider's API"),
        ("authentication_mode", "aws-auth (the mode does not go back)"),
    ];
    let mut out: Vec<&str> = rows.iter().filter(|(name, _)| closed(name)).map(|(_, what)| *what).collect();
    if cloud.settings.get("endpoint_public_access").is_some_and(|held| held.value == CloudValue::Bool(false)) {
        out.insert(0, "the public endpoint");
    }
    out
}
