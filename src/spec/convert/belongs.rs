//! Fields that do not go with others: of another platform, of a plug-in that is not there, of a system that nobody has.

use crate::{
    base::SpecPath,
    facts::{self, Component},
    spec::{
        diagnostics::DoesNotBelong,
        v1alpha1::{self as v1, ClusterSpec, List},
        words::{AzurePolicyEngine, EksNodes, Os, Role},
    },
};

use super::{
    Reader,
    references::{entry, path},
};

/// Reports every field that has no place beside what the spec says elsewhere.
pub(super) fn check(r: &mut Reader<'_>, spec: &ClusterSpec) {
    if let Some(platform) = &spec.platform {
        belongs(r, platform);
    }
    engines(r, spec);
}

/// Fields of one platform beside another.
fn belongs(r: &mut Reader<'_>, platform: &v1::Platform) {
    let at = path("/platform");
    let provider = ["kubeadm", "eks", "aks"].into_iter().find(|name| r.has(&at.child(name)));
    let Some(provider) = provider else { return };
    let beside = r.field_place(&at.child(provider));
    let mut foreign = |field: &SpecPath, what: &str, why: String, help: &str| {
        let place = r.field_place(field);
        r.push(DoesNotBelong { what: what.to_owned(), why, help: help.to_owned(), place, beside: Some(beside.clone()) });
    };
    if provider == "kubeadm" {
        for (field, own, given) in [
            ("podCidrs", "podSubnets", platform.pod_cidrs.is_some()),
            ("serviceCidrs", "serviceSubnets", platform.service_cidrs.is_some()),
        ] {
            if given {
                foreign(&at.child(field), field, format!("`kubeadm` has `{own}`"), "move the ranges there");
            }
        }
    } else {
        for (index, pool) in platform.node_pools.iter().flat_map(List::entries) {
            if let Some(role @ (Role::ControlPlane | Role::Etcd)) = pool.role {
                let at = entry(&at.child("nodePools"), index, pool.name.as_deref()).child("role");
                foreign(&at, role.name(), "the provider runs the control plane".to_owned(), "remove the pool");
            }
        }
    }
    for (cni, home) in [("aws-vpc-cni", "eks"), ("azure-cni", "aks")] {
        let given =
            platform.cni.as_ref().is_some_and(|c| if home == "eks" { c.aws_vpc_cni.is_some() } else { c.azure_cni.is_some() });
        if given && provider != home {
            foreign(
                &at.child("cni").child(cni),
                cni,
                format!("it runs on `{home}` alone"),
                "declare the CNI that the cluster runs",
            );
        }
    }
    auto_mode(r, platform);
    windows(r, platform);
    dns_cache(r, platform);
}

/// The addon is the cache that the field denies.
fn dns_cache(r: &mut Reader<'_>, platform: &v1::Platform) {
    let at = path("/platform");
    let is_cache = |(_, name): &(usize, &String)| facts::component(name).is_some_and(Component::is_dns_cache);
    let addon = platform.addons.iter().flat_map(List::entries).find(is_cache);
    let Some((index, name)) = addon.filter(|_| platform.node_local_dns == Some(false)) else { return };
    r.push(DoesNotBelong {
        what: "nodeLocalDns: false".to_owned(),
        why: format!("the addon `{name}` is that cache"),
        help: "remove the field where the cache runs, else take the addon out".to_owned(),
        place: r.value_place(&at.child("nodeLocalDns")),
        beside: Some(r.value_place(&at.child("addons").index(index))),
    });
}

/// EKS Auto Mode runs the Amazon VPC CNI by itself, and supports no other plug-in, neither for networks nor for policies.
fn auto_mode(r: &mut Reader<'_>, platform: &v1::Platform) {
    let auto = platform.eks.as_ref().is_some_and(|eks| eks.nodes == Some(EksNodes::Auto));
    let cni = path("/platform/cni");
    let other = ["calico", "cilium", "flannel", "weave", "none"].into_iter().find(|name| r.has(&cni.child(name)));
    let Some(name) = other.filter(|_| auto) else { return };
    let (place, beside) = (r.field_place(&cni.child(name)), r.field_place(&path("/platform/eks/nodes")));
    r.push(DoesNotBelong {
        what: name.to_owned(),
        why: "EKS Auto Mode runs the Amazon VPC CNI and supports no other plug-in".to_owned(),
        help: "write `cni: { aws-vpc-cni: {} }`, or `nodes: managed` or `self-managed` for a cluster whose nodes are not those of Auto Mode"
            .to_owned(),
        place,
        beside: Some(beside),
    });
}

/// Windows nodes where the provider lets none join: Azure CNI powered by Cilium is for Linux (Azure/AKS#4540), and so are the nodes of EKS
/// Auto Mode (aws/containers-roadmap#2528).
fn windows(r: &mut Reader<'_>, platform: &v1::Platform) {
    let engine = platform.cni.as_ref().and_then(|cni| cni.azure_cni.as_ref()).and_then(|cni| cni.network_policy);
    let nodes = platform.eks.as_ref().and_then(|eks| eks.nodes);
    let (why, help, beside) = if engine == Some(AzurePolicyEngine::Cilium) {
        let other = "remove the pool, or write `networkPolicy: calico`, which enforces policies on Windows nodes too";
        ("Azure CNI powered by Cilium runs on Linux nodes alone", other, "/platform/cni/azure-cni/networkPolicy")
    } else if nodes == Some(EksNodes::Auto) {
        let other = "remove the pool, or write `nodes: managed` or `self-managed` for a cluster with nodes of your own";
        ("EKS Auto Mode makes no Windows nodes", other, "/platform/eks/nodes")
    } else {
        return;
    };
    let beside = r.value_place(&path(beside));
    for (index, pool) in platform.node_pools.iter().flat_map(List::entries) {
        if let Some(os @ Os::Windows2025) = pool.os {
            let place = r.value_place(&entry(&path("/platform/nodePools"), index, pool.name.as_deref()).child("os"));
            let what = os.name().to_owned();
            r.push(DoesNotBelong { what, why: why.to_owned(), help: help.to_owned(), place, beside: Some(beside.clone()) });
        }
    }
}

/// Azure Policy brings its own Gatekeeper and runs on AKS alone.
fn engines(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let Some(engines) = spec.policies.as_ref().and_then(|policies| policies.engines.as_ref()) else { return };
    if engines.azure_policy.is_none() {
        return;
    }
    let at = path("/policies/engines");
    let place = r.field_place(&at.child("azurePolicy"));
    let other = ["kubeadm", "eks"].into_iter().find(|name| r.has(&path("/platform").child(name)));
    let (why, beside) = match (other, engines.gatekeeper.is_some()) {
        (Some(platform), _) => ("it runs on `aks` alone", r.field_place(&path("/platform").child(platform))),
        (None, true) => {
            ("the add-on brings its own Gatekeeper, and two are not supported", r.field_place(&at.child("gatekeeper")))
        }
        (None, false) => return,
    };
    let what = "azurePolicy".to_owned();
    r.push(DoesNotBelong { what, why: why.to_owned(), help: "remove one of the two".to_owned(), place, beside: Some(beside) });
}
