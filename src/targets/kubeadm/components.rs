//! The files of kubelet and kube-proxy, which kubeadm keeps in the cluster and hands to every node.

use crate::{
    base::Cause,
    facts::{self, ConfigKind},
    plan::{Component, Program, SettingKey},
    targets::{carried, origins},
    yaml::Out,
};

use super::Context;

pub(super) fn documents(context: &Context<'_>) -> Vec<Out> {
    let mut documents: Vec<Out> = document(context, Program::Kubelet, ConfigKind::Kubelet).into_iter().collect();
    if context.kubeadm.kube_proxy {
        documents.extend(document(context, Program::KubeProxy, ConfigKind::KubeProxy));
    }
    documents
}

/// The fields that somebody asks for; what only kubeadm itself writes is left to it. Nothing where nobody asks.
fn document(context: &Context<'_>, program: Program, kind: ConfigKind) -> Option<Out> {
    let api_version = facts::config_api(kind, context.plan.cluster.minor())?;
    let mut out = Out::map([("apiVersion", api_version), ("kind", kind.kind())]);
    let fields = fields(program, context.plan.component(program));
    if fields.is_empty() {
        return None;
    }
    for (path, value) in fields {
        place(&mut out, &path, value);
    }
    Some(out)
}

fn fields(program: Program, component: &Component) -> Vec<(String, Out)> {
    let asked = component.fields.iter().filter(|(_, held)| held.reasons.iter().any(|r| !matches!(r.cause, Cause::Shape(_))));
    let field = |(path, held): (&String, &crate::plan::Held<serde_json::Value>)| {
        let origin = origins::setting(&SettingKey::Field(program, path.clone()), held);
        (path.clone(), carried::out(&held.value).with(&origin))
    };
    asked.map(field).collect()
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
