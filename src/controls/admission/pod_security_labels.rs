//! The Pod Security labels of the governed namespaces: the levels of the cluster, or their own; where a component of the system runs, none
//! that its pods would fail.

use crate::{
    base::{Cause, Platform, SpecPath},
    controls::diagnostics::{ComponentBelowLevel, KubeSystemLevel, WaiverNeeded},
    facts::{self, PodLevel},
    plan::{Ground, Held, Lowering, Outcome, Plan, Scope, SettingKey, label_key, namespace_path},
    resolve::{NamespaceAnswer, Resolved, Waiver},
};

use super::{
    pod_security::{ID, Levels, NOTHING},
    strokes,
    system_namespaces::{self, Published, rank},
};

/// The waiver that lets a namespace have a weaker level.
pub(super) fn waiver<'a>(cluster: &'a Resolved, namespace: &NamespaceAnswer) -> Option<&'a Waiver> {
    cluster
        .waivers_for(ID)
        .find(|waiver| waiver.whole_namespace() == Some(namespace.name.as_str()) || Some(&waiver.id) == namespace.waiver.as_ref())
}

/// The modes, as labels name them.
const MODES: [&str; 3] = ["enforce", "audit", "warn"];

/// A governed namespace, and what decides about its labels.
struct Governed<'a> {
    name: &'a str,
    /// Where the spec says its level.
    place: SpecPath,
    /// The level that the spec says.
    said: Option<&'a str>,
    waiver: Option<&'a Waiver>,
    published: Option<Published>,
}

impl<'a> Governed<'a> {
    fn of(cluster: &'a Resolved, namespace: &'a NamespaceAnswer) -> Self {
        Governed {
            name: &namespace.name,
            place: namespace_path(&namespace.name).child("podSecurity"),
            said: namespace.pod_security.as_deref(),
            waiver: waiver(cluster, namespace),
            published: system_namespaces::published(cluster, &namespace.name),
        }
    }

    /// The level of its own: what the spec says, and with a waiver alone nothing that refuses.
    fn own(&self) -> Option<&'a str> {
        self.said.or_else(|| self.waiver.map(|_| NOTHING))
    }

    /// The level of the cluster in one mode, or that which the pods pass that are published to run here.
    fn at_most(&self, day: &Held<String>, out: &mut Lowering<'_>) -> Held<String> {
        match &self.published {
            Some(published) if rank(published.passes) < rank(&day.value) => {
                out.because(published.cause.clone()).held(published.passes.to_owned())
            }
            Some(_) | None => day.clone(),
        }
    }

    /// The level of one mode. Before its day nothing is refused or shown, whatever the level is. Without a waiver no mode gets weaker than the
    /// cluster's, but for what is published to run here.
    fn mode(&self, day: &Held<String>, waits: bool, out: &mut Lowering<'_>) -> Held<String> {
        let most = self.at_most(day, out);
        match self.own() {
            Some(level) if !waits && (self.waiver.is_some() || rank(level) >= rank(&most.value)) => {
                let cause = if self.said.is_some() { self.place.clone() } else { waiver_path(self.waiver) };
                out.because(Cause::Spec(cause)).held(level.to_owned())
            }
            Some(_) | None => most,
        }
    }
}

/// The level that the label of a governed namespace enforces once its day has come.
pub(super) fn to_come(cluster: &Resolved, namespace: &NamespaceAnswer, day: PodLevel) -> PodLevel {
    let governed = Governed::of(cluster, namespace);
    let most = governed.published.as_ref().map_or(day, |published| day.min(system_namespaces::level(published.passes)));
    let own = governed.own().map(system_namespaces::level);
    own.filter(|own| governed.waiver.is_some() || *own >= most).unwrap_or(most)
}

/// Writes the labels of every governed namespace.
pub(super) fn write(cluster: &Resolved, out: &mut Lowering<'_>, levels: &Levels) {
    let asked = out.reason().cause;
    let exempt = match cluster.platform {
        Platform::Kubeadm => system_namespaces::exempt(cluster, &levels.enforce.value, levels.shown()),
        Platform::Eks | Platform::Aks => Vec::new(),
    };
    for namespace in &cluster.namespaces {
        let governed = Governed::of(cluster, namespace);
        out.because(asked.clone());
        if judge(cluster, out, &governed) {
            let is_exempt = exempt.iter().any(|(name, _)| *name == governed.name);
            one(cluster, out, levels, &governed, is_exempt);
        }
    }
    out.because(asked);
}

/// Whether the spec may ask for this level: a weaker one than the profile's needs a waiver, unless nothing stricter would let start what is
/// published to run there; a stricter one refuses that.
fn judge(cluster: &Resolved, out: &mut Lowering<'_>, namespace: &Governed<'_>) -> bool {
    let Some(level) = namespace.said else { return true };
    let profile = cluster.text(ID, "enforce").0;
    let passes = namespace.published.as_ref().map(|published| rank(published.passes));
    let name = namespace.name.to_owned();
    let at = out.place(&Cause::Spec(namespace.place.clone()));
    if namespace.waiver.is_none() && rank(level) < passes.map_or(rank(&profile), |passes| passes.min(rank(&profile))) {
        let what = format!("level `{level}` of namespace `{name}`, weaker than the profile's `{profile}`,");
        out.diagnostics().push(WaiverNeeded { control: ID.to_owned(), what, at });
        return false;
    }
    let Some(published) = namespace.published.as_ref().filter(|published| rank(level) > rank(published.passes)) else {
        return true;
    };
    if system_namespaces::is_kube_system(&name) {
        out.diagnostics().push(KubeSystemLevel { level: level.to_owned(), at });
        return false;
    }
    let component = out.place(&published.cause);
    let (says, passes) = (published.says, published.passes);
    out.diagnostics().push(ComponentBelowLevel { namespace: name, level: level.to_owned(), says, passes, at, component });
    true
}

fn one(cluster: &Resolved, out: &mut Lowering<'_>, levels: &Levels, namespace: &Governed<'_>, is_exempt: bool) {
    let days = [(&levels.enforce, levels.enforce_waits), (&levels.audit, levels.shown_waits), (&levels.warn, levels.shown_waits)];
    let modes = days.map(|(day, waits)| namespace.mode(day, waits, out));
    let is_lower = modes.iter().zip(days).any(|(level, (day, _))| rank(&level.value) < rank(&day.value));
    let enforced = modes[0].value.clone();
    let Some(planned) = out.plan_mut().namespaces.get_mut(namespace.name) else { return };
    for (mode, level) in MODES.into_iter().zip(modes) {
        planned.labels.insert(label(mode), level);
        planned.labels.insert(label(&format!("{mode}-version")), levels.version.clone());
    }
    let scope = Scope::Namespace(namespace.name.to_owned());
    if let Some(waiver) = namespace.waiver {
        if let Some(level) = namespace.own().filter(|level| *level != NOTHING) {
            let ground = Ground::Waiver(waiver.id.clone());
            strokes::intents(cluster, out, &namespace.place, Outcome::Waived, &ground, "");
            out.verdict_on(scope, Outcome::Waived, ground, format!("its label asks for `{level}`"));
        }
        return;
    }
    let keys = MODES.map(|mode| label_key(namespace.name, &label(mode)));
    let by_labels = Ground::Settings(keys.to_vec());
    let published = namespace.published.as_ref().filter(|_| is_exempt || is_lower);
    if let Some(published) = published {
        out.because(published.cause.clone());
    }
    let (outcome, ground, detail) = match published {
        Some(published) if is_exempt => {
            let detail = format!("{} runs there: it is exempt from every mode", published.says);
            (Outcome::NotApplicable, Ground::Fact(published.fact), detail)
        }
        Some(published) => lower(published, &enforced, &levels.enforce.value, by_labels),
        None if enforced == NOTHING => {
            (Outcome::Weaker, by_labels, "`enforce` is `privileged`: no pod of it is refused".to_owned())
        }
        None => (Outcome::Enforced, by_labels, String::new()),
    };
    out.verdict_on(scope, outcome, ground, detail);
    strokes::intents_by(cluster, out, &namespace.place, &keys);
}

/// What is said of a namespace whose labels ask for less than the cluster does, since its published pods pass no more.
fn lower(published: &Published, enforced: &str, asked: &str, by_labels: Ground) -> (Outcome, Ground, String) {
    let says = published.says;
    let why = Ground::Fact(published.fact);
    if enforced == NOTHING {
        return (Outcome::NotApplicable, why, format!("{says} runs there: its labels ask for nothing"));
    }
    if rank(enforced) < rank(asked) {
        return (Outcome::Weaker, why, format!("{says} runs there: its labels ask for `{enforced}`"));
    }
    (Outcome::Enforced, by_labels, format!("{says} runs there: its labels show nothing above `{}`", published.passes))
}

/// The labels of a mode that ask for something, of every governed namespace.
pub(super) fn keys(cluster: &Resolved, plan: &Plan, mode: &str) -> Vec<SettingKey> {
    let label = label(mode);
    let asks = |namespace: &&NamespaceAnswer| {
        let planned = plan.namespaces.get(&namespace.name).and_then(|planned| planned.labels.get(&label));
        planned.is_some_and(|level| level.value != NOTHING)
    };
    cluster.namespaces.iter().filter(asks).map(|namespace| label_key(&namespace.name, &label)).collect()
}

/// Where the cluster takes no defaults: namespaces that the spec does not govern are open.
pub(super) fn alone(cluster: &Resolved, out: &mut Lowering<'_>) {
    for namespace in &cluster.namespaces {
        let asks = namespace.pod_security.as_deref().is_some_and(|level| level != NOTHING);
        if let Some(waiver) = waiver(cluster, namespace).filter(|_| !asks) {
            let ground = Ground::Waiver(waiver.id.clone());
            let place = namespace_path(&namespace.name).child("podSecurity");
            strokes::intents(cluster, out, &place, Outcome::Waived, &ground, "");
            out.verdict_on(Scope::Namespace(namespace.name.clone()), Outcome::Waived, ground, "its label asks for nothing");
        }
    }
    let (outcome, detail) = if cluster.namespaces.is_empty() {
        (Outcome::Impossible, "the spec governs no namespace")
    } else {
        (Outcome::Weaker, "only the governed namespaces have labels; any other lets every pod in")
    };
    out.verdict(Scope::Cluster, outcome, facts::id::MANAGED_POD_SECURITY, detail);
}

fn waiver_path(waiver: Option<&Waiver>) -> SpecPath {
    waiver.map_or_else(SpecPath::root, |waiver| waiver.path.clone())
}

fn label(mode: &str) -> String {
    format!("pod-security.kubernetes.io/{mode}")
}
