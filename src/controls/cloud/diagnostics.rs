//! What a provider cannot be told.

use crate::{
    base::{Cidr, Platform},
    diag::{Label, Place, Problem, Severity},
};

/// The nodes of a managed cluster could not reach their own API server.
#[derive(Debug)]
pub(in crate::controls) struct NodesLockedOut {
    pub(super) what: &'static str,
    pub(super) private: bool,
    pub(super) other: &'static str,
    pub(super) at: Option<Place>,
    pub(super) sources: Option<Place>,
}

impl Problem for NodesLockedOut {
    const CODE: &'static str = "nodes-locked-out";
    const SEVERITY: Severity = Severity::Error;
    const MEANING: &'static str = "The API server of a managed cluster answers on a public address and only to declared ranges, and the \
        addresses that nodes and runners go out with are not among them: `api.sources.egress` is missing, or its ranges are private, and nobody \
        comes to a public address from those. Nodes would lose their API server.";

    fn message(&self) -> String {
        let missing = if self.private { "a public range in `api.sources.egress`" } else { "`api.sources.egress`" };
        format!("{} without {missing} locks the cluster's own nodes out", self.what)
    }

    fn help(&self) -> String {
        format!("list the outgoing addresses of nodes and runners under `api.sources.egress`, or {}", self.other)
    }

    fn labels(&self) -> Vec<Label> {
        let at = self.at.iter().map(|at| Label::new(at.clone(), "nodes come to the public address"));
        let sources = self.sources.iter().map(|at| Label::new(at.clone(), "and no `egress` names the address they come from"));
        at.chain(sources).collect()
    }
}

/// Where an API server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::controls) enum EndpointSide {
    /// On the internet.
    Public,
    /// In its private network.
    Private,
}

/// Nobody whom the spec names could come to the endpoint.
#[derive(Debug)]
pub(in crate::controls) struct NobodyComesIn {
    pub(super) side: EndpointSide,
    pub(super) other: &'static str,
    pub(super) at: Option<Place>,
    pub(super) sources: Option<Place>,
}

impl Problem for NobodyComesIn {
    const CODE: &'static str = "nobody-comes-in";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The API server of a managed cluster answers in its private network alone, and every range of \
        `api.sources.admins` is one of the internet; or it answers on a public address, and every range is a private one. From there nobody \
        reaches the endpoint.";

    fn message(&self) -> String {
        let endpoint = match self.side {
            EndpointSide::Public => "public",
            EndpointSide::Private => "private",
        };
        format!("nobody comes to a {endpoint} endpoint from the addresses of `api.sources.admins`")
    }

    fn help(&self) -> String {
        let ranges = match self.side {
            EndpointSide::Public => "name the public addresses that people go out with (an office, a VPN, a NAT gateway)",
            EndpointSide::Private => "name the private ranges that people come from (VPN, peered networks, a bastion host)",
        };
        format!("{ranges}, or write {}", self.other)
    }

    fn labels(&self) -> Vec<Label> {
        let (answers, ranges) = match self.side {
            EndpointSide::Public => ("answers on a public address", "addresses of private networks"),
            EndpointSide::Private => ("answers in the private network alone", "addresses of the internet"),
        };
        let at = self.at.iter().map(|at| Label::new(at.clone(), answers));
        let sources = self.sources.iter().map(|at| Label::new(at.clone(), ranges));
        at.chain(sources).collect()
    }
}

/// A public endpoint for which the spec names nobody.
#[derive(Debug)]
pub(in crate::controls) struct NoPublicSource {
    pub(super) at: Option<Place>,
    pub(super) sources: Option<Place>,
}

impl Problem for NoPublicSource {
    const CODE: &'static str = "no-public-source";
    const SEVERITY: Severity = Severity::Error;
    const MEANING: &'static str = "The API server of an EKS cluster answers on a public address too, and no range of `api.sources` is a public \
        one. EKS refuses private ranges in `public_access_cidrs`, and without the list it lets everybody in.";

    fn message(&self) -> String {
        "no range of `api.sources` is one from which somebody comes to the public endpoint".to_owned()
    }

    fn help(&self) -> String {
        "write `endpoint: private`, or name the public addresses that people and runners go out with".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let at = self.at.iter().map(|at| Label::new(at.clone(), "answers on a public address too"));
        let sources = self.sources.iter().map(|at| Label::new(at.clone(), "no public range"));
        at.chain(sources).collect()
    }
}

/// More ranges than the provider takes.
#[derive(Debug)]
pub(in crate::controls) struct TooManySources {
    pub(super) platform: &'static str,
    pub(super) count: usize,
    pub(super) most: usize,
    pub(super) at: Option<Place>,
}

impl Problem for TooManySources {
    const CODE: &'static str = "too-many-sources";
    const SEVERITY: Severity = Severity::Error;
    const MEANING: &'static str = "The list of who may reach the API server of a managed cluster is longer than the provider takes. The \
        limit is the provider's and cannot be raised.";

    fn message(&self) -> String {
        format!("{} ranges may reach the API server, and {} takes {}", self.count, self.platform, self.most)
    }

    fn help(&self) -> String {
        "join neighbouring ranges, or make the endpoint private".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), format!("{} ranges", self.count))).collect()
    }
}

/// A range of a family that the provider refuses.
#[derive(Debug)]
pub(in crate::controls) struct SourceFamily {
    pub(super) range: Cidr,
    pub(super) platform: Platform,
    pub(super) at: Option<Place>,
}

impl Problem for SourceFamily {
    const CODE: &'static str = "source-family";
    const SEVERITY: Severity = Severity::Error;
    const MEANING: &'static str = "A range of `api.sources` is one of IPv6, and the list of the provider takes IPv4 alone: azurerm knows no other \
        form of `authorized_ip_ranges`, and EKS refuses IPv6 in `public_access_cidrs` of a cluster of IPv4. The plan or the apply would stop, \
        after other steps went through.";

    fn message(&self) -> String {
        format!("{} takes no range of IPv6 here: `{}`", self.platform, self.range)
    }

    fn help(&self) -> String {
        match self.platform {
            Platform::Eks => {
                "write the ranges of IPv4 that people come from, or declare the cluster as one of IPv6 (`platform.podCidrs`)"
            }
            Platform::Aks | Platform::Kubeadm => "write the ranges of IPv4 that people come from",
        }
        .to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "a range of IPv6")).collect()
    }
}

/// The bounds of the provider let in releases that make a cluster anew.
#[derive(Debug)]
pub(in crate::controls) struct ProviderMakesAnew {
    pub(super) constraint: String,
    pub(super) at: Option<Place>,
}

impl Problem for ProviderMakesAnew {
    const CODE: &'static str = "provider-makes-anew";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The spec asks for an overlay or for the data plane of Cilium, and the bounds of `azurerm` let in releases that make \
        a running cluster anew for it, where later ones change it in place.";

    fn message(&self) -> String {
        format!("`{}` lets in releases of azurerm that make a running cluster anew to change its network", self.constraint)
    }

    fn help(&self) -> String {
        "write `>= 4.81`, the oldest release that is known to change it in place".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "older releases are let in")).collect()
    }
}

/// The bounds of the provider let in releases that the emitted text was never compared with.
#[derive(Debug)]
pub(in crate::controls) struct ProviderUnread {
    pub(super) constraint: String,
    pub(super) provider: &'static str,
    pub(super) read: &'static str,
    pub(super) at: Option<Place>,
}

impl Problem for ProviderUnread {
    const CODE: &'static str = "provider-unread";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The bounds of the Terraform provider let in releases whose schemas the emitted text was never compared with. An \
        older one may lack a resource or an argument, a newer one may have dropped it: `terraform validate` then refuses the module.";

    fn message(&self) -> String {
        format!("`{}` lets in releases of {} that the emitted text was not compared with", self.constraint, self.provider)
    }

    fn help(&self) -> String {
        format!(
            "keep within `{}`, the releases that were read, or run `terraform validate` in `terraform/attach` with the one that is taken",
            self.read
        )
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "others are let in")).collect()
    }
}

/// No release of the provider is within the bounds.
#[derive(Debug)]
pub(in crate::controls) struct ProviderWithoutRelease {
    pub(super) constraint: String,
    pub(super) at: Option<Place>,
}

impl Problem for ProviderWithoutRelease {
    const CODE: &'static str = "provider-without-release";
    const MEANING: &'static str = "The bounds of the Terraform provider contradict each other, so that no version is within them and `terraform init` \
        finds none.";

    fn message(&self) -> String {
        format!("no version is within `{}`", self.constraint)
    }

    fn help(&self) -> String {
        "write a lower bound that lies below the upper one, such as \">= 5.99, < 7\"".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "the bounds are declared here")).collect()
    }
}

/// A group of an access entry has a name that EKS keeps for itself.
#[derive(Debug)]
pub(in crate::controls) struct ReservedGroup {
    pub(super) name: String,
    pub(super) prefix: &'static str,
    pub(super) at: Option<Place>,
}

impl Problem for ReservedGroup {
    const CODE: &'static str = "reserved-group";
    const SEVERITY: Severity = Severity::Error;
    const MEANING: &'static str = "A group of people has IAM principals and a Kubernetes name that begins with a word which EKS keeps for \
        itself. EKS refuses an access entry with such a group.";

    fn message(&self) -> String {
        format!("EKS takes no access entry for the group `{}`", self.name)
    }

    fn help(&self) -> String {
        format!("give the group a name in RBAC that does not begin with `{}`", self.prefix)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), format!("begins with `{}`", self.prefix))).collect()
    }
}
