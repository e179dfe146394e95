//! Tokens that a pod projects by itself: no policy refuses what was asked for by name, so that of the account that nobody chose is
//! told.

use serde_json::Value as Json;

use crate::{
    diag::Severity,
    policy::{SERVICE_ACCOUNT_TOKEN, pod_spec},
    semantics::pod::account,
    yaml::Node,
};

use super::{Against, Findings, subject::Subject};

/// Tells of every token of the default account among the volumes of a pod, where the policy for mounted tokens is planned.
pub(super) fn judge(
    object: &Json,
    namespace: &str,
    root: &Node,
    subject: &Subject<'_>,
    against: &Against<'_>,
    found: &mut Findings,
) {
    let planned = against.plan.policies.get(SERVICE_ACCOUNT_TOKEN.name);
    let Some(planned) = planned.filter(|planned| !super::policies::spares(planned, namespace, against)) else { return };
    let Some((spec, at)) = pod_spec(object).filter(|_| account(object, namespace).is_some_and(|(_, name)| name == "default"))
    else {
        return;
    };
    let control = planned.reasons.iter().find_map(|reason| reason.control).map(|control| control.0);
    for (n, volume) in list(spec.get("volumes")).iter().enumerate() {
        for (m, source) in list(volume.pointer("/projected/sources")).iter().enumerate() {
            let Some(token) = source.get("serviceAccountToken").filter(|token| token.is_object()) else { continue };
            let name = volume.get("name").and_then(Json::as_str).unwrap_or_default();
            let text = |key: &str| token.get(key).and_then(Json::as_str).filter(|text| !text.is_empty());
            let whom = text("audience").map_or_else(|| "the API server".to_owned(), |audience| format!("`{audience}`"));
            let message = format!(
                "volume `{name}` holds a token of service account `default` for {whom}: no policy refuses what a pod projects by itself"
            );
            let fix = "give the pod a service account of its own, or take the token out where nothing reads it".to_owned();
            let pointer = format!("{at}/volumes/{n}/projected/sources/{m}/serviceAccountToken");
            let Some(node) = root.at_pointer(&pointer) else { continue };
            let mut finding = subject.finding(against.plan, control, node.used_at().clone(), message, fix);
            finding.path = format!("{}{pointer}", subject.above);
            finding.severity = Severity::Notice;
            found.notices.push(finding);
        }
    }
}

fn list(value: Option<&Json>) -> &[Json] {
    value.and_then(Json::as_array).map_or(&[], Vec::as_slice)
}
