//! Admission policies: what is asked, of which namespaces, how hard on the day of the build, and by which engine.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::Reason,
    policy::{List, ParamValue, Params, Policy, Subject},
};

use super::{Held, Plan, SettingKey, Topic, WhenAway, in_tree};

/// What an engine does with a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is recorded.
    DryRun,
    /// The caller is warned.
    Warn,
    /// The request is refused.
    Deny,
}

impl Action {
    /// Its name in a constraint.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Action::DryRun => "dryrun",
            Action::Warn => "warn",
            Action::Deny => "deny",
        }
    }
}

/// Which objects a constraint looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judges {
    /// What is refused: pods, or the requests to enter them.
    Pods,
    /// What makes pods: warned about, since something may still change its pods before they are judged.
    Templates,
}

/// What enforces a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Engine {
    /// Gatekeeper.
    Gatekeeper,
    /// The API server itself, by in-tree policies, and what becomes of a request that their expressions cannot judge.
    InTree(Held<WhenAway>),
    /// Nothing in the cluster: only manifests are judged by it.
    Nothing,
}

/// A policy with what is asked of this cluster.
#[derive(Debug, Clone)]
pub struct PolicyPlan {
    /// The policy.
    pub policy: &'static Policy,
    /// What enforces it.
    pub engine: Engine,
    /// Its parameters.
    pub params: BTreeMap<&'static str, Held<ParamValue>>,
    /// The namespaces that it spares.
    pub exempt: BTreeMap<String, BTreeSet<Reason>>,
    /// What happens on the day of the build.
    pub action: Held<Action>,
    /// Why it is there.
    pub reasons: BTreeSet<Reason>,
}

impl PolicyPlan {
    /// The parameters as engines take them.
    #[must_use]
    pub fn values(&self) -> Params {
        Params(self.params.iter().map(|(name, held)| (*name, held.value.clone())).collect())
    }

    /// The same without those who are spared.
    #[must_use]
    pub fn values_for_everybody(&self) -> Params {
        let mut values = self.values();
        values.0.remove(self.policy.exemption.param());
        values
    }

    /// The constraints that enforce it.
    #[must_use]
    pub fn constraints(&self) -> &'static [Judges] {
        if self.policy.subject == Subject::Pods { &[Judges::Pods, Judges::Templates] } else { &[Judges::Pods] }
    }

    /// The name of a constraint.
    #[must_use]
    pub fn constraint_name(&self, judges: Judges) -> String {
        match judges {
            Judges::Pods => self.policy.name.to_owned(),
            Judges::Templates => format!("{}-templates", self.policy.name),
        }
    }

    /// The action of a constraint: what makes pods is never refused.
    #[must_use]
    pub fn action_of(&self, judges: Judges) -> Action {
        match judges {
            Judges::Pods => self.action.value,
            Judges::Templates => self.action.value.min(Action::Warn),
        }
    }

    /// The kinds that a constraint looks at, by group.
    #[must_use]
    pub fn kinds(&self, judges: Judges) -> BTreeMap<&'static str, Vec<&'static str>> {
        if self.policy.subject == Subject::EnteredPod {
            return BTreeMap::from([("", vec!["PodAttachOptions", "PodExecOptions"])]);
        }
        let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (group, kind, _) in self.policy.holders().filter(|(_, kind, _)| (*kind == "Pod") == (judges == Judges::Pods)) {
            kinds.entry(group).or_default().push(kind);
        }
        kinds
    }

    /// Whether its engine changes pods so that they keep to it: not before they are refused otherwise.
    #[must_use]
    pub fn mutates(&self) -> bool {
        self.policy.sets_what_it_judges() && self.action.value == Action::Deny
    }

    /// The admission plugins through which the API server asks about it; they are on unless they are switched off.
    #[must_use]
    pub fn plugins(&self) -> &'static [&'static str] {
        match (&self.engine, self.policy.sets_what_it_judges()) {
            (Engine::Gatekeeper, true) => &["MutatingAdmissionWebhook", "ValidatingAdmissionWebhook"],
            (Engine::Gatekeeper, false) => &["ValidatingAdmissionWebhook"],
            (Engine::InTree(_), true) => &["MutatingAdmissionPolicy", "ValidatingAdmissionPolicy"],
            (Engine::InTree(_), false) => &["ValidatingAdmissionPolicy"],
            (Engine::Nothing, _) => &[],
        }
    }

    /// The settings that make it hold.
    #[must_use]
    pub fn keys(&self) -> Vec<SettingKey> {
        match self.engine {
            Engine::Gatekeeper => self.gatekeeper_keys(),
            Engine::InTree(_) => in_tree::keys(self),
            Engine::Nothing => Vec::new(),
        }
    }

    fn gatekeeper_keys(&self) -> Vec<SettingKey> {
        let mut keys = vec![template_key(self.policy.name)];
        keys.extend(self.constraints().iter().map(|judges| constraint_key(&self.constraint_name(*judges))));
        if self.mutates() {
            keys.extend(Pulls::ALL.map(mutation_key));
        }
        if self.policy.subject == Subject::EnteredPod {
            keys.push(sync_key());
        }
        keys
    }

    fn constraint(&self, judges: Judges) -> String {
        let kinds: Vec<String> = self
            .kinds(judges)
            .iter()
            .flat_map(|(group, kinds)| kinds.iter().map(move |kind| format!("{group}/{kind}")))
            .collect();
        let exempt: Vec<&str> = self.exempt.keys().map(String::as_str).collect();
        constraint_text(self.action_of(judges).name(), &kinds, &exempt, &self.values().to_json())
    }

    fn all_reasons(&self) -> BTreeSet<Reason> {
        let mut reasons = self.reasons.clone();
        reasons.extend(self.action.reasons.iter().cloned());
        reasons.extend(self.params.values().flat_map(|held| held.reasons.iter().cloned()));
        reasons.extend(self.exempt.values().flatten().cloned());
        reasons
    }
}

/// A constraint in one line, as the plan and the observer write it.
#[must_use]
pub fn constraint_text(action: &str, kinds: &[String], exempt: &[&str], params: &serde_json::Value) -> String {
    let exempt = outside(exempt);
    let params = if params.as_object().is_none_or(serde_json::Map::is_empty) { String::new() } else { format!(" with {params}") };
    format!("{action} on {}{exempt}{params}", kinds.join(", "))
}

/// The namespaces that are spared, behind what holds elsewhere.
pub(super) fn outside(exempt: &[&str]) -> String {
    if exempt.is_empty() { String::new() } else { format!(" outside {}", exempt.join(", ")) }
}

/// What a template says that harden wrote.
pub const OWN_TEMPLATE: &str = "the rules of harden";

/// What Gatekeeper holds of the cluster.
pub const SYNCED: &str = "/v1/Pod";

/// What pulls an image, each set by a mutation of its own: Gatekeeper sets no list as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulls {
    /// The containers of a list.
    Containers(List),
    /// Volumes that are images.
    Volumes,
}

impl Pulls {
    /// All of a pod.
    pub const ALL: [Pulls; 4] =
        [Pulls::Containers(List::Plain), Pulls::Containers(List::Init), Pulls::Containers(List::Ephemeral), Pulls::Volumes];

    /// The list of the pod's spec.
    #[must_use]
    pub const fn list(self) -> &'static str {
        match self {
            Pulls::Containers(list) => list.field(),
            Pulls::Volumes => "volumes",
        }
    }

    /// The field that is set, as mutations of Gatekeeper name it.
    #[must_use]
    pub fn location(self) -> String {
        match self {
            Pulls::Containers(list) => format!("spec.{}[name: *].imagePullPolicy", list.field()),
            Pulls::Volumes => format!("{}.pullPolicy", Pulls::IMAGE_VOLUME),
        }
    }

    /// What must be there already for the field to be set: a volume of another kind must not become an image.
    #[must_use]
    pub const fn only_in(self) -> Option<&'static str> {
        match self {
            Pulls::Containers(_) => None,
            Pulls::Volumes => Some(Pulls::IMAGE_VOLUME),
        }
    }

    /// The requests that bring new ones. Pull policies of what is there cannot be changed.
    #[must_use]
    pub const fn operation(self) -> &'static str {
        match self {
            Pulls::Containers(List::Ephemeral) => "UPDATE",
            Pulls::Containers(List::Plain | List::Init) | Pulls::Volumes => "CREATE",
        }
    }

    const IMAGE_VOLUME: &'static str = "spec.volumes[name: *].image";
}

/// A mutation in one line.
#[must_use]
pub fn mutation_text(of: Pulls, operation: &str, exempt: &[&str]) -> String {
    format!("{} is Always on {operation}{}", of.location(), outside(exempt))
}

/// The key of a template.
#[must_use]
pub fn template_key(policy: &str) -> SettingKey {
    SettingKey::Part(Topic::Policy, format!("gatekeeper/template/{policy}"))
}

/// The key of a constraint.
#[must_use]
pub fn constraint_key(name: &str) -> SettingKey {
    SettingKey::Part(Topic::Policy, format!("gatekeeper/constraint/{name}"))
}

/// The key of a mutation.
#[must_use]
pub fn mutation_key(of: Pulls) -> SettingKey {
    SettingKey::Part(Topic::Policy, format!("gatekeeper/mutation/{}", of.list()))
}

/// The key of what Gatekeeper holds of the cluster.
#[must_use]
pub fn sync_key() -> SettingKey {
    SettingKey::Part(Topic::Policy, "gatekeeper/sync".to_owned())
}

/// Adds the settings of policies to the list of all settings: what the engine of each is told.
pub(super) fn settings(plan: &Plan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    for policy in plan.policies.values() {
        match &policy.engine {
            Engine::Gatekeeper => gatekeeper(policy, out),
            Engine::InTree(errors) => in_tree::settings(policy, errors, &policy.all_reasons(), out),
            Engine::Nothing => {}
        }
    }
}

fn gatekeeper(policy: &PolicyPlan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    let held = |value: String, reasons: BTreeSet<Reason>| Held { value, reasons };
    out.insert(template_key(policy.policy.name), held(OWN_TEMPLATE.to_owned(), policy.reasons.clone()));
    for judges in policy.constraints() {
        let key = constraint_key(&policy.constraint_name(*judges));
        out.insert(key, held(policy.constraint(*judges), policy.all_reasons()));
    }
    if policy.mutates() {
        let exempt: Vec<&str> = policy.exempt.keys().map(String::as_str).collect();
        for of in Pulls::ALL {
            out.insert(mutation_key(of), held(mutation_text(of, of.operation(), &exempt), policy.all_reasons()));
        }
    }
    if policy.policy.subject == Subject::EnteredPod {
        out.insert(sync_key(), held(SYNCED.to_owned(), policy.reasons.clone()));
    }
}
