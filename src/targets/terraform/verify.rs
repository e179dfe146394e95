//! Check blocks: what a data source shows of the live cluster, against the plan.

use std::sync::Arc;

use crate::{
    base::{Origin, Platform},
    hcl::{Block, Expr},
    plan::{
        CloudPlan, Held, Plan,
        cloud::{CloudValue, Owner, cloud_key, cloud_setting},
    },
    targets::origins,
};

use super::{aks, described, eks, settings};

/// How a value of the plan is compared with the live one.
enum Compare {
    /// Both are the same.
    Equal,
    /// The live list holds every item of the plan; more is no difference.
    Holds,
    /// The live list and that of the plan are the same set; an empty live list, which lets everybody in, is another one.
    Same,
    /// The live mode is that of the plan, or the one after it, from which there is no step back.
    Forward,
}

/// Where EKS reads who may come in, in the order in which a cluster goes forward.
const MODES: [&str; 3] = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"];

/// A value of the plan, where the live one is found, how they compare, and what a difference means.
type Row = (&'static str, &'static str, Compare, &'static str);

const EKS: &[Row] = &[
    (
        "authentication_mode",
        "data.aws_eks_cluster.live.access_config[0].authentication_mode",
        Compare::Forward,
        "authentication_mode differs from the spec.",
    ),
    (
        "enabled_cluster_log_types",
        "data.aws_eks_cluster.live.enabled_cluster_log_types",
        Compare::Holds,
        "a log type of the control plane is off.",
    ),
    (
        "endpoint_private_access",
        "data.aws_eks_cluster.live.vpc_config[0].endpoint_private_access",
        Compare::Equal,
        "endpoint_private_access differs from the spec.",
    ),
    (
        "endpoint_public_access",
        "data.aws_eks_cluster.live.vpc_config[0].endpoint_public_access",
        Compare::Equal,
        "endpoint_public_access differs from the spec.",
    ),
    (
        "public_access_cidrs",
        "data.aws_eks_cluster.live.vpc_config[0].public_access_cidrs",
        Compare::Same,
        "the public endpoint answers other ranges than the spec names.",
    ),
];

const AKS: &[Row] = &[
    (
        "admin_group_object_ids",
        "data.azurerm_kubernetes_cluster.live.azure_active_directory_role_based_access_control[0].admin_group_object_ids",
        Compare::Same,
        "other groups administer the cluster than the spec names, or none.",
    ),
    (
        "authorized_ip_ranges",
        "data.azurerm_kubernetes_cluster.live.api_server_authorized_ip_ranges",
        Compare::Same,
        "the API server answers other ranges than the spec names; without a list it answers everybody.",
    ),
    (
        "network_plugin",
        "data.azurerm_kubernetes_cluster.live.network_profile[0].network_plugin",
        Compare::Equal,
        "another network plug-in runs.",
    ),
    (
        "network_policy",
        "data.azurerm_kubernetes_cluster.live.network_profile[0].network_policy",
        Compare::Equal,
        "another engine enforces network policies, or none.",
    ),
    (
        "pod_cidr",
        "data.azurerm_kubernetes_cluster.live.network_profile[0].pod_cidr",
        Compare::Equal,
        "pods have addresses of another range.",
    ),
    (
        "private_cluster_enabled",
        "data.azurerm_kubernetes_cluster.live.private_cluster_enabled",
        Compare::Equal,
        "the API server has a public address.",
    ),
];

pub(super) fn checks(plan: &Plan, cloud: &CloudPlan) -> Vec<Block> {
    match plan.cluster.platform {
        Platform::Aks => on_aks(cloud),
        Platform::Eks | Platform::Kubeadm => on_eks(cloud),
    }
}

fn on_eks(cloud: &CloudPlan) -> Vec<Block> {
    let data = Block::new("data", &["aws_eks_cluster", "live"]).set("name", Expr::code("var.cluster_name"));
    let minor = found(Expr::code("data.aws_eks_cluster.live.version"));
    let version = of_version(cloud, minor, eks::about_cluster);
    let asserts = questions(EKS, cloud, eks::about_cluster).into_iter().chain([version]).collect();
    let mut blocks = vec![check("cluster", data, asserts)];
    blocks.extend(vpc_cni(cloud));
    if let Some(place) = &cloud.place {
        let origin = origins::setting(&cloud_key("place"), place);
        let live = Expr::code("data.aws_region.live.id");
        let assert = assertion(
            Expr::binary(live, "==", Expr::text(place.value.clone())),
            eks::about_cluster("the provider works in another region."),
            &origin,
        );
        blocks.push(check("region", Block::new("data", &["aws_region", "live"]), vec![assert]));
    }
    if let Some(group) = cloud.log_group.as_ref().filter(|group| group.owner.value == Owner::Harden) {
        let own = Expr::code("\"/aws/eks/${var.cluster_name}/cluster\"");
        let assert = assertion(
            Expr::binary(Expr::code("var.log_group_name"), "==", own),
            eks::about_cluster("`log_group_name` is not the group that EKS writes to."),
            &origins::setting(&cloud_key("log-group/owner"), &group.owner),
        );
        blocks.push(described(Block::new("check", &["log_group"]).block(assert)));
    }
    if let Some(group) = cloud.log_group.as_ref().filter(|group| group.owner.value != Owner::Harden) {
        let origin = origins::setting(&cloud_key("log-group/retention"), &group.days);
        let live = || Expr::code("data.aws_cloudwatch_log_group.live.retention_in_days");
        let for_ever = Expr::binary(live(), "==", Expr::int(0));
        let condition = match i64::from(group.days.value) {
            0 => for_ever,
            days => Expr::binary(Expr::binary(live(), ">=", Expr::int(days)), "||", for_ever),
        };
        let condition = Expr::call("try", [condition, Expr::bool(false)]);
        let assert = assertion(condition, eks::about_cluster("the log group forgets events before the spec allows it."), &origin);
        let data = Block::new("data", &["aws_cloudwatch_log_group", "live"]).set("name", eks::group_name());
        blocks.push(check("log_group", data, vec![assert]));
    }
    blocks
}

fn on_aks(cloud: &CloudPlan) -> Vec<Block> {
    let data = Block::new("data", &["azurerm_kubernetes_cluster", "live"])
        .set("name", Expr::code("split(\"/\", var.cluster_id)[8]"))
        .set("resource_group_name", Expr::code("split(\"/\", var.cluster_id)[4]"));
    // One block alone: each brings the kubeconfigs of the cluster into the state.
    let location = cloud.place.iter().map(|place| {
        let live = Expr::code("data.azurerm_kubernetes_cluster.live.location");
        assertion(
            Expr::binary(live, "==", Expr::text(place.value.clone())),
            aks::about_cluster("it stands in another location."),
            &origins::setting(&cloud_key("place"), place),
        )
    });
    let minor = found(Expr::code(
        "join(\".\", slice(split(\".\", data.azurerm_kubernetes_cluster.live.current_kubernetes_version), 0, 2))",
    ));
    let version = of_version(cloud, minor, aks::about_cluster);
    vec![check("cluster", data, questions(AKS, cloud, aks::about_cluster).into_iter().chain(location).chain([version]).collect())]
}

/// The minor that everything of the tree is made for.
fn of_version(cloud: &CloudPlan, minor: Expr, about: fn(&str) -> Expr) -> Block {
    assertion(
        Expr::binary(minor, "==", Expr::text(cloud.version.value.clone())),
        about("it runs another minor of Kubernetes than the tree is made for."),
        &origins::setting(&cloud_key("version"), &cloud.version),
    )
}

/// Whether the add-on enforces network policies. In a block of its own: where the plug-in is no add-on, the data source fails.
fn vpc_cni(cloud: &CloudPlan) -> Option<Block> {
    let name = "vpc_cni_configuration_values";
    let held = cloud.settings.get(name)?;
    let live = Expr::code("jsondecode(data.aws_eks_addon.vpc_cni.configuration_values).enableNetworkPolicy");
    let on = Expr::call("try", [Expr::call("tostring", [live]), Expr::text("false")]);
    let assert = assertion(
        Expr::binary(on, "==", Expr::text("true")),
        eks::about_cluster("the add-on vpc-cni does not enforce network policies."),
        &origins::setting(&cloud_setting(name), held),
    );
    let data = Block::new("data", &["aws_eks_addon", "vpc_cni"])
        .set("addon_name", Expr::text("vpc-cni"))
        .set("cluster_name", Expr::code("var.cluster_name"));
    // Versions of add-ons are those of the plug-in with a build behind: `v1.20.4-eksbuild.2`.
    let version = cloud.vpc_cni_version.as_ref().map(|version| {
        let end = if version.value.matches('.').count() < 2 { '.' } else { '-' };
        let of_version = Expr::text(format!("v{}{end}", version.value));
        let same = Expr::call("startswith", [Expr::code("data.aws_eks_addon.vpc_cni.addon_version"), of_version]);
        assertion(
            Expr::call("try", [same, Expr::bool(false)]),
            eks::about_cluster("the add-on vpc-cni has another version than the spec declares."),
            &origins::setting(&cloud_key("vpc-cni/version"), version),
        )
    });
    Some(check("vpc_cni", data, std::iter::once(assert).chain(version).collect()))
}

/// A live value, or null where there is none.
fn found(value: Expr) -> Expr {
    Expr::call("try", [value, Expr::code("null")])
}

/// One question for each value that a data source shows.
fn questions(rows: &[Row], cloud: &CloudPlan, about: fn(&str) -> Expr) -> Vec<Block> {
    rows.iter()
        .filter_map(|(name, live, compare, meaning)| Some((name, live, compare, meaning, cloud.settings.get(name)?)))
        .map(|(name, live, compare, meaning, held)| {
            let key = cloud_setting(name);
            assertion(condition(live, compare, held), about(meaning), &origins::setting(&key, held))
        })
        .collect()
}

/// A live cluster may lack the block or the list: that is a difference, and never an error that would stop the plan.
fn condition(live: &'static str, compare: &Compare, held: &Held<CloudValue>) -> Expr {
    let wanted = match &held.value {
        CloudValue::Texts(items) => Expr::list(items.iter().map(|item| Expr::text(item.value.clone()))),
        CloudValue::Bool(_) | CloudValue::Number(_) | CloudValue::Text(_) | CloudValue::Json(_) => {
            settings::value(&cloud_setting("value"), held)
        }
    };
    let set = |list: Expr| Expr::call("toset", [list]);
    match compare {
        Compare::Equal => Expr::binary(found(Expr::code(live)), "==", wanted),
        Compare::Holds => {
            let missing = Expr::call("length", [Expr::call("setsubtract", [wanted, Expr::code(live)])]);
            Expr::call("try", [Expr::binary(missing, "==", Expr::int(0)), Expr::bool(false)])
        }
        Compare::Forward => {
            let asked = held.value.to_string();
            let modes: Vec<&str> = MODES.into_iter().skip_while(|mode| *mode != asked).collect();
            if modes.len() < 2 {
                return Expr::binary(found(Expr::code(live)), "==", wanted);
            }
            let enough = Expr::call("contains", [Expr::list(modes.into_iter().map(Expr::text)), Expr::code(live)]);
            Expr::call("try", [enough, Expr::bool(false)])
        }
        Compare::Same => Expr::binary(found(set(Expr::code(live))), "==", set(wanted)),
    }
}

fn assertion(condition: Expr, message: Expr, origin: &Arc<Origin>) -> Block {
    Block::new("assert", &[]).set("condition", condition).set("error_message", message).with(origin)
}

fn check(name: &'static str, data: Block, asserts: Vec<Block>) -> Block {
    described(asserts.into_iter().fold(Block::new("check", &[name]).block(data), Block::block))
}
