//! Standalone resources beside an AKS cluster, by its id.

use crate::{
    base::Origin,
    hcl::{Block, Expr, Piece},
    plan::{
        CloudPlan, Held,
        cloud::{Destination, category_key, destination_key},
    },
    targets::origins,
};

use super::{FORM, described, variable};

pub(super) fn variables(cloud: &CloudPlan) -> Vec<Block> {
    let form = Origin::shape(FORM);
    let about = "The id of the AKS cluster: the attribute of its resource.";
    let mut blocks = vec![variable("cluster_id", "string", about, &form)];
    for held in &cloud.destinations {
        let origin = origins::setting(&destination_key(&held.value), held);
        match &held.value {
            Destination::EventHub { rule: None, namespace, .. } => {
                let block = variable("eventhub_authorization_rule_id", "string", RULE, &origin);
                let asked = namespace.iter().fold(block, |block, namespace| block.block(of_namespace(namespace)));
                blocks.push(described(asked));
            }
            Destination::Workspace(None) => {
                let about = "The id of the Log Analytics workspace that takes the logs.";
                blocks.push(described(variable("log_analytics_workspace_id", "string", about, &origin)));
            }
            Destination::EventHub { .. } | Destination::Workspace(_) => {}
        }
    }
    blocks
}

const RULE: &str = "The id of an authorization rule of the Event Hubs namespace, with the rights Manage, Send and Listen.";

/// The rule belongs to the namespace that the spec names.
fn of_namespace(namespace: &str) -> Block {
    let found = Expr::call(
        "strcontains",
        [
            Expr::call("lower", [Expr::code("var.eventhub_authorization_rule_id")]),
            Expr::call("lower", [Expr::text(format!("/namespaces/{namespace}/"))]),
        ],
    );
    Block::new("validation", &[])
        .set("condition", found)
        .set("error_message", Expr::text("The rule is not one of the Event Hubs namespace that the spec names."))
}

/// The diagnostic setting: each category, to each destination.
pub(super) fn resources(cloud: &CloudPlan) -> Vec<Block> {
    if cloud.categories.is_empty() {
        return Vec::new();
    }
    let mut block = Block::new("resource", &["azurerm_monitor_diagnostic_setting", "control_plane"])
        .set("name", Expr::text("harden"))
        .set("target_resource_id", Expr::code("var.cluster_id"));
    for held in &cloud.destinations {
        block = destination(block, held);
    }
    for (category, reasons) in &cloud.categories {
        let origin = origins::of_reasons(Some(&category_key(category)), reasons.clone());
        block = block.block(Block::new("enabled_log", &[]).set("category", Expr::text(*category)).with(&origin));
    }
    vec![described(block)]
}

fn destination(block: Block, held: &Held<Destination>) -> Block {
    let origin = origins::setting(&destination_key(&held.value), held);
    let text = |text: &Option<String>, otherwise: &'static str| {
        text.as_ref().map_or_else(|| Expr::code(otherwise), |text| Expr::text(text.clone())).with(&origin)
    };
    match &held.value {
        Destination::EventHub { rule, hub, .. } => {
            let block = block.set("eventhub_authorization_rule_id", text(rule, "var.eventhub_authorization_rule_id"));
            match hub {
                Some(hub) => block.set("eventhub_name", Expr::text(hub.clone()).with(&origin)),
                None => block,
            }
        }
        Destination::Workspace(id) => block
            .set("log_analytics_destination_type", Expr::text("Dedicated").with(&origin))
            .set("log_analytics_workspace_id", text(id, "var.log_analytics_workspace_id")),
    }
}

/// A text about the cluster.
pub(super) fn about_cluster(text: &str) -> Expr {
    Expr::template([Piece::Text("Cluster ".to_owned()), Piece::Code("var.cluster_id"), Piece::Text(format!(": {text}"))])
}
