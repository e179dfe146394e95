//! Sets the oldest TLS version that the API server speaks.

use crate::{
    base::{Area, Level},
    controls::{Control, Param, ParamKind, Stricter},
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

/// The id, which the control of the cipher suites asks for.
pub(super) const ID: &str = "apiserver/tls-minimum";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Authentication,
    title: "set the oldest TLS version that the API server speaks",
    level: Level::Baseline,
    doc: include_str!("tls_minimum.md"),
    params: &[Param {
        name: "version",
        kind: ParamKind::Choice(&["VersionTLS12", "VersionTLS13"]),
        stricter: Stricter::Later,
        about: "the oldest TLS version",
    }],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (version, cause) = cluster.text(ID, "version");
    out.because(cause).flag_text(Program::KubeApiserver, "tls-min-version", version);
}
