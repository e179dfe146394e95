//! Lets only what is declared or needed reach the ports of a host.

use std::collections::BTreeSet;

use crate::{
    base::{Area, Cause, Cidr, Level, SpecPath},
    controls::{Control, Param, ParamKind, Stricter},
    facts::{self, Callers, Listens, Protocol},
    plan::{Lowering, NodePlan, Outcome, PoolRole, Scope, SettingKey},
    resolve::Resolved,
    spec::{model::Opened, words::Access},
};

use super::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/firewall",
    area: Area::Network,
    title: "let only declared and needed traffic reach the ports of a host",
    level: Level::Restricted,
    doc: include_str!("firewall.md"),
    params: &[Param {
        name: "mode",
        kind: ParamKind::Choice(&["count", "enforce"]),
        stricter: Stricter::Later,
        about: "whether what is not declared is refused, or counted and let in",
    }],
    applies: super::applies,
    lower,
};

/// Who may reach what: protocol, port, group, what for. On every pool.
const EVERYWHERE: &[(&str, &str, &str, &str)] = &[
    ("tcp", "10250", "nodes", "kubelet"),
    ("tcp", "10250", "pods", "kubelet: metrics"),
    ("tcp", "10256", "nodes", "kube-proxy health"),
];

/// Host, without brackets, and port of a URL; the port of etcd's clients where it names none.
fn host_and_port(url: &str) -> Option<(&str, u16)> {
    let rest = url.split_once("://")?.1.trim_end_matches('/');
    let (host, port) = match rest.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (rest, 2379),
    };
    Some((host.trim_start_matches('[').trim_end_matches(']'), port))
}

/// The component that collects metrics.
const SCRAPER: &str = "kube-prometheus";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (mode, cause) = cluster.text(CONTROL.id, "mode");
    pools::on_each(out, |out, pool, _| {
        let asked = out.reason().cause;
        let mut keys = vec![out.because(cause.clone()).host_rule(&pool.name, "firewall/mode", &mode)];
        out.because(asked.clone());
        keys.push(out.host_rule(&pool.name, "program/nft", "nftables"));
        keys.push(out.host_rule(&pool.name, "unit/nftables.service", "masked"));
        let mut rules = Rules { out, pool, keys };
        rules.members(cluster);
        rules.allow(cluster);
        rules.open(cluster);
        let keys = rules.keys;
        out.because(asked);
        keys
    });
    if mode == "count" {
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::FIREWALL_COUNTS, "set parameter `mode` to `enforce`");
    }
}

/// The group of an entry of `open`, by its place in the list.
pub(super) fn opened(n: usize) -> String {
    format!("open-{}", n + 1)
}

/// The rules of one pool.
struct Rules<'a, 'b> {
    out: &'a mut Lowering<'b>,
    pool: &'a NodePlan,
    keys: Vec<SettingKey>,
}

impl Rules<'_, '_> {
    /// A range belongs to a group, because a place of the spec says so.
    fn member(&mut self, group: &str, range: &Cidr, place: SpecPath) {
        let name = format!("firewall/group/{group}/{range}");
        let key = self.out.because(Cause::Spec(place)).host_rule(&self.pool.name, &name, "member");
        self.keys.push(key);
    }

    /// The ranges of nodes, pods and of those who come from outside.
    fn members(&mut self, cluster: &Resolved) {
        for pool in &cluster.pools {
            let Some(answers) = cluster.hosts.pools.get(&pool.name) else { continue };
            let ranges = answers.path.child("cidrs");
            for (n, range) in pool.cidrs.iter().enumerate() {
                self.member("nodes", range, ranges.index(n));
            }
            if self.pool.role == PoolRole::Worker || pool.role == PoolRole::Worker {
                continue;
            }
            // A pool that names its nodes lets them alone to etcd, not all of its range.
            for (n, range) in pool.cidrs.iter().enumerate().filter(|_| answers.nodes.is_empty()) {
                self.member("control-plane", range, ranges.index(n));
            }
            for (node, place) in &answers.nodes {
                self.member("control-plane", node, place.clone());
            }
        }
        for (range, place) in &cluster.hosts.pods {
            self.member("pods", range, place.clone());
        }
        let sources = SpecPath::new("/api/sources");
        for (n, range) in cluster.sources.admins.iter().enumerate() {
            self.member("admins", range, sources.child("admins").index(n));
        }
        if self.pool.role == PoolRole::ControlPlane {
            for (n, range) in cluster.sources.egress.iter().enumerate() {
                self.member("egress", range, sources.child("egress").index(n));
            }
        }
        // It asks kube-proxy of every node whether it is well.
        if self.pool.role != PoolRole::Etcd {
            for (n, range) in cluster.sources.load_balancer.iter().enumerate() {
                self.member("load-balancer", range, sources.child("loadBalancer").child("addresses").index(n));
            }
        }
    }

    fn rule(&mut self, protocol: &str, port: &str, group: &str, what: &str) {
        let name = format!("firewall/allow/{protocol}/{port}/{group}");
        let key = self.out.host_rule(&self.pool.name, &name, what);
        self.keys.push(key);
    }

    /// What each group may reach.
    fn allow(&mut self, cluster: &Resolved) {
        let asked = cluster.choice(CONTROL.id()).cause();
        self.out.because(asked.clone());
        let ssh = cluster.hosts.pools.get(&self.pool.name).is_none_or(|answers| answers.access == Access::Ssh);
        if ssh {
            self.rule("tcp", "22", "admins", "ssh");
        }
        if self.pool.role != PoolRole::Etcd {
            for (protocol, port, group, what) in EVERYWHERE {
                self.rule(protocol, port, group, what);
            }
            if self.has("load-balancer") {
                self.rule("tcp", "10256", "load-balancer", "kube-proxy health");
            }
            self.out.because(Cause::Spec(SpecPath::new("/platform/cni").child(&cluster.cni.name)));
            for port in facts::cni_ports(&cluster.cni.name, &cluster.hosts.ways) {
                for group in port.from {
                    self.rule(port.protocol, port.port, group, port.what);
                }
            }
            self.out.because(asked);
            if cluster.node_local_dns {
                for protocol in ["tcp", "udp"] {
                    self.rule(protocol, "53", "pods", "node-local DNS");
                }
            }
            self.components(cluster);
            self.out.because(cluster.choice(CONTROL.id()).cause());
        }
        let port = cluster.kubeadm.as_ref().map_or(6443, |kubeadm| kubeadm.bind_port).to_string();
        if self.pool.role == PoolRole::ControlPlane {
            for group in ["admins", "egress", "load-balancer", "nodes", "pods"] {
                if self.has(group) {
                    self.rule("tcp", &port, group, "API server");
                }
            }
        }
        self.etcd(cluster);
    }

    /// The ports of etcd on hosts that run it: for clients and members the usual ones, and what an endpoint names beside.
    fn etcd(&mut self, cluster: &Resolved) {
        let ports = self.ports_of_etcd(cluster);
        let stacked = cluster.kubeadm.as_ref().is_some_and(|kubeadm| kubeadm.external_etcd.is_none());
        let group = match self.pool.role {
            PoolRole::Etcd => "control-plane",
            PoolRole::ControlPlane if stacked || !ports.is_empty() => "control-plane",
            // What runs etcd on a worker has no group of its own.
            PoolRole::Worker if !ports.is_empty() => "nodes",
            PoolRole::ControlPlane | PoolRole::Worker => return,
        };
        self.rule("tcp", "2379-2380", group, "etcd");
        for port in ports.into_iter().filter(|port| !matches!(port, 2379 | 2380)) {
            self.rule("tcp", &port.to_string(), group, "etcd");
        }
    }

    /// The ports of the endpoints of an external etcd that lie on hosts of this pool, by address or by the name of a node.
    fn ports_of_etcd(&self, cluster: &Resolved) -> BTreeSet<u16> {
        let Some(kubeadm) = &cluster.kubeadm else { return BTreeSet::new() };
        let pool = cluster.pools.iter().find(|pool| pool.name == self.pool.name);
        let is_here =
            |host: &str| match host.parse() {
                Ok(address) => pool.is_some_and(|pool| pool.cidrs.iter().any(|range| range.contains(address))),
                Err(_) => kubeadm.nodes.iter().filter(|node| node.pool == self.pool.name).any(|node| {
                    host.strip_prefix(node.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                }),
            };
        let endpoints = kubeadm.external_etcd.iter().flat_map(|etcd| &etcd.endpoints);
        endpoints.filter_map(|url| host_and_port(url)).filter(|(host, _)| is_here(host)).map(|(_, port)| port).collect()
    }

    /// The ports that system components have on nodes. Their metrics are let in where something that collects them is declared.
    fn components(&mut self, cluster: &Resolved) {
        let components = cluster.components();
        let collected = components.iter().any(|(component, _)| component.name == SCRAPER);
        for (component, cause) in &components {
            self.out.because(cause.clone());
            for workload in component.workloads {
                for port in workload.ports {
                    let Listens::Node(callers) = port.on else { continue };
                    let groups: &[&str] = match callers {
                        Callers::Scrapers if collected => &["nodes", "pods"],
                        Callers::Nodes => &["nodes"],
                        Callers::Pods => &["pods"],
                        Callers::Scrapers | Callers::Kubelet | Callers::Ruled => &[],
                    };
                    for group in groups {
                        self.once(
                            port.protocol,
                            port.port,
                            group,
                            &format!("{}: {} {}", component.says, workload.name, port.name),
                        );
                    }
                }
            }
        }
    }

    /// A rule, where no other lets the same in already.
    fn once(&mut self, protocol: Protocol, port: u16, group: &str, what: &str) {
        let protocol = protocol.name().to_lowercase();
        let name = format!("firewall/allow/{protocol}/{port}/{group}");
        let present = self.out.plan().pools.get(&self.pool.name).and_then(|pool| pool.file_rules.get(&name));
        let what = present.map_or_else(|| what.to_owned(), |held| held.value.clone());
        self.rule(&protocol, &port.to_string(), group, &what);
    }

    /// Whether a group has a member.
    fn has(&self, group: &str) -> bool {
        let prefix = format!("firewall/group/{group}/");
        let pool = self.out.plan().pools.get(&self.pool.name);
        pool.is_some_and(|pool| pool.file_rules.keys().any(|name| name.starts_with(&prefix)))
    }

    /// The ports and protocols that the pool declares open, each with a group of its own.
    fn open(&mut self, cluster: &Resolved) {
        let Some(answers) = cluster.hosts.pools.get(&self.pool.name) else { return };
        for (n, (open, place)) in answers.open.iter().enumerate() {
            let group = opened(n);
            for (m, range) in open.from.iter().enumerate() {
                self.member(&group, range, place.child("from").index(m));
            }
            self.out.because(Cause::Spec(place.clone()));
            match open.what {
                Opened::Port(protocol, port) => {
                    self.rule(&protocol.name().to_lowercase(), &port.number().to_string(), &group, &open.reason);
                }
                Opened::Ip(number) => self.rule("ip", &number.to_string(), &group, &open.reason),
            }
        }
    }
}
