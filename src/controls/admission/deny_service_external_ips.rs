//! Refuses Services that claim addresses of their own choice.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::{enable, not_provided};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "admission/deny-service-external-ips",
    area: Area::Admission,
    title: "refuse new external addresses of Services",
    level: Level::Restricted,
    doc: include_str!("deny_service_external_ips.md"),
    params: &[],
    applies: not_provided,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    enable(out, "DenyServiceExternalIPs");
}
