//! Keeps the plain HTTP port of the API server closed.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Ground, Lowering, Outcome, Program, Scope},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/insecure-port",
    area: Area::ApiAccess,
    title: "keep the plain HTTP port closed",
    level: Level::Baseline,
    doc: include_str!("insecure_port.md"),
    params: &[],
    applies,
    lower,
};

const FLAG: &str = "insecure-port";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    if facts::flag(Program::KubeApiserver, FLAG, cluster.minor()).is_known() {
        out.flag_int(Program::KubeApiserver, FLAG, 0);
    } else {
        out.verdict_on(Scope::Cluster, Outcome::Enforced, Ground::Fact(facts::id::INSECURE_PORT), "");
    }
}
