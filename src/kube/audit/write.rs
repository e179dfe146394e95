//! An audit policy as a document.

use std::sync::Arc;

use super::{ExplainedRule, GroupResources, Policy, Rule, Stage};
use crate::{base::Origin, yaml::Out};

/// The policy of explained rules: metadata is written when the response begins or ends, never when the request arrives, and managed
/// fields are left out of bodies. Refused logins are only written at `ResponseStarted`, so that stage stays.
#[must_use]
pub fn assemble(rules: &[ExplainedRule]) -> Policy {
    Policy {
        omit_stages: vec![Stage::RequestReceived],
        omit_managed_fields: true,
        rules: rules.iter().map(|explained| explained.rule.clone()).collect(),
    }
}

/// The document of explained rules: above each rule what it is for, and its lines carry the origin that is found for it.
#[must_use]
pub fn document(rules: &[ExplainedRule], origin: impl Fn(&ExplainedRule) -> Arc<Origin>) -> Out {
    let mut document = assemble(rules).to_out();
    document.set("rules", Out::list(rules.iter().map(|explained| explained.to_out().with(&origin(explained)))));
    document
}

impl ExplainedRule {
    /// The rule under a comment: what it is for, and the wanted goals that it serves.
    fn to_out(&self) -> Out {
        let goals: Vec<&str> = self.goals.iter().map(|goal| goal.name()).collect();
        let out = self.rule.to_out().note(self.why);
        if goals.is_empty() { out } else { out.note(format!("goals: {}", goals.join(", "))) }
    }
}

impl Policy {
    /// The document.
    #[must_use]
    pub fn to_out(&self) -> Out {
        let mut out = Out::map([("apiVersion", "audit.k8s.io/v1"), ("kind", "Policy")]);
        if self.omit_managed_fields {
            out.set("omitManagedFields", true);
        }
        set_list(&mut out, "omitStages", self.omit_stages.iter().map(|stage| stage.name()));
        out.set("rules", Out::list(self.rules.iter().map(Rule::to_out)));
        out
    }
}

impl Rule {
    fn to_out(&self) -> Out {
        let mut out = Out::map([("level", self.level.name())]);
        set_list(&mut out, "users", &self.users);
        set_list(&mut out, "userGroups", &self.user_groups);
        set_list(&mut out, "verbs", &self.verbs);
        set_list(&mut out, "resources", self.resources.iter().map(GroupResources::to_out));
        set_list(&mut out, "namespaces", &self.namespaces);
        set_list(&mut out, "nonResourceURLs", &self.non_resource_urls);
        set_list(&mut out, "omitStages", self.omit_stages.iter().map(|stage| stage.name()));
        if let Some(omit) = self.omit_managed_fields {
            out.set("omitManagedFields", omit);
        }
        out
    }
}

impl GroupResources {
    fn to_out(&self) -> Out {
        let mut out = Out::map([("group", &self.group)]);
        set_list(&mut out, "resources", &self.resources);
        set_list(&mut out, "resourceNames", &self.resource_names);
        out
    }
}

/// Sets a list that has items; an empty one means the same as none.
fn set_list<I: IntoIterator>(out: &mut Out, key: &str, items: I)
where
    I::Item: Into<Out>,
{
    let list = Out::list(items);
    if !list.is_empty() {
        out.set(key, list);
    }
}
