//! Keeps the streaming server of containerd on loopback.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::Lowering,
    resolve::Resolved,
};

use crate::controls::node::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "runtime/streaming",
    area: Area::Node,
    title: "keep the streaming server of the runtime on loopback",
    level: Level::Baseline,
    doc: include_str!("streaming.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    match cluster.runtime.name.as_str() {
        "containerd" => pools::rules_of_members(
            out,
            &[
                ("runtime/containerd/stream/disable_tcp_service", "true"),
                ("runtime/containerd/stream/stream_server_address", "\"127.0.0.1\""),
            ],
        ),
        "crio" => pools::rules_of_members(out, &[("runtime/crio/api/stream_address", "\"127.0.0.1\"")]),
        _ => pools::not_here(out, facts::id::STREAMS_ELSEWHERE, ""),
    }
}
