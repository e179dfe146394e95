//! Sends logs over TLS, to a receiver whose name is checked.

use crate::{
    base::{Area, Cause, Level},
    controls::{Applies, Control, diagnostics::WaiverNeeded},
    facts,
    plan::{Ground, Lowering, Outcome, Scope, shipping_key},
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
        if let Some(shipping) = &mut out.plan_mut().logs.shipping {
            shipping.tls.reasons.insert(reason);
            strokes::enforced(out, "");
        } else {
            out.verdict(Scope::Cluster, Outcome::NotApplicable, facts::id::NOTHING_SHIPPED, "");
        }
        if host.parse::<std::net::IpAddr>().is_ok() {
            let ground = Ground::Settings(vec![shipping_key("host")]);
            let detail = "the receiver is named by its address: its certificate must hold that address as a name";
            out.verdict_on(Scope::Cluster, Outcome::Weaker, ground, detail);
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
