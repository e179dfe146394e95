//! Gives the kubelet an explicit rate of events.

use crate::{
    base::{Area, Level},
    controls::{Control, Param, ParamKind, Stricter},
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/event-record-qps",
    area: Area::Logging,
    title: "give the kubelet an explicit rate of events",
    level: Level::Baseline,
    doc: include_str!("event_record_qps.md"),
    params: &[Param {
        name: "qps",
        kind: ParamKind::Int { min: 1, max: 1_000 },
        stricter: Stricter::Higher,
        about: "events that a kubelet may record in a second; a burst of 100 comes on top",
    }],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (qps, cause) = cluster.int(CONTROL.id, "qps");
    out.because(cause).field(Program::Kubelet, "eventRecordQPS", qps.into());
}
