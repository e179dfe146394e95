//! Configuration files of programs whose settings are fields: kubelet and kube-proxy.

use crate::{
    facts::{self, ConfigKind},
    plan::{Held, Plan, Program, SettingKey},
    yaml::Out,
};

use super::{carried, origins};

/// The file of a program with the fields that are wanted; nothing where there is none.
pub(super) fn document(
    plan: &Plan,
    program: Program,
    kind: ConfigKind,
    wanted: impl Fn(&Held<serde_json::Value>) -> bool,
) -> Option<Out> {
    let api_version = facts::config_api(kind, plan.cluster.minor())?;
    let mut fields = plan.component(program).fields.iter().filter(|(_, held)| wanted(held)).peekable();
    fields.peek()?;
    let mut out = Out::map([("apiVersion", api_version), ("kind", kind.kind())]);
    for (path, held) in fields {
        let origin = origins::setting(&SettingKey::Field(program, path.clone()), held);
        place(&mut out, path, carried::out(&held.value).with(&origin));
    }
    Some(out)
}

/// Sets a value at a dotted path; the mappings on the way are made.
fn place(out: &mut Out, path: &str, value: Out) {
    match path.split_once('.') {
        None => out.set(path, value),
        Some((head, rest)) => {
            if out.get(head).is_none() {
                out.set(head, Out::empty_map());
            }
            if let Some(inner) = out.get_mut(head) {
                place(inner, rest, value);
            }
        }
    }
}
