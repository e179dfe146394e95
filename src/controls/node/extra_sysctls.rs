//! Sets further kernel settings of the owner.

use crate::{
    base::{Area, Level},
    controls::{Control, Param, ParamKind, Stricter},
    facts,
    plan::Lowering,
    resolve::Resolved,
};

use super::{extra, pools};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/extra-sysctls",
    area: Area::Node,
    title: "set further kernel settings of the owner",
    level: Level::Optional,
    doc: include_str!("extra_sysctls.md"),
    params: &[Param {
        name: "settings",
        kind: ParamKind::List,
        stricter: Stricter::Neither,
        about: "`KEY=VALUE` each, as in sysctl.d",
    }],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (settings, cause) = cluster.list(CONTROL.id, "settings");
    if settings.is_empty() {
        pools::not_here(out, facts::id::NOTHING_ASKED, "parameter `settings` is empty");
        return;
    }
    let asked = out.reason().cause;
    let values: Vec<(&str, &str)> = settings.iter().filter_map(|text| extra::setting(out, &cause, text)).collect();
    out.because(cause);
    pools::sysctls(out, &values);
    out.because(asked);
}
