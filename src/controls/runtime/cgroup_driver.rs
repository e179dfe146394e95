//! Lets the runtime and the kubelet use one owner of control groups.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use crate::controls::node::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "runtime/cgroup-driver",
    area: Area::Node,
    title: "let runtime and kubelet share systemd as the owner of control groups",
    level: Level::Baseline,
    doc: include_str!("cgroup_driver.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let rules: &[(&str, &str)] = match cluster.runtime.name.as_str() {
        "containerd" => &[
            ("runtime/containerd/runtime/containerd.runtimes.runc.options.SystemdCgroup", "true"),
            ("runtime/containerd/runtime/containerd.runtimes.runc.runtime_type", "\"io.containerd.runc.v2\""),
        ],
        "crio" => &[("runtime/crio/runtime/cgroup_manager", "\"systemd\"")],
        _ => &[("runtime/docker/exec-opts", "[\"native.cgroupdriver=systemd\"]")],
    };
    pools::rules_of_members(out, rules);
    // One document holds for the kubelets of every pool, whatever the owner's file says. With containerd 2 or CRI-O a kubelet of 1.34 and
    // later asks the runtime instead (gate KubeletCgroupDriverFromCRI), and the field says the same.
    if !pools::members(out).is_empty() {
        out.field(Program::Kubelet, "cgroupDriver", "systemd".into());
    }
}
