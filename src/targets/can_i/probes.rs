//! Questions that everybody must be refused who was not given the thing: what opens shells, gives rights away or reads secrets.

use crate::{
    base::SpecPath,
    kube::rbac::{Permission, Subject},
    plan::{Grant, Plan, namespace_path},
};

use super::Row;

/// Verb, API group and resource, in a namespace.
const IN_NAMESPACE: &[(&str, &str, &str)] = &[
    ("get", "", "secrets"),
    ("list", "", "secrets"),
    ("get", "", "pods/exec"),
    ("create", "", "pods/exec"),
    ("get", "", "pods/attach"),
    ("create", "", "pods/attach"),
    ("get", "", "pods/portforward"),
    ("create", "", "pods/portforward"),
    ("get", "", "pods/proxy"),
    ("get", "", "services/proxy"),
    ("patch", "", "pods/ephemeralcontainers"),
    ("get", "", "pods/log"),
    ("list", "", "pods"),
    ("create", "", "pods"),
    ("delete", "", "pods"),
    ("deletecollection", "", "pods"),
    ("create", "", "serviceaccounts/token"),
    ("create", "", "serviceaccounts"),
    ("impersonate", "", "serviceaccounts"),
    ("create", "apps", "deployments"),
    ("delete", "apps", "deployments"),
    ("update", "networking.k8s.io", "networkpolicies"),
    ("create", "rbac.authorization.k8s.io", "roles"),
    ("create", "rbac.authorization.k8s.io", "rolebindings"),
    ("bind", "rbac.authorization.k8s.io", "roles"),
    ("escalate", "rbac.authorization.k8s.io", "roles"),
];

/// Verb, API group and resource of objects that live in no namespace.
const IN_CLUSTER: &[(&str, &str, &str)] = &[
    ("get", "", "nodes/proxy"),
    ("create", "", "nodes/proxy"),
    ("delete", "", "namespaces"),
    ("create", "", "persistentvolumes"),
    ("impersonate", "", "users"),
    ("impersonate", "", "groups"),
    ("impersonate:user-info", "authentication.k8s.io", "users"),
    ("impersonate:user-info", "authentication.k8s.io", "groups"),
    ("update", "admissionregistration.k8s.io", "validatingwebhookconfigurations"),
    ("update", "certificates.k8s.io", "certificatesigningrequests/approval"),
    ("bind", "rbac.authorization.k8s.io", "clusterroles"),
    ("escalate", "rbac.authorization.k8s.io", "clusterroles"),
    ("create", "rbac.authorization.k8s.io", "clusterrolebindings"),
];

/// A namespace that somebody has no business in, unless the spec says so.
const ELSEWHERE: &str = "kube-system";

/// What each subject of the spec must be refused; the group for emergencies is refused nothing.
pub(super) fn rows(plan: &Plan) -> Vec<Row> {
    let mut rows = Vec::new();
    for (subject, path) in subjects(plan) {
        for namespace in namespaces(plan, &subject) {
            rows.extend(asked(IN_NAMESPACE, &namespace).map(|what| denied(&subject, what, &path)));
        }
        rows.extend(asked(IN_CLUSTER, "").map(|what| denied(&subject, what, &path)));
        rows.extend(others(plan, &subject).map(|what| denied(&subject, what, &path)));
    }
    let given: Vec<(&Subject, Vec<Permission>)> =
        plan.rbac.grants.iter().map(|grant| (&grant.subject, grant.permissions())).collect();
    rows.retain(|row| !declared(&given, row));
    rows.extend(break_glass(plan));
    rows
}

fn denied(subject: &Subject, what: Permission, path: &SpecPath) -> Row {
    Row { subject: subject.clone(), what, allowed: false, path: path.clone() }
}

fn asked(probes: &'static [(&str, &str, &str)], namespace: &str) -> impl Iterator<Item = Permission> + use<> {
    let namespace = namespace.to_owned();
    probes.iter().map(move |(verb, group, resource)| Permission {
        namespace: namespace.clone(),
        verb: (*verb).to_owned(),
        api_group: (*group).to_owned(),
        resource: (*resource).to_owned(),
        ..Permission::default()
    })
}

/// Everybody whom the spec gives something, and the service accounts that pods get without asking. Not what delivers: Argo CD and Flux are
/// installed with roles of their own, which bind them to everything.
fn subjects(plan: &Plan) -> Vec<(Subject, SpecPath)> {
    let mut found: Vec<(Subject, SpecPath)> = Vec::new();
    let delivery = SpecPath::new("/identity/delivery");
    for grant in plan.rbac.grants.iter().filter(|grant| !grant.path.is_within(&delivery)) {
        if !found.iter().any(|(subject, _)| *subject == grant.subject) && !is_admin(plan, &grant.subject) {
            found.push((grant.subject.clone(), grant.path.clone()));
        }
    }
    for (namespace, name) in plan.rbac.accounts.keys() {
        let subject = Subject::ServiceAccount { namespace: namespace.clone(), name: name.clone() };
        if !found.iter().any(|(present, _)| *present == subject) {
            found.push((subject, namespace_path(namespace)));
        }
    }
    found
}

/// Where a subject is given something, or lives, and a namespace where it has no business.
fn namespaces(plan: &Plan, subject: &Subject) -> Vec<String> {
    let mut names: Vec<String> =
        plan.rbac.grants.iter().filter(|grant| grant.subject == *subject).filter_map(|grant| grant.namespace.clone()).collect();
    if let Subject::ServiceAccount { namespace, .. } = subject {
        names.push(namespace.clone());
    }
    names.push(ELSEWHERE.to_owned());
    names.sort();
    names.dedup();
    names
}

/// Names that nobody declared, for permissions that hold for named objects alone.
fn others(plan: &Plan, subject: &Subject) -> impl Iterator<Item = Permission> {
    let named = plan.rbac.grants.iter().filter(|grant| grant.subject == *subject).flat_map(Grant::permissions);
    named.filter(|what| !what.name.is_empty()).map(|what| Permission { name: "harden:nobody".to_owned(), ..what })
}

/// Whether the spec lets the subject do it after all.
fn declared(given: &[(&Subject, Vec<Permission>)], row: &Row) -> bool {
    given.iter().filter(|(subject, _)| **subject == row.subject).flat_map(|(_, permissions)| permissions).any(|given| {
        (given.namespace.is_empty() || given.namespace == row.what.namespace)
            && (given.name.is_empty() || given.name == row.what.name)
            && (given.verb == row.what.verb && given.api_group == row.what.api_group && given.resource == row.what.resource)
    })
}

fn is_admin(plan: &Plan, subject: &Subject) -> bool {
    plan.rbac.roles.values().any(|role| role.built_in.is_some() && role.subjects.iter().any(|held| held.value == *subject))
}

/// What the group for emergencies is for.
fn break_glass(plan: &Plan) -> Vec<Row> {
    let admins = plan.rbac.roles.values().filter(|role| role.built_in.is_some()).flat_map(|role| &role.subjects);
    let path = SpecPath::new("/identity/breakGlass");
    let rows = admins.flat_map(|held| {
        let all = asked(IN_NAMESPACE, ELSEWHERE).chain(asked(IN_CLUSTER, ""));
        all.map(|what| Row { subject: held.value.clone(), what, allowed: true, path: path.clone() })
    });
    rows.collect()
}
