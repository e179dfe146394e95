//! The rules of the firewall of one pool: who belongs to which group, and what each group may reach.

use std::collections::BTreeSet;

use crate::{
    base::{Cause, Cidr, SpecPath},
    facts::{self, Callers, Listens, Protocol},
    plan::{Lowering, NodePlan, PoolRole, SettingKey},
    resolve::Resolved,
    spec::{model::Opened, words::Access},
};

use super::firewall;

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

/// The pen for the rules of one pool.
pub(super) struct Rules<'a, 'b> {
    pub(super) cluster: &'a Resolved,
    pub(super) out: &'a mut Lowering<'b>,
    pub(super) pool: &'a NodePlan,
    pub(super) keys: Vec<SettingKey>,
}

impl Rules<'_, '_> {
    /// Writes all of them; gives the keys of the pool's settings.
    pub(super) fn write(mut self) -> Vec<SettingKey> {
        self.members();
        self.allow();
        self.open();
        self.keys
    }

    /// A range belongs to a group, because a place of the spec says so.
    fn member(&mut self, group: &str, range: &Cidr, place: SpecPath) {
        let name = format!("firewall/group/{group}/{range}");
        let key = self.out.because(Cause::Spec(place)).host_rule(&self.pool.name, &name, "member");
        self.keys.push(key);
    }

    /// The ranges of nodes, pods and of those who come from outside.
    fn members(&mut self) {
        let cluster = self.cluster;
        for pool in &cluster.pools {
            let Some(answers) = cluster.hosts.pools.get(&pool.name) else { continue };
            for (range, place) in &answers.ranges {
                self.member("nodes", range, place.clone());
            }
            if self.pool.role == PoolRole::Worker || pool.role == PoolRole::Worker {
                continue;
            }
            // A pool that names its nodes lets them alone to etcd, not all of its range.
            for (range, place) in answers.narrowest() {
                self.member("control-plane", range, place.clone());
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

    /// A group may reach a port. Of a group that nobody belongs to there is nothing to say.
    fn rule(&mut self, protocol: &str, port: &str, group: &str, what: &str) {
        if !self.has(group) {
            return;
        }
        let name = format!("firewall/allow/{protocol}/{port}/{group}");
        let key = self.out.host_rule(&self.pool.name, &name, what);
        self.keys.push(key);
    }

    /// What each group may reach.
    fn allow(&mut self) {
        let cluster = self.cluster;
        let asked = cluster.choice(firewall::CONTROL.id()).cause();
        self.out.because(asked.clone());
        let ssh = cluster.hosts.pools.get(&self.pool.name).is_none_or(|answers| answers.access == Access::Ssh);
        if ssh {
            self.rule("tcp", "22", "admins", "ssh");
        }
        if self.pool.role != PoolRole::Etcd {
            self.of_every_node();
            self.out.because(Cause::Spec(SpecPath::new("/platform/cni").child(&cluster.cni.name)));
            for port in facts::cni_ports(&cluster.cni.name, &cluster.hosts.ways) {
                for group in port.from {
                    self.rule(port.protocol, port.port, group, port.what);
                }
            }
            self.out.because(asked.clone());
            if cluster.node_local_dns {
                for protocol in ["tcp", "udp"] {
                    self.rule(protocol, "53", "pods", "node-local DNS");
                }
            }
            self.services();
            self.components();
        }
        self.out.because(asked);
        if self.pool.role == PoolRole::ControlPlane {
            self.api_server();
        }
        self.etcd();
    }

    /// The kubelet and the health of kube-proxy, where they listen here.
    fn of_every_node(&mut self) {
        let kubelet = self.out.plan().kubelet_port().to_string();
        self.rule("tcp", &kubelet, "nodes", "kubelet");
        self.rule("tcp", &kubelet, "pods", "kubelet: metrics");
        if let Some(port) = self.out.plan().proxy_health_port() {
            for group in ["nodes", "load-balancer"] {
                self.rule("tcp", &port.to_string(), group, "kube-proxy health");
            }
        }
    }

    /// In mode ipvs kube-proxy binds the addresses of Services to the node, and a packet to one passes the input hook before IPVS takes
    /// it (kubernetes/kubernetes issues 98465 and 72236, cloudnativelabs/kube-router pull request 604; read 2026-11-27). What is no port
    /// of a Service kube-proxy refuses there by itself (kubernetes/kubernetes pull request 108460: its chain KUBE-IPVS-FILTER).
    fn services(&mut self) {
        if self.out.plan().proxy_mode() != "ipvs" {
            return;
        }
        let asked = self.out.reason().cause;
        let place = SpecPath::new("/platform/kubeadm/serviceSubnets");
        for (n, range) in self.cluster.network.view.services.iter().enumerate() {
            self.member("services", range, place.index(n));
        }
        self.out.because(Cause::Spec(SpecPath::new("/platform/kubeadm/kubeProxy/mode")));
        let (first, last) = self.out.plan().node_ports();
        for group in ["nodes", "pods"] {
            if self.has("services") && self.has(group) {
                let name = format!("firewall/services/{group}");
                self.keys.push(self.out.host_rule(&self.pool.name, &name, "Services in mode ipvs"));
            }
            for protocol in ["tcp", "udp", "sctp"] {
                self.rule(protocol, &format!("{first}-{last}"), group, "NodePorts in mode ipvs");
            }
        }
        self.out.because(asked);
    }

    /// The API server, and what stands before it on the same hosts where the shared endpoint has a port of its own.
    fn api_server(&mut self) {
        let Some(kubeadm) = &self.cluster.kubeadm else { return };
        let asked = self.out.reason().cause;
        let groups = ["admins", "egress", "load-balancer", "nodes", "pods"];
        for group in groups {
            self.rule("tcp", &kubeadm.bind_port.to_string(), group, "API server");
        }
        if let Some(port) = kubeadm.front_port {
            self.out.because(Cause::Spec(SpecPath::new("/platform/kubeadm/controlPlaneEndpoint")));
            for group in groups {
                self.rule("tcp", &port.to_string(), group, "shared endpoint of the API servers");
            }
        }
        self.out.because(asked);
    }

    /// The ports of etcd on hosts that run it: for clients and members the usual ones, and what an endpoint names beside.
    fn etcd(&mut self) {
        let ports = self.ports_of_etcd();
        let stacked = self.cluster.kubeadm.as_ref().is_some_and(|kubeadm| kubeadm.external_etcd.is_none());
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
    fn ports_of_etcd(&self) -> BTreeSet<u16> {
        let Some(kubeadm) = &self.cluster.kubeadm else { return BTreeSet::new() };
        let is_here =
            |host: &str| match host.parse() {
                Ok(address) => self.pool.cidrs.iter().any(|range| range.contains(address)),
                Err(_) => kubeadm.nodes.iter().filter(|node| node.pool == self.pool.name).any(|node| {
                    host.strip_prefix(node.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                }),
            };
        let endpoints = kubeadm.external_etcd.iter().flat_map(|etcd| &etcd.endpoints);
        endpoints.filter_map(|url| host_and_port(url)).filter(|(host, _)| is_here(host)).map(|(_, port)| port).collect()
    }

    /// The ports that system components have on nodes. Their metrics are let in where something that collects them is declared.
    fn components(&mut self) {
        let components = self.cluster.components();
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
    fn open(&mut self) {
        let Some(answers) = self.cluster.hosts.pools.get(&self.pool.name) else { return };
        for open in &answers.open {
            for (range, place) in &open.sources {
                self.member(&open.group, range, place.clone());
            }
            self.out.because(Cause::Spec(open.path.clone()));
            match open.what {
                Opened::Port(protocol, port) => {
                    self.rule(&protocol.name().to_lowercase(), &port.number().to_string(), &open.group, &open.reason);
                }
                Opened::Ip(number) => self.rule("ip", &number.to_string(), &open.group, &open.reason),
            }
        }
    }
}
