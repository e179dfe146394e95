//! API versions of the configuration kinds that components read from files, by minor.

use super::{
    row::{ByMinor, Period, value_at},
    tables,
};
use crate::base::Minor;

/// A configuration kind that a component reads from a file. The documents of kubeadm are not among them: see `kubeadm_api`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfigKind {
    /// `AdmissionConfiguration`: which file belongs to which admission plugin.
    Admission,
    /// `Policy`: what the audit log records.
    AuditPolicy,
    /// `AuthenticationConfiguration`: issuers of tokens and the paths that anonymous requests may reach.
    Authentication,
    /// `AuthorizationConfiguration`: the authorizers in order.
    Authorization,
    /// `EgressSelectorConfiguration`: how the API server reaches nodes and webhooks.
    EgressSelector,
    /// `EncryptionConfiguration`: how objects are stored.
    Encryption,
    /// `Configuration` of the plugin EventRateLimit.
    EventRateLimit,
    /// `KubeProxyConfiguration`.
    KubeProxy,
    /// `KubeletConfiguration`.
    Kubelet,
    /// `MutatingAdmissionPolicyConfiguration`: policies from files on the host.
    MutatingAdmissionPolicy,
    /// `PodSecurityConfiguration`: default levels and exemptions.
    PodSecurity,
    /// `TracingConfiguration`.
    Tracing,
    /// `ValidatingAdmissionPolicyConfiguration`: policies from files on the host.
    ValidatingAdmissionPolicy,
    /// `WebhookAdmissionConfiguration`: how webhooks are reached, and webhooks from files on the host.
    WebhookAdmission,
}

/// A row of the table of kinds.
#[derive(Debug)]
pub(super) struct ConfigApiRow {
    /// The name of the row.
    pub(super) name: &'static str,
    /// `kind` in the document.
    pub(super) kind: &'static str,
    /// Every version that some minor reads.
    pub(super) read: &'static [(&'static str, Period)],
    /// The version to write.
    pub(super) write: ByMinor<&'static str>,
}

impl ConfigKind {
    /// Every kind.
    pub const ALL: [ConfigKind; 14] = [
        ConfigKind::Admission,
        ConfigKind::AuditPolicy,
        ConfigKind::Authentication,
        ConfigKind::Authorization,
        ConfigKind::EgressSelector,
        ConfigKind::Encryption,
        ConfigKind::EventRateLimit,
        ConfigKind::KubeProxy,
        ConfigKind::Kubelet,
        ConfigKind::MutatingAdmissionPolicy,
        ConfigKind::PodSecurity,
        ConfigKind::Tracing,
        ConfigKind::ValidatingAdmissionPolicy,
        ConfigKind::WebhookAdmission,
    ];

    /// `kind` as the document writes it.
    #[must_use]
    pub fn kind(self) -> &'static str {
        self.row().map_or(self.row_name(), |row| row.kind)
    }

    /// The kind behind `apiVersion` and `kind` of a document, whatever the version, if some minor reads it.
    #[must_use]
    pub fn of_document(api_version: &str, kind: &str) -> Option<Self> {
        let reads = |row: &ConfigApiRow| row.kind == kind && row.read.iter().any(|(name, _)| *name == api_version);
        ConfigKind::ALL.into_iter().find(|found| found.row().is_some_and(reads))
    }

    fn row(self) -> Option<&'static ConfigApiRow> {
        let rows = tables::CONFIG_APIS.rows;
        rows.binary_search_by(|row| row.name.cmp(self.row_name())).ok().map(|index| &rows[index])
    }

    fn row_name(self) -> &'static str {
        match self {
            ConfigKind::Admission => "AdmissionConfiguration",
            ConfigKind::AuditPolicy => "Policy",
            ConfigKind::Authentication => "AuthenticationConfiguration",
            ConfigKind::Authorization => "AuthorizationConfiguration",
            ConfigKind::EgressSelector => "EgressSelectorConfiguration",
            ConfigKind::Encryption => "EncryptionConfiguration",
            ConfigKind::EventRateLimit => "EventRateLimit",
            ConfigKind::KubeProxy => "KubeProxyConfiguration",
            ConfigKind::Kubelet => "KubeletConfiguration",
            ConfigKind::MutatingAdmissionPolicy => "MutatingAdmissionPolicyConfiguration",
            ConfigKind::PodSecurity => "PodSecurityConfiguration",
            ConfigKind::Tracing => "TracingConfiguration",
            ConfigKind::ValidatingAdmissionPolicy => "ValidatingAdmissionPolicyConfiguration",
            ConfigKind::WebhookAdmission => "WebhookAdmissionConfiguration",
        }
    }
}

/// The `apiVersion` to write for a minor; nothing where the kind does not exist, is gated off, or the minor is not covered.
#[must_use]
pub fn config_api(kind: ConfigKind, minor: Minor) -> Option<&'static str> {
    covered(minor).then(|| kind.row())?.and_then(|row| value_at(row.write, minor))
}

/// Whether a minor reads this `apiVersion` of a kind.
#[must_use]
pub fn config_api_read(kind: ConfigKind, api_version: &str, minor: Minor) -> bool {
    let reads = |row: &ConfigApiRow| row.read.iter().any(|(name, period)| *name == api_version && period.holds(minor));
    covered(minor) && kind.row().is_some_and(reads)
}

fn covered(minor: Minor) -> bool {
    (tables::CONFIG_APIS.oldest..=tables::CONFIG_APIS.newest).contains(&minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_rows_are_the_same() {
        let mut names: Vec<&str> = ConfigKind::ALL.into_iter().map(ConfigKind::row_name).collect();
        names.sort_unstable();
        let rows: Vec<&str> = tables::CONFIG_APIS.rows.iter().map(|row| row.name).collect();
        assert_eq!(names, rows);
    }
}
