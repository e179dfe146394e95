//! Publishes the CA of the API server to every service account.

use crate::{
    base::{Area, Level},
    controls::{Control, files},
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "controller-manager/root-ca",
    area: Area::Authentication,
    title: "publish the CA of the API server to every pod",
    level: Level::Baseline,
    doc: include_str!("root_ca.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    files::keep_in_pki(cluster, out, Program::KubeControllerManager, &[("root-ca-file", "ca.crt")]);
}
