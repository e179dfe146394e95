//! Writes the mode of kube-proxy out.

use crate::{
    base::{Area, Level},
    controls::{Control, Param, ParamKind, Stricter},
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
    params: &[Param {
        name: "mode",
        kind: ParamKind::Choice(&["iptables", "nftables"]),
        stricter: Stricter::Neither,
        about: "the mode where neither the spec nor your own configuration says one",
    }],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let key = SettingKey::Field(Program::KubeProxy, "mode".to_owned());
    let carried = out.plan().component(Program::KubeProxy).fields.get("mode").and_then(|held| held.value.as_str());
    let carried = carried.filter(|mode| !mode.is_empty()).map(str::to_owned);
    let (declared, _) = answers(cluster);
    let mode = if let Some(mode) = declared {
        if let Some(path) = because_of("mode", out) {
            out.intent_by(path, &[key]);
        }
        mode.to_owned()
    } else if let Some(mode) = carried {
        mode
    } else {
        let (mode, cause) = cluster.text(CONTROL.id, "mode");
        out.because(cause);
        mode
    };
    if mode == "ipvs" {
        out.verdict(
            Scope::Cluster,
            Outcome::Weaker,
            facts::id::KUBE_PROXY_MODE,
            "change to `nftables` or `iptables` before ipvs is gone",
        );
    }
    let follows = cluster.cni.version.is_some_and(|version| facts::calico_follows(version.major, version.minor));
    if mode == "nftables" && cluster.cni.name == "calico" && !follows {
        let detail = "before this mode set `spec.calicoNetwork.linuxDataplane: Nftables` in its Installation, or `nftablesMode` of its FelixConfiguration";
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::CALICO_DATA_PLANE, detail);
    }
    out.field(Program::KubeProxy, "mode", mode.into());
}
