//! Decisions that are missing or open too much, and what cannot be read.

use crate::{
    base::Cidr,
    diag::{Label, Place, Problem},
    facts::WrongSize,
};

/// A file that the spec names cannot be read.
#[derive(Debug)]
pub(in crate::resolve) struct BrokenFile {
    pub(in crate::resolve) path: String,
    pub(in crate::resolve) why: String,
    pub(in crate::resolve) at: Option<Place>,
}

impl Problem for BrokenFile {
    const CODE: &'static str = "named-file";
    const MEANING: &'static str = "A file that the spec names cannot be read. Paths are relative to the workspace (the folder of \
        harden.yaml, or of the spec where there is none), and none may leave it.";

    fn message(&self) -> String {
        format!("cannot read `{}`: {}", self.path, self.why)
    }

    fn help(&self) -> String {
        "name a file inside the workspace, relative to its root".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "named here")).collect()
    }
}

/// A decision about security is missing.
#[derive(Debug)]
pub(in crate::resolve) struct MissingDecision {
    pub(in crate::resolve) field: &'static str,
    pub(in crate::resolve) why: &'static str,
    pub(in crate::resolve) example: &'static str,
    /// The field of `spec` that leads to it, where that is not there: the place is then that of another one.
    pub(in crate::resolve) beside: Option<&'static str>,
    pub(in crate::resolve) at: Option<Place>,
}

impl Problem for MissingDecision {
    const CODE: &'static str = "missing-decision";
    const MEANING: &'static str = "A field that decides security is not set. Such a field has no default: a guess would either lock \
        somebody out or let everybody in.";

    fn message(&self) -> String {
        format!("`{}` is not decided: {}", self.field, self.why)
    }

    fn help(&self) -> String {
        format!("write, for example, `{}`", self.example)
    }

    fn labels(&self) -> Vec<Label> {
        let says = match self.beside {
            Some(top) => format!("`{top}` belongs beside this, below `spec`"),
            None => format!("`{}` belongs below this", self.field),
        };
        self.at.iter().map(|at| Label::new(at.clone(), says.clone())).collect()
    }
}

/// No pool of a self-managed cluster runs the control plane.
#[derive(Debug)]
pub(in crate::resolve) struct NoControlPlane {
    pub(in crate::resolve) at: Option<Place>,
}

impl Problem for NoControlPlane {
    const CODE: &'static str = "no-control-plane";
    const MEANING: &'static str = "A cluster of kubeadm has a control plane of its own, and no pool has the role `control-plane`. Its nodes \
        would get no firewall before the API server and etcd, no closed key files and no script, and network policies would not find the API \
        server.";

    fn message(&self) -> String {
        "no pool of `platform.nodePools` has the role `control-plane`: nothing would guard the nodes of the API server and etcd"
            .to_owned()
    }

    fn help(&self) -> String {
        "add the pool, for example `{ name: control-plane, role: control-plane, os: debian-12, cidrs: [192.0.2.0/28] }`"
            .to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "no control plane among them")).collect()
    }
}

/// A range of pods or Services has a size that kubeadm refuses.
#[derive(Debug)]
pub(in crate::resolve) struct SubnetSize {
    pub(in crate::resolve) range: Cidr,
    pub(in crate::resolve) wrong: WrongSize,
    pub(in crate::resolve) at: Place,
}

impl Problem for SubnetSize {
    const CODE: &'static str = "subnet-size";
    const MEANING: &'static str = "kubeadm refuses the size of this range, in every version that is built for. A range of Services has at \
        most 20 bits behind its prefix and at least ten addresses; one of pods is at least as large as the part that each node gets of it \
        (a /24 of IPv4, a /64 of IPv6, or what `node-cidr-mask-size-ipv4` and `-ipv6` of kube-controller-manager say) and at most 65536 \
        times as large.";

    fn message(&self) -> String {
        format!("`{}` {}", self.range, self.wrong.why)
    }

    fn help(&self) -> String {
        self.wrong.help.clone()
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "this range")]
    }
}
