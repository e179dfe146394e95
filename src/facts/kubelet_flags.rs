//! Flags of the kubelet that say the same as a field of its file: a flag comes after every file.

/// Flag and field, as `AddKubeletConfigFlags` and `KubeletFlags` of Kubernetes (cmd/kubelet/app/options/options.go) bind them: compared with
/// 1.31.14, 1.32.13, 1.33.13, 1.34.4, 1.35.4, 1.36.3 and 1.37.2, where they are the same, and the names of fields with kubelet
/// config/v1beta1 of 1.37.2, on 2026-11-26. The two of iptables bits ended before 1.31: a flag that a minor no longer has is asked of the table of
/// flags. Feature gates are merged instead and are left out, as are flags of maps and of lists of structures.
/// What it means that a kubelet takes pods from an address (`staticPodURL`, `--manifest-url`).
pub const PODS_FROM_URL: &str = "who answers at the address runs any pod on every node, without the API server";

const PAIRS: &[(&str, &str)] = &[
    ("address", "address"),
    ("allowed-unsafe-sysctls", "allowedUnsafeSysctls"),
    ("anonymous-auth", "authentication.anonymous.enabled"),
    ("authentication-token-webhook", "authentication.webhook.enabled"),
    ("authentication-token-webhook-cache-ttl", "authentication.webhook.cacheTTL"),
    ("authorization-mode", "authorization.mode"),
    ("authorization-webhook-cache-authorized-ttl", "authorization.webhook.cacheAuthorizedTTL"),
    ("authorization-webhook-cache-unauthorized-ttl", "authorization.webhook.cacheUnauthorizedTTL"),
    ("cgroup-driver", "cgroupDriver"),
    ("cgroup-root", "cgroupRoot"),
    ("cgroups-per-qos", "cgroupsPerQOS"),
    ("client-ca-file", "authentication.x509.clientCAFile"),
    ("cluster-dns", "clusterDNS"),
    ("cluster-domain", "clusterDomain"),
    ("container-log-max-files", "containerLogMaxFiles"),
    ("container-log-max-size", "containerLogMaxSize"),
    ("container-runtime-endpoint", "containerRuntimeEndpoint"),
    ("contention-profiling", "enableContentionProfiling"),
    ("cpu-cfs-quota", "cpuCFSQuota"),
    ("cpu-cfs-quota-period", "cpuCFSQuotaPeriod"),
    ("cpu-manager-policy", "cpuManagerPolicy"),
    ("cpu-manager-reconcile-period", "cpuManagerReconcilePeriod"),
    ("enable-controller-attach-detach", "enableControllerAttachDetach"),
    ("enable-debugging-handlers", "enableDebuggingHandlers"),
    ("enable-server", "enableServer"),
    ("event-burst", "eventBurst"),
    ("event-qps", "eventRecordQPS"),
    ("eviction-max-pod-grace-period", "evictionMaxPodGracePeriod"),
    ("eviction-pressure-transition-period", "evictionPressureTransitionPeriod"),
    ("fail-cgroupv1", "failCgroupV1"),
    ("fail-swap-on", "failSwapOn"),
    ("file-check-frequency", "fileCheckFrequency"),
    ("hairpin-mode", "hairpinMode"),
    ("healthz-bind-address", "healthzBindAddress"),
    ("healthz-port", "healthzPort"),
    ("http-check-frequency", "httpCheckFrequency"),
    ("image-gc-high-threshold", "imageGCHighThresholdPercent"),
    ("image-gc-low-threshold", "imageGCLowThresholdPercent"),
    ("image-service-endpoint", "imageServiceEndpoint"),
    ("iptables-drop-bit", "iptablesDropBit"),
    ("iptables-masquerade-bit", "iptablesMasqueradeBit"),
    ("kernel-memcg-notification", "kernelMemcgNotification"),
    ("kube-api-burst", "kubeAPIBurst"),
    ("kube-api-content-type", "contentType"),
    ("kube-api-qps", "kubeAPIQPS"),
    ("kube-reserved-cgroup", "kubeReservedCgroup"),
    ("kubelet-cgroups", "kubeletCgroups"),
    ("local-storage-capacity-isolation", "localStorageCapacityIsolation"),
    ("make-iptables-util-chains", "makeIPTablesUtilChains"),
    ("manifest-url", "staticPodURL"),
    ("max-open-files", "maxOpenFiles"),
    ("max-pods", "maxPods"),
    ("memory-manager-policy", "memoryManagerPolicy"),
    ("minimum-image-ttl-duration", "imageMinimumGCAge"),
    ("node-status-max-images", "nodeStatusMaxImages"),
    ("node-status-update-frequency", "nodeStatusUpdateFrequency"),
    ("oom-score-adj", "oomScoreAdj"),
    ("pod-cidr", "podCIDR"),
    ("pod-manifest-path", "staticPodPath"),
    ("pod-max-pids", "podPidsLimit"),
    ("pods-per-core", "podsPerCore"),
    ("port", "port"),
    ("protect-kernel-defaults", "protectKernelDefaults"),
    ("provider-id", "providerID"),
    ("read-only-port", "readOnlyPort"),
    ("register-node", "registerNode"),
    ("registry-burst", "registryBurst"),
    ("registry-qps", "registryPullQPS"),
    ("reserved-cpus", "reservedSystemCPUs"),
    ("resolv-conf", "resolvConf"),
    ("rotate-certificates", "rotateCertificates"),
    ("rotate-server-certificates", "serverTLSBootstrap"),
    ("runonce", "runOnce"),
    ("runtime-request-timeout", "runtimeRequestTimeout"),
    ("seccomp-default", "seccompDefault"),
    ("serialize-image-pulls", "serializeImagePulls"),
    ("streaming-connection-idle-timeout", "streamingConnectionIdleTimeout"),
    ("sync-frequency", "syncFrequency"),
    ("system-cgroups", "systemCgroups"),
    ("system-reserved-cgroup", "systemReservedCgroup"),
    ("tls-cert-file", "tlsCertFile"),
    ("tls-cipher-suites", "tlsCipherSuites"),
    ("tls-min-version", "tlsMinVersion"),
    ("tls-private-key-file", "tlsPrivateKeyFile"),
    ("topology-manager-policy", "topologyManagerPolicy"),
    ("topology-manager-scope", "topologyManagerScope"),
    ("volume-plugin-dir", "volumePluginDir"),
    ("volume-stats-agg-period", "volumeStatsAggPeriod"),
];

/// Every pair of a flag and the field that it comes before, sorted by flag.
pub fn kubelet_flag_fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAIRS.iter().copied()
}

/// The field that a flag comes before.
#[must_use]
pub fn kubelet_field_of_flag(flag: &str) -> Option<&'static str> {
    PAIRS.binary_search_by_key(&flag, |(flag, _)| flag).ok().map(|at| PAIRS[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::Minor,
        facts::{self, Program},
    };

    #[test]
    fn flags_and_fields_are_known_to_the_tables() {
        for (flag, field) in kubelet_flag_fields() {
            let known = facts::flag(Program::Kubelet, flag, Minor(20)).is_known()
                || facts::flag(Program::Kubelet, flag, Minor(37)).is_known();
            assert!(known, "{flag}");
            assert!(facts::kubelet_field(field, Minor(37)).is_known(), "{field}");
        }
        assert!(PAIRS.is_sorted());
    }
}
