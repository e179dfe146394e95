//! One control-plane node: the arguments that only its own files can carry.

use std::{net::IpAddr, sync::Arc};

use crate::{
    base::{Origin, SpecPath},
    plan::{KubeadmCluster, NodeAddress, PER_NODE, Plan, Program},
    targets::{
        arguments::{self, Argument, Arguments},
        origins,
    },
};

/// A named control-plane node in its cluster.
pub(in crate::targets) struct Node<'a> {
    pub(in crate::targets) plan: &'a Plan,
    pub(in crate::targets) kubeadm: &'a KubeadmCluster,
    pub(in crate::targets) name: &'a str,
    pub(in crate::targets) address: IpAddr,
    pool: &'a str,
    /// How many nodes are there before it.
    index: usize,
}

impl<'a> Node<'a> {
    /// Every named node of the cluster.
    pub(in crate::targets) fn all(plan: &'a Plan) -> Vec<Node<'a>> {
        let Some(kubeadm) = &plan.cluster.kubeadm else { return Vec::new() };
        let node = |(index, found): (usize, &'a NodeAddress)| Node {
            plan,
            kubeadm,
            name: &found.name,
            address: found.address,
            pool: &found.pool,
            index,
        };
        kubeadm.nodes.iter().enumerate().map(node).collect()
    }

    /// Whether the cluster begins on this node; the others join.
    pub(in crate::targets) fn is_first(&self) -> bool {
        self.index == 0
    }

    /// The operating system of its pool.
    pub(in crate::targets) fn os(&self) -> &str {
        self.plan.pools.get(self.pool).map_or("other", |pool| pool.os.as_str())
    }

    /// The origin of lines that hold its address.
    pub(in crate::targets) fn origin(&self) -> Arc<Origin> {
        let path = ["platform", "nodePools", self.pool, "nodes", self.name, "address"];
        origins::spec(path.iter().fold(SpecPath::root(), |path, segment| path.child(segment)))
    }

    /// `host:port` of this node, as URLs write it.
    pub(in crate::targets) fn socket(&self, port: u16) -> String {
        socket(self.address, port)
    }

    /// The command of a program on this node, after the patches.
    pub(in crate::targets) fn command(&self, program: Program, common: &Arguments) -> Vec<Argument> {
        let mut own = common.own.clone();
        own.extend(self.own(program));
        let mut command = arguments::command(self.plan.cluster.version, own, common.extra.clone());
        for (index, _, right) in arguments::misplaced(&command, &common.extra) {
            command[index] = right;
        }
        command
    }

    /// The command of a program before any patch; where no node is named, with an empty address.
    pub(in crate::targets) fn unpatched(plan: &Plan, program: Program) -> Vec<Argument> {
        let component = plan.component(program);
        let mut own = arguments::own(program, component);
        match Node::all(plan).first() {
            Some(node) => own.extend(node.own(program)),
            None => own.extend(PER_NODE.iter().filter(|(of, _)| *of == program).map(|(_, name)| Argument {
                name: (*name).to_owned(),
                value: String::new(),
                origin: origins::form("kubeadm-owns-flag"),
            })),
        }
        arguments::command(plan.cluster.version, own, arguments::extra(program, component))
    }

    fn own(&self, program: Program) -> Vec<Argument> {
        match program {
            Program::KubeApiserver => self.arguments([("advertise-address", self.address.to_string())]),
            Program::Etcd => self.etcd(),
            Program::KubeControllerManager | Program::KubeScheduler | Program::Kubelet | Program::KubeProxy => Vec::new(),
        }
    }

    /// etcd's name and URLs. A member that joins is told of those before it; etcd itself keeps the list from then on.
    fn etcd(&self) -> Vec<Argument> {
        let client = format!("https://{}", self.socket(2379));
        let peer = format!("https://{}", self.socket(2380));
        let local = if self.address.is_ipv6() { "[::1]" } else { "127.0.0.1" };
        let members = &self.kubeadm.nodes[..=self.index];
        let members: Vec<String> = members.iter().map(|m| format!("{}=https://{}", m.name, socket(m.address, 2380))).collect();
        let mut all = self.arguments([
            ("name", self.name.to_owned()),
            ("listen-client-urls", format!("https://{local}:2379,{client}")),
            ("advertise-client-urls", client),
            ("listen-peer-urls", peer.clone()),
            ("initial-advertise-peer-urls", peer),
            ("initial-cluster", members.join(",")),
        ]);
        if !self.is_first() {
            all.extend(self.arguments([("initial-cluster-state", "existing".to_owned())]));
        }
        all
    }

    fn arguments<const N: usize>(&self, pairs: [(&str, String); N]) -> Vec<Argument> {
        let origin = self.origin();
        let argument = |(name, value): (&str, String)| Argument { name: name.to_owned(), value, origin: Arc::clone(&origin) };
        pairs.into_iter().map(argument).collect()
    }
}

fn socket(address: IpAddr, port: u16) -> String {
    match address {
        IpAddr::V4(address) => format!("{address}:{port}"),
        IpAddr::V6(address) => format!("[{address}]:{port}"),
    }
}
