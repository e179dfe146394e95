//! Service accounts, roles and bindings.

use crate::{
    kube::rbac::{GROUP, Rule, Subject},
    plan::{Held, Plan, RolePlan, ScopedName, account_key, role_ref},
    targets::origins,
    yaml::Out,
};

use super::{ObjectFile, Stage, object};

pub(super) const STAGE: Stage = Stage {
    name: "rbac",
    purpose: |_| "Service accounts, roles and bindings. Applied after the namespaces, by somebody who holds what the roles grant.",
    files,
};

pub(super) const ACCOUNTS: &str = "The service accounts that pods get without asking";
pub(super) const ROLES: &str = "What each duty needs, and nothing else";
pub(super) const BINDINGS: &str = "Who has which role";

fn files(plan: &Plan) -> Vec<ObjectFile> {
    let rbac = &plan.rbac;
    let accounts = rbac.accounts.iter().map(|((namespace, name), held)| account(namespace, name, held)).collect();
    let own = rbac.roles.iter().filter(|(_, role)| role.built_in.is_none());
    let roles = own.map(|(name, planned)| role(name, planned)).collect();
    let bindings = rbac.roles.iter().map(|(name, planned)| binding(name, planned)).collect();
    [
        ("service-accounts.yaml", format!("{ACCOUNTS}. What others wrote on them stays with `--server-side`."), accounts),
        (
            "roles.yaml",
            format!("{ROLES}: no wildcard and no secret; the only verbs that lend rights are the declared impersonations."),
            roles,
        ),
        ("bindings.yaml", format!("{BINDINGS}. A binding's role cannot be changed: to change it, delete the binding."), bindings),
    ]
    .into_iter()
    .filter(|(_, _, documents): &(_, _, Vec<Out>)| !documents.is_empty())
    .map(|(name, purpose, documents)| ObjectFile { name: name.to_owned(), purpose: vec![purpose], documents })
    .collect()
}

fn account(namespace: &str, name: &str, automount: &Held<bool>) -> Out {
    let origin = origins::setting(&account_key(namespace, name), automount);
    let mut out = object("v1", "ServiceAccount", name, Some(namespace));
    out.set("automountServiceAccountToken", Out::bool(automount.value));
    out.with(&origin)
}

fn role(name: &ScopedName, planned: &RolePlan) -> Out {
    let kind = if name.namespace.is_some() { "Role" } else { "ClusterRole" };
    let mut out = object(&format!("{GROUP}/v1"), kind, &name.name, name.namespace.as_deref());
    let rules = planned.rules.iter().enumerate().map(|(number, held)| {
        let origin = origins::setting(&name.rule_key(number + 1), held);
        rule(&held.value).with(&origin)
    });
    out.set("rules", Out::list(rules));
    let reasons = planned.rules.iter().flat_map(|held| held.reasons.iter().cloned()).collect();
    out.with(&origins::of_reasons(None, reasons))
}

fn rule(rule: &Rule) -> Out {
    let mut out = Out::empty_map();
    let lists = [
        ("apiGroups", &rule.api_groups),
        ("resources", &rule.resources),
        ("resourceNames", &rule.resource_names),
        ("nonResourceURLs", &rule.non_resource_urls),
        ("verbs", &rule.verbs),
    ];
    for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        out.set(key, Out::list(list));
    }
    out
}

fn binding(name: &ScopedName, planned: &RolePlan) -> Out {
    let kind = if name.namespace.is_some() { "RoleBinding" } else { "ClusterRoleBinding" };
    let mut out = object(&format!("{GROUP}/v1"), kind, &name.name, name.namespace.as_deref());
    let (role_kind, role) = role_ref(name, planned);
    let reference = [("apiGroup", Out::str(GROUP)), ("kind", Out::str(role_kind)), ("name", Out::str(role))];
    out.set("roleRef", Out::map(reference));
    let subjects = planned.subjects.iter().map(|held| {
        let reasons = origins::of_reasons(Some(&name.binding_key()), held.reasons.clone());
        subject(&held.value).with(&reasons)
    });
    out.set("subjects", Out::list(subjects));
    let reasons = planned.subjects.iter().flat_map(|held| held.reasons.iter().cloned()).collect();
    out.with(&origins::of_reasons(Some(&name.binding_key()), reasons))
}

fn subject(subject: &Subject) -> Out {
    match subject {
        Subject::ServiceAccount { namespace, name } => Out::map([
            ("kind", Out::str(subject.kind())),
            ("name", Out::str(name.as_str())),
            ("namespace", Out::str(namespace.as_str())),
        ]),
        Subject::Group(name) | Subject::User(name) => {
            Out::map([("apiGroup", Out::str(GROUP)), ("kind", Out::str(subject.kind())), ("name", Out::str(name.as_str()))])
        }
    }
}
