//! Names the CA of client certificates.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::{applies, pki_files};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/client-ca",
    area: Area::Authentication,
    title: "check client certificates against the CA of the cluster",
    level: Level::Baseline,
    doc: include_str!("client_ca.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    pki_files(cluster, out, &[("client-ca-file", "ca.crt")]);
}
