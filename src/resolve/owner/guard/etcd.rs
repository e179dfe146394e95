//! etcd: which one the API server speaks to, and the flags and files of the owner around it.

use std::net::IpAddr;

use crate::{
    base::KubeVersion,
    facts::{self, EtcdVersion, Support},
    spec::{
        host::{host_of, is_own_machine},
        model::{Etcd, Kubeadm},
    },
    yaml::Node,
};

use super::Fate;

/// The etcd that the spec or the owner declares.
pub(super) enum Declared {
    /// Beside the API server, on each of these addresses.
    Stacked(Vec<String>),
    /// At these addresses.
    External(Vec<String>),
}

const DECLARE: &str = "take the flag out, and declare the etcd in `platform.kubeadm.etcd` of the spec";

/// What is declared: by the spec, else by the owner's `etcd.external`, else etcd stands beside the API server.
pub(super) fn declared(root: &Node, spec: &Kubeadm, tree: &Node) -> Declared {
    if let Some(Etcd::External(external)) = &spec.etcd {
        return Declared::External(external.endpoints.clone());
    }
    let texts = |list: &Node| list.as_seq().unwrap_or(&[]).iter().filter_map(Node::as_str).map(str::to_owned).collect();
    if let Some(list) = root.at_pointer("/ClusterConfiguration/etcd/external/endpoints") {
        return Declared::External(texts(list));
    }
    let pools = tree.at_pointer("/platform/nodePools").and_then(Node::as_seq).unwrap_or(&[]);
    let control_planes = pools.iter().filter(|pool| pool.get("role").and_then(Node::as_str) == Some("control-plane"));
    let nodes = control_planes.filter_map(|pool| pool.get("nodes").and_then(Node::as_seq)).flatten();
    Declared::Stacked(nodes.filter_map(|node| node.get("address").and_then(Node::as_str)).map(str::to_owned).collect())
}

impl Declared {
    /// Left out, the API server would speak to another etcd than it did: so no other one is left out.
    pub(super) fn judge(&self, value: &str) -> Fate {
        for server in value.split(',').map(str::trim) {
            let why = match (self, server.strip_prefix("https://")) {
                (_, None) => "is not reached by TLS",
                (Declared::External(known), Some(_)) if !known.iter().any(|one| same(one, server)) => {
                    "is not one of the declared etcd"
                }
                (Declared::Stacked(nodes), Some(rest))
                    if !is_own_machine(rest) && !nodes.iter().any(|node| node == host_of(rest)) =>
                {
                    "is not the etcd beside the API server"
                }
                (Declared::External(_) | Declared::Stacked(_), Some(_)) => continue,
            };
            return Fate::Stop(format!("`{server}` {why}"), DECLARE);
        }
        Fate::Keep
    }
}

fn same(a: &str, b: &str) -> bool {
    a.trim_end_matches('/') == b.trim_end_matches('/')
}

/// Another etcd for some resources: `GROUP/RESOURCE#URL;URL`.
pub(super) fn overrides(value: &str) -> Fate {
    let mut servers = value.split(',').flat_map(|one| one.split_once('#').map_or(one, |(_, servers)| servers).split(';'));
    match servers.find(|server| !server.trim().is_empty() && !server.trim().starts_with("https://")) {
        Some(server) => {
            Fate::Stop(format!("`{server}` is not reached by TLS"), "write https addresses, each with its etcd's own TLS")
        }
        None if value.is_empty() => Fate::Keep,
        None => Fate::Eyes("these objects lie in another etcd, which nothing here hardens".to_owned()),
    }
}

/// A field below `etcd.external`.
pub(super) fn external(rest: &[&str], value: Option<&str>) -> Fate {
    let value = value.unwrap_or_default();
    match rest {
        ["endpoints", _] if !value.starts_with("https://") || value.contains(',') => {
            Fate::Stop(format!("`{value}` is not one https address"), "write one https address an item")
        }
        ["caFile" | "certFile" | "keyFile"] if value.starts_with('/') && value.rfind('/') == Some(0) => Fate::Stop(
            format!("the folder of `{value}` is the whole host, which would be mounted into the API server"),
            "move the file into a folder of its own, for example /etc/kubernetes/pki/etcd",
        ),
        _ => Fate::Keep,
    }
}

/// The image of the stacked etcd: which flags it knows depends on its version.
pub(super) fn tag(tag: &str, version: KubeVersion) -> Fate {
    const HELP: &str = "take the field out for the etcd of the version, or write the tag of another release, such as 3.6.11-0";
    if tag.is_empty() || facts::support(version.minor) != Support::Build {
        return Fate::Keep;
    }
    match tag.trim_start_matches('v').parse::<EtcdVersion>() {
        Err(()) => Fate::Stop(format!("`{tag}` does not say which etcd it is, and so not which flags it knows"), HELP),
        Ok(etcd) if facts::etcd_flags(etcd).next().is_none() => {
            Fate::Stop(format!("no table knows the flags of etcd {etcd}"), HELP)
        }
        Ok(_) => Fate::Keep,
    }
}

/// A flag of the stacked etcd.
pub(super) fn flag(name: &str, value: &str) -> Fate {
    match name {
        "config-file" => Fate::refuse("etcd reads nothing but the file then, and every other flag is without effect"),
        "force-new-cluster" if value != "false" => Fate::refuse("at every start the member would throw all others out"),
        "unsafe-no-fsync" if value != "false" => Fate::refuse("a crash would lose what was acknowledged"),
        "listen-client-http-urls" => Fate::refuse("clients would be answered beside the address that asks for certificates"),
        "listen-metrics-urls" if !value.split(',').all(is_loopback) => {
            Fate::refuse("metrics are answered without certificates, so only loopback may be asked for them")
        }
        "enable-pprof" if value == "true" => Fate::Eyes("profiles of etcd hold keys and values of stored objects".to_owned()),
        _ => Fate::Keep,
    }
}

/// Whether an address listens on this machine alone.
fn is_loopback(url: &str) -> bool {
    let host = host_of(url.trim().trim_start_matches("https://").trim_start_matches("http://"));
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}
