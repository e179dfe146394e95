//! Owner's values below ours, in the order in which kubeadm's types list their fields.

use crate::yaml::{Out, OutValue};

/// The fields of each mapping, by its path; what is not listed comes last, in the owner's order.
const ORDER: &[(&str, &[&str])] = &[
    (
        "InitConfiguration",
        &[
            "apiVersion",
            "kind",
            "bootstrapTokens",
            "dryRun",
            "localAPIEndpoint",
            "nodeRegistration",
            "skipPhases",
            "patches",
            "timeouts",
        ],
    ),
    (
        "JoinConfiguration",
        &[
            "apiVersion",
            "kind",
            "dryRun",
            "nodeRegistration",
            "caCertPath",
            "discovery",
            "controlPlane",
            "skipPhases",
            "patches",
            "timeouts",
        ],
    ),
    (
        "ClusterConfiguration",
        &[
            "apiVersion",
            "kind",
            "kubernetesVersion",
            "clusterName",
            "controlPlaneEndpoint",
            "imageRepository",
            "certificatesDir",
            "encryptionAlgorithm",
            "certificateValidityPeriod",
            "caCertificateValidityPeriod",
            "featureGates",
            "networking",
            "etcd",
            "apiServer",
            "controllerManager",
            "scheduler",
            "dns",
            "proxy",
        ],
    ),
    ("networking", &["podSubnet", "serviceSubnet", "dnsDomain"]),
    (
        "nodeRegistration",
        &["name", "criSocket", "taints", "kubeletExtraArgs", "ignorePreflightErrors", "imagePullPolicy", "imagePullSerial"],
    ),
    ("localAPIEndpoint", &["advertiseAddress", "bindPort"]),
    ("apiServer", &["certSANs", "extraArgs", "extraVolumes", "extraEnvs"]),
    ("controllerManager", &["extraArgs", "extraVolumes", "extraEnvs"]),
    ("scheduler", &["extraArgs", "extraVolumes", "extraEnvs"]),
    ("local", &["imageRepository", "imageTag", "dataDir", "extraArgs", "extraEnvs", "serverCertSANs", "peerCertSANs"]),
    ("external", &["endpoints", "httpEndpoints", "caFile", "certFile", "keyFile"]),
];

/// Lays values over others: mappings are joined, anything else is replaced.
pub(super) fn lay(base: &mut Out, over: Out) {
    let Out { value, origin, comment } = over;
    if let (OutValue::Map(entries), Some(_)) = (&value, base.entries()) {
        for (key, value) in entries.clone() {
            match base.get_mut(&key) {
                Some(below) => lay(below, value),
                None => base.set(key, value),
            }
        }
        if origin.is_some() {
            base.origin = origin;
        }
    } else {
        *base = Out { value, origin, comment };
    }
}

/// The same, but a value that is already there keeps its origin: the owner said it.
pub(super) fn lay_new(base: &mut Out, over: Out) {
    if base.to_json() == over.to_json() {
        return;
    }
    match (&over.value, base.entries().is_some()) {
        (OutValue::Map(entries), true) => {
            for (key, value) in entries.clone() {
                match base.get_mut(&key) {
                    Some(below) => lay_new(below, value),
                    None => base.set(key, value),
                }
            }
        }
        _ => *base = over,
    }
}

/// Brings a document's fields into the order of the types; `name` is its kind.
pub(super) fn sort(name: &str, out: &mut Out) {
    let order = ORDER.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, order)| order);
    if let OutValue::Map(entries) = &mut out.value {
        entries.sort_by_key(|(key, _)| order.iter().position(|known| known == key).unwrap_or(order.len()));
        for (key, value) in entries {
            sort(key, value);
        }
    }
}
