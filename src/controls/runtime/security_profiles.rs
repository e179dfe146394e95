//! Keeps the runtime from switching AppArmor off.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::Lowering,
    resolve::Resolved,
};

use crate::controls::node::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "runtime/security-profiles",
    area: Area::Node,
    title: "keep the runtime from switching AppArmor off",
    level: Level::Baseline,
    doc: include_str!("security_profiles.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    match cluster.runtime.name.as_str() {
        "containerd" => pools::rules_of_members(out, &[("runtime/containerd/runtime/disable_apparmor", "false")]),
        "crio" => pools::rules_of_members(out, &[("runtime/crio/runtime/apparmor_profile", "\"crio-default\"")]),
        _ => pools::not_here(out, facts::id::DOCKER_PROFILES, ""),
    }
}
