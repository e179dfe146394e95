//! Lets members of etcd talk to each other with certificates alone.

use crate::{
    base::{Area, Level},
    controls::{Control, files},
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "etcd/peer-tls",
    area: Area::Authentication,
    title: "let members of etcd talk to each other with certificates alone",
    level: Level::Baseline,
    doc: include_str!("peer_tls.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let named =
        [("peer-cert-file", "etcd/peer.crt"), ("peer-key-file", "etcd/peer.key"), ("peer-trusted-ca-file", "etcd/ca.crt")];
    files::keep_in_pki(cluster, out, Program::Etcd, &named);
    out.flag_bool(Program::Etcd, "peer-client-cert-auth", true);
}
