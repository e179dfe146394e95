//! Sends logs over TLS, to a receiver whose name is checked.

use std::net::IpAddr;

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{
        Applies, Control,
        diagnostics::{ReceiverByAddress, WaiverNeeded},
    },
    facts,
    plan::{Ground, Lowering, Outcome, Scope},
    resolve::{LogSink, Resolved},
};

use super::{ships, strokes};

const ID: &str = "logging/siem-tls";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Logging,
    title: "send logs over TLS, to a receiver whose name is checked",
    level: Level::Baseline,
    doc: include_str!("siem_tls.md"),
    params: &[],
    applies,
    lower,
};

/// Without a receiver nothing is sent in the open.
fn applies(cluster: &Resolved) -> Applies {
    match ships(cluster) {
        Applies::No(Outcome::Weaker, fact) => Applies::No(Outcome::NotApplicable, fact),
        known @ (Applies::Yes | Applies::No(..)) => known,
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let Some(sink @ LogSink::Syslog { host, tls, .. }) = &cluster.logs.siem else { return };
    if *tls {
        let reason = out.reason();
        let logs = &mut out.plan_mut().logs;
        let by_agent = logs.agent.is_some();
        match (&mut logs.shipping, &mut logs.agent) {
            (Some(shipping), _) => {
                shipping.tls.reasons.insert(reason);
                strokes::enforced(out, "");
                if host.parse::<IpAddr>().is_ok() {
                    named_by_address(out, &sink.path(), host, by_agent);
                }
            }
            (None, Some(agent)) => {
                agent.reasons.insert(reason);
                strokes::enforced(out, "");
            }
            (None, None) => out.verdict(Scope::Cluster, Outcome::NotApplicable, facts::id::NOTHING_SHIPPED, ""),
        }
        return;
    }
    let waiver = cluster.waivers_for(ID).find(|waiver| waiver.narrow.is_none());
    let what = "`tls: false`";
    match waiver {
        Some(waiver) => {
            let ground = Ground::Waiver(waiver.id.clone());
            out.verdict_on(Scope::Cluster, Outcome::Waived, ground, format!("{what}: logs cross the network readable"));
        }
        None => {
            let at = out.place(&Cause::Spec(sink.path()));
            out.diagnostics().push(WaiverNeeded { control: ID.to_owned(), what: what.to_owned(), at });
        }
    }
}

/// Warns that a certificate in order does not do: rsyslog of the nodes takes the address for a name, and the agent takes it for what it is.
fn named_by_address(out: &mut Lowering<'_>, sink: &SpecPath, host: &str, by_agent: bool) {
    let detail = format!("its certificate must hold `DNS:{host}`");
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::RSYSLOG_NAMES, detail);
    let at = out.place(&Cause::Spec(sink.child("host")));
    out.diagnostics().push(ReceiverByAddress { host: host.to_owned(), by_agent, at });
}
