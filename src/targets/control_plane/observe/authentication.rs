//! The authentication configuration, and the list of authorizers.

use crate::{
    plan::Topic,
    targets::observed::{Leaf, Leaves, Sighting, Written},
};

use super::key;

/// Issuers are named by their URL: the file knows no other name of theirs.
pub(super) fn observe(mut sighting: Sighting, mut leaves: Leaves) -> Sighting {
    anonymous(&mut sighting, &mut leaves);
    for n in 0.. {
        let Some(url) = leaves.take(&format!("/jwt/{n}/issuer/url")) else { break };
        issuer(&mut sighting, &mut leaves, n, url);
    }
    sighting.keep(leaves);
    sighting
}

/// The paths that need no credentials; `*` for every path, nothing where nobody is let in.
fn anonymous(sighting: &mut Sighting, leaves: &mut Leaves) {
    let Some(enabled) = leaves.take("/anonymous/enabled") else { return };
    let mut paths = Vec::new();
    while let Some(path) = leaves.take(&format!("/anonymous/conditions/{}/path", paths.len())) {
        paths.push(path.text);
    }
    let text = match (enabled.text.as_str(), paths.is_empty()) {
        ("true", true) => "*".to_owned(),
        ("true", false) => paths.join(", "),
        _ => String::new(),
    };
    sighting.set(key(Topic::Authentication, "anonymous"), Written { text, ..enabled });
}

fn issuer(sighting: &mut Sighting, leaves: &mut Leaves, n: usize, url: Written) {
    let part = |rest: &str| key(Topic::Authentication, format!("issuers/{}{rest}", url.text));
    let audiences = leaves.take_below(&format!("/jwt/{n}/issuer/audiences"));
    if let Some(first) = audiences.first() {
        sighting.set(part("/audiences"), joined(&audiences, first));
    }
    for claim in ["username", "groups"] {
        let pointer = format!("/jwt/{n}/claimMappings/{claim}");
        if let Some(name) = leaves.take(&format!("{pointer}/claim")) {
            let prefix = leaves.take(&format!("{pointer}/prefix")).map_or_else(String::new, |prefix| prefix.text);
            sighting.set(part(&format!("/{claim}")), Written { text: format!("{prefix}{}", braced(&name.text)), ..name });
        }
    }
    for (list, kind) in [("claimValidationRules", "claim-rules"), ("userValidationRules", "user-rules")] {
        for rule in 0.. {
            let pointer = format!("/jwt/{n}/{list}/{rule}");
            let Some(expression) = leaves.take(&format!("{pointer}/expression")) else { break };
            leaves.take(&format!("{pointer}/message"));
            sighting.set(part(&format!("/{kind}/{}", rule + 1)), expression);
        }
    }
    sighting.set(part(""), url);
}

/// A claim in the place of its value, as `oidc:{email}`.
fn braced(claim: &str) -> String {
    format!("{{{claim}}}")
}

fn joined(leaves: &[Leaf], first: &Leaf) -> Written {
    let texts: Vec<&str> = leaves.iter().map(|leaf| leaf.written.text.as_str()).collect();
    Written { text: texts.join(", "), ..first.written.clone() }
}

/// The authorizers in their order; one with more than a type and a plain name keeps the rest.
pub(super) fn authorizers(mut sighting: Sighting, mut leaves: Leaves) -> Sighting {
    for n in 0.. {
        let Some(kind) = leaves.take(&format!("/authorizers/{n}/type")) else { break };
        let pointer = format!("/authorizers/{n}/name");
        if let Some(name) = leaves.take(&pointer)
            && name.text != kind.text.to_lowercase()
        {
            leaves.put(Leaf { pointer, written: name });
        }
        sighting.set(key(Topic::Authorization, format!("authorizers/{}", n + 1)), kind);
    }
    sighting.keep(leaves);
    sighting
}
