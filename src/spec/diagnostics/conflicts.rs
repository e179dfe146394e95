//! Values that contradict each other.

use crate::{
    base::Cidr,
    diag::{Label, Place, Problem, Severity},
};

/// A flow end that cannot stand at its side.
#[derive(Debug, Clone)]
pub(in crate::spec) struct FlowDirection {
    pub(in crate::spec) flow: String,
    pub(in crate::spec) what: String,
    pub(in crate::spec) help: &'static str,
    pub(in crate::spec) place: Place,
}

impl Problem for FlowDirection {
    const CODE: &'static str = "flow-direction";
    const MEANING: &'static str = "`from` opens a connection and `to` answers it. `dns`, `metadata` and host names only answer; a port belongs to the answering \
         end; `any-in-namespace` means the namespace of the tier or peer at the other end.";

    fn message(&self) -> String {
        format!("flow `{}`: {}", self.flow, self.what)
    }
    fn help(&self) -> String {
        self.help.to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "cannot stand on this side")]
    }
}

/// Two ranges that must be apart share addresses.
#[derive(Debug, Clone)]
pub(crate) struct OverlappingRanges {
    pub(crate) first: (String, Place),
    pub(crate) second: (String, Place),
}

impl Problem for OverlappingRanges {
    const CODE: &'static str = "overlapping-ranges";
    const MEANING: &'static str = "The ranges of pods, Services and nodes have to be apart: an address in two of them is routed to the wrong place, and a rule for \
         one would hold for the other. Change one of the ranges.";

    fn message(&self) -> String {
        format!("{} and {} share addresses", self.first.0, self.second.0)
    }
    fn help(&self) -> String {
        "change one of the two ranges".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.second.1.clone(), self.second.0.clone()), Label::new(self.first.1.clone(), self.first.0.clone())]
    }
}

/// Pod and Service ranges do not agree in their address families.
#[derive(Debug, Clone)]
pub(crate) struct SubnetFamilies {
    pub(crate) what: String,
    pub(crate) place: Place,
    pub(crate) other: Option<Place>,
}

impl Problem for SubnetFamilies {
    const CODE: &'static str = "subnet-families";
    const MEANING: &'static str = "Pods and Services have one range, or one of IPv4 and one of IPv6, and both the same families. Kubernetes takes nothing else.";

    fn message(&self) -> String {
        self.what.clone()
    }
    fn help(&self) -> String {
        "give pods and Services one range each, or one of IPv4 and one of IPv6 each".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        let mut labels = vec![Label::new(self.place.clone(), "this range")];
        labels.extend(self.other.iter().map(|place| Label::new(place.clone(), "beside this one")));
        labels
    }
}

/// An address that no node can have.
#[derive(Debug, Clone)]
pub(crate) struct UnusableAddress {
    pub(crate) address: String,
    pub(crate) why: String,
    pub(crate) place: Place,
    pub(crate) other: Option<Place>,
}

impl Problem for UnusableAddress {
    const CODE: &'static str = "unusable-address";
    const MEANING: &'static str = "A node or load balancer cannot have this address: it is a loopback, link-local, multicast or unspecified address, or lies in the \
         range of pods or Services. The API server refuses to advertise such addresses, and one of another family than the first range of Services \
         (kube-apiserver, validatePublicIPServiceClusterIPRangeIPFamilies).";

    fn message(&self) -> String {
        format!("no node can have the address `{}`: {}", self.address, self.why)
    }
    fn help(&self) -> String {
        "write the address under which other machines reach it".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        let mut labels = vec![Label::new(self.place.clone(), self.why.clone())];
        labels.extend(self.other.iter().map(|place| Label::new(place.clone(), "the range")));
        labels
    }
}

/// A range of addresses that nobody of a cluster can have.
#[derive(Debug, Clone)]
pub(crate) struct UnusableRange {
    /// `pods`, `Services`, ``nodes of pool `x` ``.
    pub(crate) whose: String,
    pub(crate) range: Cidr,
    pub(crate) why: &'static str,
    pub(crate) place: Place,
}

/// Why no other machine reaches addresses of a range; nothing where they can be used. The range of everything is none of them.
pub(crate) fn never_routed(range: &Cidr) -> Option<&'static str> {
    const RANGES: [(&str, &str); 7] = [
        ("127.0.0.0/8", "loopback addresses, which mean the machine itself"),
        ("::1/128", "the loopback address, which means the machine itself"),
        ("169.254.0.0/16", "link-local addresses, among them that of the metadata of clouds"),
        ("fe80::/10", "link-local addresses, which are not routed"),
        ("224.0.0.0/4", "multicast addresses"),
        ("ff00::/8", "multicast addresses"),
        ("0.0.0.0/8", "addresses that mean no machine"),
    ];
    let within = |(known, _): &(&str, &str)| known.parse().is_ok_and(|known: Cidr| known.overlaps(range));
    RANGES.into_iter().filter(|_| range.prefix() > 0).find(within).map(|(_, why)| why)
}

impl Problem for UnusableRange {
    const CODE: &'static str = "unusable-range";
    const MEANING: &'static str = "Pods, Services and nodes cannot have addresses of this range: it holds loopback, link-local or multicast addresses, or those \
         that mean no machine (RFC 6890). Link-local addresses are also those under which clouds answer with credentials of the node.";

    fn message(&self) -> String {
        format!("{} cannot have addresses of `{}`: it holds {}", self.whose, self.range, self.why)
    }
    fn help(&self) -> String {
        "write a private range that no other network uses, such as 10.244.0.0/16".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), self.why)]
    }
}

/// Two pools share addresses.
#[derive(Debug, Clone)]
pub(in crate::spec) struct OverlappingPools {
    pub(in crate::spec) pools: (String, String),
    pub(in crate::spec) first: Place,
    pub(in crate::spec) second: Place,
}

impl Problem for OverlappingPools {
    const CODE: &'static str = "overlapping-pools";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "Two pools have ranges that share addresses. The script of a pool runs on nodes of its ranges alone; on a node in both it cannot \
         tell which pool it is, so that the settings of the wrong one may be applied, and the firewall lets in what is meant for the other.";

    fn message(&self) -> String {
        format!("the ranges of the pools `{}` and `{}` share addresses", self.pools.0, self.pools.1)
    }
    fn help(&self) -> String {
        "give each pool the addresses of its own nodes".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        let label = |place: &Place, pool: &str| Label::new(place.clone(), format!("the range of pool `{pool}`"));
        vec![label(&self.second, &self.pools.1), label(&self.first, &self.pools.0)]
    }
}

/// A node lies outside of the ranges of its pool.
#[derive(Debug, Clone)]
pub(in crate::spec) struct AddressOutsidePool {
    pub(in crate::spec) address: String,
    pub(in crate::spec) pool: String,
    pub(in crate::spec) place: Place,
    pub(in crate::spec) ranges: Place,
}

impl Problem for AddressOutsidePool {
    const CODE: &'static str = "address-outside-pool";
    const MEANING: &'static str = "A node's address lies outside of the ranges of its pool. Firewalls let the ranges of pools in, so this node would be locked out. \
         Correct the address, or add its range to the pool.";

    fn message(&self) -> String {
        format!("`{}` lies in no range of the pool `{}`", self.address, self.pool)
    }
    fn help(&self) -> String {
        "correct the address, or add its range to `cidrs`".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "outside"), Label::new(self.ranges.clone(), "the ranges of the pool")]
    }
}

/// Two nodes have one address.
#[derive(Debug, Clone)]
pub(in crate::spec) struct DuplicateAddress {
    pub(in crate::spec) address: String,
    pub(in crate::spec) first: Place,
    pub(in crate::spec) second: Place,
}

impl Problem for DuplicateAddress {
    const CODE: &'static str = "duplicate-address";
    const MEANING: &'static str =
        "Two nodes have the same address. Each node's files are written for its own address, so one of them would be wrong.";

    fn message(&self) -> String {
        format!("two nodes have the address `{}`", self.address)
    }
    fn help(&self) -> String {
        "correct one of the two".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.second.clone(), "again here"), Label::new(self.first.clone(), "first here")]
    }
}

/// Violations would be refused before they are shown.
#[derive(Debug, Clone)]
pub(in crate::spec) struct RolloutOrder {
    pub(in crate::spec) warn: Place,
    pub(in crate::spec) deny: Place,
}

impl Problem for RolloutOrder {
    const CODE: &'static str = "rollout-order";
    const MEANING: &'static str =
        "A rollout shows violations first and refuses them later: the day of `warn` has to lie before the day of `deny`.";

    fn message(&self) -> String {
        "violations would be refused before anybody is warned".to_owned()
    }
    fn help(&self) -> String {
        "move `deny` behind `warn`".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.deny.clone(), "refused from here on"), Label::new(self.warn.clone(), "shown from here on")]
    }
}

/// Two entries of one list of encrypted resources, of which one stands for the other.
#[derive(Debug, Clone)]
pub(in crate::spec) struct OverlappingResources {
    pub(in crate::spec) first: (String, Place),
    pub(in crate::spec) second: (String, Place),
}

impl Problem for OverlappingResources {
    const CODE: &'static str = "overlapping-resources";
    const MEANING: &'static str = "Two entries of `encryptionAtRest.resources` mean the same resource: one stands twice, or a pattern such as \
         `*.` stands beside a resource of its group. The API server does not start.";

    fn message(&self) -> String {
        format!("`{}` and `{}` mean the same resource", self.first.0, self.second.0)
    }
    fn help(&self) -> String {
        "keep the one that means more".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        let (first, second) = (&self.first.1, &self.second.1);
        vec![Label::new(second.clone(), "this one overlaps"), Label::new(first.clone(), "with this one")]
    }
}

/// A principal or a receiver of another partition of AWS than the cluster's.
#[derive(Debug, Clone)]
pub(in crate::spec) struct ForeignPartition {
    pub(in crate::spec) found: String,
    pub(in crate::spec) own: String,
    pub(in crate::spec) place: Place,
    pub(in crate::spec) other: Place,
}

impl Problem for ForeignPartition {
    const CODE: &'static str = "foreign-partition";
    const MEANING: &'static str = "The partitions of AWS (`aws`, `aws-cn`, `aws-us-gov` ...) share no accounts: a role of one signs in to no cluster of another, \
         and a log group sends nothing there. AWS refuses such an ARN half way through an apply.";

    fn message(&self) -> String {
        format!("this is of the partition `{}`, and the cluster is in `{}`", self.found, self.own)
    }
    fn help(&self) -> String {
        format!("name one of `arn:{}:`, or correct the region", self.own)
    }
    fn labels(&self) -> Vec<Label> {
        vec![
            Label::new(self.place.clone(), format!("of `{}`", self.found)),
            Label::new(self.other.clone(), format!("of `{}`", self.own)),
        ]
    }
}
