//! Leaves the time after which a request ends at its default.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Ground, Lowering, Outcome, Program, Scope},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/request-timeout",
    area: Area::ApiAccess,
    title: "end requests after the default of one minute",
    level: Level::Baseline,
    doc: include_str!("request_timeout.md"),
    params: &[],
    applies,
    lower,
};

const FLAG: &str = "request-timeout";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let default = facts::flag(Program::KubeApiserver, FLAG, cluster.minor()).known().and_then(|flag| flag.default);
    match out.plan().component(Program::KubeApiserver).flag_text(FLAG) {
        Some(value) if Some(value.as_str()) != default => {
            let detail = format!("the owner's `--{FLAG}={value}` is kept");
            out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::REQUEST_TIMEOUT, detail);
        }
        Some(_) | None => {
            out.verdict_on(Scope::Cluster, Outcome::Enforced, Ground::Fact(facts::id::REQUEST_TIMEOUT), "");
        }
    }
}
