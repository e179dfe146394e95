//! Fields of the kubelet's file that it refuses side by side, or one without another. What it says of a single field is data
//! (`facts/kubelet-limits.toml`).

use serde_json::Value;

use crate::{
    base::go_nanoseconds,
    facts,
    plan::{Plan, Program, SettingKey},
};

use super::{
    gates,
    settings::{Clash, Rule, Side},
};

/// What two fields owe each other.
enum Pair {
    /// The first number lies below the second.
    Below(&'static str, &'static str),
    /// The first duration is not longer than the second; asked where the gate is on.
    NotLonger(&'static str, &'static str, &'static str),
    /// Where the list holds one of the items, the text is given.
    ItemNeeds(&'static str, &'static [&'static str], &'static str),
    /// The list does not hold both.
    NotBoth(&'static str, &'static str, &'static str),
    /// The item stands alone in its list.
    Alone(&'static str, &'static str),
    /// The two texts are not both given.
    Either(&'static str, &'static str),
    /// Where the first is true, the second is too.
    TrueNeeds(&'static str, &'static str),
}

const ENFORCED: &str = "enforceNodeAllocatable";

/// Origin: `ValidateKubeletConfiguration` (pkg/kubelet/apis/config/validation) of Kubernetes, read 2026-11-27; every row by
/// starting the kubelets of 1.31.14 to 1.37.2 with a file that breaks it.
const PAIRS: [Pair; 10] = [
    Pair::Below("imageGCLowThresholdPercent", "imageGCHighThresholdPercent"),
    Pair::NotLonger("shutdownGracePeriodCriticalPods", "shutdownGracePeriod", "GracefulNodeShutdown"),
    Pair::ItemNeeds(ENFORCED, &["system-reserved", "system-reserved-compressible"], "systemReservedCgroup"),
    Pair::ItemNeeds(ENFORCED, &["kube-reserved", "kube-reserved-compressible"], "kubeReservedCgroup"),
    Pair::NotBoth(ENFORCED, "system-reserved", "system-reserved-compressible"),
    Pair::NotBoth(ENFORCED, "kube-reserved", "kube-reserved-compressible"),
    Pair::Alone(ENFORCED, "none"),
    Pair::Either("reservedSystemCPUs", "systemReservedCgroup"),
    Pair::Either("reservedSystemCPUs", "kubeReservedCgroup"),
    Pair::TrueNeeds("enableSystemLogQuery", "enableSystemLogHandler"),
];

pub(super) const FIELDS_DISAGREE: Rule = Rule {
    id: "kubelet-fields-disagree",
    about: "Two fields of the kubelet's configuration do not go together, or one needs another that is not set. A field that is left out \
        counts with its default. The kubelet does not start.",
    check: fields_disagree,
};

/// What is wrong, what to do, and the two fields that say it.
struct Broken {
    what: String,
    help: String,
    fields: [&'static str; 2],
}

fn fields_disagree(plan: &Plan) -> Vec<Clash> {
    let kubelet = Kubelet(plan);
    let clash = |broken: Broken| {
        let [first, second] = broken.fields;
        let second = Some(second).filter(|second| *second != first);
        let mut sides = std::iter::once(first).chain(second).filter_map(|field| kubelet.side(field));
        Some(Clash {
            message: format!("the kubelet {} does not start: {}", plan.cluster.version, broken.what),
            help: broken.help,
            a: sides.next()?,
            b: sides.next(),
        })
    };
    PAIRS.iter().filter_map(|pair| kubelet.broken(pair)).filter_map(clash).collect()
}

/// The fields of the kubelet's file in a plan.
#[derive(Clone, Copy)]
struct Kubelet<'a>(&'a Plan);

impl<'a> Kubelet<'a> {
    fn written(self, field: &str) -> Option<&'a Value> {
        self.0.component(Program::Kubelet).fields.get(field).map(|held| &held.value)
    }

    /// The value that counts, as text; empty where nothing is known of a default.
    fn text(self, field: &str) -> String {
        let default = || facts::kubelet_field(field, self.0.cluster.minor()).known().and_then(|known| known.default);
        match self.written(field) {
            None | Some(Value::Null) => default().unwrap_or_default().to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_))) => value.to_string(),
        }
    }

    /// The value with a word where it is the default.
    fn shown(self, field: &str) -> String {
        let by_default = if self.written(field).is_some() { "" } else { " by default" };
        format!("`{field}` ({}{by_default})", self.text(field))
    }

    /// The items that are written in a list.
    fn items(self, field: &str) -> Vec<&'a str> {
        self.written(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn side(self, field: &str) -> Option<Side> {
        let held = self.0.component(Program::Kubelet).fields.get(field)?;
        Some(Side::of(&SettingKey::Field(Program::Kubelet, field.to_owned()), held))
    }

    fn broken(self, pair: &Pair) -> Option<Broken> {
        let given = |field: &str| !self.text(field).is_empty();
        let holds = |list: &str, item: &str| self.items(list).contains(&item);
        let broken = |what: String, help: String, a, b| Broken { what, help, fields: [a, b] };
        match *pair {
            Pair::Below(low, high) => {
                let (below, above) = (self.text(low).parse::<i64>().ok()?, self.text(high).parse::<i64>().ok()?);
                let what = format!("{} must lie below {}", self.shown(low), self.shown(high));
                (below >= above).then(|| broken(what, format!("set both, `{low}` below `{high}`"), low, high))
            }
            Pair::NotLonger(inner, outer, gate) => {
                let length = |field: &str| {
                    Some(self.text(field)).filter(|text| !text.is_empty()).map_or(Some(0), |text| go_nanoseconds(&text))
                };
                let longer = length(inner)? > length(outer)?;
                let on = gates::off(self.0, Program::Kubelet, gate).is_none();
                let what = format!("`{inner}` is a part of `{outer}` and must not be longer");
                (longer && on)
                    .then(|| broken(what, format!("set `{outer}` to the whole time, or take `{inner}` out"), inner, outer))
            }
            Pair::ItemNeeds(list, items, needed) => {
                let item = items.iter().find(|item| holds(list, item)).filter(|_| !given(needed))?;
                let what = format!("`{item}` in `{list}` needs `{needed}`");
                Some(broken(what, format!("name the control group in `{needed}`, or take `{item}` out"), list, needed))
            }
            Pair::NotBoth(list, a, b) => {
                let what = format!("`{list}` holds `{a}` and `{b}`, of which it may hold one");
                (holds(list, a) && holds(list, b)).then(|| broken(what, "keep one of the two".to_owned(), list, list))
            }
            Pair::Alone(list, item) => {
                let what = format!("`{item}` stands beside others in `{list}`");
                (holds(list, item) && self.items(list).len() > 1)
                    .then(|| broken(what, format!("write `{list}: [{item}]`, or take `{item}` out"), list, list))
            }
            Pair::Either(a, b) => {
                let what = format!("`{a}` and `{b}` exclude each other");
                (given(a) && given(b)).then(|| broken(what, "keep one of the two".to_owned(), a, b))
            }
            Pair::TrueNeeds(a, b) => {
                let what = format!("`{a}` needs `{b}`");
                (self.text(a) == "true" && self.text(b) == "false")
                    .then(|| broken(what, format!("take `{b}: false` out, or `{a}`"), a, b))
            }
        }
    }
}
