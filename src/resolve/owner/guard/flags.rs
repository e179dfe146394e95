//! Flags of the control plane that undo a control, although the plan would call it enforced.

use std::net::IpAddr;

use crate::yaml::Node;

use super::{Facts, Fate, etcd};

/// What kubeadm lets everybody read, without a question to the authorizers.
const OPEN_PATHS: [&str; 3] = ["/healthz", "/livez", "/readyz"];

/// The headers in which the aggregator names the user, as kubeadm writes them.
const HEADERS: [(&str, &str); 4] = [
    ("requestheader-username-headers", "X-Remote-User"),
    ("requestheader-group-headers", "X-Remote-Group"),
    ("requestheader-extra-headers-prefix", "X-Remote-Extra-"),
    ("requestheader-uid-headers", "X-Remote-Uid"),
];

/// From here on request bodies are logged.
const BODIES: i64 = 8;

/// Whether the API server is given a flag.
pub(super) fn has(root: &Node, name: &str) -> bool {
    let list = root.at_pointer("/ClusterConfiguration/apiServer/extraArgs");
    super::super::node::arguments(list).iter().any(|(known, value)| known == name && !value.is_empty())
}

pub(super) fn judge(section: &[&str], name: &str, value: &str, facts: &mut Facts) -> Fate {
    if name == "v" && value.parse::<i64>().is_ok_and(|level| level >= BODIES) {
        return Fate::Eyes("at this level requests are logged with their bodies and tokens".to_owned());
    }
    if name == "bind-address" && is_of_one_node(value) {
        return Fate::refuse(ONE_NODE);
    }
    match section {
        ["apiServer"] => api_server(name, value, facts),
        ["controllerManager"] => open_paths(name, value),
        ["scheduler"] if name == "config" => {
            Fate::Eyes("the file decides about profiling and credentials of the scheduler, and it is not read here".to_owned())
        }
        ["scheduler"] => open_paths(name, value),
        ["etcd", "local"] => etcd::flag(name, value),
        _ => Fate::Keep,
    }
}

/// Why an address that programs listen on is left behind.
pub(super) const ONE_NODE: &str = "it is the address of one node: the programs of the others could not listen on it";

/// Whether a text is an address that one machine has: neither every address of a machine nor its loopback.
pub(super) fn is_of_one_node(text: &str) -> bool {
    text.trim().parse::<IpAddr>().is_ok_and(|ip| !ip.to_canonical().is_unspecified() && !ip.to_canonical().is_loopback())
}

fn api_server(name: &str, value: &str, facts: &mut Facts) -> Fate {
    if let Some((_, ours)) = HEADERS.iter().find(|(flag, _)| *flag == name) {
        if value.eq_ignore_ascii_case(ours) {
            return Fate::Keep;
        }
        return Fate::Refuse(format!("the aggregator names the user in `{ours}`; another header could be set by a client"));
    }
    match name {
        "bind-address" if value.trim().parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback()) => {
            Fate::refuse("nobody would reach the API server from another machine, nor under its advertised address")
        }
        "service-account-issuer" if value.is_empty() => {
            Fate::refuse("the API server does not start with an issuer without a name")
        }
        "service-account-issuer" if !facts.issuers.insert(value.to_owned()) => {
            Fate::refuse("it is named already, and the API server does not start with an issuer that is named twice")
        }
        "secure-port" if value != facts.bind_port.to_string() => Fate::Stop(
            format!("kubeadm has probes, kubeconfig files and joining nodes ask port {}", facts.bind_port),
            "write the port into `localAPIEndpoint.bindPort` of InitConfiguration and JoinConfiguration, and take the flag out",
        ),
        "etcd-servers" => facts.etcd_servers.judge(value),
        "etcd-servers-overrides" => etcd::overrides(value),
        "authorization-mode" => authorizers(value, facts),
        "authorization-policy-file" => Fate::refuse("it is read by the ABAC authorizer alone, which no hardened cluster has"),
        _ => Fate::Keep,
    }
}

/// The control takes `AlwaysAllow` out; everything but Node, RBAC and a webhook that has settings goes here.
fn authorizers(value: &str, facts: &Facts) -> Fate {
    let modes = value.split(',').map(str::trim);
    let wrong: Vec<&str> = modes
        .filter(|mode| !(matches!(*mode, "" | "Node" | "RBAC" | "AlwaysAllow") || *mode == "Webhook" && facts.webhook))
        .collect();
    match wrong.first() {
        None => Fate::Keep,
        Some(&"Webhook") => {
            Fate::refuse("`Webhook` without `authorization-webhook-config-file` has no settings: the API server would not start")
        }
        Some(mode) => Fate::Refuse(format!("`{mode}` decides beside RBAC: what it allows no Role shows")),
    }
}

fn open_paths(name: &str, value: &str) -> Fate {
    let open = |path: &str| OPEN_PATHS.contains(&path) || path.is_empty();
    if name != "authorization-always-allow-paths" || value.split(',').map(str::trim).all(open) {
        return Fate::Keep;
    }
    Fate::Refuse(format!("only {} may be read without a question to the authorizers", OPEN_PATHS.join(", ")))
}
