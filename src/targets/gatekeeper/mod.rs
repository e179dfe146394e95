//! Gatekeeper: templates in Rego, constraints, what it must know and change, and a suite for gator.

mod constraint;
mod prelude;
mod rego;
mod suite;
mod template;

pub use rego::rego;

pub(super) use constraint::{assigns, constraints, sync_set};
pub(super) use suite::TARGET as SUITE;
pub(super) use template::template;

use crate::{policy::Policy, yaml::Out};

/// The kind of the constraints of a policy: `HardenAllowedPorts`.
#[must_use]
pub fn kind(policy: &Policy) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    std::iter::once("Harden".to_owned()).chain(policy.name.split('-').map(word)).collect()
}

/// The name of its template, which has to be its kind in lower case.
fn template_name(policy: &Policy) -> String {
    kind(policy).to_lowercase()
}

/// A JSON value as something to write.
pub(super) fn out(json: &serde_json::Value) -> Out {
    use serde_json::Value as Json;
    match json {
        Json::Null => Out::null(),
        Json::Bool(value) => Out::bool(*value),
        Json::Number(number) => number.as_i64().map_or_else(|| Out::str(number.to_string()), Out::int),
        Json::String(text) => Out::str(text.as_str()),
        Json::Array(items) => Out::list(items.iter().map(out)),
        Json::Object(entries) => Out::map(entries.iter().map(|(key, value)| (key.as_str(), out(value)))),
    }
}
