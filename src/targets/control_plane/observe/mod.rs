//! Reading back: static pods, flag sets and the files that the API server reads, emitted or foreign.

mod admission;
mod audit;
mod authentication;
mod encryption;
mod pod;

pub(in crate::targets) use pod::{host_mount, observe as observe_pod};

use crate::{
    diag::{Diagnostics, Source, Span},
    facts::ConfigKind,
    plan::{Program, SettingKey, Topic},
    targets::observed::{Form, Leaves, Sighting, flags, words_of_file},
    yaml::Node,
};

/// What a document says, where it is one of these.
pub(in crate::targets) fn observe(file: &str, root: &Node, diags: &mut Diagnostics) -> Option<Vec<Sighting>> {
    let text = |key: &str| root.get(key).and_then(Node::as_str).unwrap_or_default();
    if (text("apiVersion"), text("kind")) == ("v1", "Pod") {
        return Some(pod::observe(file, root));
    }
    let kind = ConfigKind::of_document(text("apiVersion"), text("kind"))?;
    let sighting = start(file, Form::Configuration(kind), root);
    let leaves = Leaves::of_document(root);
    match kind {
        ConfigKind::AuditPolicy => Some(audit::observe(sighting, root, leaves, diags).into_iter().collect()),
        ConfigKind::Authentication => Some(vec![authentication::observe(sighting, leaves)]),
        ConfigKind::Authorization => Some(vec![authentication::authorizers(sighting, leaves)]),
        ConfigKind::Admission => Some(admission::observe(file, sighting, root, leaves, diags)),
        ConfigKind::EventRateLimit => Some(vec![admission::event_rate_limit(sighting, root, leaves)]),
        ConfigKind::PodSecurity => Some(vec![admission::pod_security(sighting, leaves)]),
        ConfigKind::Encryption => Some(vec![encryption::observe(sighting, root, leaves)]),
        ConfigKind::Kubelet | ConfigKind::KubeProxy => None,
        ConfigKind::EgressSelector
        | ConfigKind::MutatingAdmissionPolicy
        | ConfigKind::Tracing
        | ConfigKind::ValidatingAdmissionPolicy
        | ConfigKind::WebhookAdmission => Some(vec![whole(sighting, leaves)]),
    }
}

/// A document of which nothing is a setting yet.
fn whole(mut sighting: Sighting, leaves: Leaves) -> Sighting {
    sighting.keep(leaves);
    sighting
}

/// The sighting of a document, with its version.
fn start(file: &str, form: Form, root: &Node) -> Sighting {
    let mut sighting = Sighting::new(file, form, root.place.clone());
    if let Some(version) = root.get("apiVersion") {
        sighting.others.insert("/apiVersion".to_owned(), crate::targets::observed::written(version));
    }
    sighting
}

/// A flag set: one flag a line.
pub(in crate::targets) fn flag_set(program: Program, source: &Source) -> Sighting {
    let mut sighting = Sighting::new(source.name(), Form::Flags(program), source.place(Span::new(0, source.text().len())));
    for (name, value) in flags(program, &words_of_file(source)) {
        sighting.set(SettingKey::Flag(program, name), value);
    }
    sighting
}

/// Whether a document of a kind would say a part of a file.
pub(in crate::targets) fn can_say(kind: ConfigKind, topic: Topic, part: &str) -> bool {
    match kind {
        ConfigKind::AuditPolicy => topic == Topic::AuditPolicy,
        ConfigKind::Authentication => topic == Topic::Authentication,
        ConfigKind::Authorization => topic == Topic::Authorization,
        ConfigKind::Encryption => topic == Topic::Encryption,
        ConfigKind::EventRateLimit => topic == Topic::Admission && part.starts_with("event-rate-limit/"),
        ConfigKind::PodSecurity => topic == Topic::Admission && part.starts_with("pod-security/"),
        ConfigKind::Admission
        | ConfigKind::EgressSelector
        | ConfigKind::KubeProxy
        | ConfigKind::Kubelet
        | ConfigKind::MutatingAdmissionPolicy
        | ConfigKind::Tracing
        | ConfigKind::ValidatingAdmissionPolicy
        | ConfigKind::WebhookAdmission => false,
    }
}

/// The key of a part of a file.
fn key(topic: Topic, part: impl Into<String>) -> SettingKey {
    SettingKey::Part(topic, part.into())
}
