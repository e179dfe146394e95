//! Service accounts, roles and bindings, and what they are for.

use std::collections::BTreeMap;

use crate::{
    base::SpecPath,
    kube::rbac::{Permission, Rule, Subject},
};

use super::{Held, Plan, SettingKey, Topic};

/// The role that may do everything; it is there in every cluster.
pub const CLUSTER_ADMIN: &str = "cluster-admin";

/// The group that kubeadm binds to `cluster-admin` for `admin.conf` since 1.29.
pub const KUBEADM_ADMINS: &str = "kubeadm:cluster-admins";

/// A name with the namespace of its object; cluster-wide objects have none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopedName {
    /// The namespace; none means cluster-wide.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

/// A role, bound under its own name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RolePlan {
    /// Its rules; none where it is a built-in role.
    pub rules: Vec<Held<Rule>>,
    /// The built-in role that is bound in its place.
    pub built_in: Option<&'static str>,
    /// Who has it.
    pub subjects: Vec<Held<Subject>>,
}

/// What the spec lets somebody do, independent of the roles that grant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Who.
    pub subject: Subject,
    /// Where; none means everywhere.
    pub namespace: Option<String>,
    /// What.
    pub rules: Vec<Rule>,
    /// The place of the spec that says so.
    pub path: SpecPath,
}

impl Grant {
    /// Every single permission of the grant.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        self.rules.iter().flat_map(|rule| rule.permissions(self.namespace.as_deref())).collect()
    }
}

/// Who may do what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RbacPlan {
    /// Service accounts by namespace and name: whether their token is mounted unasked.
    pub accounts: BTreeMap<(String, String), Held<bool>>,
    /// Roles with their bindings.
    pub roles: BTreeMap<ScopedName, RolePlan>,
    /// What the spec declares.
    pub grants: Vec<Grant>,
}

impl RbacPlan {
    /// Lets a subject do something through a role; the declaration is kept beside.
    pub fn grant(
        &mut self,
        role: &str,
        subject: Held<Subject>,
        namespace: Option<&str>,
        rules: Vec<Held<Rule>>,
        path: &SpecPath,
    ) {
        self.grants.push(Grant {
            subject: subject.value.clone(),
            namespace: namespace.map(str::to_owned),
            rules: rules.iter().map(|held| held.value.clone()).collect(),
            path: path.clone(),
        });
        let name = ScopedName { namespace: namespace.map(str::to_owned), name: role.to_owned() };
        let planned = self.roles.entry(name).or_default();
        for rule in rules {
            match planned.rules.iter_mut().find(|present| present.value == rule.value) {
                Some(present) => present.reasons.extend(rule.reasons),
                None => planned.rules.push(rule),
            }
        }
        match planned.subjects.iter_mut().find(|present| present.value == subject.value) {
            Some(present) => present.reasons.extend(subject.reasons),
            None => planned.subjects.push(subject),
        }
    }
}

impl ScopedName {
    /// The key of a rule of the role, counted from 1.
    #[must_use]
    pub fn rule_key(&self, number: usize) -> SettingKey {
        SettingKey::Part(Topic::Rbac, format!("{}/rules/{number}", self.text("roles")))
    }

    /// The key of the binding of the role.
    #[must_use]
    pub fn binding_key(&self) -> SettingKey {
        SettingKey::Part(Topic::Rbac, self.text("bindings"))
    }

    fn text(&self, kind: &str) -> String {
        match &self.namespace {
            Some(namespace) => format!("{kind}/{namespace}/{}", self.name),
            None => format!("cluster-{kind}/{}", self.name),
        }
    }
}

/// The key of a service account.
#[must_use]
pub fn account_key(namespace: &str, name: &str) -> SettingKey {
    SettingKey::Part(Topic::Rbac, format!("accounts/{namespace}/{name}/automount"))
}

/// A binding in one line: the kind of role it names, the role, and everybody who has it.
#[must_use]
pub fn binding_text<'a>(kind: &str, role: &str, subjects: impl IntoIterator<Item = &'a Subject>) -> String {
    let subjects: Vec<String> = subjects.into_iter().map(ToString::to_string).collect();
    format!("{kind} {role} for {}", subjects.join(", "))
}

/// The kind of role and the role that a binding names.
#[must_use]
pub fn role_ref<'a>(name: &'a ScopedName, role: &RolePlan) -> (&'static str, &'a str) {
    match (role.built_in, &name.namespace) {
        (Some(built_in), _) => ("ClusterRole", built_in),
        (None, Some(_)) => ("Role", &name.name),
        (None, None) => ("ClusterRole", &name.name),
    }
}

/// Adds the settings of roles and accounts to the list of all settings.
pub(super) fn settings(plan: &Plan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    for ((namespace, name), held) in &plan.rbac.accounts {
        out.insert(account_key(namespace, name), held.as_ref().map(ToString::to_string));
    }
    for (name, role) in &plan.rbac.roles {
        for (number, rule) in role.rules.iter().enumerate() {
            out.insert(name.rule_key(number + 1), rule.as_ref().map(ToString::to_string));
        }
        let reasons = role.subjects.iter().flat_map(|subject| subject.reasons.iter().cloned()).collect();
        let (kind, of) = role_ref(name, role);
        let value = binding_text(kind, of, role.subjects.iter().map(|subject| &subject.value));
        out.insert(name.binding_key(), Held { value, reasons });
    }
}
