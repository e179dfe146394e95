//! Lets clients of etcd in with certificates alone.

use crate::{
    base::{Area, Level},
    controls::{Control, files},
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "etcd/client-tls",
    area: Area::Authentication,
    title: "let clients of etcd in with certificates alone",
    level: Level::Baseline,
    doc: include_str!("client_tls.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let named = [("cert-file", "etcd/server.crt"), ("key-file", "etcd/server.key"), ("trusted-ca-file", "etcd/ca.crt")];
    files::keep_in_pki(cluster, out, Program::Etcd, &named);
    out.flag_bool(Program::Etcd, "client-cert-auth", true);
}
