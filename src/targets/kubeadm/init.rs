//! `init.yaml`: the first control-plane node, the cluster, and the files of kubelet and kube-proxy that kubeadm hands to every node.

use crate::{
    base::Artifact,
    facts,
    plan::{Program, SettingKey, host_paths},
    targets::{carried, control_plane::Node, origins},
    yaml::{Out, OutValue},
};

use super::{Context, artifact, cluster, components, order, steps};

const KIND: &str = "InitConfiguration";

pub(super) fn emit(context: &Context<'_>) -> Artifact {
    let mut documents = vec![first_node(context), cluster::document(context)];
    documents.extend(components::documents(context));
    artifact("kubeadm/init.yaml", &steps::init(context), &documents)
}

fn first_node(context: &Context<'_>) -> Out {
    let mut out = context.document(KIND);
    if let Some(document) = context.kubeadm.owner_documents.get(KIND) {
        order::lay(&mut out, carried::tree(KIND, document));
    }
    let first = Node::all(context.plan).into_iter().next();
    order::lay(&mut out, Out::map([("nodeRegistration", registration(context, first.as_ref()))]));
    kubelet_flags(context, &mut out);
    let endpoint = endpoint(context, first.as_ref());
    if !endpoint.is_empty() {
        order::lay(&mut out, Out::map([("localAPIEndpoint", endpoint)]));
    }
    name_patches(context, &mut out);
    order::sort(KIND, &mut out);
    out
}

/// The node's name and its runtime.
pub(super) fn registration(context: &Context<'_>, node: Option<&Node<'_>>) -> Out {
    let mut out = Out::empty_map();
    if let Some(node) = node {
        out.set("name", Out::str(node.name).with(&node.origin()));
    }
    let runtime = origins::spec(crate::base::SpecPath::new("/platform/runtime"));
    out.set("criSocket", Out::str(context.kubeadm.cri_socket.as_str()).with(&runtime));
    out
}

/// Brings the kubelet's flags up to date: an owner's one that the plan no longer holds goes, one that a control asks for comes.
pub(super) fn kubelet_flags(context: &Context<'_>, out: &mut Out) {
    let flags = &context.plan.component(Program::Kubelet).flags;
    let present = out.get("nodeRegistration").and_then(|registration| registration.get("kubeletExtraArgs"));
    let mut list: Vec<Out> = present.and_then(Out::items).map_or_else(Vec::new, <[Out]>::to_vec);
    let name = |item: &Out| match item.get("name").map(|name| &name.value) {
        Some(OutValue::Str(name)) => name.clone(),
        Some(_) | None => String::new(),
    };
    list.retain(|item| flags.contains_key(&name(item)));
    for (flag, found) in flags.iter().filter(|(_, flag)| !flag.held.is_found()) {
        list.retain(|item| name(item) != *flag);
        let origin = origins::setting(&SettingKey::Flag(Program::Kubelet, flag.clone()), &found.held);
        list.push(Out::map([("name", flag.clone()), ("value", found.held.value.to_string())]).with(&origin));
    }
    if let Some(registration) = out.get_mut("nodeRegistration") {
        registration.remove("kubeletExtraArgs");
        if !list.is_empty() {
            registration.set("kubeletExtraArgs", Out::list(list));
        }
    }
}

/// The address and port of the node's API server, where they are not kubeadm's own choice.
pub(super) fn endpoint(context: &Context<'_>, node: Option<&Node<'_>>) -> Out {
    let mut out = Out::empty_map();
    if let Some(node) = node {
        out.set("advertiseAddress", Out::str(node.address.to_string()).with(&node.origin()));
    }
    if context.kubeadm.bind_port != facts::API_PORT {
        out.set("bindPort", context.kubeadm.bind_port);
    }
    out
}

/// Names the folder of patches where there are any and the owner names none: beside `--config` kubeadm refuses the option.
pub(super) fn name_patches(context: &Context<'_>, out: &mut Out) {
    if !context.patches.is_empty() && out.get("patches").is_none() {
        let folder = Out::map([("directory", host_paths::patches(context.kubeadm))]);
        order::lay(out, Out::map([("patches", folder.with(&origins::form("kubeadm-cannot-mix")))]));
    }
}
