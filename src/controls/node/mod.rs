//! Controls of the host under a node: kernel, files, ssh, logs, firewall. One script for each pool of nodes.

mod account_files;
mod address_space;
mod apparmor;
mod audit_rules;
mod bridge_netfilter;
mod core_dumps;
mod cron_files;
mod extra;
mod extra_modules_off;
mod extra_sysctls;
mod file_systems;
mod firewall;
mod firewall_rules;
mod firewire;
mod icmp_broadcasts;
mod icmp_redirects;
mod intents;
mod ip_forwarding;
pub(in crate::controls) mod journald;
mod kernel_information;
mod kexec;
mod kubelet_sysctls;
mod martians;
mod network_protocols;
mod node_ports;
pub(in crate::controls) mod pools;
mod protected_links;
mod ptrace;
mod remote_access;
mod reverse_path_filter;
mod router_advertisements;
mod runtime_modules;
mod source_routing;
mod sshd;
mod sshd_algorithms;
mod sshd_authentication;
mod sshd_forwarding;
mod sshd_sessions;
mod sudo;
mod swap;
mod syn_cookies;
mod sysrq;
mod time_sync;
mod unprivileged_bpf;
mod upgrades;
mod usb_storage;

use crate::{
    controls::{Applies, by_platform},
    facts,
    plan::Outcome,
    resolve::Resolved,
};

pub(super) use account_files::CONTROL as ACCOUNT_FILES;
pub(super) use address_space::CONTROL as ADDRESS_SPACE;
pub(super) use apparmor::CONTROL as APPARMOR;
pub(super) use audit_rules::CONTROL as AUDIT_RULES;
pub(super) use bridge_netfilter::CONTROL as BRIDGE_NETFILTER;
pub(super) use core_dumps::CONTROL as CORE_DUMPS;
pub(super) use cron_files::CONTROL as CRON_FILES;
pub(super) use extra_modules_off::CONTROL as EXTRA_MODULES_OFF;
pub(super) use extra_sysctls::CONTROL as EXTRA_SYSCTLS;
pub(super) use file_systems::CONTROL as FILE_SYSTEMS;
pub(super) use firewall::CONTROL as FIREWALL;
pub(super) use firewire::CONTROL as FIREWIRE;
pub(super) use icmp_broadcasts::CONTROL as ICMP_BROADCASTS;
pub(super) use icmp_redirects::CONTROL as ICMP_REDIRECTS;
pub(super) use intents::intents;
pub(super) use ip_forwarding::CONTROL as IP_FORWARDING;
pub(super) use journald::CONTROL as JOURNALD;
pub(super) use kernel_information::CONTROL as KERNEL_INFORMATION;
pub(super) use kexec::CONTROL as KEXEC;
pub(super) use kubelet_sysctls::CONTROL as KUBELET_SYSCTLS;
pub(super) use martians::CONTROL as MARTIANS;
pub(super) use network_protocols::CONTROL as NETWORK_PROTOCOLS;
pub(super) use node_ports::CONTROL as NODE_PORTS;
pub(super) use protected_links::CONTROL as PROTECTED_LINKS;
pub(super) use ptrace::CONTROL as PTRACE;
pub(super) use remote_access::CONTROL as REMOTE_ACCESS;
pub(super) use reverse_path_filter::CONTROL as REVERSE_PATH_FILTER;
pub(super) use router_advertisements::CONTROL as ROUTER_ADVERTISEMENTS;
pub(super) use runtime_modules::CONTROL as RUNTIME_MODULES;
pub(super) use source_routing::CONTROL as SOURCE_ROUTING;
pub(super) use sshd_algorithms::CONTROL as SSHD_ALGORITHMS;
pub(super) use sshd_authentication::CONTROL as SSHD_AUTHENTICATION;
pub(super) use sshd_forwarding::CONTROL as SSHD_FORWARDING;
pub(super) use sshd_sessions::CONTROL as SSHD_SESSIONS;
pub(super) use sudo::CONTROL as SUDO;
pub(super) use swap::CONTROL as SWAP;
pub(super) use syn_cookies::CONTROL as SYN_COOKIES;
pub(super) use sysrq::CONTROL as SYSRQ;
pub(super) use time_sync::CONTROL as TIME_SYNC;
pub(super) use unprivileged_bpf::CONTROL as UNPRIVILEGED_BPF;
pub(super) use upgrades::CONTROL as UPGRADES;
pub(super) use usb_storage::CONTROL as USB_STORAGE;

fn applies(cluster: &Resolved) -> Applies {
    by_platform(cluster, (Outcome::Impossible, facts::id::EKS_NODES), (Outcome::Impossible, facts::id::AKS_NODES))
}
