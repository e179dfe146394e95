//! Keeps the journal of nodes over a restart, within limits, and hands it to what ships it.

use crate::{
    base::{Area, Cause, Level},
    controls::{Control, node::journald},
    plan::Lowering,
    resolve::{LogSink, Resolved},
};

use super::{own_nodes, pools};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "logging/journal",
    area: Area::Logging,
    title: "keep the journal of nodes over a restart, within limits, and hand it to the shipper",
    level: Level::Baseline,
    doc: include_str!("journal.md"),
    params: &[],
    applies: own_nodes,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let of_nodes = |sink: &&LogSink| matches!(sink, LogSink::Syslog { .. }) && cluster.logs.asks_nodes();
    let shipped = cluster.logs.siem.as_ref().filter(of_nodes);
    pools::on_each(out, |out, pool, _| {
        let mut keys: Vec<_> = journald::RULES.iter().map(|(rule, value)| out.host_rule(&pool.name, rule, value)).collect();
        if let Some(sink) = shipped {
            let asked = out.reason().cause;
            keys.push(out.because(Cause::Spec(sink.path())).host_rule(&pool.name, "journald/ForwardToSyslog", "yes"));
            out.because(asked);
        }
        keys
    });
}
