//! Standalone resources beside an AKS cluster, by its id.

use crate::{
    base::Origin,
    hcl::{Block, Expr, Piece},
    plan::{
        CloudPlan, Held,
        cloud::{Destination, Owner, category_key, cloud_key, destination_key},
    },
    targets::origins,
};

use super::{FORM, described, forgotten, made, variable};

/// Whether this module makes the diagnostic setting.
pub(super) fn makes_setting(cloud: &CloudPlan) -> bool {
    made(cloud.diagnostics_owner.as_ref()).is_some() && !cloud.categories.is_empty()
}

pub(super) fn variables(cloud: &CloudPlan) -> Vec<Block> {
    let form = Origin::shape(FORM);
    let about = "The id of the AKS cluster: the attribute of its resource.";
    let mut blocks = vec![variable("cluster_id", "string", about, &form)];
    for held in cloud.destinations.iter().filter(|_| makes_setting(cloud)) {
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
    let owner = made(cloud.diagnostics_owner.as_ref());
    let Some(owner) = owner.filter(|_| makes_setting(cloud)) else { return Vec::new() };
    let owner = origins::setting(&cloud_key("diagnostics/owner"), owner);
    let mut block = Block::new("resource", &["azurerm_monitor_diagnostic_setting", "control_plane"])
        .set("name", Expr::text("harden").with(&owner))
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

/// What this module does not make, and an earlier one may have made.
pub(super) fn kept(cloud: &CloudPlan) -> Vec<Block> {
    let given_up = made(cloud.diagnostics_owner.as_ref()).is_none();
    given_up.then(|| forgotten("azurerm_monitor_diagnostic_setting.control_plane")).into_iter().collect()
}

/// The diagnostic setting for another owner, in the form of the Azure Verified Module; what the spec does not name is left out.
pub(super) fn setting_for_owner(cloud: &CloudPlan) -> Option<Block> {
    let owner = cloud.diagnostics_owner.as_ref().filter(|owner| owner.value != Owner::Harden)?;
    let categories = cloud.categories.iter().map(|(category, reasons)| {
        Expr::text(*category).with(&origins::of_reasons(Some(&category_key(category)), reasons.clone()))
    });
    let mut fields =
        vec![("log_categories", Expr::list(categories)), ("log_groups", Expr::list([])), ("metric_categories", Expr::list([]))];
    for held in &cloud.destinations {
        let origin = origins::setting(&destination_key(&held.value), held);
        let (names, values) = match &held.value {
            Destination::EventHub { rule, hub, .. } => {
                (["event_hub_authorization_rule_resource_id", "event_hub_name"], [rule.as_ref(), hub.as_ref()])
            }
            Destination::Workspace(id) => (["workspace_resource_id", ""], [id.as_ref(), None]),
        };
        let named = names.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?)));
        fields.extend(named.map(|(name, value)| (name, Expr::text(value.clone()).with(&origin))));
    }
    Some(described(
        Block::new("output", &["diagnostic_setting"])
            .set("description", Expr::text("The diagnostic setting of the cluster, in the form of the Azure Verified Module."))
            .set("value", Expr::object(fields))
            .with(&origins::setting(&cloud_key("diagnostics/owner"), owner)),
    ))
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
