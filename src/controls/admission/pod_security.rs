//! Gives every namespace without labels a Pod Security level, and exempts the few that cannot have one.

use crate::{
    base::{Area, Cause, Date, Level, Platform, SpecPath},
    controls::{Applies, Control, Param, ParamKind, Stricter},
    facts::{self, ConfigKind, PodLevel},
    plan::{Ground, Held, Lowering, Outcome, PodSecurityPlan, Scope, namespace_path},
    resolve::{NamespaceAnswer, Resolved},
};

use super::{
    configuration, not_disabled, pod_security_labels as labels, strokes,
    system_namespaces::{self, LEVELS, rank},
};

pub(super) const ID: &str = "admission/pod-security";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Admission,
    title: "give every namespace without labels a Pod Security level",
    level: Level::Baseline,
    doc: include_str!("pod_security.md"),
    params: &[
        Param {
            name: "enforce",
            kind: ParamKind::Choice(LEVELS),
            stricter: Stricter::Later,
            about: "the level below which pods are refused",
        },
        Param {
            name: "audit",
            kind: ParamKind::Choice(LEVELS),
            stricter: Stricter::Later,
            about: "the level below which pods are marked in the audit log",
        },
        Param {
            name: "warn",
            kind: ParamKind::Choice(LEVELS),
            stricter: Stricter::Later,
            about: "the level below which the user is warned",
        },
    ],
    applies,
    lower,
};

/// The level that asks for nothing.
pub(super) const NOTHING: &str = "privileged";

fn applies(_: &Resolved) -> Applies {
    Applies::Yes
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let rollout = Rollout::of(cluster);
    let levels = Levels {
        enforce: level(cluster, out, "enforce", rollout.enforces()),
        audit: level(cluster, out, "audit", rollout.shows()),
        warn: level(cluster, out, "warn", rollout.shows()),
        version: out.held(format!("v{}", cluster.minor())),
        enforce_waits: rollout.enforces() != Stage::InForce,
        shown_waits: rollout.shows() != Stage::InForce,
    };
    labels::write(cluster, out, &levels);
    match cluster.platform {
        Platform::Kubeadm => file(cluster, out, &levels),
        Platform::Eks | Platform::Aks => labels::alone(cluster, out),
    }
    let (refused, shown) = (levels.enforce.value.as_str(), levels.shown());
    rollout.answer(cluster, out, refused, shown);
}

/// The levels of this day.
pub(super) struct Levels {
    pub(super) enforce: Held<String>,
    pub(super) audit: Held<String>,
    pub(super) warn: Held<String>,
    /// The version that each is pinned to.
    pub(super) version: Held<String>,
    /// Whether the day from which pods are refused is still to come.
    pub(super) enforce_waits: bool,
    /// Whether the day from which levels are shown is still to come.
    pub(super) shown_waits: bool,
}

impl Levels {
    /// The stricter of the levels that are shown and not enforced.
    pub(super) fn shown(&self) -> &str {
        if rank(&self.audit.value) > rank(&self.warn.value) { &self.audit.value } else { &self.warn.value }
    }
}

/// The level that pods of a namespace are held to once every day of the rollout has come; without a name, of one that nothing
/// speaks of.
pub(in crate::controls) fn level_to_come(cluster: &Resolved, namespace: Option<&str>) -> PodLevel {
    if !cluster.selects(ID) {
        return PodLevel::Privileged;
    }
    let asked = |mode: &str| system_namespaces::level(&cluster.text(ID, mode).0);
    let (enforce, shown) = (asked("enforce"), asked("audit").max(asked("warn")));
    let (is_exempt, elsewhere) = match cluster.platform {
        Platform::Kubeadm => {
            let exempt = system_namespaces::exempt(cluster, enforce.name(), shown.name());
            (exempt.iter().any(|(name, _)| Some(*name) == namespace), enforce)
        }
        Platform::Eks | Platform::Aks => (false, PodLevel::Privileged),
    };
    let is_waived = || namespace.is_some() && cluster.waivers_for(ID).any(|waiver| waiver.whole_namespace() == namespace);
    match cluster.namespaces.iter().find(|governed| Some(governed.name.as_str()) == namespace) {
        _ if is_exempt => PodLevel::Privileged,
        Some(governed) => labels::to_come(cluster, governed, enforce),
        None if is_waived() => PodLevel::Privileged,
        None => elsewhere,
    }
}

/// The defaults of the whole cluster, where the API server takes a file of them.
fn file(cluster: &Resolved, out: &mut Lowering<'_>, levels: &Levels) {
    not_disabled(out, "PodSecurity");
    if facts::config_api(ConfigKind::PodSecurity, cluster.minor()).is_none() {
        out.verdict(Scope::Cluster, Outcome::Impossible, facts::id::PSA_EXEMPT, "");
        return;
    }
    let exempt_namespaces = exemptions(cluster, out, &levels.enforce.value, levels.shown());
    out.plan_mut().pod_security = Some(PodSecurityPlan {
        enforce: levels.enforce.clone(),
        audit: levels.audit.clone(),
        warn: levels.warn.clone(),
        version: levels.version.clone(),
        exempt_namespaces,
    });
    configuration::open(out);
    if levels.enforce.value == NOTHING {
        out.verdict_on(Scope::Cluster, Outcome::Weaker, Ground::Settings(Vec::new()), refuses_nothing(levels.shown()));
    } else {
        strokes::enforced(out, "");
    }
}

/// What is left where the enforced level is the one that asks for nothing, by the profile or before its day.
fn refuses_nothing(shown: &str) -> String {
    let left = if shown == NOTHING { String::new() } else { format!("; pods below `{shown}` are marked or warned about") };
    format!("`enforce` is `{NOTHING}`: no pod is refused{left}")
}

/// The level of one mode: the parameter's, or none before its day.
fn level(cluster: &Resolved, out: &mut Lowering<'_>, mode: &str, stage: Stage) -> Held<String> {
    let asked = out.reason().cause;
    let (level, cause) = cluster.text(ID, mode);
    let held = match stage {
        Stage::InForce => out.because(cause).held(level),
        Stage::Waits(field) => out.because(Cause::Spec(rollout_place().child(field))).held(NOTHING.to_owned()),
    };
    out.because(asked);
    held
}

/// Every namespace that is exempt: those of the system, those that the spec says are privileged, those that are waived.
fn exemptions(cluster: &Resolved, out: &mut Lowering<'_>, enforce: &str, shown: &str) -> Vec<Held<String>> {
    let asked = out.reason().cause;
    let mut all: Vec<(String, Cause)> = Vec::new();
    for (namespace, cause) in system_namespaces::exempt(cluster, enforce, shown) {
        all.push((namespace.to_owned(), cause));
    }
    for namespace in &cluster.namespaces {
        all.extend(declared(cluster, out, namespace));
    }
    for waiver in cluster.waivers_for(ID) {
        if let Some(namespace) =
            waiver.whole_namespace().filter(|name| !cluster.namespaces.iter().any(|known| known.name == *name))
        {
            waived(out, namespace, &waiver.id);
            all.push((namespace.to_owned(), Cause::Spec(waiver.path.clone())));
        }
    }
    let mut held: Vec<Held<String>> = Vec::new();
    for (namespace, cause) in all {
        let one = out.because(cause).held(namespace);
        match held.iter_mut().find(|present| present.value == one.value) {
            Some(present) => present.reasons.extend(one.reasons),
            None => held.push(one),
        }
    }
    out.because(asked);
    held.sort_by(|a, b| a.value.cmp(&b.value));
    held
}

/// Whether a namespace that the spec declares is exempt: privileged and waived. Any other level of its own is a label.
fn declared(cluster: &Resolved, out: &mut Lowering<'_>, namespace: &NamespaceAnswer) -> Option<(String, Cause)> {
    let waiver = labels::waiver(cluster, namespace)?;
    let level = namespace.pod_security.as_deref();
    if level.is_some_and(|level| level != NOTHING) {
        return None;
    }
    let place = namespace_path(&namespace.name).child("podSecurity");
    waived(out, &namespace.name, &waiver.id);
    strokes::intents(cluster, out, &place, Outcome::Waived, &Ground::Waiver(waiver.id.clone()), "");
    let cause = if level.is_some() { place } else { waiver.path.clone() };
    Some((namespace.name.clone(), Cause::Spec(cause)))
}

fn waived(out: &mut Lowering<'_>, namespace: &str, waiver: &str) {
    let ground = Ground::Waiver(waiver.to_owned());
    out.verdict_on(Scope::Namespace(namespace.to_owned()), Outcome::Waived, ground, "exempt from every mode");
}

fn rollout_place() -> SpecPath {
    SpecPath::new("/policies/rollout")
}

/// Whether a mode is in force, or waits for a day of the spec (the field that sets it).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    InForce,
    Waits(&'static str),
}

/// How far the rollout of policies has come on the day of the build.
struct Rollout {
    today: Date,
    warn: Option<Date>,
    deny: Option<Date>,
}

impl Rollout {
    fn of(cluster: &Resolved) -> Self {
        Rollout { today: cluster.as_of, warn: cluster.rollout.warn, deny: cluster.rollout.deny }
    }

    /// Who gives a day to warn from and none to deny from has not decided to deny yet.
    fn enforces(&self) -> Stage {
        match (self.deny, self.warn) {
            (Some(day), _) if self.today < day => Stage::Waits("deny"),
            (None, Some(_)) => Stage::Waits("warn"),
            (Some(_), _) | (None, None) => self.shows(),
        }
    }

    fn shows(&self) -> Stage {
        if self.warn.is_some_and(|day| self.today < day) { Stage::Waits("warn") } else { Stage::InForce }
    }

    /// What becomes of the two days, and of the control before the second one.
    fn answer(&self, cluster: &Resolved, out: &mut Lowering<'_>, refused: &str, shown: &str) {
        let modes = [("warn", "warn", self.warn, self.shows(), shown), ("deny", "enforce", self.deny, self.enforces(), refused)];
        for (field, mode, day, stage, level) in modes {
            let place = rollout_place().child(field);
            // Where the API server takes no file, the labels of the governed namespaces are all that the day decides.
            let keys = if out.plan().pod_security.is_some() {
                vec![configuration::key(format!("pod-security/{mode}"))]
            } else {
                labels::keys(cluster, out.plan(), mode)
            };
            if stage == Stage::InForce && level != NOTHING && keys.is_empty() {
                let ground = Ground::Fact(facts::id::MANAGED_POD_SECURITY);
                strokes::intents(cluster, out, &place, Outcome::Impossible, &ground, "no governed namespace is held to a level");
            } else if stage == Stage::InForce && level != NOTHING {
                strokes::intents_by(cluster, out, &place, &keys);
            } else if stage == Stage::InForce {
                let ground = Ground::Fact(facts::id::POD_SECURITY_PRIVILEGED);
                strokes::intents(cluster, out, &place, Outcome::Weaker, &ground, &refuses_nothing(shown));
            } else if cluster.text(CONTROL.id, mode).0 == NOTHING {
                let ground = Ground::Fact(facts::id::POD_SECURITY_PRIVILEGED);
                strokes::intents(cluster, out, &place, Outcome::Weaker, &ground, &refuses_nothing(NOTHING));
            } else {
                let detail = match day {
                    Some(day) => format!("Pod Security begins to {field} on {day}"),
                    None => format!("the spec gives no day from which on Pod Security may {field}"),
                };
                let ground = Ground::Fact(facts::id::ROLLOUT_WAITS);
                strokes::intents(cluster, out, &place, Outcome::Weaker, &ground, &detail);
                out.verdict_on(Scope::Cluster, Outcome::Weaker, ground, detail);
            }
        }
    }
}
