//! What nodes and their programs cannot have.

use crate::{
    base::Minor,
    diag::{Label, Place, Problem, Severity},
};

/// A text that is to become a line of a file on the node, and is no such line.
#[derive(Debug)]
pub(in crate::controls) struct HostWord {
    pub(in crate::controls) text: String,
    pub(in crate::controls) expected: &'static str,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for HostWord {
    const CODE: &'static str = "host-word";
    const MEANING: &'static str = "A kernel setting or the name of a module becomes a line of a file on the node. Characters that neither \
        needs are refused, since they could become another line.";

    fn message(&self) -> String {
        format!("`{}` cannot be written to the node: expected {}", self.text.escape_debug(), self.expected)
    }

    fn help(&self) -> String {
        "write letters, digits, `.`, `_`, `-` and, in values, `/`, `,` and blanks alone".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "one of these")).collect()
    }
}

/// A pool of which the spec gives no address, while firewalls let nodes in by theirs.
#[derive(Debug)]
pub(in crate::controls) struct PoolWithoutAddresses {
    pub(in crate::controls) pool: String,
    pub(in crate::controls) at: Option<Place>,
    pub(in crate::controls) control: Option<Place>,
}

impl Problem for PoolWithoutAddresses {
    const CODE: &'static str = "pool-without-addresses";
    const MEANING: &'static str = "The firewalls of hosts let nodes in by their addresses, and the spec gives neither ranges nor named nodes of a \
        pool. Its nodes would reach no API server, no kubelet and no pod of other nodes, and etcd no other member.";

    fn message(&self) -> String {
        format!("the firewalls of the nodes would shut the nodes of pool `{}` out: the spec gives no address of them", self.pool)
    }

    fn help(&self) -> String {
        "write the ranges that they have their addresses in (`cidrs: [192.0.2.64/26]`), or name all of them under `nodes`"
            .to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let pool = self.at.iter().map(|at| Label::new(at.clone(), "no `cidrs` and no `nodes`"));
        pool.chain(self.control.iter().map(|at| Label::new(at.clone(), "asks for the firewalls"))).collect()
    }
}

/// A runtime that its makers do not list with the Kubernetes minor.
#[derive(Debug)]
pub(in crate::controls) struct RuntimeUnlisted {
    pub(in crate::controls) runtime: String,
    pub(in crate::controls) minor: Minor,
    pub(in crate::controls) listed: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for RuntimeUnlisted {
    const CODE: &'static str = "runtime-unlisted";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The makers of containerd and CRI-O publish which of their versions go with which Kubernetes minor, and \
        this pairing is not among them. It may run; nobody looks after it.";

    fn message(&self) -> String {
        format!("{} is not listed with Kubernetes {}", self.runtime, self.minor)
    }

    fn help(&self) -> String {
        format!("take one of {}", self.listed)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "this version")).collect()
    }
}

/// A version that the owner's files pin does not go with the Kubernetes that is declared.
#[derive(Debug)]
pub(in crate::controls) struct VersionSkew {
    pub(in crate::controls) program: String,
    pub(in crate::controls) minor: Minor,
    pub(in crate::controls) listed: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for VersionSkew {
    const CODE: &'static str = "version-skew";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The owner's configuration pins a program to a version that lies outside what goes with the declared \
        Kubernetes: older than kubeadm lets through, or newer than what it deploys itself. It may run; nobody tests the two together.";

    fn message(&self) -> String {
        format!("{} does not go with Kubernetes {}", self.program, self.minor)
    }

    fn help(&self) -> String {
        format!("take one of {}, or leave the field out: kubeadm deploys one that fits", self.listed)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "this version")).collect()
    }
}
