//! Refuses tokens of service accounts that no longer exist.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/service-account-lookup",
    area: Area::Authentication,
    title: "refuse tokens whose service account, pod or secret is gone",
    level: Level::Baseline,
    doc: include_str!("service_account_lookup.md"),
    params: &[],
    applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.flag_bool(Program::KubeApiserver, "service-account-lookup", true);
}
