//! What is carried at a risk: every field that kept its value, against the rows of `carried-risks.toml`. A warning; an error where an applied
//! control is hollowed out, unless a waiver says that both may stand.

use crate::{
    base::ControlId,
    diag::{Diagnostics, Place},
    facts::{self, Program, Risk, RiskWhen},
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
            values.map(|value| Item { text: facts::risk_item(value), at: node.used_at().clone() }).collect()
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

/// Whether it says what the spec says: without kube-proxy nothing is written for its phase.
fn is_asked_for(field: &Field, item: &Item, cluster: &Resolved) -> bool {
    let without_proxy = cluster.kubeadm.as_ref().is_some_and(|kubeadm| !kubeadm.kube_proxy);
    without_proxy && field.name.ends_with("/skipPhases") && item.text.eq_ignore_ascii_case("addon/kube-proxy")
}

/// Whether an item is the risk; the registries that count are those of the spec.
fn arises(risk: &Risk, field: &Field, item: &Item, cluster: &Resolved) -> bool {
    let text = item.text.as_str();
    if risk.when == RiskWhen::UndeclaredRegistry {
        return !text.is_empty() && !registries(cluster).iter().any(|known| known == host(text));
    }
    risk.arises(text, field.flag.as_ref().map(|(program, name)| (*program, name.as_str())), cluster.minor())
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
    risk.is_accompanied(fields.iter().flat_map(|field| field.items.iter().map(|item| (field.name.as_str(), item.text.as_str()))))
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
