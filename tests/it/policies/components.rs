//! System components through the policies: a minimal pod of every workload of the catalogue, shaped by its row, is refused by nothing that
//! is planned for a cluster that declares the component; anywhere else it would be.

use std::collections::BTreeSet;

use harden::{
    build,
    diag::Diagnostics,
    facts::{self, Component, Listens, PodLevel, When, Workload},
    plan::{Outcome, Plan, PolicyPlan, Scope},
    policy::{self, POLICIES, Request, Subject},
    resolve::Resolved,
};
use serde_json::{Value as Json, json};

use crate::support::{none, with_cluster};

/// Clusters that together have every component: platform, version and plugin of the network.
pub(super) const CLUSTERS: &[(&str, &str, &str)] = &[
    ("kubeadm", "1.36.3", "calico: { version: \"3.31\" }"),
    ("kubeadm", "1.37.2", "cilium: { version: \"1.19\" }"),
    ("kubeadm", "1.36.3", "flannel: { version: \"0.27\" }"),
    ("kubeadm", "1.31.14", "weave: { version: \"2.8\" }"),
    ("eks", "1.36", "aws-vpc-cni: {}"),
    ("aks", "1.36", "azure-cni: {}"),
    ("aks", "1.36", "azure-cni: { networkPolicy: calico }"),
];

/// What only one platform has: its own block, and more of the platform.
const PLATFORMS: &[(&str, &str)] = &[
    (
        "kubeadm",
        "kubeadm: { kubernetesVersion: \"VERSION\", controlPlaneEndpoint: \"192.0.2.10:6443\", podSubnets: [10.244.0.0/16], \
         serviceSubnets: [10.96.0.0/12] }\n    nodeLocalDns: true\n    nodePools: [{ name: control-plane, role: control-plane, os: other, \
         cidrs: [192.0.2.0/28], nodes: [{ name: cp-1, address: 192.0.2.10 }] }, POOL]",
    ),
    (
        "eks",
        "eks: { kubernetesVersion: \"VERSION\", region: eu-west-1, endpoint: private, nodes: managed }\n    nodePools: [POOL]",
    ),
    (
        "aks",
        "aks: { kubernetesVersion: \"VERSION\", location: westeurope, access: private, tier: Standard }\n    nodePools: [POOL]",
    ),
];

const POOL: &str = "{ name: workers, role: worker, os: other, cidrs: [192.0.2.64/26] }";

/// Answers and plan of a cluster that declares every addon.
pub(super) fn cluster(of: &(&str, &str, &str)) -> (Resolved, Plan) {
    cluster_with(of, "")
}

/// The same with more lines in its spec.
fn cluster_with((platform, version, cni): &(&str, &str, &str), more: &str) -> (Resolved, Plan) {
    let addons = facts::components().filter(|component| component.when.contains(&When::Addon)).map(|component| component.name);
    let block = PLATFORMS.iter().find(|(name, _)| name == platform).expect("a platform").1;
    let text = format!(
        "apiVersion: harden.dev/v1alpha1\nkind: Cluster\nmetadata: {{ name: all }}\nspec:\n  profiles: [restricted]\n  platform:\n    {}\n    \
         cni: {{ {cni} }}\n    runtime: {{ containerd: \"2.3\" }}\n    addons: [{}]\n  api: {{ sources: {{ admins: [203.0.113.0/24] }} }}\n  \
         images: {{ allowedRegistries: [registry.example/shop], requireDigest: true, alwaysPull: true }}\n  policies: {{ engines: {{ gatekeeper: \
         {{ version: \"3.23\", installed: owner }} }}, failure: closed }}\n{more}",
        block.replace("VERSION", version).replace("POOL", POOL),
        addons.collect::<Vec<_>>().join(", ")
    );
    let mut diags = Diagnostics::default();
    let planned = with_cluster(&text, "", None, &mut diags, build::plan);
    let said: Vec<String> = diags.list().iter().map(|one| format!("{}: {}", one.code, one.message)).collect();
    let planned = planned.unwrap_or_else(|| panic!("{text}\n{}", said.join("\n")));
    (planned.cluster, planned.plan)
}

/// The pod as it comes to the policies, after admission has filled in what nobody wrote: the weakest that the row allows.
fn pod(workload: &Workload, namespace: &str) -> Json {
    let mut security = json!({});
    if workload.privileged {
        security["privileged"] = json!(true);
    } else if workload.passes == PodLevel::Restricted {
        security["allowPrivilegeEscalation"] = json!(false);
    }
    if !workload.capabilities.is_empty() {
        security["capabilities"] = json!({ "add": workload.capabilities });
    }
    // The ports of a pod in the network of its node are the node's: the API server writes them down as such.
    let port = |port: &facts::Port| {
        let mut written = json!({ "containerPort": port.port, "protocol": port.protocol.name() });
        if workload.host_network || port.on != Listens::Pod {
            written["hostPort"] = json!(port.port);
        }
        written
    };
    let ports: Vec<Json> = workload.ports.iter().map(port).collect();
    let host: Vec<Json> = workload
        .host_paths
        .iter()
        .enumerate()
        .map(|(n, path)| json!({ "name": format!("host-{n}"), "hostPath": { "path": path } }))
        .collect();
    let mut mounts: Vec<Json> = workload
        .host_paths
        .iter()
        .enumerate()
        .map(|(n, path)| json!({ "name": format!("host-{n}"), "mountPath": path }))
        .collect();
    if workload.account.is_some() && workload.token {
        let place = "/var/run/secrets/kubernetes.io/serviceaccount";
        mounts.push(json!({ "name": "kube-api-access", "mountPath": place, "readOnly": true }));
    }
    let containers: Vec<Json> = workload
        .images
        .iter()
        .enumerate()
        .map(|(n, image)| {
            json!({
                "name": format!("c{n}"), "image": format!("{}:1.0.0", image.replace('*', "x")), "imagePullPolicy": "IfNotPresent",
                "securityContext": security, "ports": ports, "volumeMounts": mounts,
            })
        })
        .collect();
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": workload.name, "namespace": namespace },
        "spec": {
            "serviceAccountName": workload.account.unwrap_or("default"), "hostNetwork": workload.host_network,
            "hostPID": workload.host_pid, "hostIPC": workload.host_ipc, "containers": containers, "initContainers": containers,
            "volumes": host,
        },
    })
}

/// What a policy refuses of a pod in a namespace, as its constraint would: natively.
pub(super) fn refused(plan: &PolicyPlan, pod: &Json, namespace: &str) -> Vec<String> {
    if plan.exempt.contains_key(namespace) || plan.policy.subject == Subject::EnteredPod {
        return Vec::new();
    }
    let found = policy::judge(plan.policy, &plan.values(), &Request::of(pod));
    found.into_iter().map(|violation| format!("{}: {}", plan.policy.name, violation.message)).collect()
}

/// Why Pod Security would refuse a pod of a workload: the level that namespaces without labels have.
pub(super) fn below(plan: &Plan, workload: &Workload) -> Option<String> {
    let levels = plan.pod_security.as_ref()?;
    let exempt = levels.exempt_namespaces.iter().any(|namespace| namespace.value == workload.namespace);
    let enforced = PodLevel::ALL.into_iter().find(|level| level.name() == levels.enforce.value)?;
    let refused = !exempt && workload.passes < enforced;
    refused.then(|| format!("Pod Security: passes {}, enforced is {}", workload.passes.name(), enforced.name()))
}

fn workloads(components: Vec<&'static Component>) -> impl Iterator<Item = (&'static Component, &'static Workload)> {
    components.into_iter().flat_map(|component| component.workloads.iter().map(move |workload| (component, workload)))
}

#[test]
fn components_are_not_refused() {
    let (mut wrong, mut judged) = (Vec::new(), 0);
    let mut seen = BTreeSet::new();
    let mut policies = BTreeSet::new();
    for of in CLUSTERS {
        let (resolved, plan) = cluster(of);
        policies.extend(plan.policies.values().map(|planned| planned.policy.name));
        for (component, workload) in workloads(resolved.components().into_iter().map(|(component, _)| component).collect()) {
            seen.insert(component.name);
            let pod = pod(workload, workload.namespace);
            let mut found: Vec<String> =
                plan.policies.values().flat_map(|policy| refused(policy, &pod, workload.namespace)).collect();
            found.extend(below(&plan, workload));
            judged += 1;
            wrong.extend(
                found.iter().map(|why| format!("{of:?}: {}/{} in {}: {why}", component.name, workload.name, workload.namespace)),
            );
        }
    }
    none(&wrong);
    let missing: Vec<&str> = facts::components().map(|component| component.name).filter(|name| !seen.contains(name)).collect();
    assert!(missing.is_empty(), "no cluster has {missing:?}");
    let missing: Vec<&str> = POLICIES.iter().map(|policy| policy.name).filter(|name| !policies.contains(name)).collect();
    assert!(missing.is_empty(), "no cluster plans {missing:?}");
    assert!(judged > 300, "{judged}");
}

/// Namespaces of the system that the spec governs have no label that their pods fail; of those that are exempt none is said to be held.
#[test]
fn no_label_refuses_a_component() {
    let (mut wrong, mut judged) = (Vec::new(), 0);
    for of in CLUSTERS {
        let (resolved, _) = cluster(of);
        let all = resolved.components().into_iter().flat_map(|(component, _)| component.namespaces());
        let namespaces: BTreeSet<&str> = all.collect();
        let list: Vec<String> = namespaces.iter().map(|name| format!("{{ name: {name} }}")).collect();
        let (resolved, plan) = cluster_with(of, &format!("  namespaces: [{}]\n", list.join(", ")));
        let verdicts = &plan.verdicts.iter().find(|control| control.id.0 == "admission/pod-security").unwrap().verdicts;
        for name in namespaces {
            let components = resolved.components().into_iter().map(|(component, _)| component);
            let passes = components.filter(|component| component.namespaces().contains(&name)).map(|one| one.passes(name)).min();
            for (label, level) in plan.namespaces[name].labels.iter().filter(|(label, _)| !label.ends_with("-version")) {
                let level = PodLevel::ALL.into_iter().find(|known| known.name() == level.value).unwrap();
                judged += 1;
                if level > passes.unwrap() {
                    wrong.push(format!("{of:?}: {name}: {label} is {}", level.name()));
                }
            }
            let exempt =
                plan.pod_security.as_ref().is_some_and(|levels| levels.exempt_namespaces.iter().any(|one| one.value == name));
            let said: Vec<_> = verdicts.iter().filter(|one| one.scope == Scope::Namespace(name.to_owned())).collect();
            let held = said.iter().any(|one| one.outcome == Outcome::Enforced);
            if said.len() != 1 || held && (exempt || passes == Some(PodLevel::Privileged)) {
                wrong.push(format!("{of:?}: {name}: {said:?}"));
            }
        }
    }
    none(&wrong);
    assert!(judged > 100, "{judged}");
}

/// The same pods in a namespace of applications: every policy refuses some, so that sparing them is what lets them pass.
#[test]
fn elsewhere_they_are_refused() {
    let mut by = BTreeSet::new();
    for of in CLUSTERS {
        let (resolved, plan) = cluster(of);
        for (_, workload) in workloads(resolved.components().into_iter().map(|(component, _)| component).collect()) {
            let pod = pod(workload, "shop");
            by.extend(
                plan.policies
                    .values()
                    .filter(|policy| !refused(policy, &pod, "shop").is_empty())
                    .map(|policy| policy.policy.name),
            );
        }
    }
    // No pod is entered here.
    let expected = POLICIES.iter().filter(|policy| policy.subject != Subject::EnteredPod).map(|policy| policy.name);
    assert_eq!(by, expected.collect::<BTreeSet<_>>());
}
