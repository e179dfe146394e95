//! Origins of emitted lines: from settings, places of the spec, the owner's file and the forms that consumers demand.

use std::{collections::BTreeSet, sync::Arc};

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
    Arc::new(Origin { setting: key.map(ToString::to_string), reasons })
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

/// Every control behind a document.
pub(super) fn controls(out: &Out, found: &mut BTreeSet<ControlId>) {
    if let Some(origin) = &out.origin {
        found.extend(origin.reasons.iter().filter_map(|reason| reason.control));
    }
    match &out.value {
        OutValue::List(items) => items.iter().for_each(|item| controls(item, found)),
        OutValue::Map(entries) => entries.iter().for_each(|(_, value)| controls(value, found)),
        OutValue::Null | OutValue::Bool(_) | OutValue::Int(_) | OutValue::UInt(_) | OutValue::Float(_) | OutValue::Str(_) => {}
    }
}
