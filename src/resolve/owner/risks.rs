//! What is carried at a risk: every field that kept its value, against the rows of `carried-risks.toml`. A warning; an error where an applied
//! control is hollowed out, unless a waiver says that both may stand.

use crate::{
    base::{ControlId, Minor, go_nanoseconds},
    diag::{Diagnostics, Place},
    facts::{self, Program, Risk, RiskWhen, Stage},
    plan::{Ground, Locate, Outcome, OwnerField, Plan, Scope, Verdict},
    resolve::{Choice, Resolved},
    yaml::{Node, Value},
};

use super::{
    Owner,
    diagnostics::{BreaksControl, NeedsEyes},
};

/// The registry that kubeadm takes images from.
const DEFAULT_REGISTRY: &str = "registry.k8s.io";

/// What nodes that join are tainted with.
const JOIN_TAINTS: &str = "JoinConfiguration/nodeRegistration/taints";

/// How what a risk is begins in the list of fields.
const EYES: &str = "needs your eyes: ";

/// The flag that switches admission plugins off.
const DISABLE: &str = "disable-admission-plugins";

/// One thing that stands at a place: a text, an item of a list, `key=value` of a mapping.
struct Item {
    text: String,
    at: Place,
}

/// A field that kept its value.
struct Field {
    name: String,
    /// The program and flag, where it is one.
    flag: Option<(Program, String)>,
    items: Vec<Item>,
}

/// Reports every risk that is carried, and says so in the list of fields.
pub(super) fn report(owner: &Owner, cluster: &Resolved, plan: &mut Plan, diags: &mut Diagnostics) {
    let carried = plan.owner.iter().filter(|note| note.fate == OwnerField::Carried);
    // Nodes that join as workers have no taint by default.
    let of_workers = |name: &str| name.starts_with(JOIN_TAINTS) && owner.value("/JoinConfiguration/controlPlane").is_none();
    let mut fields: Vec<Field> = carried.filter(|note| !of_workers(&note.field)).map(|note| field(owner, &note.field)).collect();
    // Of what is switched off a part may have been taken out; the rest is carried.
    if let Some(left) = plan.component(Program::KubeApiserver).flag_text(DISABLE) {
        let cut = plan.owner.iter().filter(|note| note.fate == OwnerField::Overridden && note.field.ends_with(DISABLE));
        for note in cut {
            let mut field = field(owner, &note.field);
            field.items.retain(|item| left.split(',').any(|plugin| plugin == item.text));
            fields.push(field);
        }
    }
    for field in &fields {
        for risk in facts::risks(cluster.minor()).filter(|risk| risk.stands_at(&field.name)) {
            for item in &field.items {
                if arises(risk, field, item, cluster) && is_accompanied(risk, &fields) && !is_asked_for(field, item, cluster) {
                    let why = risk.why.replace("{}", &item.text);
                    judge(risk, field, item, why, cluster, plan, diags);
                }
            }
        }
    }
}

fn field(owner: &Owner, name: &str) -> Field {
    let pointer = format!("/{name}");
    let setting = owner.settings.iter().find(|setting| setting.pointer() == pointer);
    let node = owner.value(&pointer);
    let flag = setting.and_then(|setting| setting.flag().map(|(program, flag)| (program, flag.to_owned())));
    let items = match (setting, node) {
        (Some(setting), Some(node)) if flag.is_some() => {
            let values = setting.flag_values().iter().flat_map(|value| value.split(','));
            values.map(|value| Item { text: plain(value), at: node.used_at().clone() }).collect()
        }
        (_, Some(node)) => items(node),
        (_, None) => Vec::new(),
    };
    Field { name: name.to_owned(), flag, items }
}

fn items(node: &Node) -> Vec<Item> {
    match &node.value {
        Value::Seq(list) if list.is_empty() => vec![Item { text: String::new(), at: node.used_at().clone() }],
        Value::Seq(list) => list.iter().flat_map(items).collect(),
        Value::Map(entries) => {
            let text = |value: &Node| value.as_str().map_or_else(|| value.to_json().to_string(), str::to_owned);
            let item = |entry: &crate::yaml::Entry| Item {
                text: format!("{}={}", entry.key, text(&entry.value)),
                at: entry.value.used_at().clone(),
            };
            entries.iter().map(item).collect()
        }
        Value::Str(text) => vec![Item { text: text.clone(), at: node.used_at().clone() }],
        Value::Null => Vec::new(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
            vec![Item { text: node.to_json().to_string(), at: node.used_at().clone() }]
        }
    }
}

/// A value as Kubernetes reads it: truth in any of Go's spellings, a gate without the name of the component.
fn plain(value: &str) -> String {
    let value = value.trim();
    let (head, last) = value.rsplit_once('=').map_or((None, value), |(head, last)| (Some(head), last));
    let last = match last {
        "t" | "T" | "TRUE" | "True" => "true",
        "f" | "F" | "FALSE" | "False" => "false",
        "1" if head.is_some() => "true",
        "0" if head.is_some() => "false",
        other => other,
    };
    head.map_or_else(|| last.to_owned(), |head| format!("{}={last}", head.strip_prefix("kube:").unwrap_or(head)))
}

/// Whether it says what the spec says: without kube-proxy nothing is written for its phase.
fn is_asked_for(field: &Field, item: &Item, cluster: &Resolved) -> bool {
    let without_proxy = cluster.kubeadm.as_ref().is_some_and(|kubeadm| !kubeadm.kube_proxy);
    without_proxy && field.name.ends_with("/skipPhases") && item.text.eq_ignore_ascii_case("addon/kube-proxy")
}

fn arises(risk: &Risk, field: &Field, item: &Item, cluster: &Resolved) -> bool {
    let (text, minor) = (item.text.as_str(), cluster.minor());
    match risk.when {
        RiskWhen::Set => !text.is_empty(),
        RiskWhen::AnyOf(_) | RiskWhen::OtherThan(_) | RiskWhen::Begins(_) | RiskWhen::Holds(_) => risk.is_in(text),
        RiskWhen::Longer(most) => amount(text).is_some_and(|amount| amount > most),
        RiskWhen::AboveDefault => beyond(text, field, minor).is_some_and(|(found, default)| found > default),
        RiskWhen::BelowDefault => beyond(text, field, minor).is_some_and(|(found, default)| found < default),
        RiskWhen::OtherMinor => !text.is_empty() && text.trim_start_matches("kube=").trim_start_matches('v') != minor.to_string(),
        RiskWhen::AlphaGate => is_alpha(text, minor),
        RiskWhen::UndeclaredRegistry => !text.is_empty() && !registries(cluster).iter().any(|known| known == host(text)),
    }
}

/// The number or the nanoseconds of a value, and of the default that the flag has at the minor.
fn beyond(text: &str, field: &Field, minor: Minor) -> Option<(i64, i64)> {
    let (program, name) = field.flag.as_ref()?;
    let default = facts::flag(*program, name, minor).known()?.default?;
    Some((amount(text)?, amount(default)?))
}

/// A number, or the nanoseconds of a duration; one that is too long to be counted is longer than any.
fn amount(text: &str) -> Option<i64> {
    let text = text.rsplit('=').next().unwrap_or(text);
    let counted = text.parse().ok().or_else(|| go_nanoseconds(text));
    let is_duration = text.ends_with(['h', 'm', 's']) && text.starts_with(|c: char| c.is_ascii_digit());
    counted.or_else(|| is_duration.then_some(i64::MAX))
}

fn is_alpha(text: &str, minor: Minor) -> bool {
    let Some((name, "true")) = text.split_once('=') else { return false };
    name != "AllAlpha" && facts::gate(name, minor).known().is_some_and(|gate| gate.stage == Stage::Alpha)
}

fn host(registry: &str) -> &str {
    registry.split('/').next().unwrap_or(registry)
}

/// The registries that the spec names, and kubeadm's own.
fn registries(cluster: &Resolved) -> Vec<String> {
    let allowed = cluster.tree.at_pointer("/images/allowedRegistries").and_then(Node::as_seq).unwrap_or(&[]);
    let allowed = allowed.iter().filter_map(Node::as_str);
    let mirrors = cluster.images.mirrors.values().map(String::as_str);
    std::iter::once(DEFAULT_REGISTRY).chain(allowed).chain(mirrors).map(|registry| host(registry).to_owned()).collect()
}

/// Whether what must stand beside a risk is carried too.
fn is_accompanied(risk: &Risk, fields: &[Field]) -> bool {
    let Some((_, value)) = risk.beside else { return true };
    let stands = |item: &Item| item.text == value || item.text == "1" && value == "true";
    fields.iter().filter(|field| risk.is_beside(&field.name)).flat_map(|field| &field.items).any(stands)
}

fn judge(risk: &Risk, field: &Field, item: &Item, why: String, cluster: &Resolved, plan: &mut Plan, diags: &mut Diagnostics) {
    let at = item.at.clone();
    if let Some(control) = risk.breaks.and_then(|id| applied(id, plan)) {
        let waiver = cluster.waivers_for(control.0).find(|waiver| waiver.narrow.is_none());
        let Some(waiver) = waiver else {
            let other = choice_place(control, cluster);
            let (field, source) = (field.name.clone(), risk.source);
            diags.push(BreaksControl { field, control: control.0, why, source, at, other });
            return;
        };
        let detail = format!("`{}` is carried: {why}", field.name);
        waive(plan, control, &waiver.id, detail, cluster);
    }
    for note in plan.owner.iter_mut().filter(|note| note.field == field.name) {
        note.why = Some(match note.why.take() {
            Some(known) if known.contains(EYES) => format!("{known}; {why}"),
            Some(known) => format!("{known}; {EYES}{why}"),
            None => format!("{EYES}{why}"),
        });
    }
    diags.push(NeedsEyes { field: field.name.clone(), why, source: Some(risk.source), at });
}

/// The control, where something of it holds.
fn applied(id: &str, plan: &Plan) -> Option<ControlId> {
    let verdicts = plan.verdicts.iter().find(|control| control.id.0 == id)?;
    let holds = verdicts.verdicts.iter().any(|verdict| matches!(verdict.ground, Ground::Settings(_)));
    holds.then_some(verdicts.id)
}

fn choice_place(control: ControlId, cluster: &Resolved) -> Option<Place> {
    match cluster.choice(control) {
        Choice::Selected { cause, .. } => cluster.locate(&cause),
        Choice::Waived { .. } | Choice::NotSelected { .. } => None,
    }
}

/// The control holds no longer as a whole: a waiver says so.
fn waive(plan: &mut Plan, control: ControlId, waiver: &str, detail: String, cluster: &Resolved) {
    let cause = cluster.choice(control).cause();
    for known in plan.verdicts.iter_mut().filter(|known| known.id == control) {
        known.verdicts.push(Verdict {
            scope: Scope::Cluster,
            outcome: Outcome::Waived,
            ground: Ground::Waiver(waiver.to_owned()),
            detail: detail.clone(),
            cause: cause.clone(),
        });
        known.verdicts.sort();
    }
}
