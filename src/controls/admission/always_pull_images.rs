//! Has every image pulled with the pod's own credentials, where a mirror or the owner answers for the registry.

use crate::{
    base::{Area, Level, SpecPath},
    controls::{Control, SETTINGS_OF_THE_CONTROL},
    facts,
    plan::{Ground, Lowering, Outcome, Scope},
    resolve::Resolved,
};

use super::{enable, not_provided, strokes};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "admission/always-pull-images",
    area: Area::Admission,
    title: "pull images with the pod's own credentials at every start",
    level: Level::Restricted,
    doc: include_str!("always_pull_images.md"),
    params: &[],
    applies: not_provided,
    lower,
};
