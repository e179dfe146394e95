//! The names of a spec that cannot be read whole: what selection would say of them is told with what keeps it from being read.

use crate::{
    base::SpecPath,
    diag::Diagnostics,
    spec,
    yaml::{Node, Value},
};

use super::{
    control,
    diagnostics::{UnknownControl, UnknownParameter, WaiverNeeded},
    nearest,
};

/// Reports unknown controls and parameters in `controls` and `waivers` of a `spec`, and what is not applied although its waiver is
/// for another control. `more` are waivers from files of their own.
pub fn judge_names(spec: &Node, more: &[Node], diags: &mut Diagnostics) {
    let at = |path: &SpecPath| spec::locate(spec, path);
    let waivers: Vec<&Node> = std::iter::once(spec).chain(more).flat_map(waivers).collect();
    let root = SpecPath::new("/controls");
    for entry in spec.get("controls").and_then(Node::as_map).unwrap_or(&[]) {
        let (id, path) = (entry.key.as_str(), root.child(&entry.key));
        let Some(control) = control(id) else {
            diags.push(UnknownControl { id: id.to_owned(), nearest: nearest(id).to_owned(), at: at(&path) });
            continue;
        };
        for param in entry.value.get("with").and_then(Node::as_map).unwrap_or(&[]) {
            if !control.params.iter().any(|known| known.name == param.key) {
                diags.push(UnknownParameter {
                    control: id.to_owned(),
                    name: param.key.clone(),
                    known: control.params.iter().map(|known| known.name.to_owned()).collect(),
                    at: at(&path.child("with").child(&param.key)).unwrap_or_else(|| param.key_place.clone()),
                });
            }
        }
        // That no waiver is named, or none of this id exists, is told where the spec is read.
        let named = entry.value.get("waiver").and_then(Node::as_str);
        let mut of_id = waivers.iter().filter(|waiver| waiver.get("id").and_then(Node::as_str) == named).peekable();
        let off = entry.value.get("apply").is_some_and(|apply| matches!(apply.value, Value::Bool(false)));
        if off
            && named.is_some()
            && of_id.peek().is_some()
            && of_id.all(|waiver| names(waiver).is_some_and(|other| other != id && self::control(other).is_some()))
        {
            let (control, what) = (id.to_owned(), "`apply: false`".to_owned());
            diags.push(WaiverNeeded { control, what, at: at(&path.child("apply")) });
        }
    }
    for waiver in waivers {
        if let Some((id, node)) = names(waiver).zip(waiver.get("control"))
            && control(id).is_none()
        {
            let at = Some(node.used_at().clone());
            diags.push(UnknownControl { id: id.to_owned(), nearest: nearest(id).to_owned(), at });
        }
    }
}

fn waivers(spec: &Node) -> impl Iterator<Item = &Node> {
    spec.get("waivers").and_then(Node::as_seq).unwrap_or(&[]).iter()
}

/// The control that a waiver is for.
fn names(waiver: &Node) -> Option<&str> {
    waiver.get("control").and_then(Node::as_str)
}
