//! Keys of the Helm charts that values are written for, as far as they are written.

/// Keys of the chart `gatekeeper`, read in open-policy-agent/gatekeeper `charts/gatekeeper/values.yaml` at v3.23.1 on 2026-11-26.
const GATEKEEPER: &[&str] = &[
    "enableConnectOperations",
    "mutatingWebhookMatchConditions",
    "replicas",
    "validatingWebhookCustomRules",
    "validatingWebhookFailurePolicy",
    "validatingWebhookMatchConditions",
];

/// Keys of the chart `kured`, compared on 2026-11-26 with the table of `charts/kured/README.md` of kubereboot/charts at 192262b25e5a, whose
/// image is 1.22.1, the `appVersion` of `Chart.yaml` 6.0.0 (013fd5f40bad); 6.0.0 changes annotations alone. Their types: the template of the
/// DaemonSet at 097c58ed08ff.
const KURED: &[&str] = &[
    "configuration.concurrency",
    "configuration.endTime",
    "configuration.rebootDays",
    "configuration.startTime",
    "configuration.timeZone",
    "nodeSelector",
    "tolerations",
];

/// Keys of the chart `trivy-operator`, compared on 2026-11-26 with `deploy/helm` of aquasecurity/trivy-operator: the README of 0.30.0 at
/// 006725a3a0cd, and `values.yaml` at 00d245766490. The tag of 0.31.0 itself was not found. `trivy.ignoreFile` is a list: the template at
/// 08ef70d484f3 ranges over it; a text, as older charts took it, is refused there.
const TRIVY_OPERATOR: &[&str] = &[
    "operator.clusterComplianceEnabled",
    "operator.infraAssessmentScannerEnabled",
    "operator.scannerReportTTL",
    "operator.vulnerabilityScannerEnabled",
    "operator.vulnerabilityScannerScanOnlyCurrentRevisions",
    "trivy.ignoreFile",
    "trivy.ignoreUnfixed",
    "trivy.severity",
];

/// The keys of a chart that are known.
#[must_use]
pub fn helm_keys(chart: &str) -> &'static [&'static str] {
    match chart {
        "gatekeeper" => GATEKEEPER,
        "kured" => KURED,
        "trivy-operator" => TRIVY_OPERATOR,
        _ => &[],
    }
}
