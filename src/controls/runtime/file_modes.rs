//! Closes the sockets and folders of the runtime.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use crate::controls::node::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "runtime/file-modes",
    area: Area::Node,
    title: "close the sockets and folders of the runtime",
    level: Level::Baseline,
    doc: include_str!("file_modes.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let rules: &[(&str, &str)] = match cluster.runtime.name.as_str() {
        "containerd" => &[("mode/etc/containerd", "0755 root:root"), ("mode/run/containerd/containerd.sock", "0660 root:root")],
        "crio" => &[("mode/etc/crio", "0755 root:root"), ("mode/run/crio/crio.sock", "0660 root:root")],
        _ => &[("mode/etc/docker", "0755 root:root"), ("mode/run/docker.sock", "0660 root:docker")],
    };
    pools::rules_of_members(out, rules);
}
