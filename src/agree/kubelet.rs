//! Values of the kubelet's file that keep a kubelet of the exact version from starting: fields without their gate, numbers and words
//! that it does not take. What it takes is data.

use serde_json::Value;

use crate::{
    facts::{self, Feature, Limit},
    plan::{Held, Plan, Program, SettingKey},
};

use super::{
    gates,
    settings::{Clash, Rule, Side},
};

/// A value of the kubelet's file for which there is a limit.
struct Limited<'a> {
    limit: &'static Limit,
    /// Where it stands, with the position in a list.
    path: String,
    value: &'a Value,
    side: Side,
}

impl Limited<'_> {
    /// The value as people write it.
    fn shown(&self) -> String {
        self.value.as_str().map_or_else(|| self.value.to_string(), str::to_owned)
    }
}

/// Every value that the plan gives to a field with a limit; what is empty or null says nothing.
fn limited(plan: &Plan) -> Vec<Limited<'_>> {
    let component = plan.component(Program::Kubelet);
    let mut out = Vec::new();
    for limit in facts::kubelet_limits(plan.cluster.minor()) {
        for (path, held) in &component.fields {
            for (path, value) in values_at(path, held, limit.path) {
                let side = Side::of(&SettingKey::Field(Program::Kubelet, path.clone()), held);
                out.push(Limited { limit, path, value, side });
            }
        }
    }
    out.retain(|found| match found.value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    });
    out
}

/// The values at a path, of a setting that holds it whole or with more around it.
fn values_at<'a>(setting: &str, held: &'a Held<Value>, path: &str) -> Vec<(String, &'a Value)> {
    let Some(rest) = path.strip_prefix(setting).filter(|rest| rest.is_empty() || rest.starts_with(['.', '['])) else {
        return Vec::new();
    };
    let mut found = vec![(setting.to_owned(), &held.value)];
    for step in rest.replace("[]", ".[]").split('.').filter(|step| !step.is_empty()) {
        let below = |(at, value): (String, &'a Value)| match (step, value) {
            ("[]", Value::Array(items)) => {
                items.iter().enumerate().map(|(number, item)| (format!("{at}[{number}]"), item)).collect::<Vec<_>>()
            }
            (name, value) => value.get(name).map(|value| (format!("{at}.{name}"), value)).into_iter().collect(),
        };
        found = found.into_iter().flat_map(below).collect();
    }
    found
}

pub(super) const FIELD_WITHOUT_GATE: Rule = Rule {
    id: "kubelet-field-without-gate",
    about: "A field of the kubelet's configuration is set whose feature gate is off in this exact version. The kubelet does not start.",
    check: field_without_gate,
};

fn field_without_gate(plan: &Plan) -> Vec<Clash> {
    let clash = |found: Limited<'_>| {
        let gate = found.limit.gate?;
        let off = gates::off(plan, Program::Kubelet, gate)?;
        if found.limit.unless.is_some_and(|harmless| found.shown() == harmless) {
            return None;
        }
        let (how, open) = match off {
            gates::Off::Set(_) => ("switched off", format!("switch `{gate}` on")),
            gates::Off::Default(Feature::NeedsGate) => ("off by default", format!("set `featureGates: {{ {gate}: true }}`")),
            gates::Off::Default(_) => ("not to be had", String::new()),
        };
        let or = if open.is_empty() { String::new() } else { format!(", or {open} if its feature is wanted") };
        Some(Clash {
            message: format!(
                "the kubelet {} does not start with `{}: {}`: gate `{gate}` is {how}",
                plan.cluster.version,
                found.path,
                found.shown()
            ),
            help: format!("take `{}` out of your configuration{or}", found.path),
            a: found.side,
            b: Some(match off {
                gates::Off::Set(side) => side,
                gates::Off::Default(_) => Side::version(plan),
            }),
        })
    };
    limited(plan).into_iter().filter_map(clash).collect()
}

pub(super) const VALUE_REFUSED: Rule = Rule {
    id: "kubelet-value-refused",
    about: "A field of the kubelet's configuration has a number out of its range, or a word that this version does not know. The kubelet \
        does not start.",
    check: value_refused,
};

fn value_refused(plan: &Plan) -> Vec<Clash> {
    let clash = |found: Limited<'_>| {
        let Limit { at_least, at_most, words, .. } = *found.limit;
        let range = match (at_least, at_most) {
            (Some(least), Some(most)) => format!("a number from {least} to {most}"),
            (Some(least), None) => format!("a number of at least {least}"),
            (None, Some(most)) => format!("a number of at most {most}"),
            (None, None) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        };
        let fits = match found.value.as_i64() {
            Some(number) => at_least.is_none_or(|least| number >= least) && at_most.is_none_or(|most| number <= most),
            None => true,
        };
        let spelt = words.is_empty() || words.contains(&found.shown().as_str());
        if fits && spelt {
            return None;
        }
        Some(Clash {
            message: format!("the kubelet {} does not start with `{}: {}`", plan.cluster.version, found.path, found.shown()),
            help: format!("set {}{range}, or take the field out", if words.is_empty() { "" } else { "one of " }),
            a: found.side,
            b: None,
        })
    };
    limited(plan).into_iter().filter_map(clash).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::{Cause, Reason, SpecPath};

    #[test]
    fn values_are_found_inside_of_settings() {
        let held = |value| Held::new(value, Reason { control: None, cause: Cause::Spec(SpecPath::new("/a")) });
        let taints = held(json!([{ "key": "a", "effect": "X" }, { "key": "b" }]));
        let found: Vec<String> =
            values_at("registerWithTaints", &taints, "registerWithTaints[].effect").into_iter().map(|(path, _)| path).collect();
        assert_eq!(found, ["registerWithTaints[0].effect"]);
        let logging = held(json!({ "options": { "json": { "splitStream": true } } }));
        assert_eq!(values_at("logging", &logging, "logging.options.json.splitStream")[0].1, &json!(true));
        assert!(values_at("max", &logging, "maxPods").is_empty());
        assert_eq!(values_at("port", &held(json!(1)), "port").len(), 1);
    }
}
