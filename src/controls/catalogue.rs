//! The list of controls, sorted by id.

use super::{
    Control, admission, apiserver, cloud, controller_manager, etcd, images, impersonation, kube_proxy, kubeconfig, kubelet,
    logging, network, node, patching, policy, rbac, runtime, scheduler,
};

/// Every control, sorted by id.
pub const CATALOGUE: &[Control] = &[
    admission::ALWAYS_PULL_IMAGES,
    admission::DENY_ESCALATING_EXEC,
    admission::DENY_SERVICE_EXTERNAL_IPS,
    admission::EVENT_RATE_LIMIT,
    admission::NAMESPACE_LIFECYCLE,
    admission::NODE_RESTRICTION,
    admission::POD_SECURITY,
    admission::SERVICE_ACCOUNT,
    apiserver::ANONYMOUS_ACCESS,
    apiserver::API_SOURCES,
    apiserver::AUDIT_LOG,
    apiserver::AUDIT_POLICY,
    apiserver::AUTHORIZATION_MODE,
    apiserver::BIND_ADDRESS,
    apiserver::CLIENT_CA,
    apiserver::ENCRYPTION_AT_REST,
    apiserver::ETCD_TLS,
    apiserver::FRONT_PROXY_CA,
    apiserver::INSECURE_PORT,
    apiserver::KUBELET_CA,
    apiserver::KUBELET_CLIENT,
    apiserver::NO_TOKEN_FILE,
    apiserver::PROFILING,
    apiserver::REQUEST_TIMEOUT,
    apiserver::SERVICE_ACCOUNT_EXTEND_TOKEN,
    apiserver::SERVICE_ACCOUNT_KEYS,
    apiserver::SERVICE_ACCOUNT_LOOKUP,
    apiserver::STRUCTURED_AUTHENTICATION,
    apiserver::TLS_CIPHERS,
    apiserver::TLS_MINIMUM,
    apiserver::TLS_SERVING,
    cloud::API_ACCESS,
    cloud::CONTROL_PLANE_LOGS,
    cloud::IDENTITIES,
    cloud::LOG_FORWARDING,
    cloud::LOG_RETENTION,
    cloud::NETWORK_POLICY,
    cloud::SECRETS_KEY,
    controller_manager::BIND_ADDRESS,
    controller_manager::PROFILING,
    controller_manager::ROOT_CA,
    controller_manager::ROTATE_KUBELET_SERVER_CERTIFICATE,
    controller_manager::SERVICE_ACCOUNT_CREDENTIALS,
    controller_manager::SERVICE_ACCOUNT_KEY,
    controller_manager::TERMINATED_POD_GC,
    controller_manager::TLS,
    etcd::AUTO_TLS,
    etcd::CLIENT_TLS,
    etcd::DATA_DIR,
    etcd::PEER_TLS,
    etcd::TLS_MINIMUM,
    etcd::UNIQUE_CA,
    images::CLUSTER_SCAN,
    images::PIPELINE_SCAN,
    images::REGISTRY_SCAN,
    impersonation::LIMITED,
    kube_proxy::METRICS_BIND,
    kube_proxy::MODE,
    kube_proxy::NODE_PORT_ADDRESSES,
    kubeconfig::ADMIN,
    kubeconfig::FILE_MODES,
    kubeconfig::NO_TOKENS,
    kubeconfig::SUPER_ADMIN,
    kubelet::ANONYMOUS,
    kubelet::AUTHORIZATION,
    kubelet::CLIENT_CA,
    kubelet::EVENT_RECORD_QPS,
    kubelet::HOSTNAME_OVERRIDE,
    kubelet::IMAGE_CREDENTIAL_VERIFICATION,
    kubelet::IPTABLES_CHAINS,
    kubelet::POD_PIDS_LIMIT,
    kubelet::PROTECT_KERNEL_DEFAULTS,
    kubelet::READ_ONLY_PORT,
    kubelet::ROTATE_CERTIFICATES,
    kubelet::SECCOMP_DEFAULT,
    kubelet::SERVER_CERTIFICATE,
    kubelet::STREAMING_IDLE,
    kubelet::TLS,
    logging::COLLECTOR,
    logging::JOURNAL,
    logging::SHIPPING,
    logging::SIEM_TLS,
    logging::SOURCES,
    network::DEFAULT_DENY,
    network::DNS,
    network::FLOWS,
    network::GLOBAL_DENY,
    node::ACCOUNT_FILES,
    node::ADDRESS_SPACE,
    node::APPARMOR,
    node::AUDIT_RULES,
    node::BRIDGE_NETFILTER,
    node::CORE_DUMPS,
    node::CRON_FILES,
    node::EXTRA_MODULES_OFF,
    node::EXTRA_SYSCTLS,
    node::FILE_SYSTEMS,
    node::FIREWALL,
    node::FIREWIRE,
    node::ICMP_BROADCASTS,
    node::ICMP_REDIRECTS,
    node::IP_FORWARDING,
    node::JOURNALD,
    node::KERNEL_INFORMATION,
    node::KEXEC,
    node::KUBELET_SYSCTLS,
    node::MARTIANS,
    node::NETWORK_PROTOCOLS,
    node::NODE_PORTS,
    node::PROTECTED_LINKS,
    node::PTRACE,
    node::REMOTE_ACCESS,
    node::REVERSE_PATH_FILTER,
    node::ROUTER_ADVERTISEMENTS,
    node::RUNTIME_MODULES,
    node::SOURCE_ROUTING,
    node::SSHD_ALGORITHMS,
    node::SSHD_AUTHENTICATION,
    node::SSHD_FORWARDING,
    node::SSHD_SESSIONS,
    node::SUDO,
    node::SWAP,
    node::SYN_COOKIES,
    node::SYSRQ,
    node::TIME_SYNC,
    node::UNPRIVILEGED_BPF,
    node::UPGRADES,
    node::USB_STORAGE,
    patching::REBOOTS,
    patching::SUPPORTED_RELEASES,
    policy::ALLOWED_IMAGES,
    policy::ALLOWED_PORTS,
    policy::HOST_FILESYSTEM,
    policy::PRIVILEGE_ESCALATION,
    policy::PRIVILEGED,
    policy::SERVICE_ACCOUNT_TOKEN,
    rbac::DEFAULT_SERVICE_ACCOUNT,
    rbac::DELIVERY,
    rbac::DUTIES,
    runtime::CGROUP_DRIVER,
    runtime::CRIO_DEFAULTS,
    runtime::DOCKER_DAEMON,
    runtime::FILE_MODES,
    runtime::LISTED_VERSION,
    runtime::NRI,
    runtime::REGISTRY_HOSTS,
    runtime::SANDBOX_IMAGE,
    runtime::SECURITY_PROFILES,
    runtime::STREAMING,
    runtime::UNPRIVILEGED_PORTS,
    scheduler::BIND_ADDRESS,
    scheduler::PROFILING,
    scheduler::TLS,
];

/// The control of an id.
#[must_use]
pub fn control(id: &str) -> Option<&'static Control> {
    CATALOGUE.binary_search_by(|control| control.id.cmp(id)).ok().and_then(|at| CATALOGUE.get(at))
}

/// The id that resembles a text most.
#[must_use]
pub fn nearest(text: &str) -> &'static str {
    nearest_of(CATALOGUE.iter().map(|control| control.id), text)
}

/// The name that resembles a text most; empty where there is none.
#[must_use]
pub fn nearest_of(names: impl Iterator<Item = &'static str>, text: &str) -> &'static str {
    let likeness = |known: &str| strsim::jaro_winkler(known, text);
    names.max_by(|a, b| likeness(a).total_cmp(&likeness(b))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_and_unique() {
        for pair in CATALOGUE.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} stands before {}", pair[0].id, pair[1].id);
        }
    }
}
