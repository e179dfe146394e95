//! Which of two bindings, constraints or mutations lets pass less.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{by_cover, subset};

/// Compares what is done with violations, where not, and by which values. More is held where none of them gives way; a policy
/// about something else cannot be compared.
pub(super) fn compare(steps: &[&str], a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Line::of(steps, a), Line::of(steps, b));
    if a.about != b.about {
        return None;
    }
    let outside = if a.outside == b.outside { Ordering::Equal } else { subset(a.outside, b.outside)? };
    let with = if a.with == b.with { Ordering::Equal } else { values(a.with, b.with)? };
    together([a.step.cmp(&b.step), outside, with])
}

/// What several comparisons say as one, where no two contradict each other.
fn together(all: [Ordering; 3]) -> Option<Ordering> {
    let has = |wanted: Ordering| all.contains(&wanted);
    match (has(Ordering::Greater), has(Ordering::Less)) {
        (true, true) => None,
        (true, false) => Some(Ordering::Greater),
        (false, true) => Some(Ordering::Less),
        (false, false) => Some(Ordering::Equal),
    }
}

/// A line that a binding, a constraint or a mutation is written in: `ACTION on KINDS outside NAMESPACES with VALUES`.
struct Line<'a> {
    /// The place of its action among the steps; the weakest for what has none.
    step: usize,
    about: &'a str,
    outside: &'a str,
    with: &'a str,
}

impl<'a> Line<'a> {
    fn of(steps: &[&str], text: &'a str) -> Self {
        let (text, with) = text.split_once(" with ").unwrap_or((text, ""));
        let (text, outside) = text.split_once(" outside ").unwrap_or((text, ""));
        let begins = |step: &&str| text.strip_prefix(*step).is_some_and(|rest| rest.is_empty() || rest.starts_with(" on "));
        let found = steps.iter().position(begins);
        let about = found.map_or(text, |step| &text[steps[step].len()..]);
        Line { step: found.map_or(0, |step| step + 1), about, outside, with }
    }
}

/// Compares the values of a constraint.
fn values(a: &str, b: &str) -> Option<Ordering> {
    let object = |text: &str| match text {
        "" => Some(Map::new()),
        _ => serde_json::from_str::<Map<String, Value>>(text).ok(),
    };
    let (a, b) = (object(a)?, object(b)?);
    let pass = |outer: &Map<String, Value>, inner: &Map<String, Value>| {
        outer.keys().chain(inner.keys()).all(|name| value_covers(name, outer.get(name), inner.get(name)))
    };
    by_cover(pass(&b, &a), pass(&a, &b))
}

/// Whether one value lets pass everything that another one does.
fn value_covers(name: &str, outer: Option<&Value>, inner: Option<&Value>) -> bool {
    let items = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    match name {
        "everyAccount" | "requireDigest" | "requireRegistry" => {
            // What is neither true nor false is read by nobody as it is meant.
            let asks = |value: Option<&Value>| value.map_or(Some(false), Value::as_bool);
            outer == inner || asks(outer).zip(asks(inner)).is_some_and(|(outer, inner)| !outer || inner)
        }
        "exemptGroups" | "exemptWorkloads" | "paths" | "ports" | "registries" => {
            let outer = items(outer);
            items(inner).iter().all(|item| outer.iter().any(|other| item_covers(name, other, item)))
        }
        _ => outer == inner,
    }
}

fn item_covers(name: &str, outer: &Value, inner: &Value) -> bool {
    let below = |outer: Option<&str>, inner: Option<&str>| {
        let below =
            |(outer, inner): (&str, &str)| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/') || outer == "/");
        outer == inner || outer.zip(inner).is_some_and(below)
    };
    match name {
        "registries" => below(outer.as_str(), inner.as_str()),
        "paths" => {
            let writes = |path: &Value| path["readOnly"] != true;
            below(outer["path"].as_str(), inner["path"].as_str()) && (writes(outer) || !writes(inner))
        }
        "ports" => {
            let span = |ports: &Value| Some((ports["first"].as_u64()?, ports["last"].as_u64()?));
            span(outer).zip(span(inner)).is_some_and(|(wide, narrow)| wide.0 <= narrow.0 && narrow.1 <= wide.1)
        }
        _ => outer == inner,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_constraints_have_a_direction() {
        let line = |values: &str| format!("deny on /Pod outside kube-system with {values}");
        let compare = |a: &str, b: &str| super::compare(&["dryrun", "warn", "deny"], &line(a), &line(b));
        for (strict, weak) in [
            (r#"{"registries":["quay.io/prometheus"]}"#, r#"{"registries":["quay.io"]}"#),
            (r#"{"registries":["a.example"]}"#, r#"{"registries":["a.example","b.example"]}"#),
            (r#"{"registries":[],"requireDigest":true}"#, r#"{"registries":[],"requireDigest":false}"#),
            (r#"{"ports":[{"first":30000,"last":30000}]}"#, r#"{"ports":[{"first":30000,"last":30010}]}"#),
            (r#"{"paths":[{"path":"/var/log","readOnly":true}]}"#, r#"{"paths":[{"path":"/var/log","readOnly":false}]}"#),
            (r#"{"paths":[{"path":"/var/log/a","readOnly":true}]}"#, r#"{"paths":[{"path":"/var/log","readOnly":true}]}"#),
            (r#"{"exemptGroups":["a"]}"#, r#"{"exemptGroups":["a","b"]}"#),
            (r#"{}"#, r#"{"exemptWorkloads":[{"kind":"Pod","name":"x"}]}"#),
        ] {
            assert_eq!(compare(strict, weak), Some(Ordering::Greater), "{strict} / {weak}");
            assert_eq!(compare(weak, strict), Some(Ordering::Less), "{weak} / {strict}");
        }
        for (one, other) in [
            (r#"{"registries":["quay.io"]}"#, r#"{"registries":["quay.io.evil.example"]}"#),
            (r#"{"registries":["a"],"requireDigest":true}"#, r#"{"registries":["a","b"],"requireDigest":false,"new":1}"#),
            (r#"{"registries":["a","b"],"requireDigest":true}"#, r#"{"registries":["a"],"requireDigest":false}"#),
            (r#"{"exemptGroups":["a"]}"#, r#"{"exemptGroups":["b"]}"#),
        ] {
            assert_eq!(compare(one, other), None, "{one} / {other}");
        }
    }
}
