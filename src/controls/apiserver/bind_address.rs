//! Tells on which addresses the API server listens.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Program, Scope},
    resolve::Resolved,
};

use super::{applies, strokes};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/bind-address",
    area: Area::ApiAccess,
    title: "listen on one address of the node",
    level: Level::Optional,
    doc: include_str!("bind_address.md"),
    params: &[],
    applies,
    lower,
};

const FLAG: &str = "bind-address";

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    let present = out.plan().component(Program::KubeApiserver).flag_text(FLAG).filter(|address| !address.is_empty());
    match present {
        Some(address) if !matches!(address.as_str(), "0.0.0.0" | "::") => {
            strokes::keep(out, Program::KubeApiserver, FLAG, address);
        }
        Some(_) | None => {
            let detail = "the firewall of the node decides which sources get through";
            out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::BIND_ADDRESS_ALL, detail);
        }
    }
}
