//! `api`: who reaches the API server, and what it keeps encrypted.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Empty, List};
use crate::spec::words::EncryptionStage;

/// The API server.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Api {
    /// Who may reach it. A decision that is never guessed.
    pub sources: Option<Sources>,
    /// How objects are encrypted in etcd: exactly one of `secretbox`, `aescbc` and `kms`.
    pub encryption_at_rest: Option<EncryptionAtRest>,
}

/// Who may reach the API server, beside its own nodes and pods.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sources {
    /// The ranges that people and their tools come from. The whole internet needs a waiver.
    #[schemars(example = ["203.0.113.0/24"])]
    pub admins: Option<List<String>>,
    /// The load balancer in front of the control-plane nodes.
    pub load_balancer: Option<LoadBalancer>,
    /// The outgoing ranges of runners, hubs and the cluster itself; a public EKS or AKS endpoint needs them.
    #[schemars(example = ["198.51.100.4/32"])]
    pub egress: Option<List<String>>,
}

/// The load balancer in front of the control-plane nodes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoadBalancer {
    /// Its addresses as the nodes see them.
    #[schemars(example = ["192.0.2.10"])]
    pub addresses: Option<List<String>>,
    /// Whether nodes see the client's address behind it; only then can they tell sources apart.
    pub preserves_client_ip: Option<bool>,
}

/// How objects are encrypted in etcd. No key is ever written: a template and the step that makes the key are.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EncryptionAtRest {
    /// XSalsa20 and Poly1305 with a key in the file.
    pub secretbox: Option<Empty>,
    /// AES-CBC with a key in the file.
    pub aescbc: Option<Empty>,
    /// Keys of a key management service, through its plug-in on the control-plane nodes.
    pub kms: Option<Kms>,
    /// What is encrypted, as RESOURCE or RESOURCE.GROUP.
    #[schemars(example = ["secrets"])]
    pub resources: Option<List<String>>,
    /// How far it has got.
    pub stage: Option<EncryptionStage>,
}

/// The plug-in of a key management service.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Kms {
    /// The name that objects are marked with; it cannot be changed later.
    #[schemars(example = &"vault")]
    pub name: Option<String>,
    /// The socket of the plug-in on the control-plane nodes.
    #[schemars(example = &"unix:///run/kms/vault.sock")]
    pub socket: Option<String>,
}
