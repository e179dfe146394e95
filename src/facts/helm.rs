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

/// Keys of the chart `kured`, read in kubereboot/charts `charts/kured/values.yaml` on 2026-11-26.
const KURED: &[&str] = &[
    "configuration.concurrency",
    "configuration.endTime",
    "configuration.rebootDays",
    "configuration.startTime",
    "configuration.timeZone",
    "nodeSelector",
    "tolerations",
];

/// Keys of the chart `trivy-operator`, read in aquasecurity/trivy-operator `deploy/helm/values.yaml` on 2026-11-26.
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
