//! Writes the idle limit of streams for those who test for it; nothing reads it.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Program, Scope},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/streaming-idle",
    area: Area::Node,
    title: "write the idle limit of streams for benchmarks that test for it",
    level: Level::Optional,
    doc: include_str!("streaming_idle.md"),
    params: &[],
    applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.field(Program::Kubelet, "streamingConnectionIdleTimeout", "5m0s".into());
    out.verdict(
        Scope::Cluster,
        Outcome::Weaker,
        facts::id::STREAMING_IDLE,
        "the value is there for benchmarks and protects nothing",
    );
}
