//! `terraform/settings`: outputs alone. Every value that only the owner of the cluster resource can set, under the name of its argument.

use crate::{
    hcl::{Block, Expr},
    plan::{
        CloudPlan, Held, SettingKey,
        cloud::{CloudValue, cloud_setting},
    },
    targets::origins,
};

use super::{File, TERRAFORM, aks, described, eks};

/// What each value is, for whoever wires it.
const ABOUT: &[(&str, &str)] = &[
    ("admin_group_object_ids", "The Entra ID groups that administer the cluster."),
    ("authentication_mode", "Where EKS reads who may come in. There is no step back from API_AND_CONFIG_MAP or API."),
    ("authorized_ip_ranges", "Who may reach the API server, the outgoing addresses of the cluster's own nodes among them."),
    ("cloudwatch_log_group_retention_in_days", "For how many days the log group keeps events; 0 means for ever."),
    ("enabled_cluster_log_types", "The logs of the control plane that EKS hands out."),
    ("endpoint_private_access", "Whether the API server answers inside the VPC."),
    ("endpoint_public_access", "Whether the API server answers on the internet."),
    ("local_account_disabled", "Whether kubeconfigs without a person in them are refused."),
    ("log_analytics_retention_in_days", "For how many days the workspace keeps events."),
    ("network_data_plane", "What carries the packets of pods."),
    ("network_plugin", "What gives pods their addresses."),
    ("network_plugin_mode", "Where the addresses of pods come from: overlay keeps them off the network."),
    ("network_policy", "What enforces network policies. Setting it wakes every policy that lies dormant in the cluster."),
    ("pod_cidr", "Where the addresses of pods come from on an overlay. It does not change again."),
    ("private_cluster_enabled", "Whether the API server has no public address. A change may replace the cluster."),
    ("private_cluster_public_fqdn_enabled", "Whether the private address has a public name."),
    ("public_access_cidrs", "Who may reach the public endpoint."),
    ("run_command_enabled", "Whether the provider's API runs commands in the cluster, past every list of ranges."),
    ("sku_tier", "The tier of the cluster."),
    (
        "vpc_cni_configuration_values",
        "The configuration of the vpc-cni add-on, as its JSON text. It wakes every network policy that lies dormant in the cluster.",
    ),
];

pub(super) fn files(cloud: &CloudPlan) -> Vec<File> {
    let file = |name: &str, purpose: &str, blocks: Vec<Block>| File {
        name: format!("settings/{name}"),
        purpose: vec![purpose.to_owned()],
        blocks,
    };
    vec![
        file(
            "versions.tf",
            "What this module needs: Terraform, and no provider.",
            vec![Block::new("terraform", &[]).set("required_version", Expr::text(TERRAFORM))],
        ),
        file(
            "outputs.tf",
            "Values for the cluster resource, which stays yours. `../ADOPT.md` has the lines that take them.",
            [eks::entries_for_owner(cloud), aks::setting_for_owner(cloud), eks::filter_for_owner(cloud)]
                .into_iter()
                .flatten()
                .chain(cloud.settings.iter().map(|(name, held)| output(name, held)))
                .collect(),
        ),
    ]
}

fn output(name: &'static str, held: &Held<CloudValue>) -> Block {
    let key = cloud_setting(name);
    let about = ABOUT.iter().find(|(known, _)| *known == name).map_or("", |(_, about)| *about);
    described(
        Block::new("output", &[name])
            .set("description", Expr::text(about))
            .set("value", value(&key, held))
            .with(&origins::setting(&key, held)),
    )
}

/// A value with the origin of each item.
pub(super) fn value(key: &SettingKey, held: &Held<CloudValue>) -> Expr {
    match &held.value {
        CloudValue::Bool(value) => Expr::bool(*value),
        CloudValue::Number(value) => Expr::int(i64::from(*value)),
        CloudValue::Text(value) => Expr::text(value.clone()),
        CloudValue::Texts(items) => {
            Expr::list(items.iter().map(|item| Expr::text(item.value.clone()).with(&origins::setting(key, item))))
        }
        CloudValue::Json(entries) => {
            Expr::call("jsonencode", [Expr::object(entries.iter().map(|(name, value)| (*name, Expr::text(value.clone()))))])
        }
    }
}
