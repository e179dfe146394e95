//! Standalone resources beside an EKS cluster, by its name.

use std::sync::Arc;

use crate::{
    base::Origin,
    hcl::{Block, Expr, Piece},
    plan::{
        CloudPlan, Held,
        cloud::{Owner, admin_key, cloud_key, entry_key},
    },
    targets::origins,
};

use super::{FORM, described, forgotten, made, variable};

/// The log group of another owner.
const GROUP_NAME: &str = "coalesce(var.log_group_name, \"/aws/eks/${var.cluster_name}/cluster\")";

/// Whether this module makes the log group.
fn makes_group(cloud: &CloudPlan) -> Option<&crate::plan::cloud::LogGroup> {
    cloud.log_group.as_ref().filter(|group| group.owner.value == Owner::Harden)
}

pub(super) fn variables(cloud: &CloudPlan) -> Vec<Block> {
    let form = Origin::shape(FORM);
    let mut blocks =
        vec![variable("cluster_name", "string", "The name of the EKS cluster: the attribute of its resource.", &form)];
    if let Some(owner) = made(cloud.vpc_cni.as_ref()) {
        let origin = origins::setting(&cloud_key("vpc-cni/owner"), owner);
        blocks.extend(vpc_cni_variables(&origin).map(described));
    }
    if let Some(group) = &cloud.log_group {
        let origin = origins::setting(&cloud_key("log-group/owner"), &group.owner);
        blocks.push(described(if group.owner.value == Owner::Harden {
            let about = "The name of the log group: the literal text /aws/eks/NAME/cluster, not an attribute of the cluster, so that the group \
                         is made before the logs are switched on.";
            variable("log_group_name", "string", about, &origin)
        } else {
            let about =
                "The name of the log group of the control plane: the attribute of its resource. Null takes the name that EKS gives it.";
            variable("log_group_name", "string", about, &origin).set("default", Expr::code("null"))
        }));
    }
    blocks
}

/// What the caller says of the add-on: when policies take effect, what it has today, and whether it may replace what is no add-on yet.
fn vpc_cni_variables(origin: &Arc<Origin>) -> [Block; 5] {
    let enforce = "Whether network policies take effect, those that lie in the cluster already too: false until step D of ../ADOPT.md, \
                   unless they do today.";
    let configuration =
        "The configuration that the add-on, or the DaemonSet aws-node where there is none, has today beside enableNetworkPolicy.";
    let role = "The role that the service account aws-node has today; null where it has none.";
    let overwrite = "Whether the add-on may take the place of an aws-node that is no add-on: its own settings become the defaults of the add-on but for \
                     what is given here. While false such an aws-node stops the apply (ConfigurationConflict). Counts when the add-on is made, and \
                     never later.";
    let version = "The version of the add-on, as v1.20.4-eksbuild.2; null leaves the one that it has, and gives a new one the default of EKS.";
    [
        variable("enforce_network_policies", "bool", enforce, origin),
        variable("vpc_cni_configuration", "any", configuration, origin).set("default", Expr::object([])),
        variable("vpc_cni_overwrite", "bool", overwrite, origin).set("default", Expr::bool(false)),
        variable("vpc_cni_role_arn", "string", role, origin).set("default", Expr::code("null")),
        variable("vpc_cni_version", "string", version, origin).set("default", Expr::code("null")),
    ]
}

pub(super) fn resources(cloud: &CloudPlan) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(group) = makes_group(cloud) {
        let retention = origins::setting(&cloud_key("log-group/retention"), &group.days);
        blocks.push(
            described(
                Block::new("resource", &["aws_cloudwatch_log_group", "control_plane"])
                    .set("name", Expr::code("var.log_group_name"))
                    .set("retention_in_days", Expr::int(i64::from(group.days.value)).with(&retention))
                    .set("skip_destroy", Expr::bool(true))
                    .block(left_alone("kms_key_id"))
                    .with(&origins::setting(&cloud_key("log-group/owner"), &group.owner)),
            )
            .say("EKS makes the group by itself once a log type is on: import or move it where it exists (../ADOPT.md).")
            .say("A key that it has stays its key: the provider takes off what is not named here."),
        );
    }
    blocks.extend(subscription(cloud));
    if made(cloud.entries_owner.as_ref()).is_some() {
        blocks.extend(entries(cloud));
        blocks.extend(admins(cloud));
    }
    if let Some(owner) = made(cloud.vpc_cni.as_ref()) {
        blocks.push(vpc_cni(owner));
    }
    if let Some(owner) = made(cloud.secrets_key.as_ref()) {
        blocks.push(
            described(
                Block::new("resource", &["aws_kms_key", "secrets"])
                    .set("deletion_window_in_days", Expr::int(30))
                    .set("description", Expr::text("Secrets of an EKS cluster"))
                    .set("enable_key_rotation", Expr::bool(true))
                    .block(Block::new("lifecycle", &[]).set("prevent_destroy", Expr::bool(true)))
                    .with(&origins::setting(&cloud_key("secrets-key/owner"), owner)),
            )
            .say("Every object of the cluster is lost with the key."),
        );
    }
    blocks
}

/// What this module does not make, and an earlier one may have made.
pub(super) fn kept(cloud: &CloudPlan) -> Vec<Block> {
    let owners = [
        ("aws_cloudwatch_log_group.control_plane", cloud.log_group.as_ref().map(|group| &group.owner)),
        ("aws_eks_access_entry.people", cloud.entries_owner.as_ref()),
        ("aws_eks_access_policy_association.break_glass", cloud.entries_owner.as_ref()),
        ("aws_eks_addon.vpc_cni", cloud.vpc_cni.as_ref()),
        ("aws_kms_key.secrets", cloud.secrets_key.as_ref()),
    ];
    let given_up = owners.into_iter().filter(|(_, owner)| made(*owner).is_none()).map(|(address, _)| address);
    // A filter to a relay that the spec no longer names goes: it would send on.
    let filter = cloud.filter_owner.as_ref().filter(|owner| owner.value != Owner::Harden);
    given_up.chain(filter.map(|_| "aws_cloudwatch_log_subscription_filter.relay")).map(forgotten).collect()
}

pub(super) fn outputs(cloud: &CloudPlan) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(group) = makes_group(cloud) {
        blocks.push(described(
            Block::new("output", &["log_group_name"])
                .set("description", Expr::text("The log group: the log types of the cluster depend on it, so that EKS finds it."))
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
    let owner = origins::setting(&cloud_key("subscription-filter/owner"), made(cloud.filter_owner.as_ref())?);
    let forward = cloud.forward.as_ref()?;
    let key = cloud_key("log-group/forward");
    let group = if makes_group(cloud).is_some() { "aws_cloudwatch_log_group.control_plane.name" } else { GROUP_NAME };
    let mut block = Block::new("resource", &["aws_cloudwatch_log_subscription_filter", "relay"])
        .set("destination_arn", Expr::text(forward.value.destination.clone()))
        .set("filter_pattern", Expr::text(""))
        .set("log_group_name", Expr::code(group))
        .set("name", Expr::text("harden-relay").with(&owner))
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
        (principal.clone(), Expr::text(admin_policy(principal)).with(&origin))
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

/// The policy of cluster administrators, in the partition of a principal.
fn admin_policy(principal: &str) -> String {
    let partition = principal.split(':').nth(1).unwrap_or("aws");
    format!("arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy")
}

/// The same entries for another owner, in the form that terraform-aws-modules/eks takes.
pub(super) fn entries_for_owner(cloud: &CloudPlan) -> Option<Block> {
    let owner = cloud.entries_owner.as_ref().filter(|owner| owner.value != Owner::Harden && !cloud.entries.is_empty())?;
    let entry = |(principal, groups): (&String, &Vec<Held<String>>)| {
        let mut fields = vec![
            ("kubernetes_groups", Expr::list(groups.iter().map(|group| Expr::text(group.value.clone())))),
            ("principal_arn", Expr::text(principal.clone())),
        ];
        if cloud.admins.contains_key(principal) {
            let policy = Expr::object([
                ("access_scope", Expr::object([("type", Expr::text("cluster"))])),
                ("policy_arn", Expr::text(admin_policy(principal))),
            ]);
            fields.push(("policy_associations", Expr::object([("break_glass", policy)])));
        }
        let reasons = groups.iter().flat_map(|group| &group.reasons).cloned().collect();
        (principal.clone(), Expr::object(fields).with(&origins::of_reasons(Some(&entry_key(principal)), reasons)))
    };
    Some(described(
        Block::new("output", &["access_entries"])
            .set("description", Expr::text("The access entries of people, in the form of terraform-aws-modules/eks."))
            .set("value", Expr::map(cloud.entries.iter().map(entry)))
            .with(&origins::setting(&cloud_key("access-entries/owner"), owner)),
    ))
}

/// The subscription filter for another owner.
pub(super) fn filter_for_owner(cloud: &CloudPlan) -> Option<Block> {
    let owner = cloud.filter_owner.as_ref().filter(|owner| owner.value != Owner::Harden)?;
    let forward = cloud.forward.as_ref()?;
    let origin = origins::setting(&cloud_key("log-group/forward"), forward);
    let text = |text: &str| Expr::text(text.to_owned()).with(&origin);
    let mut fields = vec![("destination_arn", text(&forward.value.destination)), ("filter_pattern", text(""))];
    fields.extend(forward.value.role.iter().map(|role| ("role_arn", text(role))));
    let about = "What the subscription filter of the log group sends everything to, by the arguments of aws_cloudwatch_log_subscription_filter.";
    Some(described(
        Block::new("output", &["subscription_filter"])
            .set("description", Expr::text(about))
            .set("value", Expr::object(fields))
            .with(&origins::setting(&cloud_key("subscription-filter/owner"), owner)),
    ))
}

/// The add-on. With OVERWRITE the making of it takes every setting of a self-managed plug-in away (EKS API reference, CreateAddon,
/// `resolveConflicts`; read 2026-11-27), so that is for the caller to say.
fn vpc_cni(owner: &Held<Owner>) -> Block {
    let values = Expr::call(
        "merge",
        [
            Expr::code("var.vpc_cni_configuration"),
            Expr::object([("enableNetworkPolicy", Expr::code("tostring(var.enforce_network_policies)"))]),
        ],
    );
    described(
        Block::new("resource", &["aws_eks_addon", "vpc_cni"])
            .set("addon_name", Expr::text("vpc-cni"))
            .set("addon_version", Expr::code("var.vpc_cni_version"))
            .set("cluster_name", Expr::code("var.cluster_name"))
            .set("configuration_values", Expr::call("jsonencode", [values]))
            .set("preserve", Expr::bool(true))
            .set("resolve_conflicts_on_create", Expr::code("var.vpc_cni_overwrite ? \"OVERWRITE\" : \"NONE\""))
            .set("resolve_conflicts_on_update", Expr::text("PRESERVE"))
            .set("service_account_role_arn", Expr::code("var.vpc_cni_role_arn"))
            .block(left_alone("pod_identity_association"))
            .with(&origins::setting(&cloud_key("vpc-cni/owner"), owner)),
    )
    .say("An EKS Pod Identity that the add-on has stays: the provider takes off what is not named here.")
    .say("A plug-in that is no add-on yet keeps what it has until its settings are given here (../ADOPT.md).")
}

/// What a thing that is taken over has, and nothing here speaks of. The provider takes an argument that is missing for one that is empty.
fn left_alone(argument: &'static str) -> Block {
    Block::new("lifecycle", &[]).set("ignore_changes", Expr::list([Expr::code(argument)]))
}

/// The name of the log group of another owner.
pub(super) fn group_name() -> Expr {
    Expr::code(GROUP_NAME)
}

/// A text about the cluster.
pub(super) fn about_cluster(text: &str) -> Expr {
    Expr::template([Piece::Text("Cluster ".to_owned()), Piece::Code("var.cluster_name"), Piece::Text(format!(": {text}"))])
}
