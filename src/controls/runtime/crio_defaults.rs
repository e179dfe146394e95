//! Holds the safe defaults of CRI-O.

use crate::{
    base::{Area, Level},
    controls::{Applies, Control},
    facts,
    plan::Lowering,
    resolve::Resolved,
};

use super::{applies_with, rules_of};

/// The keys.
const RULES: &[(&str, &str)] = &[
    ("runtime/crio/image/short_name_mode", "\"enforcing\""),
    ("runtime/crio/runtime/add_inheritable_capabilities", "false"),
    ("runtime/crio/runtime/additional_devices", "[]"),
    (
        "runtime/crio/runtime/default_capabilities",
        "[\"CHOWN\", \"DAC_OVERRIDE\", \"FSETID\", \"FOWNER\", \"SETGID\", \"SETUID\", \"SETPCAP\", \"NET_BIND_SERVICE\", \"KILL\"]",
    ),
    ("runtime/crio/runtime/default_sysctls", "[]"),
];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "runtime/crio-defaults",
    area: Area::Node,
    title: "hold the safe defaults of CRI-O",
    level: Level::Baseline,
    doc: include_str!("crio_defaults.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    applies_with("crio", facts::id::CRIO_ONLY, cluster)
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    rules_of("crio", facts::id::CRIO_ONLY, cluster, out, RULES);
}
