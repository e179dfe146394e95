//! In-tree policies: the objects that the API server is given of a policy, and what each of them says.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Reason;

use super::{Action, Held, PolicyPlan, SettingKey, Topic, WhenAway, policies::outside};

/// A policy of the API server; its binding has its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InTree {
    /// Sets the pull policy of the containers and image volumes of a new pod.
    SetsPods,
    /// Sets the pull policy of ephemeral containers that are added to a pod.
    SetsEphemeral,
    /// Refuses what was not set.
    Judges,
}

impl InTree {
    /// Every one, in the order in which they take effect.
    pub const ALL: [InTree; 3] = [InTree::SetsPods, InTree::SetsEphemeral, InTree::Judges];

    /// The name of the policy and of its binding.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            InTree::SetsPods => "harden-always-pull-pods",
            InTree::SetsEphemeral => "harden-always-pull-ephemeral",
            InTree::Judges => "harden-always-pull",
        }
    }

    /// The kind of the policy; that of its binding ends in `Binding`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            InTree::SetsPods | InTree::SetsEphemeral => "MutatingAdmissionPolicy",
            InTree::Judges => "ValidatingAdmissionPolicy",
        }
    }

    /// The one of a kind with a name.
    #[must_use]
    pub fn find(kind: &str, name: &str) -> Option<InTree> {
        Self::ALL.into_iter().find(|one| one.kind() == kind && one.name() == name)
    }

    /// The objects of a policy on the day of the build: nothing is set before it is refused otherwise.
    #[must_use]
    pub fn of(policy: &PolicyPlan) -> Vec<InTree> {
        Self::ALL.into_iter().filter(|one| *one == InTree::Judges || policy.mutates()).collect()
    }
}

/// The key of the policy: what it says, whoever it is bound to.
#[must_use]
pub fn in_tree_rules_key(kind: &str, name: &str) -> SettingKey {
    SettingKey::Part(Topic::Policy, format!("in-tree/rules/{kind}/{name}"))
}

/// The key of its binding.
#[must_use]
pub fn in_tree_binding_key(kind: &str, name: &str) -> SettingKey {
    SettingKey::Part(Topic::Policy, format!("in-tree/binding/{kind}/{name}"))
}

/// What a policy says that harden wrote.
#[must_use]
pub fn in_tree_rules_text(errors: WhenAway) -> String {
    format!("the rules of harden, and {} where they cannot be read", errors.failure_policy())
}

/// A binding in one line; those of mutations have no actions.
#[must_use]
pub fn in_tree_binding_text(actions: &[&str], exempt: &[&str]) -> String {
    let done = if actions.is_empty() { "in force".to_owned() } else { actions.join(", ") };
    done + &outside(exempt)
}

/// What the binding of a policy does with a violation. What is refused is not recorded as well: the refusal is.
#[must_use]
pub const fn in_tree_actions(action: Action) -> &'static [&'static str] {
    match action {
        Action::DryRun => &["Audit"],
        Action::Warn => &["Warn", "Audit"],
        Action::Deny => &["Deny"],
    }
}

/// The keys of the settings that make a policy hold.
pub(super) fn keys(policy: &PolicyPlan) -> Vec<SettingKey> {
    let of = |one: InTree| [in_tree_rules_key(one.kind(), one.name()), in_tree_binding_key(one.kind(), one.name())];
    InTree::of(policy).into_iter().flat_map(of).collect()
}

/// Adds the settings of a policy that the API server enforces itself.
pub(super) fn settings(
    policy: &PolicyPlan,
    errors: &Held<WhenAway>,
    reasons: &BTreeSet<Reason>,
    out: &mut BTreeMap<SettingKey, Held<String>>,
) {
    let exempt: Vec<&str> = policy.exempt.keys().map(String::as_str).collect();
    for one in InTree::of(policy) {
        let rules =
            Held { value: in_tree_rules_text(errors.value), reasons: policy.reasons.union(&errors.reasons).cloned().collect() };
        out.insert(in_tree_rules_key(one.kind(), one.name()), rules);
        let actions = if one == InTree::Judges { in_tree_actions(policy.action.value) } else { &[] };
        let binding = Held { value: in_tree_binding_text(actions, &exempt), reasons: reasons.clone() };
        out.insert(in_tree_binding_key(one.kind(), one.name()), binding);
    }
}
