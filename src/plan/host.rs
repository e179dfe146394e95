//! What must hold on the host under a node: the operating systems that are known, and the names of its rules.

use super::NodePlan;

/// An operating system that node scripts are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostOs {
    /// Debian 12.
    Debian12,
    /// Debian 13.
    Debian13,
    /// Ubuntu 24.04.
    Ubuntu2404,
}

impl HostOs {
    /// The system by the word of the spec; nothing where no script is made for it.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "debian-12" => Some(HostOs::Debian12),
            "debian-13" => Some(HostOs::Debian13),
            "ubuntu-24.04" => Some(HostOs::Ubuntu2404),
            _ => None,
        }
    }

    /// `ID` and `VERSION_ID` of its `/etc/os-release`.
    #[must_use]
    pub fn release(self) -> (&'static str, &'static str) {
        match self {
            HostOs::Debian12 => ("debian", "12"),
            HostOs::Debian13 => ("debian", "13"),
            HostOs::Ubuntu2404 => ("ubuntu", "24.04"),
        }
    }
}

/// What runs above the hosts of a cluster and needs something of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostContext {
    /// The network plug-in, by the word of the spec.
    pub cni: String,
    /// How the plug-in carries packets between nodes, by the word of the spec (`vxlan`, `ipip-cross-subnet`, `native`); nothing where it
    /// does not say.
    pub carried: Option<String>,
    /// How the plug-in encrypts them: `wireguard`, `ipsec`.
    pub encrypted: Option<String>,
    /// Every way that packets may go between nodes: `vxlan`, `ipip`, `geneve`, `wireguard`, `ipsec`; where the spec does not say, each that
    /// the plug-in has.
    pub ways: Vec<&'static str>,
    /// The container runtime, by the word of the spec.
    pub runtime: String,
    /// Its version, as the spec writes it.
    pub runtime_version: String,
    /// Whether pods have IPv6 addresses.
    pub ipv6: bool,
    /// Whether kube-proxy runs.
    pub kube_proxy: bool,
    /// The declared system components, by their names in the catalogue.
    pub addons: Vec<String>,
}

/// A rule for the host, by its name in [`NodePlan::file_rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostRule<'a> {
    /// A kernel setting has this value.
    Sysctl(&'a str),
    /// A kernel module is loaded at boot.
    ModuleLoaded(&'a str),
    /// A credential that lies on no node.
    Absent(&'a str),
    /// No file of the pattern holds a token.
    NoTokens(&'a str),
    /// A kernel module is never loaded.
    ModuleOff(&'a str),
    /// The file is at most that open (`0600 root:root`).
    FileMode(&'a str),
    /// A keyword of sshd.
    Sshd(&'a str),
    /// A line `KEY=VALUE` below a section of a file that systemd reads: journald, coredump, manager.
    Systemd(SystemdFile, &'a str),
    /// The hard limit of core files.
    CoreLimit,
    /// A path whose changes are recorded (`wa KEY`).
    AuditWatch(&'a str),
    /// An option of the audit subsystem (`-b`, `-f`).
    AuditOption(&'a str),
    /// A package that is not upgraded unattended, as a pattern.
    UpgradeHold(&'a str),
    /// Any other option of unattended upgrades.
    UpgradeOption(&'a str),
    /// A unit that is masked.
    UnitMasked(&'a str),
    /// A program that must be installed; the value is its package.
    Program(&'a str),
    /// A file that must be there, as a pattern; the value is what to do where it is not.
    There(&'a str),
    /// Whether the firewall refuses or counts.
    FirewallMode,
    /// A range that belongs to a group of the firewall: `GROUP`, `RANGE`.
    FirewallMember(&'a str, &'a str),
    /// What a group may reach: `PROTOCOL`, `PORT`, `GROUP`.
    FirewallAllow(&'a str, &'a str, &'a str),
    /// A group may reach the addresses of Services on every port.
    FirewallServices(&'a str),
    /// Which ports are closed as NodePorts to all but groups of the firewall.
    NodePorts,
    /// A key of the runtime's configuration: `RUNTIME`, `PATH`.
    Runtime(&'a str, &'a str),
    /// A registry whose images come from the mirror that is the value.
    Mirror(&'a str),
    /// A setting of sudo.
    Sudo(&'a str),
    /// Exactly one service keeps the time.
    Time,
    /// Swap is off.
    Swap,
    /// The kernel runs with AppArmor.
    AppArmor,
}

/// A file with sections that systemd reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SystemdFile {
    /// Of the journal.
    Journald,
    /// Of the collector of core dumps.
    Coredump,
    /// Of systemd itself, for the services that it starts.
    Manager,
}

/// A name before and after its first slash. Names are short and read often: a plain walk takes a fifth of the time of `split_once`.
fn cut(name: &str) -> Option<(&str, &str)> {
    let at = name.bytes().position(|byte| byte == b'/')?;
    Some((&name[..at], &name[at + 1..]))
}

impl<'a> HostRule<'a> {
    /// What a name means; nothing where no script can hold it.
    #[must_use]
    pub fn of(name: &'a str) -> Option<Self> {
        match name {
            "firewall/mode" => return Some(HostRule::FirewallMode),
            "firewall/node-ports" => return Some(HostRule::NodePorts),
            "limits/core" => return Some(HostRule::CoreLimit),
            "time/service" => return Some(HostRule::Time),
            "swap" => return Some(HostRule::Swap),
            "apparmor" => return Some(HostRule::AppArmor),
            _ => {}
        }
        let (head, rest) = cut(name)?;
        let (first, second) = cut(rest).unwrap_or((rest, ""));
        Some(match head {
            "sysctl" => HostRule::Sysctl(rest),
            "module" if first == "load" => HostRule::ModuleLoaded(second),
            "module" if first == "off" => HostRule::ModuleOff(second),
            "presence" => HostRule::Absent(name.strip_prefix("presence")?),
            "content" => HostRule::NoTokens(name.strip_prefix("content")?),
            "mode" => HostRule::FileMode(name.strip_prefix("mode")?),
            "sshd" => HostRule::Sshd(rest),
            "journald" => HostRule::Systemd(SystemdFile::Journald, rest),
            "coredump" => HostRule::Systemd(SystemdFile::Coredump, rest),
            "manager" => HostRule::Systemd(SystemdFile::Manager, rest),
            "audit" if first == "watch" => HostRule::AuditWatch(rest.strip_prefix("watch")?),
            "audit" if first == "option" => HostRule::AuditOption(second),
            "upgrades" if first == "hold" => HostRule::UpgradeHold(second),
            "upgrades" if first == "option" => HostRule::UpgradeOption(second),
            "unit" => HostRule::UnitMasked(rest),
            "program" => HostRule::Program(rest),
            "there" => HostRule::There(name.strip_prefix("there")?),
            "firewall" if first == "group" => {
                let (group, range) = cut(second)?;
                HostRule::FirewallMember(group, range)
            }
            "firewall" if first == "services" => HostRule::FirewallServices(second),
            "firewall" if first == "allow" => {
                let mut parts = second.splitn(3, '/');
                HostRule::FirewallAllow(parts.next()?, parts.next()?, parts.next()?)
            }
            "mirror" => HostRule::Mirror(rest),
            "runtime" => HostRule::Runtime(first, second),
            "sudo" => HostRule::Sudo(rest),
            _ => return None,
        })
    }
}

impl NodePlan {
    /// The operating system of its nodes, where a script is made for it.
    #[must_use]
    pub fn host_os(&self) -> Option<HostOs> {
        HostOs::of(&self.os)
    }
}
