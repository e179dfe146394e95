//! The API server and identities: who reaches it, who is let in, who may do what.

use std::{collections::BTreeMap, net::IpAddr};

use super::values::is_uuid;
use crate::{
    base::Cidr,
    spec::words::{EncryptionStage, May},
};

/// The API server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Api {
    /// Who may reach it.
    pub sources: Option<Sources>,
    /// How objects are encrypted in etcd.
    pub encryption_at_rest: Option<EncryptionAtRest>,
}

/// Who may reach the API server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// The ranges of people and their tools.
    pub admins: Option<Vec<Cidr>>,
    /// The load balancer in front.
    pub load_balancer: Option<LoadBalancer>,
    /// Outgoing ranges of runners, hubs and the cluster itself.
    pub egress: Option<Vec<Cidr>>,
}

/// The load balancer in front of the control-plane nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadBalancer {
    /// Its addresses; never empty.
    pub addresses: Vec<IpAddr>,
    /// Whether nodes see the client's address behind it.
    pub preserves_client_ip: Option<bool>,
}

/// How objects are encrypted in etcd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptionAtRest {
    /// With what.
    pub provider: EncryptionProvider,
    /// What, as RESOURCE or RESOURCE.GROUP.
    pub resources: Option<Vec<String>>,
    /// How far it has got.
    pub stage: Option<EncryptionStage>,
}

/// With what objects are encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EncryptionProvider {
    /// A key in the file, XSalsa20 and Poly1305.
    Secretbox,
    /// A key in the file, AES-CBC.
    Aescbc,
    /// A key management service.
    Kms {
        /// The name that objects are marked with.
        name: String,
        /// The socket of its plug-in, `unix:///...`.
        socket: String,
    },
}

/// Who is let in, and who may do what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Issuers of tokens.
    pub issuers: Vec<Issuer>,
    /// Groups by the name that the spec uses.
    pub groups: BTreeMap<String, Group>,
    /// What deploys.
    pub delivery: Vec<Delivery>,
    /// The group for emergencies.
    pub break_glass: Option<Group>,
    /// Who may do what.
    pub duties: Vec<Duty>,
    /// Who may act as whom.
    pub impersonation: Vec<Impersonation>,
}

/// An issuer of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Its name.
    pub name: String,
    /// Its URL, `https://`.
    pub url: String,
    /// The audiences of its tokens; never empty.
    pub audiences: Vec<String>,
    /// Which claim is the user's name.
    pub username: ClaimMapping,
    /// Which claim holds the groups.
    pub groups: Option<ClaimMapping>,
}

/// A claim and what is put in front of its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimMapping {
    /// The claim.
    pub claim: String,
    /// What is put in front; may be empty, which only a waiver allows.
    pub prefix: String,
}

/// A group of people; at least one of its names is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Its final name in RBAC.
    pub kubernetes: Option<String>,
    /// Its IAM principals.
    pub aws: Vec<String>,
    /// Its object id in Entra ID.
    pub entra: Option<String>,
}

impl Group {
    /// Its object id in Entra ID as tokens write it: that of `entra`, or its name in RBAC where that is one.
    #[must_use]
    pub fn object_id(&self) -> Option<String> {
        let id = self.entra.as_ref().or_else(|| self.kubernetes.as_ref().filter(|name| is_uuid(name)));
        id.map(|id| id.to_ascii_lowercase())
    }
}

/// An identity that deploys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// A service account.
    ServiceAccount {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

/// What a group may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The name.
    pub name: String,
    /// A key of `groups`.
    pub group: String,
    /// Where; `None` means the whole cluster.
    pub namespaces: Option<Vec<String>>,
    /// What; never empty.
    pub may: Vec<May>,
}

/// Who may act as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impersonation {
    /// The name.
    pub name: String,
    /// Who acts: a key of `groups`.
    pub by: String,
    /// The users that may be taken on; never empty.
    pub users: Vec<String>,
    /// The groups that may be taken on: keys of `groups`.
    pub groups: Vec<String>,
    /// Where; `None` means the whole cluster.
    pub namespaces: Option<Vec<String>>,
    /// What may be done meanwhile; never empty.
    pub may: Vec<May>,
    /// Why.
    pub reason: Option<String>,
}
