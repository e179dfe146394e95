//! Levels of Pod Security: what they refuse, asked before they hold.

use std::collections::BTreeMap;

use crate::{facts::PodLevel, plan::Plan, report::code};

/// The level that namespaces without a label get, where it refuses anything, and for whom it does not.
fn by_default(plan: &Plan) -> Option<(&str, String)> {
    let defaults = plan.pod_security.as_ref()?;
    let level = defaults.enforce.value.as_str();
    let spared: Vec<String> = defaults.exempt_namespaces.iter().map(|name| code(&name.value)).collect();
    let but = if spared.is_empty() { String::new() } else { format!(", but for {}", spared.join(", ")) };
    (level != PodLevel::Privileged.name()).then_some((level, but))
}

/// The governed namespaces that their labels hold to another level than the default, by level.
fn by_label<'p>(plan: &'p Plan, default: Option<&str>) -> BTreeMap<&'p str, Vec<&'p str>> {
    let mut by_level: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for namespace in plan.namespaces.keys() {
        let level = plan.enforced_level(namespace);
        if level != PodLevel::Privileged.name() && Some(level) != default {
            by_level.entry(level).or_default().push(namespace);
        }
    }
    by_level
}

/// What holds in a new cluster from the start: what is installed next is what breaks it.
pub(super) fn from_the_start(plan: &Plan) -> Option<String> {
    by_default(plan).map(|(level, but)| {
        format!(
            "Pod Security: `{level}` holds from the start in every namespace without a label `enforce` of its own{but}. What needs more (drivers of \
             storage, load balancers, agents of nodes) is refused there: name it under `platform.addons`, or its namespace with a level under \
             `namespaces`, before you install it."
        )
    })
}

/// What a cluster that runs is held to by this tree, and how to ask it first.
pub(super) fn ask_first(plan: &Plan) -> Option<String> {
    let default = by_default(plan);
    let labels = by_label(plan, default.as_ref().map(|(level, _)| *level));
    let mut holds = Vec::new();
    let mut questions = Vec::new();
    let question = |namespaces: &str, level: &str| {
        format!("`kubectl label --dry-run=server --overwrite ns {namespaces} pod-security.kubernetes.io/enforce={level}`")
    };
    if let Some((level, but)) = &default {
        holds.push(format!(
            "from the restart of the API servers on `{level}` holds in every namespace without a label `enforce` of its own{but}"
        ));
        questions.push(question("--all", level));
    }
    for (level, namespaces) in &labels {
        let names: Vec<String> = namespaces.iter().map(|name| code(name)).collect();
        holds.push(format!("as soon as `k8s/namespaces` is applied `{level}` holds in {}", names.join(", ")));
        questions.push(question(&namespaces.join(" "), level));
    }
    (!holds.is_empty()).then(|| {
        format!(
            "Pod Security: {}. Pods that break it are refused when they are next created (ingress with host ports, agents of nodes, drivers of \
             storage). Ask first: {} {} of the pods in each namespace; what needs more is named in `namespaces` of the spec with its level.",
            holds.join("; "),
            questions.join(", "),
            if questions.len() == 1 { "warns" } else { "warn" }
        )
    })
}
