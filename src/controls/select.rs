//! Selection: which controls apply, with which parameters, and which are waived.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::Value;

use crate::{
    base::{Cause, SpecPath},
    diag::{Diagnostics, Place},
    facts,
    plan::{Locate, cloud::Owner},
    resolve::{AskedFor, Choice, CloudKind, Flat, GivenParam, ParamValue, Resolved},
};

use super::{
    CATALOGUE, Control, Param, ParamKind, Stricter, control,
    diagnostics::{MissingParameter, ParameterConflict, ParameterValue, UnknownBenchmark, UnknownControl, UnknownParameter},
    nearest,
    weakened::{lacks_waiver, waiver_of},
};

/// Fills in `cluster.choices`. Reports unknown controls and parameters, values of the wrong kind, and weakenings without a waiver.
pub fn select(cluster: &mut Resolved, diags: &mut Diagnostics) {
    check_names(cluster, diags);
    check_benchmarks(cluster, diags);
    unknown_parameters(cluster, diags);
    let mut choices = BTreeMap::new();
    let mut used: BTreeSet<String> = BTreeSet::new();
    for control in CATALOGUE {
        let choice = choose(cluster, control, &mut used, diags);
        choices.insert(control.id(), choice);
    }
    cluster.choices = choices;
    cluster.used_waivers.extend(used);
}

/// Names of benchmarks in profiles.
fn check_benchmarks(cluster: &Resolved, diags: &mut Diagnostics) {
    for ask in cluster.flats.iter().flat_map(Flat::with_parents).flat_map(|flat| &flat.asks) {
        if let AskedFor::Benchmark(name) = &ask.what
            && !facts::benchmarks::SELECTABLE.contains(&name.as_str())
        {
            diags.push(UnknownBenchmark { name: name.clone(), at: ask.place.clone() });
        }
    }
}

/// Names of controls in profiles, choices and waivers.
fn check_names(cluster: &Resolved, diags: &mut Diagnostics) {
    let mut check = |id: &str, at: Option<Place>| {
        if control(id).is_none() {
            diags.push(UnknownControl { id: id.to_owned(), nearest: nearest(id).to_owned(), at });
        }
    };
    for flat in cluster.flats.iter().flat_map(Flat::with_parents) {
        for ask in &flat.asks {
            match &ask.what {
                AskedFor::Control(id) | AskedFor::Drop(id) => check(id, Some(ask.place.clone())),
                AskedFor::Level(_) | AskedFor::Benchmark(_) => {}
            }
        }
        for param in &flat.params {
            check(&param.control, Some(param.place.clone()));
        }
    }
    for (id, given) in &cluster.given {
        check(id, cluster.locate(&Cause::Spec(given.path.clone())));
    }
    for waiver in &cluster.waivers {
        check(&waiver.control, cluster.locate(&Cause::Spec(waiver.path.child("control"))));
    }
}

fn choose(cluster: &Resolved, control: &Control, used: &mut BTreeSet<String>, diags: &mut Diagnostics) -> Choice {
    let asked = asked_by(cluster, control);
    let given = cluster.given.get(control.id);
    if let Some(given) = given
        && given.apply == Some(false)
    {
        let cause = Cause::Spec(given.path.child("apply"));
        return match waiver_of(cluster, control.id, given.waiver.as_deref()) {
            Some(waiver) => {
                used.insert(waiver.clone());
                Choice::Waived { waiver, cause }
            }
            None => {
                let at = cluster.locate(&cause);
                // That no waiver is named is told where the spec is read.
                if given.waiver.is_some() {
                    lacks_waiver(cluster, control, given.waiver.as_deref(), ("`apply: false`".to_owned(), at), diags);
                }
                Choice::NotSelected { cause }
            }
        };
    }
    // To apply a control by name, or to give it parameters, is to ask for it.
    let by_name = given.map(|given| match given.apply {
        Some(_) => Cause::Spec(given.path.child("apply")),
        None => Cause::Spec(given.path.clone()),
    });
    match (by_name, asked) {
        (_, Asked::Yes(cause)) | (Some(cause), Asked::No(_)) => {
            let params = params(cluster, control, used, diags);
            Choice::Selected { cause, params }
        }
        (None, Asked::No(cause)) => Choice::NotSelected { cause },
    }
}

enum Asked {
    Yes(Cause),
    No(Cause),
}

/// A control that the spec itself asks for by what it declares, whatever the profiles select: else the declaration would have no effect.
struct Declared {
    control: &'static str,
    /// The place that declares it, where the spec does.
    place: fn(&Resolved) -> Option<&'static str>,
}

const DECLARED: &[Declared] = &[
    Declared {
        control: "admission/always-pull-images",
        place: |cluster| (cluster.images.always_pull == Some(true)).then_some("/images/alwaysPull"),
    },
    Declared {
        control: "apiserver/encryption-at-rest",
        place: |cluster| cluster.encryption.is_some().then_some("/api/encryptionAtRest"),
    },
    Declared { control: "cloud/network-policy", place: connections },
    Declared {
        control: "cloud/secrets-key",
        place: |cluster| match cluster.cloud.as_ref().map(|answers| &answers.kind) {
            Some(CloudKind::Eks(eks)) if eks.secrets_key == Some(Owner::Harden) => Some("/platform/eks/owns/kmsKey"),
            Some(CloudKind::Eks(_) | CloudKind::Aks(_)) | None => None,
        },
    },
    Declared { control: "network/default-deny", place: connections },
    Declared {
        control: "policy/allowed-images",
        place: |cluster| match (&cluster.engines.registries, cluster.engines.require_digest) {
            (Some(_), _) => Some("/images/allowedRegistries"),
            (None, true) => Some("/images/requireDigest"),
            (None, false) => None,
        },
    },
    Declared {
        control: "policy/allowed-ports",
        place: |cluster| (!cluster.engines.host_ports.is_empty()).then_some("/workloads/hostPorts"),
    },
    Declared {
        control: "policy/host-filesystem",
        place: |cluster| (!cluster.engines.host_paths.is_empty()).then_some("/workloads/hostPaths"),
    },
];

/// Who says which connections there are has said that there are no others: something has to see to it.
fn connections(cluster: &Resolved) -> Option<&'static str> {
    match (cluster.network.tiers.as_slice(), cluster.network.flows.as_slice()) {
        ([], []) => None,
        ([], _) => Some("/network/flows"),
        (_, _) => Some("/network/tiers"),
    }
}

/// The control that a place of the spec asks for by what it declares.
pub(super) fn asked_at(cluster: &Resolved, place: &SpecPath) -> Option<&'static str> {
    DECLARED.iter().find(|declared| (declared.place)(cluster) == Some(place.as_str())).map(|declared| declared.control)
}

/// Whether the spec or some profile of the cluster selects the control; within one profile later words win.
fn asked_by(cluster: &Resolved, control: &Control) -> Asked {
    let declared =
        DECLARED.iter().filter(|declared| declared.control == control.id).find_map(|declared| (declared.place)(cluster));
    if let Some(place) = declared {
        return Asked::Yes(Cause::Spec(SpecPath::new(place)));
    }
    asked_by_any(&cluster.flats, control, cluster).unwrap_or_else(|| Asked::No(Cause::Spec(SpecPath::new("/profiles"))))
}

/// What profiles come to that stand beside each other: what any of them selects.
fn asked_by_any(flats: &[Flat], control: &Control, cluster: &Resolved) -> Option<Asked> {
    let mut dropped = None;
    for flat in flats {
        match asked_in(flat, control, cluster) {
            Some(Asked::Yes(cause)) => return Some(Asked::Yes(cause)),
            Some(Asked::No(cause)) => dropped = Some(Asked::No(cause)),
            None => {}
        }
    }
    dropped
}

fn asked_in(flat: &Flat, control: &Control, cluster: &Resolved) -> Option<Asked> {
    let mut state = asked_by_any(&flat.parents, control, cluster);
    for ask in &flat.asks {
        let hit = match &ask.what {
            AskedFor::Level(level) => *level == control.level,
            AskedFor::Benchmark(name) => facts::benchmarks::asks(name, control.id, cluster.minor()),
            AskedFor::Control(id) | AskedFor::Drop(id) => id == control.id,
        };
        if !hit {
            continue;
        }
        match (&ask.what, &state) {
            (AskedFor::Drop(_), _) => state = Some(Asked::No(ask.cause.clone())),
            (_, Some(Asked::Yes(_))) => {}
            (_, Some(Asked::No(_)) | None) => state = Some(Asked::Yes(ask.cause.clone())),
        }
    }
    state
}

fn params(
    cluster: &Resolved,
    control: &Control,
    used: &mut BTreeSet<String>,
    diags: &mut Diagnostics,
) -> BTreeMap<&'static str, ParamValue> {
    let mut values: BTreeMap<&'static str, ParamValue> = BTreeMap::new();
    for param in control.params {
        let profile = of_profiles(&cluster.flats, control, param, diags);
        let own = of_spec(cluster, control, param, diags);
        let value = match (own, profile) {
            (Some(own), Some(profile)) => {
                let order = stricter(param, &own.value, &profile.value);
                // Of two lists that neither holds the other, each allows what the other does not: that is a weakening too.
                if order == Some(Ordering::Less) || (order.is_none() && param.stricter != Stricter::Neither) {
                    need_waiver(cluster, control, param, [&own, &profile], used, diags);
                }
                own
            }
            (Some(own), None) => own,
            (None, Some(profile)) => profile,
            (None, None) => {
                let at = cluster.locate(&Cause::Spec(SpecPath::new("/profiles")));
                diags.push(MissingParameter { control: control.id.to_owned(), name: param.name.to_owned(), at });
                continue;
            }
        };
        values.insert(param.name, ParamValue { value: value.value, cause: value.cause });
    }
    values
}

/// Takes up the waiver that allows a weaker value, or reports that none does.
fn need_waiver(
    cluster: &Resolved,
    control: &Control,
    param: &Param,
    [own, profile]: [&GivenParam; 2],
    used: &mut BTreeSet<String>,
    diags: &mut Diagnostics,
) {
    let named = cluster.given.get(control.id).and_then(|given| given.waiver.as_deref());
    match waiver_of(cluster, control.id, named) {
        Some(waiver) => {
            used.insert(waiver);
        }
        None => {
            let what = weakening(param, &own.value, &profile.value);
            lacks_waiver(cluster, control, named, (what, Some(own.place.clone())), diags);
        }
    }
}

/// What is weaker in a value than in the profile's: of a list the items that go beyond it.
fn weakening(param: &Param, own: &Value, profile: &Value) -> String {
    let known = items(profile).unwrap_or_default();
    let beyond: Vec<String> = items(own).unwrap_or_default().difference(&known).map(|item| format!("`{item}`")).collect();
    if matches!(param.stricter, Stricter::Fewer | Stricter::Suites) && !beyond.is_empty() {
        return format!("{} in `{}`, which the profile's list does not hold,", beyond.join(", "), param.name);
    }
    format!("`{}: {own}`, weaker than the profile's `{profile}`", param.name)
}

/// The value that profiles give which stand beside each other: the own word of each, else that of what it extends; the stricter of several.
fn of_profiles(flats: &[Flat], control: &Control, param: &Param, diags: &mut Diagnostics) -> Option<GivenParam> {
    let mut best: Option<GivenParam> = None;
    for flat in flats {
        let own = flat.params.iter().rev().find(|p| p.control == control.id && p.name == param.name);
        let given = match own {
            Some(own) => fits(control, param, own, diags).then(|| own.clone()),
            None => of_profiles(&flat.parents, control, param, diags),
        };
        let Some(given) = given else { continue };
        match &best {
            None => best = Some(given),
            Some(present) => match stricter(param, &given.value, &present.value) {
                Some(Ordering::Greater) => best = Some(given),
                Some(Ordering::Equal | Ordering::Less) => {}
                None => diags.push(ParameterConflict {
                    control: control.id.to_owned(),
                    name: param.name.to_owned(),
                    first: (present.value.to_string(), present.place.clone()),
                    second: (given.value.to_string(), given.place.clone()),
                }),
            },
        }
    }
    best
}

/// The value that the spec gives.
fn of_spec(cluster: &Resolved, control: &Control, param: &Param, diags: &mut Diagnostics) -> Option<GivenParam> {
    let given = cluster.given.get(control.id)?.with.iter().find(|p| p.name == param.name)?;
    fits(control, param, given, diags).then(|| given.clone())
}

/// Whether a value is of the parameter's kind.
fn fits(control: &Control, param: &Param, given: &GivenParam, diags: &mut Diagnostics) -> bool {
    let expected = match param.kind {
        ParamKind::Bool if given.value.is_boolean() => return true,
        ParamKind::Bool => "`true` or `false`".to_owned(),
        ParamKind::Int { min, max } => match given.value.as_i64() {
            Some(value) if (min..=max).contains(&value) => return true,
            Some(_) | None => format!("a whole number from {min} to {max}"),
        },
        ParamKind::Choice(words) => match given.value.as_str() {
            Some(word) if words.contains(&word) => return true,
            Some(_) | None => format!("one of {}", words.join(", ")),
        },
        ParamKind::List => match &given.value {
            // Without suites of its own a program takes its default, which limits nothing.
            Value::Array(items) if items.is_empty() && param.stricter == Stricter::Suites => {
                "a list that holds something".to_owned()
            }
            Value::Array(items) if items.iter().all(Value::is_string) => return true,
            Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                "a list of texts".to_owned()
            }
        },
    };
    diags.push(ParameterValue {
        control: control.id.to_owned(),
        name: param.name.to_owned(),
        value: given.value.to_string(),
        expected,
        at: given.place.clone(),
    });
    false
}

/// Compares two values of a parameter: `Greater` when `a` is stricter.
fn stricter(param: &Param, a: &Value, b: &Value) -> Option<Ordering> {
    if a == b {
        return Some(Ordering::Equal);
    }
    let number = |value: &Value| value.as_i64().or_else(|| value.as_bool().map(i64::from));
    let rank = |value: &Value| match param.kind {
        ParamKind::Choice(words) => words.iter().position(|word| Some(*word) == value.as_str()),
        ParamKind::Bool | ParamKind::Int { .. } | ParamKind::List => None,
    };
    match param.stricter {
        Stricter::Higher => Some(number(a)?.cmp(&number(b)?)),
        Stricter::Lower => Some(number(b)?.cmp(&number(a)?)),
        Stricter::Later => Some(rank(a)?.cmp(&rank(b)?)),
        Stricter::Fewer => within(&items(a)?, &items(b)?),
        Stricter::More => within(&items(b)?, &items(a)?),
        Stricter::Suites => {
            let (a, b) = (suites(a)?, suites(b)?);
            within(&a, &b).map(|order| if a.is_empty() || b.is_empty() { order.reverse() } else { order })
        }
        Stricter::Neither => None,
    }
}

/// The items of a list, whatever their order.
fn items(list: &Value) -> Option<BTreeSet<&str>> {
    list.as_array()?.iter().map(Value::as_str).collect()
}

/// Cipher suites by the names that they have today; a name that is none is told of when the list is written.
fn suites(list: &Value) -> Option<BTreeSet<&str>> {
    let today = |name| facts::cipher(name).map(|cipher| cipher.alias_of.unwrap_or(name));
    Some(items(list)?.into_iter().filter_map(today).collect())
}

/// `Greater` where all items of `a` are in `b`, which has more of them.
fn within(a: &BTreeSet<&str>, b: &BTreeSet<&str>) -> Option<Ordering> {
    match (a.is_subset(b), b.is_subset(a)) {
        (true, true) => Some(Ordering::Equal),
        (true, false) => Some(Ordering::Greater),
        (false, true) => Some(Ordering::Less),
        (false, false) => None,
    }
}

/// Parameters that no control has.
fn unknown_parameters(cluster: &Resolved, diags: &mut Diagnostics) {
    let flats = cluster.flats.iter().flat_map(Flat::with_parents);
    let given = flats.flat_map(|flat| &flat.params).chain(cluster.given.values().flat_map(|given| &given.with));
    for param in given {
        let Some(control) = control(&param.control) else { continue };
        if !control.params.iter().any(|known| known.name == param.name) {
            diags.push(UnknownParameter {
                control: control.id.to_owned(),
                name: param.name.clone(),
                known: control.params.iter().map(|known| known.name.to_owned()).collect(),
                at: param.place.clone(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn compare(rule: Stricter, a: &Value, b: &Value) -> Option<Ordering> {
        stricter(&Param { name: "list", kind: ParamKind::List, stricter: rule, about: "a list" }, a, b)
    }

    #[test]
    fn lists_compare_by_what_they_hold() {
        let [two, other_two, three, turned] = [json!(["a", "b"]), json!(["a", "c"]), json!(["a", "b", "c"]), json!(["b", "a"])];
        assert_eq!(compare(Stricter::Fewer, &two, &turned), Some(Ordering::Equal));
        assert_eq!(compare(Stricter::Fewer, &two, &three), Some(Ordering::Greater));
        assert_eq!(compare(Stricter::Fewer, &three, &two), Some(Ordering::Less));
        assert_eq!(compare(Stricter::Fewer, &two, &other_two), None);
        assert_eq!(compare(Stricter::Fewer, &json!([]), &two), Some(Ordering::Greater));
        assert_eq!(compare(Stricter::More, &three, &two), Some(Ordering::Greater));
        assert_eq!(compare(Stricter::More, &two, &other_two), None);
    }

    #[test]
    fn suites_compare_by_what_their_names_mean() {
        let old = json!(["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305"]);
        let new = json!(["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"]);
        assert_eq!(compare(Stricter::Suites, &old, &new), Some(Ordering::Equal));
        assert_eq!(compare(Stricter::Suites, &json!([]), &new), Some(Ordering::Less), "the program's own suites");
        assert_eq!(compare(Stricter::Suites, &new, &json!([])), Some(Ordering::Greater));
        assert_eq!(compare(Stricter::Suites, &json!(["TLS_RSA_WITH_RC4_128_SHA"]), &new), None);
    }
}
