//! Names the key that signs the tokens of service accounts.

use crate::{
    base::{Area, Level},
    controls::{Control, files},
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "controller-manager/service-account-key",
    area: Area::Authentication,
    title: "sign the tokens of service accounts with a key of their own",
    level: Level::Baseline,
    doc: include_str!("service_account_key.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    files::keep_in_pki(cluster, out, Program::KubeControllerManager, &[("service-account-private-key-file", "sa.key")]);
}
