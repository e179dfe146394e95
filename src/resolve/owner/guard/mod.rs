//! What must not be carried, judged before anything is taken: each value is kept, left behind with a notice, pointed out, or an error.

mod etcd;
mod flags;
mod kubelet;
mod volumes;

use std::collections::BTreeSet;

use crate::{
    base::{Cidr, KubeVersion},
    diag::{Diagnostics, Place},
    plan::{OwnerField, OwnerNote, socket_path},
    resolve::kubeadm::cri_socket,
    spec::{host::is_own_machine, model::Kubeadm},
    yaml::{Node, Value},
};

use super::{
    bind_port,
    diagnostics::{FieldRefused, NeedsEyes, UnusableValue},
    note,
    runtime::declared,
    secrets::{PROXY_VARIABLES, Secrets},
};

/// What becomes of a value.
#[derive(Debug)]
enum Fate {
    Keep,
    /// Left behind.
    Refuse(String),
    /// Left out: what is written says the same.
    Same(&'static str),
    /// Left behind, its value shown nowhere.
    Secret(&'static str),
    /// Carried, and somebody must look at it.
    Eyes(String),
    /// The build stops: why, and what to do.
    Stop(String, &'static str),
}

impl Fate {
    fn refuse(why: &str) -> Self {
        Fate::Refuse(why.to_owned())
    }
}

/// What the judgement leaves for the report.
#[derive(Debug, Default)]
pub(super) struct Guarded {
    refused: Vec<OwnerNote>,
    eyes: Vec<(String, String)>,
}

impl Guarded {
    /// Adds what was left behind, and the reasons to look at what is carried.
    pub(super) fn write_notes(self, notes: &mut Vec<OwnerNote>) {
        for (pointer, why) in self.eyes {
            let field = pointer.trim_start_matches('/');
            for note in notes.iter_mut().filter(|note| note.field == field && note.why.is_none()) {
                note.why = Some(format!("needs your eyes: {why}"));
            }
        }
        notes.extend(self.refused);
    }
}

/// Takes what must not be carried out of the documents, and reports it.
pub(super) fn apply(root: &mut Node, spec: &Kubeadm, tree: &Node, secrets: &Secrets, diags: &mut Diagnostics) -> Guarded {
    let facts = Facts {
        etcd_servers: etcd::declared(root, spec, tree),
        volumes: volumes::Owned::of(root),
        webhook: flags::has(root, "authorization-webhook-config-file"),
        issuers: BTreeSet::new(),
        first_node: first_node(tree),
        bind_port: bind_port(root),
        socket: socket(root, tree),
        version: spec.kubernetes_version,
    };
    let mut walk = Walk { facts, secrets, diags, guarded: Guarded::default() };
    walk.below(root, "");
    walk.guarded
}

/// What judgements need of the whole.
struct Facts {
    etcd_servers: etcd::Declared,
    volumes: volumes::Owned,
    /// Whether the webhook of the authorizers has settings.
    webhook: bool,
    /// The issuers of service accounts that were seen.
    issuers: BTreeSet<String>,
    /// The name of the first control-plane node, where the spec names nodes.
    first_node: Option<String>,
    /// The port that kubeadm has the API server listen on.
    bind_port: u16,
    /// Where the container runtime of the nodes listens.
    socket: String,
    version: KubeVersion,
}

impl Facts {
    /// Whether the spec names the first node, and not like this.
    fn names_another(&self, name: &str) -> bool {
        self.first_node.as_ref().is_some_and(|first| first != name)
    }
}

/// Where kubeadm finds the container runtime: the owner says it, else it is the place of the declared runtime.
fn socket(root: &Node, tree: &Node) -> String {
    let said =
        ["Init", "Join"].iter().filter_map(|kind| root.at_pointer(&format!("/{kind}Configuration/nodeRegistration/criSocket")));
    let said = said.filter_map(Node::as_str).find(|text| !text.is_empty());
    said.unwrap_or_else(|| cri_socket(declared(tree))).to_owned()
}

/// The name of the first node of the first pool of the control plane that names nodes.
fn first_node(tree: &Node) -> Option<String> {
    let is_control_plane = |pool: &&Node| pool.get("role").and_then(Node::as_str) == Some("control-plane");
    let pools = tree.at_pointer("/platform/nodePools")?.as_seq()?.iter().filter(is_control_plane);
    let nodes = pools.filter_map(|pool| pool.get("nodes")?.as_seq()).flatten();
    nodes.filter_map(|node| node.get("name")?.as_str()).map(str::to_owned).next()
}

struct Walk<'a> {
    facts: Facts,
    secrets: &'a Secrets,
    diags: &'a mut Diagnostics,
    guarded: Guarded,
}

impl Walk<'_> {
    fn below(&mut self, node: &mut Node, path: &str) {
        match &mut node.value {
            Value::Map(entries) => entries.retain_mut(|entry| {
                let path = format!("{path}/{}", entry.key);
                self.keeps(&mut entry.value, &path)
            }),
            Value::Seq(items) => {
                let mut index = 0;
                items.retain_mut(|item| {
                    let name = item.get("name").and_then(Node::as_str).map_or_else(|| index.to_string(), str::to_owned);
                    index += 1;
                    self.keeps(item, &format!("{path}/{name}"))
                });
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => {}
        }
    }

    /// Whether a value stays; what must not stay below it goes.
    fn keeps(&mut self, node: &mut Node, path: &str) -> bool {
        let at = node.used_at().clone();
        let field = path.trim_start_matches('/').to_owned();
        match self.fate(node, path) {
            Fate::Keep => {}
            Fate::Refuse(why) => {
                self.leave(path, at, &text_of(node), &why);
                return false;
            }
            Fate::Same(why) => {
                self.guarded.refused.push(note(path, OwnerField::Overridden, &text_of(node), Some(why)));
                return false;
            }
            Fate::Secret(why) => {
                self.leave(path, at, "(secret)", why);
                return false;
            }
            Fate::Eyes(why) => {
                self.guarded.eyes.push((path.to_owned(), why.clone()));
                self.diags.push(NeedsEyes { field, why, source: None, at });
            }
            Fate::Stop(why, help) => {
                self.diags.push(UnusableValue { field, why, help: help.to_owned(), at: Some(at) });
                return true;
            }
        }
        let before = children(node);
        self.below(node, path);
        before == 0 || children(node) > 0
    }

    fn leave(&mut self, path: &str, at: Place, value: &str, why: &str) {
        self.guarded.refused.push(note(path, OwnerField::Refused, value, Some(why)));
        self.diags.push(FieldRefused { field: path.trim_start_matches('/').to_owned(), why: why.to_owned(), at: Some(at) });
    }

    fn fate(&mut self, node: &Node, path: &str) -> Fate {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let value = node.get("value").unwrap_or(node);
        if segments.len() > 1 && self.secrets.hold(value) {
            return match segments.as_slice() {
                [_, .., "extraEnvs", name] if !PROXY_VARIABLES.contains(name) => variable(name, node),
                _ => Fate::Secret("it looks like a secret; secrets never stand in the tree"),
            };
        }
        match segments.as_slice() {
            [_, "patches"] => {
                Fate::refuse("patches change anything in the static pods, and what they hold cannot be judged here")
            }
            [_, section @ .., "extraArgs", name] => {
                flags::judge(section, name, value.as_str().unwrap_or_default(), &mut self.facts)
            }
            ["InitConfiguration", "nodeRegistration", "kubeletExtraArgs", "hostname-override" | "provider-id"]
                if self.facts.names_another(value.as_str().unwrap_or_default()) =>
            {
                Fate::refuse(
                    "it belongs to one node, and the spec names the nodes: the kubelet would register under another name",
                )
            }
            [_, "nodeRegistration", "kubeletExtraArgs", "container-runtime-endpoint"]
                if socket_path(value.as_str().unwrap_or_default()) == socket_path(&self.facts.socket) =>
            {
                Fate::Same("kubeadm tells the kubelet the same")
            }
            [_, "nodeRegistration", "kubeletExtraArgs", name] => kubelet::flag(name, value.as_str().unwrap_or_default()),
            [_, .., "extraEnvs", name] => variable(name, node),
            [_, section, "extraVolumes", _] => self.facts.volumes.judge(node, section),
            [_, .., "certSANs" | "serverCertSANs" | "peerCertSANs", _] => alternative_name(node.as_str().unwrap_or_default()),
            ["ClusterConfiguration", "controlPlaneEndpoint"] => endpoint(node.as_str().unwrap_or_default()),
            ["ClusterConfiguration", "networking", "podSubnet" | "serviceSubnet"] => ranges(node.as_str().unwrap_or_default()),
            ["ClusterConfiguration", "etcd", "local", "imageTag"] => {
                etcd::tag(node.as_str().unwrap_or_default(), self.facts.version)
            }
            ["ClusterConfiguration", "etcd", "external", rest @ ..] => etcd::external(rest, node.as_str()),
            ["KubeletConfiguration", field] => kubelet::field(field, node),
            ["KubeProxyConfiguration", "mode"] => proxy_mode(node.as_str().unwrap_or_default()),
            _ => Fate::Keep,
        }
    }
}

fn children(node: &Node) -> usize {
    node.as_map().map_or(0, <[_]>::len) + node.as_seq().map_or(0, <[_]>::len)
}

fn text_of(node: &Node) -> String {
    let value = node.get("value").unwrap_or(node);
    super::shown(&value.to_json())
}

/// The value of a variable may be a secret; those of proxies are none.
fn variable(name: &str, node: &Node) -> Fate {
    if PROXY_VARIABLES.contains(&name) && node.get("valueFrom").is_none() {
        return Fate::Keep;
    }
    Fate::Secret("variables may hold secrets or change what the program does: only those of proxies are carried")
}

fn endpoint(text: &str) -> Fate {
    if !is_own_machine(text) {
        return Fate::Keep;
    }
    let why = format!("`{text}` is every machine's own address, so that no node finds the control plane");
    Fate::Stop(why, "write a name or an address that every node reaches")
}

/// One range, or one of each family.
fn ranges(text: &str) -> Fate {
    match text.split(',').map(str::trim).find(|range| !text.is_empty() && range.parse::<Cidr>().is_err()) {
        Some(range) => Fate::Stop(format!("`{range}` is no range of addresses"), "write a range such as 10.244.0.0/16"),
        None => Fate::Keep,
    }
}

/// A name that stands for everybody: kubeadm does not start with it.
fn alternative_name(name: &str) -> Fate {
    if !name.contains('*') || name.strip_prefix("*.").is_some_and(|rest| !rest.is_empty() && !rest.contains('*')) {
        return Fate::Keep;
    }
    let why = format!("`{name}` is no name that kubeadm writes into a certificate");
    Fate::Stop(why, "write the names and addresses under which the server is reached")
}

fn proxy_mode(mode: &str) -> Fate {
    match mode {
        "" | "iptables" | "ipvs" | "nftables" => Fate::Keep,
        other => Fate::Refuse(format!("kube-proxy has no mode `{other}` on Linux: it would not start")),
    }
}
