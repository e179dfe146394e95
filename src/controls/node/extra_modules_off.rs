//! Keeps further kernel modules of the owner away.

use crate::{
    base::{Area, Level},
    controls::{Control, Param, ParamKind, Stricter},
    facts,
    plan::Lowering,
    resolve::Resolved,
};

use super::{extra, pools};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/extra-modules-off",
    area: Area::Node,
    title: "keep further kernel modules away",
    level: Level::Optional,
    doc: include_str!("extra_modules_off.md"),
    params: &[Param {
        name: "modules",
        kind: ParamKind::List,
        stricter: Stricter::Neither,
        about: "names of kernel modules that are never loaded",
    }],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (modules, cause) = cluster.list(CONTROL.id, "modules");
    if modules.is_empty() {
        pools::not_here(out, facts::id::NOTHING_ASKED, "parameter `modules` is empty");
        return;
    }
    let asked = out.reason().cause;
    let modules: Vec<&str> = modules.iter().filter(|name| extra::is_module(out, &cause, name)).map(String::as_str).collect();
    out.because(cause);
    pools::modules_off(out, &modules);
    out.because(asked);
}
