//! Lets only the front proxy, by a CA of its own and by name, say who a caller is.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::{applies, pki_files, strokes};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/front-proxy-ca",
    area: Area::Authentication,
    title: "believe identity headers only of the front proxy, by a CA of its own and by name",
    level: Level::Baseline,
    doc: include_str!("front_proxy_ca.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    pki_files(
        cluster,
        out,
        &[
            ("requestheader-client-ca-file", "front-proxy-ca.crt"),
            ("proxy-client-cert-file", "front-proxy-client.crt"),
            ("proxy-client-key-file", "front-proxy-client.key"),
        ],
    );
    strokes::keep(out, Program::KubeApiserver, "requestheader-allowed-names", "front-proxy-client");
}
