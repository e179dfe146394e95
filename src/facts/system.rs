//! What operating systems of nodes do to the pods on them.

/// Systems that enforce SELinux as installed, with the policy of container-selinux, in which a container may not read `/var/log/pods`
/// (`container_log_t`). Amazon Linux 2023 only watches, and Bottlerocket enforces a policy of its own. Source: Red Hat, "Using SELinux", 9 and
/// 10; AWS, "SELinux modes for AL2023"; read 2026-11-27.
const ENFORCE_SELINUX: [&str; 2] = ["rhel-10", "rhel-9"];

/// Whether a system, by the word of the spec, enforces SELinux as installed.
#[must_use]
pub fn enforces_selinux(os: &str) -> bool {
    ENFORCE_SELINUX.contains(&os)
}

/// Whether a runtime, by the word of the spec, labels containers wherever SELinux is on. CRI-O does, containerd where its file says so.
/// Source: cri-o/cri-o discussion 6511; containerd docs/cri/config.md (`enable_selinux = false`); read 2026-11-27.
#[must_use]
pub fn labels_containers(runtime: &str) -> bool {
    runtime == "crio"
}
