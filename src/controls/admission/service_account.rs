//! Keeps the plugin that gives every pod a service account.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::{keep_default, provided};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "admission/service-account",
    area: Area::Admission,
    title: "give every pod a service account that exists",
    level: Level::Baseline,
    doc: include_str!("service_account.md"),
    params: &[],
    applies: provided,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    keep_default(cluster, out, "ServiceAccount");
}
