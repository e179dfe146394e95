//! Ranges of addresses: for what lies outside of the cluster, and for what has an address in one that lies in a range of nodes.

use std::net::IpAddr;

use crate::{
    base::Cidr,
    facts::OwnPolicies,
    kube::network::Peer,
    plan::{NodeSource, Unmatched},
};

use super::{Ends, Side};

/// Ranges as narrow as this that hold an agent of the provider mean it: its link-local /16, and the fd00:ec2::/32 of Amazon.
const AROUND_AGENTS: u8 = 16;

impl Ends<'_> {
    /// The addresses of a range. Ranges of the cluster that lie inside are not meant; one that lies in those of nodes means them too.
    pub(super) fn range(&self, range: Cidr, side: Side) -> Result<Peer, Unmatched> {
        let within = |ranges: &[Cidr]| ranges.iter().any(|own| own.covers(&range));
        let outside = "a range is for what lies outside of the cluster";
        if matches!(range.address(), IpAddr::V6(address) if address.to_ipv4_mapped().is_some()) {
            let why = format!("the API server refuses `{range}`, which is IPv4 in an IPv6 form");
            return Err(self.cannot(why, "write the range of IPv4"));
        }
        let agent = self.view.agents.iter().find(|agent| range.covers(agent) && range != **agent);
        let is_meant = self.view.semantics.own == OwnPolicies::Cilium && range.prefix() >= AROUND_AGENTS;
        if let Some(agent) = agent.filter(|_| is_meant) {
            let why = format!(
                "`{range}` holds `{agent}`, where nodes answer their own pods, and no range matches nodes under {}",
                self.plug_in()
            );
            return Err(self.cannot(why, format!("write `{agent}` alone, with its port")));
        }
        if side == Side::Opens && self.view.agents.contains(&range) {
            let why = format!("`{range}` is where a node answers its own pods, and nothing comes from it");
            return Err(self.cannot(why, "name `nodes` for what nodes open"));
        }
        if within(&self.view.services) {
            let why = format!("`{range}` lies in the range of Services");
            return Err(self.cannot(why, format!("name the tier or peer behind the Service: {outside}")));
        }
        if self.view.is_among_nodes(&range) {
            self.matches_nodes_in(range, side)?;
        } else if within(&self.view.pods) {
            let why = format!("`{range}` lies in the range of pods");
            return Err(self.cannot(why, format!("name a tier or a peer: {outside}; where no pod has these addresses, take them out of the range of pods in the spec")));
        }
        if !self.view.semantics.ranges_match_nodes && within(&self.view.node_dns()) {
            let why = format!(
                "`{range}` is the DNS cache of a node, and no range of a network policy matches nodes under {}",
                self.plug_in()
            );
            return Err(self.cannot(why, "name `dns` for its answers, or `nodes` with the port"));
        }
        Ok(Peer::Block { cidr: range, except: self.view.left_out_of(&range) })
    }

    /// Whether a range in one of nodes matches those with an address in it.
    fn matches_nodes_in(&self, range: Cidr, side: Side) -> Result<(), Unmatched> {
        let why = if !self.view.semantics.ranges_match_nodes {
            format!("no range of a network policy matches nodes under {}", self.plug_in())
        } else if side == Side::Opens && self.view.node_source == NodeSource::Tunnel {
            self.tunnel("a node")
        } else {
            return Ok(());
        };
        let nodes = match self.view.semantics.own {
            OwnPolicies::Calico | OwnPolicies::Cilium => "name `nodes`",
            OwnPolicies::None => self.elsewhere(),
        };
        let way_out = format!("for nodes, {nodes}; for a machine beside them, write `cidrs` of the pool without its address");
        Err(self.cannot(format!("`{range}` lies in the range of a node pool, and {why}"), way_out))
    }
}
