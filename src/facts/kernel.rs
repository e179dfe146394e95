//! Kernel settings that the kubelet demands.

/// What `protectKernelDefaults` wants to find on a node, key and exact value; with any other value the kubelet exits, in every version.
/// Read in `container_manager_linux.go` and `util/sysctl` of 1.20 to 1.37 on 2026-11-23.
pub const KUBELET_SYSCTLS: &[(&str, &str)] = &[
    ("kernel.keys.root_maxbytes", "25000000"),
    ("kernel.keys.root_maxkeys", "1000000"),
    ("kernel.panic", "10"),
    ("kernel.panic_on_oops", "1"),
    ("vm.overcommit_memory", "1"),
    ("vm.panic_on_oom", "0"),
];
