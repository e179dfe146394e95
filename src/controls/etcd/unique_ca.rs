//! Gives etcd a CA that signs nothing else.

use crate::{
    base::{Area, Level},
    controls::{Control, files, strokes},
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "etcd/unique-ca",
    area: Area::Authentication,
    title: "give etcd a CA that signs nothing else",
    level: Level::Baseline,
    doc: include_str!("unique_ca.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let clients = out.plan().component(Program::KubeApiserver).flag_text("client-ca-file");
    let own = files::in_pki(cluster, "etcd/ca.crt");
    for flag in ["trusted-ca-file", "peer-trusted-ca-file"] {
        // Any CA will do but the one whose certificates the API server takes from its clients.
        if out.plan().component(Program::Etcd).flag_text(flag) == clients {
            out.flag_text(Program::Etcd, flag, own.clone());
        } else {
            strokes::keep(out, Program::Etcd, flag, own.clone());
        }
    }
}
