//! Gives every controller a service account of its own.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "controller-manager/service-account-credentials",
    area: Area::Authorization,
    title: "run each controller under a service account of its own",
    level: Level::Baseline,
    doc: include_str!("service_account_credentials.md"),
    params: &[],
    applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.flag_bool(Program::KubeControllerManager, "use-service-account-credentials", true);
}
