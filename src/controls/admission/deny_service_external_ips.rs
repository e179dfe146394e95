//! Refuses Services that claim addresses of their own choice.

use crate::{
    base::{Area, Level},
    controls::{Applies, Control, by_platform},
    facts,
    plan::{Lowering, Outcome},
    resolve::Resolved,
};

use super::enable;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "admission/deny-service-external-ips",
    area: Area::Admission,
    title: "refuse new external addresses of Services",
    level: Level::Restricted,
    doc: include_str!("deny_service_external_ips.md"),
    params: &[],
    applies,
    lower,
};

/// The providers do not run it, and no policy of ours judges Services.
fn applies(cluster: &Resolved) -> Applies {
    let eks = (Outcome::Impossible, facts::id::EKS_EXTERNAL_IPS);
    by_platform(cluster, eks, (Outcome::Impossible, facts::id::AKS_EXTERNAL_IPS))
}

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    enable(out, "DenyServiceExternalIPs");
}
