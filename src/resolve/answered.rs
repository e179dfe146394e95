//! Intents that no control takes: what shapes artifacts, and what selects controls.

use std::collections::BTreeMap;

use crate::{
    base::{Cause, FactId, Platform, SpecPath},
    facts,
    plan::{Ground, Outcome, Scope, Verdict},
    spec::{
        model::{self, Spec},
        words,
    },
};

use super::profiles::Flat;

/// What the catalogue says of an addon, in a cluster with or without governed namespaces.
fn addon(path: &SpecPath, name: &str, governed: bool) -> Verdict {
    let (outcome, fact, detail) = match facts::addon(name) {
        Some(known) if governed && !known.outside.is_empty() => (Outcome::Weaker, facts::id::ADDON_OUTSIDE, known.outside),
        Some(_) => (Outcome::Enforced, facts::id::ADDON_KNOWN, ""),
        None => (Outcome::Weaker, facts::id::ADDON_WITHOUT_DATA, ""),
    };
    let (scope, cause) = (Scope::Cluster, Cause::Spec(path.clone()));
    Verdict { scope, outcome, ground: Ground::Fact(fact), detail: detail.to_owned(), cause }
}

/// Intents that the answers themselves settle: names, versions, sizes and choices that every artifact is made from.
pub(super) fn answered(spec: &Spec, flats: &[Flat]) -> BTreeMap<SpecPath, Verdict> {
    let mut out = BTreeMap::new();
    let kubeadm = spec.platform.kind() == Platform::Kubeadm;
    let mut settle = |path: SpecPath, fact: FactId| {
        // What no artifact of a managed cluster is made from decides about verdicts alone.
        let made = ["kubernetesVersion", "cni"].iter().any(|word| path.segments().any(|segment| segment == *word));
        let shapes = fact == facts::id::SHAPES_ARTIFACTS && !kubeadm && !made;
        let outcome = if shapes { Outcome::Elsewhere } else { Outcome::Enforced };
        let verdict = Verdict {
            scope: Scope::Cluster,
            outcome,
            ground: Ground::Fact(if shapes { facts::id::SHAPES_VERDICTS } else { fact }),
            detail: String::new(),
            cause: Cause::Spec(path.clone()),
        };
        out.insert(path, verdict);
    };
    let platform = spec.platform.kind();
    let mut fields = vec!["kubernetesVersion"];
    if platform == Platform::Kubeadm {
        fields.extend(["config", "controlPlaneEndpoint", "podSubnets", "serviceSubnets", "dnsDomain", "etcd"]);
    }
    for field in fields {
        settle(SpecPath::new(&format!("/platform/{platform}/{field}")), facts::id::SHAPES_ARTIFACTS);
    }
    for field in ["size/nodes", "size/pods"] {
        settle(SpecPath::new(&format!("/platform/{field}")), facts::id::SHAPES_ARTIFACTS);
    }
    if let Some(cni) = &spec.platform.cni {
        settle(SpecPath::new("/platform/cni").child(cni.name()), facts::id::SHAPES_ARTIFACTS);
    }
    if let Some(runtime) = &spec.platform.runtime {
        settle(SpecPath::new("/platform/runtime").child(runtime.name()), facts::id::SHAPES_ARTIFACTS);
    }
    if let model::Provider::Kubeadm(kubeadm) = &spec.platform.provider
        && kubeadm.kube_proxy.mode == Some(words::ProxyMode::None)
    {
        settle(SpecPath::new("/platform/kubeadm/kubeProxy/mode"), facts::id::SHAPES_ARTIFACTS);
    }
    for pool in &spec.platform.node_pools {
        settle(SpecPath::new("/platform/nodePools").child(&pool.name), facts::id::SHAPES_ARTIFACTS);
    }
    for flat in flats {
        settle(SpecPath::new("/profiles").child(&flat.name), facts::id::SELECTS_CONTROLS);
    }
    for waiver in &spec.waivers {
        settle(SpecPath::new("/waivers").child(&waiver.id), facts::id::SELECTS_CONTROLS);
    }
    for id in spec.controls.keys() {
        settle(SpecPath::new("/controls").child(id), facts::id::SELECTS_CONTROLS);
    }
    for name in &spec.platform.addons {
        let path = SpecPath::new("/platform/addons").child(name);
        let verdict = addon(&path, name, !spec.namespaces.is_empty());
        out.insert(path, verdict);
    }
    out
}
