//! Reads mirrors and certificates of registries from a folder.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::containerd_rules;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "runtime/registry-hosts",
    area: Area::Node,
    title: "read mirrors and certificates of registries from a folder",
    level: Level::Baseline,
    doc: include_str!("registry_hosts.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    containerd_rules(cluster, out, &[("runtime/containerd/images/registry.config_path", "\"/etc/containerd/certs.d\"")]);
}
