//! What RBAC objects allow, read from their text: what the API server's authorizer answers, and every single permission that they give.
//! Follows `plugin/pkg/auth/authorizer/rbac` and `pkg/apis/rbac/v1/evaluation_helpers.go` of Kubernetes 1.36.3.

mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::kube::rbac::{Permission, Rule, Subject};

pub use read::{NotRead, read};

/// Roles and bindings of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Roles by namespace (empty for cluster roles) and name.
    pub roles: BTreeMap<(String, String), Vec<Rule>>,
    /// Bindings.
    pub bindings: Vec<Binding>,
    /// Service accounts by namespace and name: whether their token is mounted unasked, where they say so.
    pub accounts: BTreeMap<(String, String), Option<bool>>,
}

/// A binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The namespace it holds in; empty for the whole cluster.
    pub namespace: String,
    /// The namespace of the role it names; empty for a cluster role.
    pub role_namespace: String,
    /// The role it names.
    pub role: String,
    /// Who has it.
    pub subjects: Vec<Subject>,
}

/// A request as the authorizer sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub user: String,
    /// The groups of the user.
    pub groups: Vec<String>,
    /// What is asked for; an empty name stands for a request that names no object.
    pub what: Permission,
}

/// The role that every cluster has and that may do everything.
const CLUSTER_ADMIN: &str = "cluster-admin";

impl Policy {
    /// Whether a request is allowed.
    #[must_use]
    pub fn allows(&self, request: &Request) -> bool {
        self.bindings.iter().any(|binding| {
            let reaches =
                binding.namespace.is_empty() || (request.what.path.is_empty() && binding.namespace == request.what.namespace);
            let whose = || binding.subjects.iter().any(|subject| is(subject, &request.user, &request.groups));
            reaches && whose() && self.rules(binding).iter().any(|rule| covers(rule, &request.what, binding.namespace.is_empty()))
        })
    }

    /// Every single permission that somebody has, with the subject.
    #[must_use]
    pub fn permissions(&self) -> BTreeSet<(Subject, Permission)> {
        let mut found = BTreeSet::new();
        for binding in &self.bindings {
            let namespace = Some(binding.namespace.as_str()).filter(|name| !name.is_empty());
            for permission in self.rules(binding).iter().flat_map(|rule| rule.permissions(namespace)) {
                // A path in a role of a namespace does nothing.
                if permission.path.is_empty() || namespace.is_none() {
                    found.extend(binding.subjects.iter().map(|subject| (subject.clone(), permission.clone())));
                }
            }
        }
        found
    }

    /// Bindings of roles that are not among these, nor built in.
    #[must_use]
    pub fn dangling(&self) -> Vec<&Binding> {
        self.bindings.iter().filter(|binding| self.named(binding).is_none() && !is_admin(binding)).collect()
    }

    fn named(&self, binding: &Binding) -> Option<&Vec<Rule>> {
        self.roles.get(&(binding.role_namespace.clone(), binding.role.clone()))
    }

    fn rules(&self, binding: &Binding) -> Vec<Rule> {
        match self.named(binding) {
            Some(rules) => rules.clone(),
            None if is_admin(binding) => vec![Rule::on("*", &["*"], &["*"]), Rule::of_paths(&["*"], &["*"])],
            None => Vec::new(),
        }
    }
}

fn is_admin(binding: &Binding) -> bool {
    binding.role_namespace.is_empty() && binding.role == CLUSTER_ADMIN
}

fn is(subject: &Subject, user: &str, groups: &[String]) -> bool {
    match subject {
        Subject::Group(name) => groups.contains(name),
        Subject::User(name) => user == name,
        Subject::ServiceAccount { .. } => subject.caller().0 == user,
    }
}

fn covers(rule: &Rule, what: &Permission, cluster_wide: bool) -> bool {
    let has = |list: &[String], item: &str| list.iter().any(|one| one == "*" || one == item);
    if !has(&rule.verbs, &what.verb) {
        return false;
    }
    if !what.path.is_empty() {
        let path = |url: &String| {
            url == "*" || url == &what.path || url.strip_suffix('*').is_some_and(|prefix| what.path.starts_with(prefix))
        };
        return cluster_wide && rule.non_resource_urls.iter().any(path);
    }
    let subresource = what.resource.split_once('/').map(|(_, sub)| format!("*/{sub}"));
    let resource = has(&rule.resources, &what.resource) || subresource.is_some_and(|any| rule.resources.contains(&any));
    resource
        && has(&rule.api_groups, &what.api_group)
        && (rule.resource_names.is_empty() || (!what.name.is_empty() && rule.resource_names.contains(&what.name)))
}
