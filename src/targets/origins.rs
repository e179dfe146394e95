//! Origins of emitted lines: from settings, places of the spec, the owner's file and the forms that consumers demand.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    base::{Cause, ControlId, FactId, Origin, Reason, SpecPath},
    plan::{Held, SettingKey},
    yaml::{Out, OutValue},
};

/// The origin of a line that carries a setting.
pub(super) fn setting<T>(key: &SettingKey, held: &Held<T>) -> Arc<Origin> {
    of_reasons(Some(key), held.reasons.clone())
}

/// The origin of a line with these reasons.
pub(super) fn of_reasons(key: Option<&SettingKey>, reasons: BTreeSet<Reason>) -> Arc<Origin> {
    Arc::new(Origin { setting: key.map(SettingKey::text), reasons })
}

/// What is left of reasons without those of a control that shares a setting, and none of the files.
pub(super) fn without(reasons: impl IntoIterator<Item = Reason>, control: &'static str) -> BTreeSet<Reason> {
    reasons.into_iter().filter(|reason| reason.control != Some(ControlId(control))).collect()
}

/// The origin of a line that a place of the spec asks for.
pub(super) fn spec(path: SpecPath) -> Arc<Origin> {
    of_cause(Cause::Spec(path))
}

/// The origin of a line that is carried from the owner's file.
pub(super) fn owner(place: String) -> Arc<Origin> {
    of_cause(Cause::Owner(place.into()))
}

/// The origin of a line that the reader of the file demands.
pub(super) fn form(fact: &'static str) -> Arc<Origin> {
    Origin::shape(FactId(fact))
}

fn of_cause(cause: Cause) -> Arc<Origin> {
    of_reasons(None, BTreeSet::from([Reason { control: None, cause }]))
}

/// Every control behind documents.
pub(super) fn controls(documents: &[Out]) -> BTreeSet<ControlId> {
    let mut origins = BTreeMap::new();
    documents.iter().for_each(|document| collect(document, &mut origins));
    origins.values().flat_map(|origin| &origin.reasons).filter_map(|reason| reason.control).collect()
}

/// The origins in a document, each once by its address.
fn collect<'a>(out: &'a Out, origins: &mut BTreeMap<usize, &'a Origin>) {
    if let Some(origin) = &out.origin {
        origins.insert(Arc::as_ptr(origin).addr(), origin);
    }
    match &out.value {
        OutValue::List(items) => items.iter().for_each(|item| collect(item, origins)),
        OutValue::Map(entries) => entries.iter().for_each(|(_, value)| collect(value, origins)),
        OutValue::Null | OutValue::Bool(_) | OutValue::Int(_) | OutValue::UInt(_) | OutValue::Float(_) | OutValue::Str(_) => {}
    }
}
