//! Sets the oldest TLS version and the cipher suites of the kubelet.

use crate::{
    base::{Area, Level},
    controls::{Control, tls},
    plan::{Lowering, OwnerField, Program},
    resolve::Resolved,
};

use super::applies;

/// The field of the cipher suites.
const SUITES: &str = "tlsCipherSuites";

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/tls",
    area: Area::Authentication,
    title: "speak only current TLS at the kubelet",
    level: Level::Baseline,
    doc: include_str!("tls.md"),
    params: &[tls::MINIMUM, tls::CIPHERS],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (minimum, cause) = cluster.text(CONTROL.id, "minimum");
    out.because(cause).field(Program::Kubelet, "tlsMinVersion", minimum.into());
    // The owner may have asked for a stricter version, which stays.
    let fields = &out.plan().component(Program::Kubelet).fields;
    if fields.get("tlsMinVersion").and_then(|held| held.value.as_str()).is_some_and(tls::is_tls13) {
        if let Some(kubelet) = out.plan_mut().components.get_mut(&Program::Kubelet) {
            kubelet.fields.remove(SUITES);
        }
        for note in out.plan_mut().owner.iter_mut().filter(|note| note.field.ends_with(SUITES)) {
            note.fate = OwnerField::Refused;
            note.why = Some(tls::NO_CHOICE.to_owned());
        }
    } else if let Some((names, cause)) = tls::ciphers(cluster, CONTROL.id) {
        tls::say_weak(out.because(cause), &names);
        out.field(Program::Kubelet, SUITES, names.into());
    }
}
