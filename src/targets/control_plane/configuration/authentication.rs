//! The authentication configuration: token issuers, and which paths may be asked without credentials.

use std::collections::BTreeMap;

use crate::{
    base::{Artifact, Mode},
    facts::ConfigKind,
    plan::{AnonymousPlan, AuthenticationPlan, Held, IssuerPlan, Plan, PrefixedClaim, SettingKey, TokenRule, Topic, host_paths},
    targets::origins,
    yaml::Out,
};

use super::{artifact, document, path_of};

pub(super) fn emit(plan: &Plan) -> Option<Artifact> {
    let authentication = plan.authentication.as_ref()?;
    let mut out = document(plan, ConfigKind::Authentication)?;
    if !authentication.issuers.is_empty() {
        out.set("jwt", Out::list(authentication.issuers.iter().map(|held| issuer(authentication, held))));
    }
    if let Some(held) = &authentication.anonymous {
        out.set("anonymous", anonymous(held));
    }
    let path = path_of(plan, "authentication-config", host_paths::AUTHENTICATION);
    let purpose = [
        "Who is let in: the issuers of tokens, and the exact paths that need no credentials.",
        "A running server takes changed issuers within a minute; a changed anonymous block needs a restart.",
    ];
    artifact(&path, Mode::Plain, &purpose, out, "authentication-document")
}

fn anonymous(held: &Held<AnonymousPlan>) -> Out {
    let key = SettingKey::Part(Topic::Authentication, "anonymous".to_owned());
    let paths = &held.value.paths;
    let mut out = Out::map([("enabled", Out::bool(!paths.is_empty()))]);
    if !paths.is_empty() {
        let condition = |path: &Held<String>| Out::map([("path", path.value.as_str())]).with(&origins::setting(&key, path));
        out.set("conditions", Out::list(paths.iter().map(condition)));
    }
    out.with(&origins::setting(&key, held))
}

fn issuer(plan: &AuthenticationPlan, held: &Held<IssuerPlan>) -> Out {
    let issuer = &held.value;
    let mut source = Out::map([("url", Out::str(issuer.url.as_str())), ("audiences", Out::list(&issuer.audiences))]);
    if issuer.audiences.len() > 1 {
        // Without it the server takes one audience only.
        source.set("audienceMatchPolicy", "MatchAny");
    }
    let mut mappings = Out::map([("username", claim(&issuer.username))]);
    if let Some(groups) = &issuer.groups {
        mappings.set("groups", claim(groups));
    }
    let key = SettingKey::Part(Topic::Authentication, format!("issuers/{}", issuer.name));
    let mut out = Out::map([("issuer", source)]);
    rules(&mut out, "claimValidationRules", "claim-rules", &issuer.name, &plan.claim_rules);
    out.set("claimMappings", mappings);
    rules(&mut out, "userValidationRules", "user-rules", &issuer.name, &plan.user_rules);
    out.with(&origins::setting(&key, held))
}

/// What every token of an issuer must fulfil.
fn rules(out: &mut Out, field: &str, part: &str, issuer: &str, by_issuer: &BTreeMap<String, Vec<Held<TokenRule>>>) {
    let rule = |(n, held): (usize, &Held<TokenRule>)| {
        let key = SettingKey::Part(Topic::Authentication, format!("issuers/{issuer}/{part}/{}", n + 1));
        let rule = [("expression", held.value.expression), ("message", held.value.message)];
        Out::map(rule).with(&origins::setting(&key, held))
    };
    let rules = Out::list(by_issuer.get(issuer).into_iter().flatten().enumerate().map(rule));
    if !rules.is_empty() {
        out.set(field, rules);
    }
}

fn claim(mapping: &PrefixedClaim) -> Out {
    Out::map([("claim", mapping.claim.as_str()), ("prefix", mapping.prefix.as_str())])
}
