//! How controls write into the plan: every flag, gate and field is looked up for the exact minor on its way in.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    base::{Cause, ControlId, FactId, Minor, Reason, SpecPath},
    diag::{Diagnostics, Place},
    facts::{self, Lookup, Needed, NeededBy, Support},
};

use super::{
    Flag, FlagValue, Ground, Held, HostMount, HostRule, MountType, Outcome, Plan, Program, Scope, SettingKey, Verdict,
    diagnostics::{NotInVersion, SettingConflict},
    strictness,
};

/// Finds the place in the source text behind a cause.
pub trait Locate {
    /// The place, where the cause has one.
    fn locate(&self, cause: &Cause) -> Option<Place>;
}

/// The pen of one control: what it writes carries its id and the cause of its selection.
pub struct Lowering<'a> {
    plan: &'a mut Plan,
    diags: &'a mut Diagnostics,
    places: &'a dyn Locate,
    control: Option<ControlId>,
    cause: Cause,
    verdicts: Vec<Verdict>,
    intents: BTreeMap<SpecPath, Vec<Verdict>>,
    /// Pools that a waiver takes out, and its id.
    spared: BTreeMap<String, String>,
    /// Those of them that something was to be written for.
    passed_over: BTreeSet<String>,
}

impl<'a> Lowering<'a> {
    /// A pen for a control (none for the installer's own shape and the owner's fields).
    pub fn new(
        plan: &'a mut Plan,
        diags: &'a mut Diagnostics,
        places: &'a dyn Locate,
        control: Option<ControlId>,
        cause: Cause,
    ) -> Self {
        Lowering {
            plan,
            diags,
            places,
            control,
            cause,
            verdicts: Vec::new(),
            intents: BTreeMap::new(),
            spared: BTreeMap::new(),
            passed_over: BTreeSet::new(),
        }
    }

    /// Writes no rule of the nodes of these pools, each with the waiver that takes it out.
    #[must_use]
    pub fn sparing(mut self, pools: BTreeMap<String, String>) -> Self {
        self.spared = pools;
        self
    }

    /// Whether a waiver takes a pool out.
    #[must_use]
    pub fn spares(&self, pool: &str) -> bool {
        self.spared.contains_key(pool)
    }

    /// What has been planned so far (by controls before this one in the catalogue, and the installer's shape).
    #[must_use]
    pub fn plan(&self) -> &Plan {
        self.plan
    }

    /// Direct access for the parts of the plan that have a type of their own.
    pub fn plan_mut(&mut self) -> &mut Plan {
        self.plan
    }

    /// Where to report what cannot be said.
    pub fn diagnostics(&mut self) -> &mut Diagnostics {
        self.diags
    }

    /// The place behind a cause.
    #[must_use]
    pub fn place(&self, cause: &Cause) -> Option<Place> {
        self.places.locate(cause)
    }

    /// The reason that everything written now carries.
    #[must_use]
    pub fn reason(&self) -> Reason {
        Reason { control: self.control, cause: self.cause.clone() }
    }

    /// Writes the next values for another cause (a field of the spec, a parameter of the profile).
    pub fn because(&mut self, cause: Cause) -> &mut Self {
        self.cause = cause;
        self
    }

    /// A value with the current reason.
    pub fn held<T>(&self, value: T) -> Held<T> {
        Held::new(value, self.reason())
    }

    /// Asks for a single-valued flag.
    pub fn flag(&mut self, program: Program, name: &str, value: FlagValue) {
        if !self.has_flag(program, name) {
            return;
        }
        let held = self.held(value);
        let key = SettingKey::Flag(program, name.to_owned());
        let flags = &mut self.plan.components.entry(program).or_default().flags;
        match flags.get_mut(name) {
            None => {
                flags.insert(name.to_owned(), Flag::new(held));
            }
            Some(flag) => {
                let before = flag.held.clone();
                if let Err(other) = settle(&key, &mut flag.held, held, |v| v.to_string()) {
                    self.conflict(&key, &other);
                } else if flag.held.value != before.value {
                    let old = std::mem::take(&mut flag.also);
                    if before.is_owners() && KEEPS_OLD.contains(&(program, name)) {
                        let value = flag.held.value.to_string();
                        flag.also =
                            std::iter::once(before.map(|v| v.to_string())).chain(old).filter(|old| old.value != value).collect();
                    }
                }
            }
        }
    }

    /// Asks for `true` or `false`.
    pub fn flag_bool(&mut self, program: Program, name: &str, value: bool) {
        self.flag(program, name, FlagValue::Bool(value));
    }

    /// Asks for a number.
    pub fn flag_int(&mut self, program: Program, name: &str, value: i64) {
        self.flag(program, name, FlagValue::Int(value));
    }

    /// Asks for a text.
    pub fn flag_text(&mut self, program: Program, name: &str, value: impl Into<String>) {
        self.flag(program, name, FlagValue::Text(value.into()));
    }

    /// Asks that a list flag holds these items, beside what others ask for; their order is kept.
    pub fn flag_items(&mut self, program: Program, name: &str, items: &[&str]) {
        if !self.has_flag(program, name) {
            return;
        }
        let reason = self.reason();
        let flags = &mut self.plan.components.entry(program).or_default().flags;
        let flag = flags.entry(name.to_owned()).or_insert_with(|| Flag {
            held: Held { value: FlagValue::List(Vec::new()), reasons: BTreeSet::new() },
            installer: None,
            also: Vec::new(),
        });
        let mut list = match &flag.held.value {
            FlagValue::List(list) => list.clone(),
            FlagValue::Bool(_) | FlagValue::Int(_) | FlagValue::Text(_) => flag
                .held
                .value
                .to_string()
                .split(',')
                .map(|item| Held { value: item.to_owned(), reasons: flag.held.reasons.clone() })
                .collect(),
        };
        for item in items {
            match list.iter_mut().find(|held| held.value == *item) {
                Some(held) => {
                    held.reasons.insert(reason.clone());
                }
                None => list.push(Held::new((*item).to_owned(), reason.clone())),
            }
        }
        flag.held.value = FlagValue::List(list);
        flag.held.reasons.insert(reason);
    }

    /// Asks for an admission plugin, beside the others.
    pub fn plugin(&mut self, name: &str) {
        if self.has_plugin(name) {
            self.flag_items(Program::KubeApiserver, "enable-admission-plugins", &[name]);
        }
    }

    /// Writes down that the control took a flag of the owner's away, and the value that it had.
    pub fn taken(&mut self, program: Program, flag: &str, value: &str) {
        if let Some(control) = self.control {
            self.plan.taken.insert(SettingKey::Flag(program, flag.to_owned()), (control, value.to_owned()));
        }
    }

    /// Drops a flag that the installer writes (the authorization file takes the place of the mode flag).
    pub fn drop_installer_flag(&mut self, program: Program, name: &str) {
        if let Some(component) = self.plan.components.get_mut(&program) {
            component.flags.remove(name);
        }
    }

    /// Asks for a field of a configuration file, by dotted path.
    pub fn field(&mut self, program: Program, path: &str, value: serde_json::Value) {
        let minor = self.plan.cluster.minor();
        let found = match program {
            Program::Kubelet => facts::kubelet_field(path, minor).map(|_| ()),
            Program::KubeProxy => facts::kube_proxy_field(path, minor).map(|_| ()),
            Program::KubeApiserver | Program::KubeControllerManager | Program::KubeScheduler | Program::Etcd => {
                Lookup::<()>::Unknown { nearest: None }
            }
        };
        if !self.known(found, &format!("field `{path}` of the {} configuration", program.name())) {
            return;
        }
        let held = self.held(value);
        let key = SettingKey::Field(program, path.to_owned());
        let fields = &mut self.plan.components.entry(program).or_default().fields;
        match fields.get_mut(path) {
            None => {
                fields.insert(path.to_owned(), held);
            }
            Some(present) => {
                if let Err(other) = settle(&key, present, held, plain) {
                    self.conflict(&key, &other);
                }
            }
        }
    }

    /// Mounts a path of the host into a program's container, under the same path.
    pub fn mount(&mut self, program: Program, name: &str, path: &str, kind: MountType, read_only: bool) {
        let mount = HostMount {
            name: name.to_owned(),
            host_path: path.to_owned(),
            mount_path: path.to_owned(),
            read_only,
            kind,
            installer: false,
        };
        let mut held = self.held(mount);
        let mounts = &mut self.plan.components.entry(program).or_default().mounts;
        // Of two volumes with one name kubeadm keeps the later, and the server misses the other.
        while mounts.values().any(|other| other.value.name == held.value.name && other.value.mount_path != path) {
            held.value.name.push_str("-2");
        }
        match mounts.get_mut(path) {
            Some(present) => present.reasons.extend(held.reasons),
            None => {
                mounts.insert(path.to_owned(), held);
            }
        }
    }

    /// A rule for a file on the nodes of the pools that the predicate picks (mode, owner, presence).
    pub fn node_rule(&mut self, pools: impl Fn(&super::NodePlan) -> bool, name: &str, rule: &str) {
        let held = self.held(rule.to_owned());
        let mut conflict = None;
        for pool in self.plan.pools.values_mut().filter(|pool| pools(pool)) {
            if self.spared.contains_key(&pool.name) {
                self.passed_over.insert(pool.name.clone());
                continue;
            }
            match pool.file_rules.get_mut(name) {
                Some(present) if present.value == held.value => present.reasons.extend(held.reasons.clone()),
                Some(present) => {
                    let key = SettingKey::Node(format!("{}/{name}", pool.name));
                    conflict.get_or_insert((key, (held.value.clone(), present.value.clone(), present.reasons.clone())));
                }
                None => {
                    pool.file_rules.insert(name.to_owned(), held.clone());
                }
            }
        }
        if let Some((key, other)) = conflict {
            self.conflict(&key, &other);
        }
    }

    /// The same for one pool; gives the key of the setting.
    pub fn host_rule(&mut self, pool: &str, name: &str, rule: &str) -> SettingKey {
        self.node_rule(|found| found.name == pool, name, rule);
        SettingKey::Node(format!("{pool}/{name}"))
    }

    /// Says what became of the control in a scope, on a fact. Without any call a control that wrote settings is `enforced`.
    pub fn verdict(&mut self, scope: Scope, outcome: Outcome, fact: FactId, detail: impl Into<String>) {
        self.verdict_on(scope, outcome, Ground::Fact(fact), detail);
    }

    /// Says what became of the control in a scope, on any ground.
    pub fn verdict_on(&mut self, scope: Scope, outcome: Outcome, ground: Ground, detail: impl Into<String>) {
        self.verdicts.push(Verdict { scope, outcome, ground, detail: detail.into(), cause: self.cause.clone() });
    }

    /// Says what became of an intent of the spec that this control lowers.
    pub fn intent(&mut self, path: SpecPath, outcome: Outcome, ground: Ground, detail: impl Into<String>) {
        let verdict = Verdict { scope: Scope::Cluster, outcome, ground, detail: detail.into(), cause: Cause::Spec(path.clone()) };
        self.intents.entry(path).or_default().push(verdict);
    }

    /// Says that settings make an intent of the spec hold.
    pub fn intent_by(&mut self, path: SpecPath, settings: &[SettingKey]) {
        self.intent(path, Outcome::Enforced, Ground::Settings(settings.to_vec()), "");
    }

    /// Ends the work of the control: its verdicts and those of the intents it lowered. Of a pool that a waiver took out that alone is said.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Verdict>, BTreeMap<SpecPath, Vec<Verdict>>) {
        for pool in std::mem::take(&mut self.passed_over) {
            let Some(waiver) = self.spared.get(&pool).cloned() else { continue };
            let scope = Scope::Pool(pool);
            self.verdicts.retain(|verdict| verdict.scope != scope);
            self.because(Cause::Spec(SpecPath::new("/waivers").child(&waiver)));
            self.verdict_on(scope, Outcome::Waived, Ground::Waiver(waiver), "");
        }
        (self.verdicts, self.intents)
    }

    /// Whether the exact version of a program knows a flag; etcd is the one that kubeadm of the minor deploys.
    fn has_flag(&mut self, program: Program, name: &str) -> bool {
        let minor = self.plan.cluster.minor();
        let what = format!("`--{name}` of {}", program.name());
        match (program, self.plan.cluster.etcd_version()) {
            (Program::Etcd, Some(etcd)) => self.known(facts::etcd_flag(name, etcd).map(|_| ()), &what),
            _ => self.known(facts::flag(program, name, minor).map(|_| ()), &what),
        }
    }

    /// Whether the exact version has an admission plugin; else says what replaces it.
    pub fn has_plugin(&mut self, name: &str) -> bool {
        let minor = self.plan.cluster.minor();
        self.known(facts::plugin(name, minor).map(|_| ()), &format!("admission plugin `{name}`"))
    }

    /// Whether a look-up found the thing in the exact version; else says what replaces it.
    fn known<V: std::fmt::Display>(&mut self, found: Lookup<(), V>, what: &str) -> bool {
        // Nothing is written for such a minor: files are judged by what it has, and what it lacks cannot be asked of them.
        if facts::support(self.plan.cluster.minor()) == Support::CheckOnly {
            return found.is_known();
        }
        let why = match found {
            Lookup::Known(()) => return true,
            Lookup::Removed { in_, replacement } => {
                let instead = replacement.map_or_else(String::new, |text| format!("; {text}"));
                format!("it is gone since {in_}{instead}")
            }
            Lookup::NotYet { since } => format!("it exists since {since}"),
            Lookup::Unknown { nearest } => match nearest {
                Some(name) => format!("there is no such thing; the nearest name is `{name}`"),
                None => "there is no such thing".to_owned(),
            },
            Lookup::NotCovered => "the tables do not cover it for this version".to_owned(),
        };
        let problem = NotInVersion {
            what: what.to_owned(),
            version: self.plan.cluster.version.to_string(),
            why,
            asked_by: self.control.map_or_else(|| "the owner's configuration".to_owned(), |c| format!("`{c}`")),
            at: self.place(&self.cause),
            version_at: self
                .place(&Cause::Spec(SpecPath::new(&format!("/platform/{}/kubernetesVersion", self.plan.cluster.platform)))),
        };
        self.diags.push(problem);
        false
    }

    fn conflict(&mut self, key: &SettingKey, other: &(String, String, BTreeSet<Reason>)) {
        let (mine, theirs, reasons) = other;
        let their_cause = reasons.iter().next().map(|r| r.cause.clone());
        let problem = SettingConflict {
            key: key.to_string(),
            mine: mine.clone(),
            theirs: theirs.clone(),
            needed: needed(key, self.plan.cluster.minor()),
            at: self.place(&self.cause),
            other: their_cause.as_ref().and_then(|cause| self.place(cause)),
        };
        self.diags.push(problem);
    }
}

/// The value that every node needs of a host setting, and why: nothing where it may be any.
fn needed(key: &SettingKey, minor: Minor) -> Option<(&'static str, &'static str)> {
    let SettingKey::Node(name) = key else { return None };
    let (_, rule) = name.split_once('/')?;
    let Some(HostRule::Sysctl(set)) = HostRule::of(rule) else { return None };
    let found = facts::NEEDS.iter().filter(|need| need.by == NeededBy::Node).find_map(|need| match need.what {
        Needed::Sysctl(key, [value]) if key == set => Some((*value, need.why)),
        Needed::Sysctl(..) | Needed::SysctlNot(..) | Needed::Module(_) => None,
    });
    found.map(|(value, why)| (value, facts::sentence(why, minor)))
}

/// Flags whose old value stays second when it changes: what was issued under it must stay valid.
const KEEPS_OLD: &[(Program, &str)] = &[(Program::KubeApiserver, "service-account-key-file")];

/// Lets two values of one setting meet. The stricter stays, with the reasons of every control that asked; what the installer writes
/// gives way, and so does what the owner wrote unless it is stricter. Else both texts are given back.
fn settle<T>(
    key: &SettingKey,
    present: &mut Held<T>,
    new: Held<T>,
    text: impl Fn(&T) -> String,
) -> Result<(), (String, String, BTreeSet<Reason>)> {
    let (old_text, new_text) = (text(&present.value), text(&new.value));
    let only_shape = present.reasons.iter().all(|r| matches!(r.cause, Cause::Shape(_)));
    let found = present.is_found();
    match strictness(key, &new_text, &old_text) {
        Some(Ordering::Equal) if only_shape => present.reasons = new.reasons,
        Some(Ordering::Equal) => present.reasons.extend(new.reasons),
        _ if only_shape => *present = new,
        Some(Ordering::Less) => present.reasons.extend(new.reasons),
        Some(Ordering::Greater) if !found => {
            let reasons = std::mem::replace(present, new).reasons;
            present.reasons.extend(reasons.into_iter().filter(|r| r.control.is_some()));
        }
        Some(Ordering::Greater) => *present = new,
        None if found => *present = new,
        None => return Err((new_text, old_text, present.reasons.clone())),
    }
    Ok(())
}

/// A JSON value as people write it: texts without quotes.
pub(super) fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) | serde_json::Value::Object(_) => {
            value.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Platform, diag::Source, plan::Cluster};

    struct OneFile(Source);

    impl Locate for OneFile {
        fn locate(&self, _: &Cause) -> Option<Place> {
            Some(self.0.place(crate::diag::Span::new(0, 1)))
        }
    }

    /// Two controls that cannot both have their way are told, each with its place.
    #[test]
    fn values_that_neither_is_stricter_than_the_other_are_a_mistake() {
        let version = "1.36.3".parse().unwrap();
        let mut plan = Plan::new(Cluster { name: "demo".to_owned(), platform: Platform::Kubeadm, version, kubeadm: None });
        let (file, mut diags) = (OneFile(Source::new("harden.yaml", "x")), Diagnostics::default());
        for (control, value) in [("one/control", "a"), ("another/control", "a"), ("another/control", "b")] {
            let cause = Cause::Spec(SpecPath::new("/controls").child(control));
            let mut pen = Lowering::new(&mut plan, &mut diags, &file, Some(ControlId(control)), cause);
            pen.flag_text(Program::KubeApiserver, "cert-dir", value);
        }
        let found = diags.list();
        assert!(matches!(found, [one] if one.code == "setting-conflict" && one.labels.len() == 2), "{found:?}");
    }
}
