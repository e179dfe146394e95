//! Sets the oldest TLS version and the cipher suites of the kubelet.

use crate::{
    base::{Area, Level},
    controls::{Control, tls},
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

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
    let answers = tls::answers(cluster, CONTROL.id);
    let (minimum, cause) = answers.minimum;
    out.because(cause).field(Program::Kubelet, "tlsMinVersion", minimum.into());
    if let Some((ciphers, cause)) = answers.ciphers {
        out.because(cause).field(Program::Kubelet, "tlsCipherSuites", ciphers.into());
    }
}
