//! Keeps the journal of nodes over a restart, within limits, and hands it to what ships it.

use crate::{
    base::{Area, Cause, Level},
    controls::Control,
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

/// What keeps it, and bounds it.
const KEPT: [(&str, &str); 4] =
    [("Compress", "yes"), ("Storage", "persistent"), ("SystemKeepFree", "1G"), ("SystemMaxUse", "2G")];

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    for (key, value) in KEPT {
        let held = out.held(value.to_owned());
        out.plan_mut().logs.journal.insert(key, held);
    }
    if let Some(sink @ LogSink::Syslog { .. }) = &cluster.logs.siem {
        let asked = out.reason().cause;
        let held = out.because(Cause::Spec(sink.path())).held("yes".to_owned());
        out.plan_mut().logs.journal.insert("ForwardToSyslog", held);
        out.because(asked);
    }
    pools(out, "copy `files/etc/systemd/journald.conf.d/60-harden.conf` and restart systemd-journald");
}
