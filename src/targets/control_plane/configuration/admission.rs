//! The admission configuration and the files of its plugins, which lie beside it.

use crate::{
    base::{Artifact, Mode},
    facts::ConfigKind,
    plan::{EventLimit, Held, LimitType, Plan, PodSecurityPlan, SettingKey, Topic, host_paths},
    targets::origins,
    yaml::Out,
};

use super::{artifact, beside, document, path_of};

const EVENT_RATE_LIMIT: &str = "event-rate-limit.yaml";
const POD_SECURITY: &str = "pod-security.yaml";
const FORM: &str = "admission-document";

pub(super) fn emit(plan: &Plan) -> Vec<Artifact> {
    let path = path_of(plan, "admission-control-config-file", host_paths::ADMISSION);
    [configuration(plan, &path), event_rate_limit(plan, &path), pod_security(plan, &path)].into_iter().flatten().collect()
}

/// Which file belongs to which plugin; the paths are relative to this file.
fn configuration(plan: &Plan, path: &str) -> Option<Artifact> {
    let mut plugins = Vec::new();
    let mut plugin = |name: &str, file: &str, origin| plugins.push(Out::map([("name", name), ("path", file)]).with(&origin));
    if let Some(limits) = &plan.event_limits {
        plugin("EventRateLimit", EVENT_RATE_LIMIT, origins::of_reasons(None, limits.reasons.clone()));
    }
    if let Some(levels) = &plan.pod_security {
        plugin("PodSecurity", POD_SECURITY, origins::of_reasons(None, levels.enforce.reasons.clone()));
    }
    if plugins.is_empty() {
        return None;
    }
    let mut out = document(plan, ConfigKind::Admission)?;
    out.set("plugins", Out::list(plugins));
    let purpose = [
        "Which file belongs to which admission plugin. A plugin that is not enabled is left out of work without a message.",
        "Read at start only: restart kube-apiserver on each control-plane node after a change here or in the files named.",
    ];
    artifact(path, Mode::Plain, &purpose, out, FORM)
}

fn event_rate_limit(plan: &Plan, admission: &str) -> Option<Artifact> {
    let limits = plan.event_limits.as_ref()?;
    let mut out = document(plan, ConfigKind::EventRateLimit)?;
    out.set("limits", Out::list(limits.value.iter().map(|limit| event_limit(limits, limit))));
    let purpose = ["How many events a second are taken; an event above a limit is answered with 429."];
    artifact(&beside(admission, EVENT_RATE_LIMIT), Mode::Plain, &purpose, out, FORM)
}

fn event_limit(limits: &Held<Vec<EventLimit>>, limit: &EventLimit) -> Out {
    let key = SettingKey::Part(Topic::Admission, format!("event-rate-limit/{}", limit.kind.name()));
    let mut out =
        Out::map([("type", Out::str(limit.kind.name())), ("qps", Out::int(limit.qps)), ("burst", Out::int(limit.burst))]);
    match limit.kind {
        LimitType::Server => {}
        LimitType::Namespace | LimitType::User | LimitType::SourceAndObject => out.set("cacheSize", limit.cache_size),
    }
    out.with(&origins::setting(&key, limits))
}

fn pod_security(plan: &Plan, admission: &str) -> Option<Artifact> {
    let levels = plan.pod_security.as_ref()?;
    let mut out = document(plan, ConfigKind::PodSecurity)?;
    out.set("defaults", defaults(levels));
    let exempt = levels.exempt_namespaces.iter().map(|namespace| {
        let key = SettingKey::Part(Topic::Admission, format!("pod-security/exempt/{}", namespace.value));
        Out::str(namespace.value.as_str()).with(&origins::setting(&key, namespace))
    });
    if !levels.exempt_namespaces.is_empty() {
        out.set("exemptions", Out::map([("namespaces", Out::list(exempt))]));
    }
    let purpose = [
        "The Pod Security levels of namespaces without labels, and the namespaces that no level is asked of.",
        "A label of a namespace counts more than these defaults; an exemption counts more than both.",
    ];
    artifact(&beside(admission, POD_SECURITY), Mode::Plain, &purpose, out, FORM)
}

fn defaults(levels: &PodSecurityPlan) -> Out {
    let key = |part: &str| SettingKey::Part(Topic::Admission, format!("pod-security/{part}"));
    let version = Out::str(levels.version.value.as_str()).with(&origins::setting(&key("version"), &levels.version));
    let mut out = Out::empty_map();
    for (mode, level) in [("enforce", &levels.enforce), ("audit", &levels.audit), ("warn", &levels.warn)] {
        out.set(mode, Out::str(level.value.as_str()).with(&origins::setting(&key(mode), level)));
        out.set(format!("{mode}-version"), version.clone());
    }
    out
}
