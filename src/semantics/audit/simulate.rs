//! The matcher: apiserver `pkg/audit/policy/checker.go` and `pkg/endpoints/filters`, read in 1.36.3 and 1.37.2.

use std::collections::BTreeSet;

use crate::kube::audit::{GroupResources, Level, Policy, Rule, Stage};

use super::{Request, Served, Target};

/// What the policy says about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// How much is recorded.
    pub level: Level,
    /// Stages without an event: the policy's and the rule's.
    pub omit_stages: BTreeSet<Stage>,
    /// Whether managed fields are left out of bodies.
    pub omit_managed_fields: bool,
    /// The index of the rule that matched; none when no rule did.
    pub rule: Option<usize>,
}

impl Decision {
    /// The stages at which the server writes an event, in order.
    #[must_use]
    pub fn events(&self, served: Served) -> Vec<Stage> {
        let reached: &[Stage] = match served {
            Served::Ordinary => &[Stage::RequestReceived, Stage::ResponseComplete],
            Served::LongRunning => &[Stage::RequestReceived, Stage::ResponseStarted, Stage::ResponseComplete],
            Served::Unauthenticated => &[Stage::ResponseStarted],
        };
        match self.level {
            Level::None => Vec::new(),
            Level::Metadata | Level::Request | Level::RequestResponse => {
                reached.iter().copied().filter(|stage| !self.omit_stages.contains(stage)).collect()
            }
        }
    }
}

/// Finds the first rule that matches the request.
#[must_use]
pub fn decide(policy: &Policy, request: &Request) -> Decision {
    let found = policy.rules.iter().enumerate().find(|(_, rule)| matches(rule, request));
    let omitted = policy.omit_stages.iter().chain(found.iter().flat_map(|(_, rule)| &rule.omit_stages));
    Decision {
        level: found.map_or(Level::None, |(_, rule)| rule.level),
        omit_stages: omitted.copied().collect(),
        omit_managed_fields: found.and_then(|(_, rule)| rule.omit_managed_fields).unwrap_or(policy.omit_managed_fields),
        rule: found.map(|(index, _)| index),
    }
}

fn matches(rule: &Rule, request: &Request) -> bool {
    caller_matches(rule, request)
        && (rule.verbs.is_empty() || rule.verbs.contains(&request.verb))
        && target_matches(rule, request)
}

/// A refused caller has neither name nor groups, so a rule that names either never matches it.
fn caller_matches(rule: &Rule, request: &Request) -> bool {
    let caller = request.caller.as_ref();
    let user = rule.users.is_empty() || caller.is_some_and(|c| rule.users.contains(&c.name));
    let group = rule.user_groups.is_empty() || caller.is_some_and(|c| c.groups.iter().any(|g| rule.user_groups.contains(g)));
    user && group
}

/// Namespaces and resources come first; the paths of a rule that also has one of them are never looked at.
fn target_matches(rule: &Rule, request: &Request) -> bool {
    let about_resources = !rule.namespaces.is_empty() || !rule.resources.is_empty();
    match &request.target {
        Target::Resource { namespace, .. } if about_resources => {
            (rule.namespaces.is_empty() || rule.namespaces.contains(namespace))
                && (rule.resources.is_empty() || rule.resources.iter().any(|entry| entry_matches(entry, &request.target)))
        }
        Target::Path(_) if about_resources => false,
        Target::Path(path) => {
            rule.non_resource_urls.is_empty() || rule.non_resource_urls.iter().any(|url| path_matches(url, path))
        }
        Target::Resource { .. } => rule.non_resource_urls.is_empty(),
    }
}

fn entry_matches(entry: &GroupResources, target: &Target) -> bool {
    let Target::Resource { group, resource, subresource, name, .. } = target else { return false };
    if entry.group != *group && entry.group != "*" {
        return false;
    }
    if entry.resources.is_empty() {
        return true;
    }
    let named = entry.resource_names.is_empty() || entry.resource_names.contains(name);
    named && entry.resources.iter().any(|form| resource_matches(form, resource, subresource))
}

/// `pods` is the resource without subresource only; `pods/*` is the resource and every subresource of it.
fn resource_matches(form: &str, resource: &str, subresource: &str) -> bool {
    let exact = match form.split_once('/') {
        None => form == resource && subresource.is_empty(),
        Some((left, right)) => left == resource && right == subresource && !subresource.is_empty(),
    };
    exact
        || form == "*"
        || form.strip_prefix("*/").is_some_and(|sub| !subresource.is_empty() && sub == subresource)
        || form.strip_suffix("/*").is_some_and(|left| left == resource)
}

/// Only stars at the very end are a wildcard; the server strips all of them.
fn path_matches(url: &str, path: &str) -> bool {
    url == "*" || url == path || (url.ends_with('*') && path.starts_with(url.trim_end_matches('*')))
}
