//! Standalone resources beside an EKS cluster, by its name.

use std::sync::Arc;

use crate::{
    base::Origin,
    hcl::{Block, Expr, Piece},
    plan::{
        CloudPlan, Held,
        cloud::{CloudValue, Owner, admin_key, cloud_key, cloud_setting, entry_key},
    },
    targets::origins,
};

use super::{FORM, described, settings, variable};

/// The log group, whoever owns it.
const GROUP_NAME: &str = "coalesce(var.log_group_name, \"/aws/eks/${var.cluster_name}/cluster\")";

/// Whether this module makes the log group.
fn makes_group(cloud: &CloudPlan) -> Option<&crate::plan::cloud::LogGroup> {
    cloud.log_group.as_ref().filter(|group| group.owner.value == Owner::Harden)
}

/// What is to be made by this module, of what may exist already.
fn made(owner: Option<&Held<Owner>>) -> Option<&Held<Owner>> {
    owner.filter(|owner| owner.value == Owner::Harden)
}

pub(super) fn variables(cloud: &CloudPlan) -> Vec<Block> {
    let form = Origin::shape(FORM);
    let mut blocks =
        vec![variable("cluster_name", "string", "The name of the EKS cluster: the attribute of its resource.", &form)];
    if let Some(group) = &cloud.log_group {
        let origin = origins::setting(&cloud_key("log-group/owner"), &group.owner);
        let about = if group.owner.value == Owner::Harden {
            "The name of the log group where it is made before the cluster: the literal text /aws/eks/NAME/cluster, not an attribute of the \
             cluster. Null takes it from cluster_name, for a cluster that exists."
        } else {
            "The name of the log group of the control plane: the attribute of its resource. Null takes the name that EKS gives it."
        };
        blocks.push(described(variable("log_group_name", "string", about, &origin).set("default", Expr::code("null"))));
    }
    blocks
}

pub(super) fn resources(cloud: &CloudPlan) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(group) = makes_group(cloud) {
        let retention = origins::setting(&cloud_key("log-group/retention"), &group.days);
        blocks.push(
            described(
                Block::new("resource", &["aws_cloudwatch_log_group", "control_plane"])
                    .set("name", Expr::code(GROUP_NAME))
                    .set("retention_in_days", Expr::int(i64::from(group.days.value)).with(&retention))
                    .with(&origins::setting(&cloud_key("log-group/owner"), &group.owner)),
            )
            .say("EKS makes the group by itself once a log type is on: import it where it exists (../ADOPT.md)."),
        );
    }
    blocks.extend(subscription(cloud));
    blocks.extend(entries(cloud));
    blocks.extend(admins(cloud));
    if let Some(owner) = made(cloud.vpc_cni.as_ref()) {
        blocks.push(vpc_cni(cloud, owner));
    }
    if let Some(owner) = made(cloud.secrets_key.as_ref()) {
        blocks.push(described(
            Block::new("resource", &["aws_kms_key", "secrets"])
                .set("deletion_window_in_days", Expr::int(30))
                .set("description", Expr::text("Secrets of an EKS cluster"))
                .set("enable_key_rotation", Expr::bool(true))
                .with(&origins::setting(&cloud_key("secrets-key/owner"), owner)),
        ));
    }
    blocks
}

pub(super) fn outputs(cloud: &CloudPlan) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(group) = makes_group(cloud) {
        blocks.push(described(
            Block::new("output", &["log_group_name"])
                .set("description", Expr::text("The log group: a cluster that is new depends on it, so that EKS finds it."))
                .set("value", Expr::code("aws_cloudwatch_log_group.control_plane.name"))
                .with(&origins::setting(&cloud_key("log-group/owner"), &group.owner)),
        ));
    }
    if let Some(owner) = made(cloud.secrets_key.as_ref()) {
        blocks.push(described(
            Block::new("output", &["secrets_key_arn"])
                .set(
                    "description",
                    Expr::text("The key of Secrets, for encryption_config of the cluster. It cannot be taken off again."),
                )
                .set("value", Expr::code("aws_kms_key.secrets.arn"))
                .with(&origins::setting(&cloud_key("secrets-key/owner"), owner)),
        ));
    }
    blocks
}

/// Everything that reaches the log group goes on to the relay.
fn subscription(cloud: &CloudPlan) -> Option<Block> {
    let forward = cloud.forward.as_ref()?;
    let key = cloud_key("log-group/forward");
    let group = if makes_group(cloud).is_some() { "aws_cloudwatch_log_group.control_plane.name" } else { GROUP_NAME };
    let mut block = Block::new("resource", &["aws_cloudwatch_log_subscription_filter", "relay"])
        .set("destination_arn", Expr::text(forward.value.destination.clone()))
        .set("filter_pattern", Expr::text(""))
        .set("log_group_name", Expr::code(group))
        .set("name", Expr::text("harden-relay"))
        .with(&origins::setting(&key, forward));
    if let Some(role) = &forward.value.role {
        block = block.set("role_arn", Expr::text(role.clone()));
    }
    Some(described(block))
}

/// One entry for each principal, with the groups that roles are bound to.
fn entries(cloud: &CloudPlan) -> Option<Block> {
    if cloud.entries.is_empty() {
        return None;
    }
    let groups = cloud.entries.iter().map(|(principal, groups)| {
        let key = entry_key(principal);
        let admin = cloud.admins.get(principal).into_iter().flatten();
        let reasons = groups.iter().flat_map(|group| &group.reasons).chain(admin).cloned().collect();
        let all: Held<()> = Held { value: (), reasons };
        let names = groups.iter().map(|group| Expr::text(group.value.clone()));
        (principal.clone(), Expr::list(names).with(&origins::setting(&key, &all)))
    });
    Some(described(
        Block::new("resource", &["aws_eks_access_entry", "people"])
            .set("cluster_name", Expr::code("var.cluster_name"))
            .set("for_each", Expr::map(groups))
            .set("kubernetes_groups", Expr::code("each.value"))
            .set("principal_arn", Expr::code("each.key")),
    ))
}

/// Break glass does not hang on objects of the cluster: the policy of the provider lets it in.
fn admins(cloud: &CloudPlan) -> Option<Block> {
    if cloud.admins.is_empty() {
        return None;
    }
    let policies = cloud.admins.iter().map(|(principal, reasons)| {
        let origin: Arc<Origin> = origins::of_reasons(Some(&admin_key(principal)), reasons.clone());
        let partition = principal.split(':').nth(1).unwrap_or("aws");
        let policy = format!("arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy");
        (principal.clone(), Expr::text(policy).with(&origin))
    });
    Some(described(
        Block::new("resource", &["aws_eks_access_policy_association", "break_glass"])
            .set("cluster_name", Expr::code("var.cluster_name"))
            .set("for_each", Expr::map(policies))
            .set("policy_arn", Expr::code("each.value"))
            .set("principal_arn", Expr::code("aws_eks_access_entry.people[each.key].principal_arn"))
            .block(Block::new("access_scope", &[]).set("type", Expr::text("cluster"))),
    ))
}

fn vpc_cni(cloud: &CloudPlan, owner: &Held<Owner>) -> Block {
    const NAME: &str = "vpc_cni_configuration_values";
    let mut block = Block::new("resource", &["aws_eks_addon", "vpc_cni"])
        .set("addon_name", Expr::text("vpc-cni"))
        .set("cluster_name", Expr::code("var.cluster_name"))
        .set("resolve_conflicts_on_create", Expr::text("OVERWRITE"))
        .set("resolve_conflicts_on_update", Expr::text("PRESERVE"))
        .with(&origins::setting(&cloud_key("vpc-cni/owner"), owner));
    if let Some(held) = cloud.settings.get(NAME).filter(|held| matches!(held.value, CloudValue::Json(_))) {
        let key = cloud_setting(NAME);
        block = block.set("configuration_values", settings::value(&key, held).with(&origins::setting(&key, held)));
    }
    described(block)
}

/// The name of the log group in a place that names the cluster.
pub(super) fn group_name() -> Expr {
    Expr::code(GROUP_NAME)
}

/// A text about the cluster.
pub(super) fn about_cluster(text: &str) -> Expr {
    Expr::template([Piece::Text("Cluster ".to_owned()), Piece::Code("var.cluster_name"), Piece::Text(format!(": {text}"))])
}
