//! Flags that a program refuses side by side, or one without another, and the same of fields of the kubelet.

use super::*;

#[test]
fn the_old_list_of_plugins_stands_alone() {
    let old = (API, "admission-control", "NodeRestriction");
    agrees(&with(&[old]));
    for list in ["enable-admission-plugins", "disable-admission-plugins"] {
        let value = if list.starts_with("enable") { "NodeRestriction" } else { "DefaultStorageClass" };
        clashes(&with(&[old, (API, list, value)]), "flags-exclude-each-other");
    }
}

#[test]
fn a_flag_has_what_it_needs() {
    let code = "flag-needs-another";
    let reload = "encryption-provider-config-automatic-reload";
    for on in ["true", "T", "1"] {
        clashes(&with(&[(API, reload, on)]), code);
    }
    agrees(&with(&[(API, reload, "false")]));
    let file = (API, "encryption-provider-config", "/etc/e.yaml");
    agrees(&mount(with(&[(API, reload, "true"), file]), API, "/etc", MountType::Directory));

    let webhook = (API, "authorization-webhook-config-file", "/etc/w.yaml");
    let mounted = |flags: &[(Program, &str, &str)]| mount(with(flags), API, "/etc", MountType::Directory);
    clashes(&mounted(&[webhook, (API, "authorization-mode", "Node,RBAC")]), code);
    clashes(&mounted(&[webhook]), code);
    agrees(&mounted(&[webhook, (API, "authorization-mode", "Node,RBAC,Webhook")]));

    let all_off = |apis: &str| with(&[(API, "runtime-config", apis)]);
    clashes(&all_off("api/all=false,v1=true"), code);
    agrees(&all_off("api/all=false,v1=true,flowcontrol.apiserver.k8s.io/v1=true"));
    agrees(&all_off("api/beta=true"));

    let none = (API, "max-requests-inflight", "0");
    let no_writes = (API, "max-mutating-requests-inflight", "0");
    clashes(&with(&[none, no_writes]), code);
    agrees(&with(&[none]));
    agrees(&with(&[no_writes]));
    agrees(&with(&[none, no_writes, (API, "enable-priority-and-fairness", "false")]));
}

fn kubelet(fields: &[(&str, serde_json::Value)]) -> Plan {
    fields.iter().fold(empty("1.36.3"), |plan, (path, value)| field(plan, KUBELET, path, value.clone()))
}

/// As the kubelets of 1.31.14 to 1.37.2 answer.
#[test]
fn fields_of_the_kubelet_go_together() {
    let refused = |fields: &[(&str, serde_json::Value)]| clashes(&kubelet(fields), "kubelet-fields-disagree");
    let taken = |fields: &[(&str, serde_json::Value)]| agrees(&kubelet(fields));
    refused(&[("imageGCLowThresholdPercent", json!(80)), ("imageGCHighThresholdPercent", json!(70))]);
    refused(&[("imageGCHighThresholdPercent", json!(80))]);
    refused(&[("imageGCLowThresholdPercent", json!(85))]);
    taken(&[("imageGCLowThresholdPercent", json!(60)), ("imageGCHighThresholdPercent", json!(70))]);

    let critical = ("shutdownGracePeriodCriticalPods", json!("30s"));
    refused(&[("shutdownGracePeriod", json!("20s")), critical.clone()]);
    refused(std::slice::from_ref(&critical));
    taken(&[("shutdownGracePeriod", json!("1m")), critical]);

    let enforced = |items: serde_json::Value| ("enforceNodeAllocatable", items);
    let group = ("systemReservedCgroup", json!("/system.slice"));
    refused(&[enforced(json!(["pods", "system-reserved"]))]);
    taken(&[enforced(json!(["pods", "system-reserved"])), group.clone()]);
    refused(&[enforced(json!(["kube-reserved"])), group.clone()]);
    refused(&[enforced(json!(["none", "pods"]))]);
    taken(&[enforced(json!(["none"]))]);
    clashes(&kubelet(&[enforced(json!(["foo"]))]), "kubelet-value-refused");
    let compressible = [enforced(json!(["system-reserved-compressible"])), group.clone()];
    taken(&compressible);
    let older = compressible.into_iter().fold(empty("1.31.14"), |plan, (path, value)| field(plan, KUBELET, path, value));
    clashes(&older, "kubelet-value-refused");

    refused(&[("reservedSystemCPUs", json!("0-1")), group]);
    refused(&[("reservedSystemCPUs", json!("0-1")), ("kubeReservedCgroup", json!("/kube.slice"))]);
    taken(&[("reservedSystemCPUs", json!("0-1"))]);
}
