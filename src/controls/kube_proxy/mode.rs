//! Writes the mode of kube-proxy out.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Program, Scope, SettingKey},
    resolve::Resolved,
};

use super::{answers, applies, because_of};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kube-proxy/mode",
    area: Area::Network,
    title: "write the mode of kube-proxy out",
    level: Level::Baseline,
    doc: include_str!("mode.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (mode, _) = answers(cluster);
    let path = because_of("mode", out);
    out.field(Program::KubeProxy, "mode", mode.into());
    let key = SettingKey::Field(Program::KubeProxy, "mode".to_owned());
    if let Some(path) = path {
        out.intent_by(path, &[key]);
    }
    if mode == "ipvs" {
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::KUBE_PROXY_MODE, "change to `nftables` or `iptables` before ipvs is gone");
    }
}
