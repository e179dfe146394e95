//! Hardens what dockerd does beside Kubernetes.

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
    ("runtime/docker/icc", "false"),
    ("runtime/docker/live-restore", "true"),
    ("runtime/docker/log-driver", "\"json-file\""),
    ("runtime/docker/log-opts", "{\"max-file\":\"3\",\"max-size\":\"10m\"}"),
    ("runtime/docker/userland-proxy", "false"),
];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "runtime/docker-daemon",
    area: Area::Node,
    title: "harden what dockerd does beside Kubernetes",
    level: Level::Baseline,
    doc: include_str!("docker_daemon.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    applies_with("docker", facts::id::DOCKER_ONLY, cluster)
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    rules_of("docker", facts::id::DOCKER_ONLY, cluster, out, RULES);
}
