//! Records changes of what makes a node a node.

use crate::{
    base::{Area, Level},
    controls::{Control, Param, ParamKind, Stricter},
    facts,
    plan::{Lowering, Outcome, Scope},
    resolve::Resolved,
};

use super::pools;

/// What is watched on every node: path, and what is recorded under which key.
const NODE: &[(&str, &str)] = &[
    ("/etc/cni/net.d", "wa cni"),
    ("/etc/kubernetes", "wa kubernetes"),
    ("/opt/cni/bin", "wa cni"),
    ("/usr/bin/crictl", "x runtime"),
    ("/usr/bin/kubeadm", "x kubernetes"),
    ("/usr/bin/kubectl", "x kubernetes"),
    ("/var/lib/kubelet/config.yaml", "wa kubelet"),
    ("/var/lib/kubelet/pki", "wa kubelet"),
];

/// What is watched beside it, by runtime.
const RUNTIME: &[(&str, &[(&str, &str)])] = &[
    ("containerd", &[("/etc/containerd", "wa runtime"), ("/usr/bin/ctr", "x runtime")]),
    ("crio", &[("/etc/containers", "wa runtime"), ("/etc/crio", "wa runtime")]),
    ("docker", &[("/etc/docker", "wa runtime"), ("/usr/bin/docker", "x runtime")]),
];

fn watches(cluster: &Resolved) -> Vec<(&'static str, &'static str)> {
    let runtime = RUNTIME.iter().filter(|(name, _)| *name == cluster.runtime.name).flat_map(|(_, watches)| *watches);
    NODE.iter().chain(runtime).copied().collect()
}

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/audit-rules",
    area: Area::Logging,
    title: "record changes of Kubernetes and runtime files",
    level: Level::Restricted,
    doc: include_str!("audit_rules.md"),
    params: &[Param {
        name: "backlog",
        kind: ParamKind::Int { min: 1024, max: 1_048_576 },
        stricter: Stricter::Higher,
        about: "audit events that the kernel keeps while the daemon is busy",
    }],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (backlog, cause) = cluster.int(CONTROL.id, "backlog");
    let watches = watches(cluster);
    pools::on_each(out, |out, pool, _| {
        let asked = out.reason().cause;
        let backlog = out.because(cause.clone()).host_rule(&pool.name, "audit/option/-b", &backlog.to_string());
        out.because(asked);
        let mut keys = vec![backlog, out.host_rule(&pool.name, "audit/option/-f", "1")];
        keys.push(out.host_rule(&pool.name, "program/augenrules", "auditd"));
        for (path, rule) in &watches {
            keys.push(out.host_rule(&pool.name, &format!("audit/watch{path}"), rule));
        }
        keys
    });
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::NEEDS_PACKAGE, "auditd");
}
