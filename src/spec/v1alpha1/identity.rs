//! `identity`: who is let in, and who may do what.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::List;
use crate::spec::words::May;

/// Who is let in, and who may do what.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Identity {
    /// The issuers of tokens (OpenID Connect) that the API server trusts.
    pub issuers: Option<List<Issuer>>,
    /// The groups of people, by the name that this spec uses for them.
    pub groups: Option<BTreeMap<String, Group>>,
    /// What deploys: a build that would cut it off fails.
    pub delivery: Option<List<Delivery>>,
    /// The group for emergencies: audited, and exempt where an engine could lock everybody out.
    pub break_glass: Option<Group>,
    /// Who may do what; each becomes the least roles for it.
    pub duties: Option<List<Duty>>,
    /// Who may act as whom. Nobody else may.
    pub impersonation: Option<List<Impersonation>>,
}

/// An issuer of tokens.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct Issuer {
    /// Its name in this spec.
    #[schemars(example = &"corp")]
    pub name: Option<String>,
    /// Its URL, exactly as its tokens say it: `https://` only.
    #[schemars(example = &"https://id.shop.example")]
    pub url: Option<String>,
    /// The audiences that its tokens must be for.
    #[schemars(example = ["kubernetes"])]
    pub audiences: Option<List<String>>,
    /// Which claim is the name of the user.
    pub username: Option<ClaimMapping>,
    /// Which claim holds the groups of the user.
    pub groups: Option<ClaimMapping>,
}

/// A claim of a token, and what is put in front of its value.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClaimMapping {
    /// The claim.
    #[schemars(example = &"email")]
    pub claim: Option<String>,
    /// What is put in front, so that a name of this issuer cannot be taken for another's.
    #[schemars(example = &"oidc:")]
    pub prefix: Option<String>,
}

/// A group of people, under the names that each system gives it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// The final name in RBAC, prefix included.
    #[schemars(example = &"oidc:dev")]
    pub kubernetes: Option<String>,
    /// The IAM principals on EKS, by their ARN.
    #[schemars(example = ["arn:aws:iam::111122223333:role/dev"])]
    pub aws: Option<List<String>>,
    /// The object id in Microsoft Entra ID.
    #[schemars(example = &"00000000-0000-0000-0000-000000000000")]
    pub entra: Option<String>,
}

/// An identity that deploys.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delivery {
    /// A service account, as NAMESPACE/NAME.
    #[schemars(example = &"argocd/argocd-application-controller")]
    pub service_account: Option<String>,
}

/// What a group may do.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct Duty {
    /// The name of the duty.
    #[schemars(example = &"dev-shop")]
    pub name: Option<String>,
    /// A key of `identity.groups`.
    #[schemars(example = &"developers")]
    pub group: Option<String>,
    /// Where. Without it: in the whole cluster.
    #[schemars(example = ["shop"])]
    pub namespaces: Option<List<String>>,
    /// What.
    pub may: Option<List<May>>,
}

/// Who may act as whom.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct Impersonation {
    /// The name of the permission.
    #[schemars(example = &"support-as-dev")]
    pub name: Option<String>,
    /// Who acts: a key of `identity.groups`.
    #[schemars(example = &"support")]
    pub by: Option<String>,
    /// As whom.
    #[serde(rename = "as")]
    pub acts_as: Option<Impersonated>,
    /// Where. Without it: in the whole cluster.
    #[schemars(example = ["shop"])]
    pub namespaces: Option<List<String>>,
    /// What may be done while acting.
    pub may: Option<List<May>>,
    /// Why.
    #[schemars(example = &"reproduce customer issues")]
    pub reason: Option<String>,
}

/// The identities that may be taken on.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Impersonated {
    /// The users, by their final names. At least one: groups are taken on together with a user.
    #[schemars(example = ["oidc:tester@shop.example"])]
    pub users: Option<List<String>>,
    /// The groups: keys of `identity.groups`.
    #[schemars(example = ["developers"])]
    pub groups: Option<List<String>>,
}
