//! Where the API server of a self-managed control plane finds what is written for it. Each folder is mounted under the same path:
//! a mounted file would keep its old content when it is replaced, and a rotated log would leave the mount.

/// The folder of the audit policy.
pub const AUDIT_DIR: &str = "/etc/kubernetes/audit";
/// The audit policy.
pub const AUDIT_POLICY: &str = "/etc/kubernetes/audit/policy.yaml";
/// The folder of the audit log; the one folder here that the API server writes.
pub const AUDIT_LOG_DIR: &str = "/var/log/kubernetes/audit";
/// The audit log.
pub const AUDIT_LOG: &str = "/var/log/kubernetes/audit/audit.log";

/// The folder of the configuration of admission plugins.
pub const ADMISSION_DIR: &str = "/etc/kubernetes/admission";
/// The AdmissionConfiguration.
pub const ADMISSION: &str = "/etc/kubernetes/admission/admission.yaml";
/// The configuration of EventRateLimit, which the AdmissionConfiguration names.
pub const EVENT_RATE_LIMIT: &str = "/etc/kubernetes/admission/event-rate-limit.yaml";
/// The configuration of PodSecurity, which the AdmissionConfiguration names.
pub const POD_SECURITY: &str = "/etc/kubernetes/admission/pod-security.yaml";

/// The folder of the AuthenticationConfiguration.
pub const AUTHENTICATION_DIR: &str = "/etc/kubernetes/authentication";
/// The AuthenticationConfiguration.
pub const AUTHENTICATION: &str = "/etc/kubernetes/authentication/authentication.yaml";

/// The folder of the AuthorizationConfiguration.
pub const AUTHORIZATION_DIR: &str = "/etc/kubernetes/authorization";
/// The AuthorizationConfiguration.
pub const AUTHORIZATION: &str = "/etc/kubernetes/authorization/authorization.yaml";

/// The folder of the EncryptionConfiguration; it holds keys and is readable by root alone.
pub const ENCRYPTION_DIR: &str = "/etc/kubernetes/encryption";
/// The EncryptionConfiguration.
pub const ENCRYPTION: &str = "/etc/kubernetes/encryption/encryption.yaml";
