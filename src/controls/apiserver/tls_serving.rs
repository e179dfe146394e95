//! Serves with a certificate of the cluster's CA, never without one and never in the clear.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::{applies, pki_files};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/tls-serving",
    area: Area::Authentication,
    title: "serve over TLS with a certificate of the cluster's CA",
    level: Level::Baseline,
    doc: include_str!("tls_serving.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    pki_files(cluster, out, &[("tls-cert-file", "apiserver.crt"), ("tls-private-key-file", "apiserver.key")]);
}
