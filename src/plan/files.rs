//! What the files that the API server reads must say.

use std::{collections::BTreeMap, fmt};

use super::{Held, Plan, SettingKey, Topic};

/// Who may come without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnonymousPlan {
    /// The exact URL paths that need no credentials; empty means that nobody is let in.
    pub paths: Vec<Held<String>>,
}

/// A claim that becomes a name, with its prefix (may be empty, never missing).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixedClaim {
    /// The name of the claim.
    pub claim: String,
    /// What is put before its value.
    pub prefix: String,
}

impl fmt::Display for PrefixedClaim {
    /// The prefix and the claim in braces: `oidc:{email}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{{{}}}", self.prefix, self.claim)
    }
}

/// A token issuer that the API server trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerPlan {
    /// The name in the spec.
    pub name: String,
    /// `https` URL.
    pub url: String,
    /// Audiences, at least one.
    pub audiences: Vec<String>,
    /// The claim that becomes the user.
    pub username: PrefixedClaim,
    /// The claim that becomes the groups.
    pub groups: Option<PrefixedClaim>,
}

/// A rule in CEL that must hold, or the token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenRule {
    /// The expression.
    pub expression: &'static str,
    /// What the caller is told.
    pub message: &'static str,
}

/// The AuthenticationConfiguration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthenticationPlan {
    /// The anonymous block; `None` leaves the decision to the flag.
    pub anonymous: Option<Held<AnonymousPlan>>,
    /// The issuers, in the order of the spec.
    pub issuers: Vec<Held<IssuerPlan>>,
    /// `claimValidationRules` of an issuer, by its name.
    pub claim_rules: BTreeMap<String, Vec<Held<TokenRule>>>,
    /// `userValidationRules` of an issuer, by its name.
    pub user_rules: BTreeMap<String, Vec<Held<TokenRule>>>,
}

/// The AuthorizationConfiguration: the authorizers in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationPlan {
    /// `Node`, `RBAC`.
    pub authorizers: Vec<Held<String>>,
}

/// What an event limit counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LimitType {
    /// All events together.
    Server,
    /// By namespace.
    Namespace,
    /// By user.
    User,
    /// By source and object.
    SourceAndObject,
}

impl LimitType {
    /// The word of the plugin's API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LimitType::Server => "Server",
            LimitType::Namespace => "Namespace",
            LimitType::User => "User",
            LimitType::SourceAndObject => "SourceAndObject",
        }
    }
}

/// One limit of the EventRateLimit plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventLimit {
    /// What it counts by.
    pub kind: LimitType,
    /// Events a second.
    pub qps: i64,
    /// Events at once.
    pub burst: i64,
    /// How many buckets are remembered; ignored for `Server`.
    pub cache_size: i64,
}

/// The cluster-wide Pod Security configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodSecurityPlan {
    /// The level that namespaces without labels get: `privileged`, `baseline`, `restricted`.
    pub enforce: Held<String>,
    /// The level audited.
    pub audit: Held<String>,
    /// The level warned about.
    pub warn: Held<String>,
    /// The version the levels are pinned to (`v1.36`).
    pub version: Held<String>,
    /// Namespaces that are exempt, each with its reason.
    pub exempt_namespaces: Vec<Held<String>>,
}

/// Which key encrypts stored objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EncryptionProvider {
    /// XSalsa20 and Poly1305 with a key in the file.
    Secretbox,
    /// AES-CBC with a key in the file.
    Aescbc,
    /// A KMS plugin (version 2 of its API) on a Unix socket.
    Kms {
        /// The name of the plugin.
        name: String,
        /// Its socket, `unix:///...`.
        socket: String,
    },
}

impl EncryptionProvider {
    /// The word of the configuration file.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            EncryptionProvider::Secretbox => "secretbox",
            EncryptionProvider::Aescbc => "aescbc",
            EncryptionProvider::Kms { .. } => "kms",
        }
    }

    /// The name that a KMS plugin marks objects with.
    #[must_use]
    pub fn kms_name(&self) -> Option<&str> {
        match self {
            EncryptionProvider::Secretbox | EncryptionProvider::Aescbc => None,
            EncryptionProvider::Kms { name, .. } => Some(name),
        }
    }
}

/// How a build encrypted stored objects, as its manifest records it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EncryptionRecord {
    /// The stage: `prepare`, `write`, `enforce`, or `none` for a build without encryption.
    pub stage: String,
    /// The provider; `None` where an older manifest does not say.
    pub provider: Option<String>,
    /// The name that a KMS plugin marks objects with.
    pub name: Option<String>,
    /// What is encrypted; `None` where an older manifest does not say.
    pub resources: Option<Vec<String>>,
}

impl EncryptionRecord {
    /// The record of a build without encryption.
    #[must_use]
    pub fn none() -> Self {
        EncryptionRecord { stage: "none".to_owned(), ..EncryptionRecord::default() }
    }

    /// The record of a plan.
    #[must_use]
    pub fn of(plan: &EncryptionPlan) -> Self {
        EncryptionRecord {
            stage: plan.stage.name().to_owned(),
            provider: Some(plan.provider.name().to_owned()),
            name: plan.provider.kms_name().map(str::to_owned),
            resources: Some(plan.resources.clone()),
        }
    }
}

/// How far the encryption of a cluster that holds plain objects has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EncryptionStage {
    /// Every server can read encrypted objects; new ones are still plain.
    Prepare,
    /// New objects are encrypted; plain ones can still be read and are rewritten.
    Write,
    /// A plain object can no longer be read.
    Enforce,
}

impl EncryptionStage {
    /// The word of the spec.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            EncryptionStage::Prepare => "prepare",
            EncryptionStage::Write => "write",
            EncryptionStage::Enforce => "enforce",
        }
    }
}

/// Encryption of stored objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptionPlan {
    /// Which key.
    pub provider: EncryptionProvider,
    /// Which resources, as the file writes them (`secrets`, `configmaps`, `widgets.example.com`).
    pub resources: Vec<String>,
    /// How far.
    pub stage: EncryptionStage,
}

/// Adds the settings of these files to the list of all settings.
pub(super) fn settings(plan: &Plan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    let mut put = |topic: Topic, part: &str, held: Held<String>| {
        out.insert(SettingKey::Part(topic, part.to_owned()), held);
    };
    if let Some(authentication) = &plan.authentication {
        if let Some(anonymous) = &authentication.anonymous {
            put(Topic::Authentication, "anonymous", anonymous.as_ref().map(|a| join(a.paths.iter().map(|p| p.value.as_str()))));
        }
        for issuer in &authentication.issuers {
            let part = |rest: &str| format!("issuers/{}{rest}", issuer.value.name);
            put(Topic::Authentication, &part(""), issuer.as_ref().map(|i| i.url.clone()));
            put(
                Topic::Authentication,
                &part("/audiences"),
                issuer.as_ref().map(|i| join(i.audiences.iter().map(String::as_str))),
            );
            put(Topic::Authentication, &part("/username"), issuer.as_ref().map(|i| i.username.to_string()));
            if let Some(groups) = &issuer.value.groups {
                put(Topic::Authentication, &part("/groups"), issuer.as_ref().map(|_| groups.to_string()));
            }
        }
        for (kind, by_issuer) in [("claim-rules", &authentication.claim_rules), ("user-rules", &authentication.user_rules)] {
            for (issuer, rules) in by_issuer {
                for (n, rule) in rules.iter().enumerate() {
                    let part = format!("issuers/{issuer}/{kind}/{}", n + 1);
                    put(Topic::Authentication, &part, rule.as_ref().map(|r| r.expression.to_owned()));
                }
            }
        }
    }
    if let Some(authorization) = &plan.authorization {
        for (n, authorizer) in authorization.authorizers.iter().enumerate() {
            put(Topic::Authorization, &format!("authorizers/{}", n + 1), authorizer.clone());
        }
    }
    if let Some(rules) = &plan.audit_rules {
        put(Topic::AuditPolicy, "rules", rules.as_ref().map(|r| format!("{} rules", r.len())));
    }
    if let Some(limits) = &plan.event_limits {
        for limit in &limits.value {
            let text = format!("{} a second, {} at once", limit.qps, limit.burst);
            put(Topic::Admission, &format!("event-rate-limit/{}", limit.kind.name()), limits.as_ref().map(|_| text));
        }
    }
    if let Some(pod_security) = &plan.pod_security {
        put(Topic::Admission, "pod-security/enforce", pod_security.enforce.clone());
        put(Topic::Admission, "pod-security/audit", pod_security.audit.clone());
        put(Topic::Admission, "pod-security/warn", pod_security.warn.clone());
        put(Topic::Admission, "pod-security/version", pod_security.version.clone());
        for exempt in &pod_security.exempt_namespaces {
            put(Topic::Admission, &format!("pod-security/exempt/{}", exempt.value), exempt.clone());
        }
    }
    if let Some(encryption) = &plan.encryption {
        put(Topic::Encryption, "provider", encryption.as_ref().map(|e| e.provider.name().to_owned()));
        put(Topic::Encryption, "resources", encryption.as_ref().map(|e| join(e.resources.iter().map(String::as_str))));
        put(Topic::Encryption, "stage", encryption.as_ref().map(|e| e.stage.name().to_owned()));
    }
}

fn join<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
