//! From a flow to rules: the other end as the declared plug-in sees it, or why it cannot.

mod ranges;

use std::collections::BTreeSet;

use crate::{
    base::{Cidr, Platform, SpecPath},
    facts::{OwnPolicies, ServiceView},
    kube::network::{Dialect, Entity, Peer, Port, Rule},
    plan::{DNS_PORTS, End, FlowPlan, NetworkView, NodeSource, PoolRole, Unmatched},
};

/// The ports of CoreDNS: questions, and beside them metrics, health and readiness (coredns.io, plugins `prometheus`, `health` and `ready`;
/// read 2026-11-27).
const DNS_ANSWERS: [u16; 4] = [53, 9153, 8080, 8181];

/// Rules, each with the form that can say it.
pub(super) type Rules = Vec<(Dialect, Rule)>;

/// The rules that let the opening end of a flow reach the answering one.
pub(super) fn egress(view: &NetworkView, place: &SpecPath, flow: &FlowPlan) -> Result<Rules, Unmatched> {
    let ends = Ends { view, flow, at: place.child("to") };
    let ports = flow.ports.as_slice();
    ends.some(match &flow.to {
        End::Pods(pods) => plain(vec![Peer::Pods(pods.clone())], ports),
        End::Dns => ends.dns_answers()?,
        End::KubeApi => ends.api_answers()?,
        End::Nodes => ends.nodes_answer()?,
        End::Metadata => plain(view.metadata.iter().map(|range| block(*range)).collect(), ports),
        End::Internet => plain(internet(view), ports),
        End::Range(range) if view.is_agent_on_node(range) => ends.entities(&[Entity::Host]),
        End::Range(range) => plain(vec![ends.range(*range, Side::Answers)?], ports),
        End::Host(name) => ends.host(name)?,
    })
}

/// The rules that let the answering end of a flow be reached by the opening one.
pub(super) fn ingress(view: &NetworkView, place: &SpecPath, flow: &FlowPlan) -> Result<Rules, Unmatched> {
    let ends = Ends { view, flow, at: place.child("from") };
    let ports = flow.ports.as_slice();
    ends.some(match &flow.from {
        End::Pods(pods) => plain(vec![Peer::Pods(pods.clone())], ports),
        End::KubeApi => ends.api_opens()?,
        End::Nodes => ends.nodes_open()?,
        End::Internet => plain(internet(view), ports),
        End::Range(range) => plain(vec![ends.range(*range, Side::Opens)?], ports),
        // The reader lets none of them open a connection.
        End::Dns | End::Metadata | End::Host(_) => Vec::new(),
    })
}

/// A rule in the form of Kubernetes.
fn plain(peers: Vec<Peer>, ports: &[Port]) -> Rules {
    if peers.is_empty() { Vec::new() } else { vec![(Dialect::Kubernetes, Rule::new(peers, ports))] }
}

fn block(cidr: Cidr) -> Peer {
    Peer::Block { cidr, except: Vec::new() }
}

fn internet(view: &NetworkView) -> Vec<Peer> {
    view.internet().into_iter().map(|(cidr, except)| Peer::Block { cidr, except }).collect()
}

/// The rules that reach DNS: its pods, and the cache of the pod's node under what the plug-in takes it for.
pub(super) fn dns(view: &NetworkView, ports: &[Port]) -> Result<Rules, Unmatched> {
    let mut peers = vec![Peer::Pods(view.dns())];
    let cache = view.node_dns();
    if cache.is_empty() && view.auto_mode {
        return Err(Unmatched {
            why: "pods would be cut off from DNS: EKS Auto Mode answers it on each node, under the tenth address of the Service range, which the spec \
                  does not give"
                .to_owned(),
            way_out: "write `platform.serviceCidrs` (`aws eks describe-cluster --name NAME --query cluster.kubernetesNetworkConfig`)".to_owned(),
            at: SpecPath::new("/platform/eks/nodes"),
        });
    }
    if cache.is_empty() {
        return Ok(plain(peers, ports));
    }
    match view.semantics.own {
        // An address of the node itself is the node, whatever ranges say; with a local redirect the cache is a pod.
        OwnPolicies::Cilium => {
            peers.push(Peer::Pods(view.dns_cache()));
            let mut rules = plain(peers, ports);
            rules.push((Dialect::Cilium, Rule::new(vec![Peer::Entity(Entity::Host)], ports)));
            Ok(rules)
        }
        OwnPolicies::None | OwnPolicies::Calico if view.semantics.ranges_match_nodes => {
            peers.extend(cache.into_iter().map(block));
            Ok(plain(peers, ports))
        }
        OwnPolicies::None | OwnPolicies::Calico => {
            let at = view.node_local_dns.clone().unwrap_or_else(|| view.declared.clone());
            let word = at.segments().last().unwrap_or_default();
            Err(Unmatched {
                why: format!(
                    "pods would be cut off from DNS: no range of a network policy matches a cache on nodes under {}",
                    view.semantics.name
                ),
                way_out: format!(
                    "take `{word}` out, so that pods ask CoreDNS; or, where a local redirect makes the cache a pod, take it out and write flows to a \
                     peer for its pods (`{{ namespace: kube-system, selector: {{ k8s-app: node-local-dns }} }}`) on port 53"
                ),
                at,
            })
        }
    }
}

/// Which end of a flow it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The one that opens.
    Opens,
    /// The one that answers.
    Answers,
}

/// The end of a flow that is no pod of a declared name, with its place.
struct Ends<'a> {
    view: &'a NetworkView,
    flow: &'a FlowPlan,
    at: SpecPath,
}

impl Ends<'_> {
    fn cannot(&self, why: String, way_out: impl Into<String>) -> Unmatched {
        let name = &self.flow.name;
        Unmatched { why: format!("flow `{name}` cannot be held to: {why}"), way_out: way_out.into(), at: self.at.clone() }
    }

    /// Rules, of which there is at least one: nothing that is isolated is left so where a flow is declared.
    fn some(&self, rules: Rules) -> Result<Rules, Unmatched> {
        if rules.is_empty() {
            let why = format!("nothing that pods can reach under {} is meant by this end", self.plug_in());
            return Err(self.cannot(why, "take the flow out, or declare the ranges of pods of the family that it needs"));
        }
        Ok(rules)
    }

    /// Whether the spec gives addresses of the nodes of all of these pools.
    fn placed(&self, role: Option<PoolRole>, what: &str) -> Result<(), Unmatched> {
        let of_role = |(own, _): &&(PoolRole, SpecPath)| role.is_none_or(|role| *own == role);
        let names = self.view.unplaced.iter().filter(of_role).filter_map(|(_, path)| path.segments().last());
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        if names.is_empty() {
            return Ok(());
        }
        let why = format!("{what} of pool {} have no address in the spec", names.join(", "));
        Err(self.cannot(
            why,
            "write `cidrs` of the pool, the ranges that its nodes have their addresses in, or name all of its `nodes`",
        ))
    }

    /// Nobody answers on another port: the flow would be declared, and never pass.
    fn answers_on(&self, known: &[u16], what: &str) -> Result<(), Unmatched> {
        let named: BTreeSet<u16> = self.flow.ports.iter().map(|port| port.number).collect();
        if named.is_empty() || named.iter().any(|port| known.contains(port)) {
            return Ok(());
        }
        let named: Vec<String> = named.iter().map(ToString::to_string).collect();
        let why = format!("{what} on port {}, and not on {}", known[0], named.join(", "));
        Err(self.cannot(why, "leave `ports` out"))
    }

    fn dns_answers(&self) -> Result<Rules, Unmatched> {
        self.answers_on(&DNS_ANSWERS, "DNS answers")?;
        dns(self.view, &self.flow.ports)
    }

    fn plug_in(&self) -> &'static str {
        self.view.semantics.name
    }

    fn entities(&self, entities: &[Entity]) -> Rules {
        vec![(Dialect::Cilium, Rule::new(entities.iter().map(|entity| Peer::Entity(*entity)).collect(), &self.flow.ports))]
    }

    fn api_answers(&self) -> Result<Rules, Unmatched> {
        self.answers_on(&[self.view.api_port], "pods see the API server")?;
        if self.view.semantics.own == OwnPolicies::Cilium {
            return Ok(self.entities(&[Entity::KubeApiserver]));
        }
        if self.view.api_on_nodes && !self.view.semantics.ranges_match_nodes {
            return Err(self.no_nodes("the API server, which runs on nodes"));
        }
        self.api_placed()?;
        if self.view.api.is_empty() {
            let (why, way_out) = match self.view.semantics.services {
                ServiceView::Address => (
                    format!(
                        "{} sees the API server under the first address of the Service range, which the spec does not give",
                        self.plug_in()
                    ),
                    "write `platform.serviceCidrs`",
                ),
                ServiceView::Behind => (
                    "pods see the API server under an address of the provider's, which the spec does not give".to_owned(),
                    "write the address that `kubectl get endpointslices -n default` shows: `to: { cidr: ADDRESS/32, port: 443 }`",
                ),
            };
            return Err(self.cannot(why, way_out));
        }
        Ok(plain(self.view.api.iter().map(|range| block(*range)).collect(), &self.flow.ports))
    }

    /// Whether the spec gives the addresses of the nodes that run the API server.
    fn api_placed(&self) -> Result<(), Unmatched> {
        if self.view.api_on_nodes {
            self.placed(Some(PoolRole::ControlPlane), "the nodes of the API server, those")
        } else {
            Ok(())
        }
    }

    fn nodes_answer(&self) -> Result<Rules, Unmatched> {
        if self.view.semantics.own == OwnPolicies::Cilium {
            return Ok(self.entities(&[Entity::Host, Entity::RemoteNode]));
        }
        Ok(plain(self.node_ranges()?, &self.flow.ports))
    }

    /// The ranges of nodes, where a range tells them from pods.
    fn node_ranges(&self) -> Result<Vec<Peer>, Unmatched> {
        if !self.view.semantics.ranges_match_nodes {
            return Err(self.no_nodes("nodes of the cluster"));
        }
        self.placed(None, "the nodes")?;
        let pods = &self.view.pods;
        let mixed = pods.is_empty() || self.view.nodes.iter().any(|node| pods.iter().any(|range| range.overlaps(node)));
        if mixed && self.view.semantics.ranges_match_pods {
            let why = format!("to {} the ranges of nodes are those of pods too", self.plug_in());
            let way_out = "give pods ranges of their own and declare them (`platform.podCidrs`), or name pods in place of `nodes`; a range of nodes \
                (`{ cidr: RANGE }`) means pods with an address in it too";
            return Err(self.cannot(why, way_out));
        }
        Ok(self.view.nodes.iter().map(|range| block(*range)).collect())
    }

    fn no_nodes(&self, what: &str) -> Unmatched {
        let why = format!("no range of a network policy matches {what} under {}", self.plug_in());
        self.cannot(why, self.elsewhere())
    }

    /// The way out where the plug-in cannot match nodes at all.
    fn elsewhere(&self) -> &'static str {
        if self.view.platform == Platform::Aks && !self.view.semantics.ranges_match_nodes {
            "leave the namespace out of `namespaces`, or take another engine (`networkPolicy: calico` matches them by their range)"
        } else {
            "leave the namespace out of `namespaces`, or take Cilium or Calico as the declared network plug-in"
        }
    }

    /// Why a process of a node has no address of its own.
    fn tunnel(&self, who: &str) -> String {
        format!("under {} {who} reaches pods of other nodes from a tunnel address in the range of pods", self.plug_in())
    }

    fn api_opens(&self) -> Result<Rules, Unmatched> {
        let tunnel = self.view.node_source == NodeSource::Tunnel;
        // The entity is the addresses of the Service `kubernetes`: never the end of a tunnel, and never an agent that forwards.
        let known = self.view.semantics.own == OwnPolicies::Cilium && !tunnel && self.view.platform != Platform::Aks;
        if known {
            return Ok(self.entities(&[Entity::KubeApiserver]));
        }
        if !self.view.api_on_nodes {
            let why = "the provider's API server comes from addresses that the spec does not give".to_owned();
            let way_out = "write where it comes from: on EKS `from: { cidr: RANGE }` with the subnets of the cluster's interfaces (best ones of their \
                own, since nodes and pods in them are let in as well), on AKS a peer for the pods `app: konnectivity-agent` of kube-system";
            return Err(self.cannot(why, way_out));
        }
        let cilium = self.view.semantics.own == OwnPolicies::Cilium;
        if !self.view.semantics.ranges_match_nodes && !cilium {
            return Err(self.no_nodes("the API server, which runs on nodes"));
        }
        if tunnel {
            let way_out = match self.view.semantics.own {
                OwnPolicies::Calico => {
                    "write `from: nodes`, which opens to every node (a policy of Calico's tells their tunnels from pods), or carry packets \
                     without a tunnel or encryption and say so (`cni: { calico: { encapsulation: none } }`)"
                }
                OwnPolicies::Cilium => {
                    "write `from: nodes`, which opens to every node, or carry packets without a tunnel and say so (`cni: { cilium: { datapath: \
                     native } }`)"
                }
                OwnPolicies::None => {
                    "leave the namespace that answers webhooks out of `namespaces`, or take Cilium or Calico as the declared network plug-in"
                }
            };
            return Err(self.cannot(self.tunnel("the API server"), way_out));
        }
        self.api_placed()?;
        Ok(plain(self.view.api.iter().map(|range| block(*range)).collect(), &self.flow.ports))
    }

    fn nodes_open(&self) -> Result<Rules, Unmatched> {
        match (self.view.semantics.own, self.view.node_source) {
            (OwnPolicies::Cilium, _) => Ok(self.entities(&[Entity::Host, Entity::RemoteNode])),
            (OwnPolicies::Calico, NodeSource::Tunnel) if self.view.pods.is_empty() => {
                let why = format!("{}, which the spec does not give", self.tunnel("a node"));
                Err(self.cannot(why, "write `platform.podCidrs`"))
            }
            (OwnPolicies::Calico, NodeSource::Tunnel) => {
                self.placed(None, "the nodes")?;
                let ranges = self.view.nodes.iter().chain(&self.view.pods).copied().collect();
                Ok(vec![(Dialect::CalicoGlobal, Rule::new(vec![Peer::NotPods(ranges)], &self.flow.ports))])
            }
            (OwnPolicies::None, NodeSource::Tunnel) => Err(self.cannot(self.tunnel("a node"), self.elsewhere())),
            (OwnPolicies::None | OwnPolicies::Calico, NodeSource::Node) => Ok(plain(self.node_ranges()?, &self.flow.ports)),
        }
    }

    fn host(&self, name: &str) -> Result<Rules, Unmatched> {
        if self.view.semantics.own != OwnPolicies::Cilium {
            let why = format!("{} knows no host names", self.plug_in());
            let way_out = "write the addresses (`to: { cidr: RANGE, port: 443 }`), send the traffic through a proxy in the cluster that is a peer, \
                or take Cilium as the declared network plug-in";
            return Err(self.cannot(why, way_out));
        }
        // Cilium learns the addresses of a name from the answers of DNS that pass it.
        let mut answer = vec![Peer::Pods(self.view.dns())];
        if self.view.node_local_dns.is_some() {
            answer.extend([Peer::Pods(self.view.dns_cache()), Peer::Entity(Entity::Host)]);
        }
        let dns = Rule { peers: answer, ports: DNS_PORTS.to_vec(), reads_dns: true };
        let named = Rule::new(vec![Peer::Name(name.to_owned())], &self.flow.ports);
        Ok(vec![(Dialect::Cilium, dns), (Dialect::Cilium, named)])
    }
}
