//! Keeps the plugin that guards namespaces at their end.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::{keep_default, provided};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "admission/namespace-lifecycle",
    area: Area::Admission,
    title: "refuse objects in namespaces that end or do not exist",
    level: Level::Baseline,
    doc: include_str!("namespace_lifecycle.md"),
    params: &[],
    applies: provided,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    keep_default(cluster, out, "NamespaceLifecycle");
}
