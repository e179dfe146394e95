//! The ClusterConfiguration: what the whole cluster has in common.

use std::sync::Arc;

use crate::{
    base::{Origin, SpecPath},
    plan::{Held, HostMount, KubeadmCluster, Program, SettingKey},
    targets::{arguments, carried, origins},
    yaml::Out,
};

use super::{Context, order};

const KIND: &str = "ClusterConfiguration";

pub(super) fn document(context: &Context<'_>) -> Out {
    let kubeadm = context.kubeadm;
    let mut out = context.document(KIND);
    if let Some(document) = kubeadm.owner_documents.get(KIND) {
        order::lay(&mut out, carried::tree(KIND, document));
    }
    let version = format!("v{}", context.plan.cluster.version);
    order::lay_new(&mut out, Out::map([("kubernetesVersion", Out::str(version).with(&spec("kubernetesVersion")))]));
    let endpoint = Out::str(kubeadm.endpoint.as_str()).with(&spec("controlPlaneEndpoint"));
    order::lay_new(&mut out, Out::map([("controlPlaneEndpoint", endpoint)]));
    for (field, value, default) in [
        ("clusterName", &kubeadm.cluster_name, "kubernetes"),
        ("certificatesDir", &kubeadm.certificates_dir, "/etc/kubernetes/pki"),
        ("imageRepository", &kubeadm.image_repository, "registry.k8s.io"),
    ] {
        if value != default && out.get(field).is_none() {
            out.set(field, value);
        }
    }
    order::lay_new(&mut out, Out::map([("networking", networking(kubeadm))]));
    if let Some(etcd) = etcd(context) {
        order::lay_new(&mut out, Out::map([("etcd", etcd)]));
    }
    for (field, program) in [
        ("apiServer", Program::KubeApiserver),
        ("controllerManager", Program::KubeControllerManager),
        ("scheduler", Program::KubeScheduler),
    ] {
        let component = component(context, program);
        if !component.is_empty() {
            order::lay(&mut out, Out::map([(field, component)]));
        }
    }
    if !kubeadm.kube_proxy {
        let disabled = Out::map([("disabled", Out::bool(true))]);
        order::lay(&mut out, Out::map([("proxy", disabled.with(&spec("kubeProxy/mode")))]));
    }
    order::sort(KIND, &mut out);
    out
}

fn spec(field: &str) -> Arc<Origin> {
    origins::spec(SpecPath::new(&format!("/platform/kubeadm/{field}")))
}

fn networking(kubeadm: &KubeadmCluster) -> Out {
    let join = |ranges: &[crate::base::Cidr]| ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let mut out = Out::map([
        ("podSubnet", Out::str(join(&kubeadm.pod_subnets)).with(&spec("podSubnets"))),
        ("serviceSubnet", Out::str(join(&kubeadm.service_subnets)).with(&spec("serviceSubnets"))),
    ]);
    if kubeadm.dns_domain != "cluster.local" {
        out.set("dnsDomain", Out::str(kubeadm.dns_domain.as_str()).with(&spec("dnsDomain")));
    }
    out
}

fn etcd(context: &Context<'_>) -> Option<Out> {
    let Some(external) = &context.kubeadm.external_etcd else {
        let local = arguments_of(context, Program::Etcd)?;
        return Some(Out::map([("local", Out::map([("extraArgs", local)]))]));
    };
    let mut out = Out::map([("endpoints", Out::list(&external.endpoints))]);
    for (field, file) in [("caFile", &external.ca_file), ("certFile", &external.cert_file), ("keyFile", &external.key_file)] {
        if !file.is_empty() {
            out.set(field, file);
        }
    }
    Some(Out::map([("external", out.with(&spec("etcd/external")))]))
}

/// What kubeadm must be told of a program: arguments and volumes that are not its own.
fn component(context: &Context<'_>, program: Program) -> Out {
    let mut out = Out::empty_map();
    if let Some(arguments) = arguments_of(context, program) {
        out.set("extraArgs", arguments);
    }
    let mounts = &context.plan.component(program).mounts;
    let extra = mounts.iter().filter(|(_, held)| !held.value.installer);
    let volumes = Out::list(extra.map(|(path, held)| volume(&SettingKey::Mount(program, path.clone()), held)));
    if !volumes.is_empty() {
        out.set("extraVolumes", volumes);
    }
    out
}

fn arguments_of(context: &Context<'_>, program: Program) -> Option<Out> {
    let extra = arguments::extra(program, context.plan.component(program));
    let pair =
        |argument: arguments::Argument| Out::map([("name", argument.name), ("value", argument.value)]).with(&argument.origin);
    Some(Out::list(extra.into_iter().map(pair))).filter(|list| !list.is_empty())
}

fn volume(key: &SettingKey, held: &Held<HostMount>) -> Out {
    let mount = &held.value;
    let mut out = Out::map([
        ("name", mount.name.as_str()),
        ("hostPath", mount.host_path.as_str()),
        ("mountPath", mount.mount_path.as_str()),
    ]);
    if mount.read_only {
        out.set("readOnly", true);
    }
    if !mount.kind.name().is_empty() {
        out.set("pathType", mount.kind.name());
    }
    out.with(&origins::setting(key, held))
}
