//! The Pod Security labels of the governed namespaces: the same levels as the defaults of the cluster, or their own.

use crate::{
    base::{Cause, SpecPath},
    controls::diagnostics::WaiverNeeded,
    facts,
    plan::{Ground, Held, Lowering, Outcome, Scope, SettingKey, label_key, namespace_path},
    resolve::{NamespaceAnswer, Resolved, Waiver},
};

use super::{
    pod_security::{ID, Levels, NOTHING},
    strokes,
    system_namespaces::rank,
};

/// The waiver that lets a namespace have a weaker level.
pub(super) fn waiver<'a>(cluster: &'a Resolved, namespace: &NamespaceAnswer) -> Option<&'a Waiver> {
    cluster
        .waivers_for(ID)
        .find(|waiver| waiver.whole_namespace() == Some(namespace.name.as_str()) || Some(&waiver.id) == namespace.waiver.as_ref())
}

/// Writes the labels of every governed namespace.
pub(super) fn write(cluster: &Resolved, out: &mut Lowering<'_>, levels: &Levels) {
    let asked = out.reason().cause;
    for namespace in &cluster.namespaces {
        one(cluster, out, levels, namespace);
    }
    out.because(asked);
}

fn one(cluster: &Resolved, out: &mut Lowering<'_>, levels: &Levels, namespace: &NamespaceAnswer) {
    let place = namespace_path(&namespace.name).child("podSecurity");
    let own = namespace.pod_security.as_deref();
    let profile = cluster.text(ID, "enforce").0;
    let waiver = waiver(cluster, namespace);
    if let (Some(level), None) = (own, waiver)
        && rank(level) < rank(&profile)
    {
        let what = format!("level `{level}` of namespace `{}`, weaker than the profile's `{profile}`,", namespace.name);
        let at = out.place(&Cause::Spec(place));
        out.diagnostics().push(WaiverNeeded { control: ID.to_owned(), what, at });
        return;
    }
    let own = own.or_else(|| waiver.map(|_| NOTHING));
    // Before its day nothing is refused or shown, whatever the level is. Without a waiver no mode gets weaker than the cluster's.
    let mode = |day: &Held<String>, waits: bool, out: &mut Lowering<'_>| match own {
        Some(level) if !waits && (waiver.is_some() || rank(level) >= rank(&day.value)) => {
            let cause = if namespace.pod_security.is_some() { place.clone() } else { waiver_path(waiver) };
            out.because(Cause::Spec(cause)).held(level.to_owned())
        }
        Some(_) | None => day.clone(),
    };
    let modes = [
        ("enforce", mode(&levels.enforce, levels.enforce_waits, out)),
        ("audit", mode(&levels.audit, levels.shown_waits, out)),
        ("warn", mode(&levels.warn, levels.shown_waits, out)),
    ];
    let refuses = modes.iter().any(|(name, level)| *name == "enforce" && level.value != NOTHING);
    let Some(planned) = out.plan_mut().namespaces.get_mut(&namespace.name) else { return };
    for (mode, level) in modes {
        planned.labels.insert(label(mode), level);
        planned.labels.insert(label(&format!("{mode}-version")), levels.version.clone());
    }
    let keys = ["enforce", "audit", "warn"].map(|mode| label_key(&namespace.name, &label(mode)));
    if let Some(waiver) = waiver {
        if let Some(level) = own.filter(|level| *level != NOTHING) {
            let ground = Ground::Waiver(waiver.id.clone());
            strokes::intents(cluster, out, &place, Outcome::Waived, &ground, "");
            out.verdict_on(
                Scope::Namespace(namespace.name.clone()),
                Outcome::Waived,
                ground,
                format!("its label asks for `{level}`"),
            );
        }
    } else {
        let (outcome, detail) = if refuses {
            (Outcome::Enforced, String::new())
        } else {
            (Outcome::Weaker, "`enforce` is `privileged`: no pod of it is refused".to_owned())
        };
        out.verdict_on(Scope::Namespace(namespace.name.clone()), outcome, Ground::Settings(keys.to_vec()), detail);
        strokes::intents_by(cluster, out, &place, &keys);
    }
}

/// The labels of a mode, of every governed namespace.
pub(super) fn keys(cluster: &Resolved, mode: &str) -> Vec<SettingKey> {
    cluster.namespaces.iter().map(|namespace| label_key(&namespace.name, &label(mode))).collect()
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
