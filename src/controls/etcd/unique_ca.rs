//! Gives etcd a CA that signs nothing else.

use crate::{
    base::{Area, Level},
    controls::{Control, files},
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
    // Any CA will do but the API server's for its clients; that rule sees the whole plan and lives in `agree`.
    let own = [("trusted-ca-file", "etcd/ca.crt"), ("peer-trusted-ca-file", "etcd/ca.crt")];
    files::keep_in_pki(cluster, out, Program::Etcd, &own);
}
