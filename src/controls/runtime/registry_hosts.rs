//! Reads mirrors and certificates of registries from a folder.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::Lowering,
    resolve::Resolved,
};

use crate::controls::node::pools;

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
    if cluster.runtime.name != "containerd" {
        pools::not_here(out, facts::id::CONTAINERD_ONLY, &cluster.runtime.name);
        return;
    }
    pools::rules(out, &[("runtime/containerd/images/registry.config_path", "\"/etc/containerd/certs.d\"")]);
}
