//! What a change of a rule for the host does.

use super::{HostRule, Impact, SystemdFile, host_paths};

/// Kernel settings that stay until the machine starts again, whatever is written later (documentation of the kernel, `sysctl/kernel`).
const UNTIL_REBOOT: &[&str] = &["kernel.kexec_load_disabled", "kernel.modules_disabled", "kernel.unprivileged_bpf_disabled"];

/// Kernel settings by the end of their names, with what no longer goes.
const REFUSED: &[(&str, &str)] = &[
    (".accept_ra", "ignores router advertisements: a host that has its IPv6 address from them loses it"),
    (".rp_filter", "drops packets that come from where their answer would not go"),
    ("fs.suid_dumpable", NO_CORES),
    ("kernel.dmesg_restrict", "hides the messages of the kernel from programs without privileges"),
    ("kernel.kexec_load_disabled", "refuses to load another kernel, for kdump too"),
    ("kernel.kptr_restrict", "hides addresses of the kernel, from profilers too"),
    ("kernel.perf_event_paranoid", "refuses profiling to programs without privileges"),
    ("kernel.sysrq", "ignores the keys of SysRq"),
    ("kernel.unprivileged_bpf_disabled", "refuses BPF programs to processes without privileges"),
    ("kernel.yama.ptrace_scope", "refuses debuggers that attach to a process that they did not start"),
    ("net.ipv4.ip_unprivileged_port_start", "refuses low ports to programs without privileges when they next start"),
];

/// Settings of the runtime after which something no longer goes.
const RUNTIME_STOPS: &[(&str, &str)] = &[
    ("nri/disable", "stops NRI plug-ins, those of some GPU operators and resource managers too"),
    ("runtime/enable_unprivileged_icmp", "refuses pings to pods created from then on that have not the capability"),
    (
        "runtime/enable_unprivileged_ports",
        "refuses ports below 1024 to pods created from then on that run as an ordinary user without the capability",
    ),
];

const NO_CORES: &str = "leaves no core file of programs that crash";

impl HostRule<'_> {
    /// What a change of this rule does, the gravest first, whatever its value.
    #[must_use]
    pub fn impact(self) -> Vec<Impact> {
        let later = |what| vec![Impact::RefusesLater(what)];
        match self {
            HostRule::Sysctl(name) => {
                let once = UNTIL_REBOOT.contains(&name).then_some(Impact::OneWay);
                let refused = REFUSED.iter().find(|(end, _)| name.ends_with(end)).map(|(_, what)| Impact::RefusesLater(what));
                let found: Vec<Impact> = once.into_iter().chain(refused).collect();
                if found.is_empty() { vec![Impact::None] } else { found }
            }
            HostRule::ModuleOff(_) => {
                later("refuses the module to whatever asks for it; one that is loaded stays until the next reboot")
            }
            HostRule::Sshd(_) => {
                later("refuses logins and forwardings that do not keep to it, from the next login on: yours too")
            }
            HostRule::FirewallMode | HostRule::FirewallAllow(..) | HostRule::FirewallServices(_) => later(
                "drops new connections to the node that no rule allows, as soon as it is applied; mode count shows them first",
            ),
            HostRule::NodePorts => later("closes NodePorts to everybody outside the declared ranges, as soon as it is applied"),
            HostRule::Runtime(_, path) => {
                let stops = RUNTIME_STOPS.iter().find(|(of, _)| *of == path).map(|(_, what)| Impact::RefusesLater(what));
                stops.into_iter().chain([Impact::RollsRuntime]).collect()
            }
            HostRule::UnitMasked(_) => {
                later("is not started again until it is unmasked, from the next boot on; what runs now is not stopped")
            }
            HostRule::Swap => later("takes the swap away at once: a node that needs it runs out of memory"),
            HostRule::UpgradeOption(_) => later("installs updates of the system by itself, and restarts what they belong to"),
            HostRule::Sudo("use_pty") => later("ends what a command by sudo left running when that command ends"),
            HostRule::CoreLimit | HostRule::Systemd(SystemdFile::Coredump | SystemdFile::Manager, _) => later(NO_CORES),
            // It is told alone.
            HostRule::Absent(host_paths::DISCOVERY) => vec![Impact::None],
            HostRule::Absent(_) => later("removes the file: whoever works with it has to log in another way"),
            HostRule::Mirror(_) => later("sends pulls to the mirror first, from the next pull on"),
            HostRule::ModuleLoaded(_)
            | HostRule::NoTokens(_)
            | HostRule::FileMode(_)
            | HostRule::Systemd(SystemdFile::Journald, _)
            | HostRule::AuditWatch(_)
            | HostRule::AuditOption(_)
            | HostRule::UpgradeHold(_)
            | HostRule::Program(_)
            | HostRule::There(_)
            | HostRule::Sudo(_)
            | HostRule::FirewallMember(..)
            | HostRule::Time
            | HostRule::AppArmor => vec![Impact::None],
        }
    }
}
