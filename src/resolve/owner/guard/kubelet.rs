//! Fields and flags of the kubelet that bring pods or settings from elsewhere.

use crate::{facts::PODS_FROM_URL as FROM_URL, yaml::Node};

use super::{Fate, flags};

const MANIFESTS: &str = "/etc/kubernetes/manifests";

const DEBUGGING: &str = "logs, exec and port-forward depend on it";

/// A field of KubeletConfiguration.
pub(super) fn field(name: &str, node: &Node) -> Fate {
    let text = node.as_str().unwrap_or_default();
    match name {
        "staticPodURL" if !text.is_empty() => Fate::refuse(FROM_URL),
        "staticPodURLHeader" if node.as_map().is_some_and(|headers| !headers.is_empty()) => Fate::Secret(FROM_URL),
        "address" if flags::is_of_one_node(text) => Fate::refuse(flags::ONE_NODE),
        "staticPodPath" => static_pods(text),
        "allowedUnsafeSysctls" => sysctls(node.as_seq().unwrap_or(&[]).iter().filter_map(Node::as_str)),
        "enableDebuggingHandlers" if node.as_bool() == Some(false) => Fate::Eyes(DEBUGGING.to_owned()),
        _ => Fate::Keep,
    }
}

/// A flag of the kubelet; it overrides the file.
pub(super) fn flag(name: &str, value: &str) -> Fate {
    match name {
        "manifest-url" => Fate::refuse(FROM_URL),
        "manifest-url-header" => Fate::Secret(FROM_URL),
        "address" if flags::is_of_one_node(value) => Fate::refuse(flags::ONE_NODE),
        "pod-manifest-path" => static_pods(value),
        "config" | "config-dir" => Fate::refuse("the kubelet would read another file than the one that is written here"),
        "kubeconfig" | "bootstrap-kubeconfig" => {
            Fate::refuse("kubeadm makes the credentials of the kubelet, and names their file")
        }
        "allowed-unsafe-sysctls" => sysctls(value.split(',')),
        "container-runtime-endpoint" => Fate::refuse(
            "kubeadm and kubelet would ask two runtimes: `nodeRegistration.criSocket` says which one, else `platform.runtime` of the spec",
        ),
        "enable-debugging-handlers" if value == "false" => Fate::Eyes(DEBUGGING.to_owned()),
        "v" if value.parse::<i64>().is_ok_and(|level| level >= 8) => {
            Fate::Eyes("at this level requests are logged with their bodies and tokens".to_owned())
        }
        _ => Fate::Keep,
    }
}

fn static_pods(path: &str) -> Fate {
    if path.is_empty() || path.trim_end_matches('/') == MANIFESTS {
        return Fate::Keep;
    }
    Fate::Refuse(format!("kubeadm writes the control plane to {MANIFESTS}; any pod in another folder would be run"))
}

fn sysctls<'a>(names: impl Iterator<Item = &'a str>) -> Fate {
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    match names.iter().find(|name| !name.contains('.')) {
        Some(name) => Fate::Refuse(format!("`{name}` is no single family of kernel settings: pods could change the whole node")),
        None if names.is_empty() => Fate::Keep,
        None => Fate::Eyes("pods may change kernel settings that are not kept apart for each".to_owned()),
    }
}
