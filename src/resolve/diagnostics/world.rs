//! What lets everybody in, and flows to ports where nothing answers.

use crate::{
    base::Cidr,
    diag::{Label, Place, Problem, Severity},
};

/// The API server is open to every address, and no waiver says so.
#[derive(Debug)]
pub(in crate::resolve) struct OpenToTheWorld {
    pub(in crate::resolve) ranges: String,
    pub(in crate::resolve) at: Vec<Place>,
}

impl Problem for OpenToTheWorld {
    const CODE: &'static str = "open-to-the-world";
    const MEANING: &'static str = "The API server lets in every address that the internet routes, in one range or in several that together \
        cover it: those of `api.sources`, and on hosts of kubeadm those that `open` lets to its port and the ranges of pools. That is possible, \
        but only through a waiver for `apiserver/api-sources`.";

    fn message(&self) -> String {
        format!("the API server is open to every address ({})", self.ranges)
    }

    fn help(&self) -> String {
        "name the ranges that administrators, runners and nodes come from, or add a waiver for `apiserver/api-sources`".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let text = if self.at.len() > 1 { "lets everybody in, with the others" } else { "lets everybody in" };
        self.at.iter().map(|at| Label::new(at.clone(), text)).collect()
    }
}

/// A port of Kubernetes or of ssh on hosts is open to every address, and no waiver says so.
#[derive(Debug)]
pub(in crate::resolve) struct PortOpenToTheWorld {
    pub(in crate::resolve) what: &'static str,
    pub(in crate::resolve) pool: String,
    pub(in crate::resolve) ranges: String,
    pub(in crate::resolve) at: Vec<Place>,
}

impl Problem for PortOpenToTheWorld {
    const CODE: &'static str = "port-open-to-the-world";
    const MEANING: &'static str = "`open` of a pool lets every address that the internet routes reach etcd, the kubelet or ssh on its nodes. \
        Ports of workloads may be open to all; these need a waiver for `node/firewall`.";

    fn message(&self) -> String {
        format!("{} on the nodes of pool `{}` is open to every address ({})", self.what, self.pool, self.ranges)
    }

    fn help(&self) -> String {
        "name the ranges that need the port, or add a waiver for `node/firewall`".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "lets everybody in")).collect()
    }
}

/// A range of a pool that holds far more addresses than the pool has nodes.
#[derive(Debug)]
pub(in crate::resolve) struct WidePool {
    pub(in crate::resolve) pool: String,
    pub(in crate::resolve) range: Cidr,
    pub(in crate::resolve) at: Option<Place>,
}

impl Problem for WidePool {
    const CODE: &'static str = "wide-pool";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A range of a pool holds more than a million addresses of IPv4 (a prefix below 12), or more of IPv6 than a \
        provider is given (below 32). Whoever has an address in it is taken for a node: firewalls of hosts let it reach the API server, \
        kubelets and the network plug-in, and flows from and to `nodes` mean it.";

    fn message(&self) -> String {
        format!("`{}` of pool `{}` takes far more for nodes than nodes", self.range, self.pool)
    }

    fn help(&self) -> String {
        "name the subnets that the nodes have their addresses in".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "whoever has an address in it is taken for a node")).collect()
    }
}

/// A flow names a port that looks like that of a Service, and pods listen on others.
#[derive(Debug)]
pub(in crate::resolve) struct ServicePortNamed {
    pub(in crate::resolve) flow: String,
    pub(in crate::resolve) port: u16,
    pub(in crate::resolve) tier: String,
    pub(in crate::resolve) listens: String,
    pub(in crate::resolve) at: Option<Place>,
    pub(in crate::resolve) tier_at: Option<Place>,
}

impl Problem for ServicePortNamed {
    const CODE: &'static str = "service-port";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A flow to a tier names port 80 or 443, which the tier does not have among the ports that its pods listen on. \
        Those are ports of Services, as a rule. A network plug-in judges the port of the pod behind the Service, so that the connection would \
        not pass.";

    fn message(&self) -> String {
        format!("flow `{}` names port {}, and pods of `{}` listen on {}", self.flow, self.port, self.tier, self.listens)
    }

    fn help(&self) -> String {
        format!(
            "leave `ports` out for those of `{}`, or add {} to the ports of the tier where its pods listen on it",
            self.tier, self.port
        )
    }

    fn labels(&self) -> Vec<Label> {
        let own = self.at.iter().map(|at| Label::new(at.clone(), "the port of a Service?"));
        own.chain(self.tier_at.iter().map(|at| Label::new(at.clone(), "what its pods listen on"))).collect()
    }
}
