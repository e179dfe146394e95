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
    for (flag, file) in [("peer-cert-file", "peer.crt"), ("peer-key-file", "peer.key"), ("peer-trusted-ca-file", "ca.crt")] {
        files::named(out, Program::Etcd, flag, files::in_pki(cluster, &format!("etcd/{file}")));
    }
    out.flag_bool(Program::Etcd, "peer-client-cert-auth", true);
}
