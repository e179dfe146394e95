//! Pods of privileged components as their manifests say them, written by hand: the rows of the catalogue cover them, the policies of a
//! cluster that declares the component refuse none of them, and a row that says less than the manifest is noticed.

use std::{collections::BTreeSet, fs};

use harden::{
    diag::Source,
    facts::{self, Listens, PodLevel, Workload},
    yaml,
};
use serde_json::Value as Json;

use crate::support::{none, root};

use super::components::{CLUSTERS, below, cluster, refused};

struct Published {
    component: String,
    workload: &'static Workload,
    pod: Json,
}

fn published() -> Vec<Published> {
    let text = fs::read_to_string(root().join("tests/it/policies/published.yaml")).unwrap();
    let read = yaml::read(&Source::new("published.yaml", &text)).into_iter().map(|document| {
        assert!(!document.has_errors(), "{:?}", document.problems);
        let found = document.root.as_ref().unwrap().to_json();
        let word = |key: &str| found[key].as_str().unwrap().to_owned();
        let component = facts::component(&word("component")).unwrap_or_else(|| panic!("no component {}", word("component")));
        let workload = component.workload(&word("workload")).unwrap_or_else(|| panic!("no workload {}", word("workload")));
        let mut pod = found["pod"].clone();
        pod["apiVersion"] = "v1".into();
        pod["kind"] = "Pod".into();
        pod["metadata"]["name"] = workload.name.into();
        Published { component: word("component"), workload, pod }
    });
    read.collect()
}

fn containers(pod: &Json) -> impl Iterator<Item = &Json> {
    ["containers", "initContainers"].into_iter().filter_map(|list| pod["spec"][list].as_array()).flatten()
}

fn texts(list: &Json) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str).collect()
}

/// What a pod needs and a row does not have.
fn uncovered(row: &Workload, pod: &Json) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut miss = |wanting: bool, what: String| {
        if wanting {
            wrong.push(what);
        }
    };
    let spec = &pod["spec"];
    miss(pod["metadata"]["namespace"] != row.namespace, "namespace".to_owned());
    miss(spec["serviceAccountName"].as_str() != row.account, "account".to_owned());
    for (key, value) in row.labels {
        miss(pod["metadata"]["labels"][key] != *value, format!("label {key}"));
    }
    for (key, has) in [("hostNetwork", row.host_network), ("hostPID", row.host_pid), ("hostIPC", row.host_ipc)] {
        miss(spec[key] == true && !has, key.to_owned());
    }
    for volume in spec["volumes"].as_array().into_iter().flatten() {
        let Some(path) = volume["hostPath"]["path"].as_str() else { continue };
        let path = if path.len() > 1 { path.trim_end_matches('/') } else { path };
        let under = |folder: &&str| path == *folder || (*folder != "/" && path.starts_with(&format!("{folder}/")));
        miss(!row.host_paths.iter().any(under), format!("path {path}"));
    }
    for container in containers(pod) {
        let security = &container["securityContext"];
        miss(security["privileged"] == true && !row.privileged, "privileged".to_owned());
        let escalates = security["allowPrivilegeEscalation"] != false;
        miss(escalates && row.passes == PodLevel::Restricted, format!("escalation {}", container["name"]));
        for name in texts(&security["capabilities"]["add"]) {
            miss(!row.capabilities.contains(&name), format!("capability {name}"));
        }
        let image = container["image"].as_str().unwrap();
        let under = |known: &&str| image.strip_prefix(known).is_some_and(|rest| rest.starts_with(['/', ':', '@']));
        miss(!row.images.iter().any(under), format!("image {image}"));
        for port in container["ports"].as_array().into_iter().flatten() {
            let Some(number) = port["hostPort"].as_u64() else { continue };
            let known = |port: &facts::Port| u64::from(port.port) == number && port.on != Listens::Pod;
            miss(!row.ports.iter().any(known), format!("port {number}"));
        }
    }
    wrong
}

#[test]
fn rows_cover_what_is_published() {
    let all = published();
    assert!(all.len() >= 7);
    let mut wrong = Vec::new();
    for one in &all {
        wrong.extend(uncovered(one.workload, &one.pod).into_iter().map(|what| format!("{}: {what}", one.component)));
    }
    none(&wrong);
}

/// Each thing that a row says, taken out of it: where the manifest needs it, that is noticed.
#[test]
fn a_row_that_says_less_is_noticed() {
    let mut noticed = BTreeSet::new();
    for one in published() {
        let row = *one.workload;
        let spoilt = [
            ("namespace", Workload { namespace: "shop", ..row }),
            ("account", Workload { account: Some("default"), ..row }),
            ("hostNetwork", Workload { host_network: false, ..row }),
            ("hostPID", Workload { host_pid: false, ..row }),
            ("path", Workload { host_paths: &[], ..row }),
            ("privileged", Workload { privileged: false, ..row }),
            ("capability", Workload { capabilities: &[], ..row }),
            ("image", Workload { images: &["registry.example/other"], ..row }),
            ("port", Workload { ports: &[], ..row }),
            ("escalation", Workload { passes: PodLevel::Restricted, ..row }),
        ];
        for (what, row) in spoilt {
            let found = uncovered(&row, &one.pod);
            if found.iter().any(|why| why.starts_with(what)) {
                noticed.insert(what);
            }
        }
        for at in 0..row.host_paths.len() {
            let rest: Vec<&'static str> = row.host_paths.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, p)| *p).collect();
            let less = Workload { host_paths: rest.leak(), ..row };
            let adds = ["/etc/containerd", "/run/containerd"].contains(&row.host_paths[at]);
            assert!(adds || !uncovered(&less, &one.pod).is_empty(), "{}: {}", one.component, row.host_paths[at]);
        }
    }
    let every =
        ["account", "capability", "escalation", "hostNetwork", "hostPID", "image", "namespace", "path", "port", "privileged"];
    assert_eq!(noticed, every.into());
}

/// In a cluster that declares them, no policy and no level of Pod Security refuses them; in a namespace of applications some policy does.
#[test]
fn what_is_published_is_not_refused() {
    let (mut wrong, mut judged) = (Vec::new(), BTreeSet::new());
    let all = published();
    for of in CLUSTERS {
        let (resolved, plan) = cluster(of);
        let here: Vec<&str> = resolved.components().into_iter().map(|(component, _)| component.name).collect();
        for one in all.iter().filter(|one| here.contains(&one.component.as_str())) {
            judged.insert((one.component.as_str(), one.workload.name));
            let namespace = one.workload.namespace;
            let found = plan.policies.values().flat_map(|policy| refused(policy, &one.pod, namespace));
            wrong.extend(found.chain(below(&plan, one.workload)).map(|why| format!("{of:?}: {}: {why}", one.component)));
            let elsewhere = plan.policies.values().any(|policy| !refused(policy, &one.pod, "shop").is_empty());
            assert!(elsewhere, "{} would pass anywhere", one.component);
        }
    }
    none(&wrong);
    assert_eq!(judged.len(), all.len());
}

/// Rows of namespaces that no policy about privileges spares: were they wrong, their pods would be refused. Of these no manifest
/// was read by hand yet; the list gets shorter alone.
const UNREAD: &[&str] = &[
    "argocd/argocd-application-controller",
    "argocd/argocd-applicationset-controller",
    "argocd/argocd-dex-server",
    "argocd/argocd-redis",
    "argocd/argocd-repo-server",
    "argocd/argocd-server",
    "cert-manager/cert-manager",
    "cert-manager/cert-manager-cainjector",
    "cert-manager/cert-manager-startupapicheck",
    "cert-manager/cert-manager-webhook",
    "external-secrets/external-secrets",
    "external-secrets/external-secrets-cert-controller",
    "external-secrets/external-secrets-webhook",
    "ingress-nginx/ingress-nginx-admission-create",
    "ingress-nginx/ingress-nginx-admission-patch",
    "ingress-nginx/ingress-nginx-controller",
];

#[test]
fn what_policies_judge_is_read_by_hand() {
    let all = published();
    let mut missing = BTreeSet::new();
    for of in CLUSTERS {
        let (resolved, plan) = cluster(of);
        let judged = &plan.policies["privilege-escalation"];
        for (component, _) in resolved.components() {
            let rows = component.workloads.iter().filter(|row| !judged.exempt.contains_key(row.namespace));
            let unread =
                rows.filter(|row| !all.iter().any(|one| one.component == component.name && one.workload.name == row.name));
            missing.extend(unread.map(|row| format!("{}/{}", component.name, row.name)));
        }
    }
    assert_eq!(missing.iter().map(String::as_str).collect::<Vec<_>>(), UNREAD);
}
