//! Ranges of pods, Services and nodes beside each other: one judgement for those of the spec and those of the owner's file.

use std::net::IpAddr;

use crate::{base::Cidr, diag::Place};

use super::diagnostics::{OverlappingRanges, SubnetFamilies, UnusableAddress, UnusableRange, never_routed};

/// Ranges of one kind, each with its place.
#[derive(Debug, Clone)]
pub(crate) struct Ranges {
    /// What has addresses of them, inside a sentence: `pods`, `Services`, `nodes of pool x`.
    pub(crate) of: String,
    /// In the order in which they are written.
    pub(crate) list: Vec<(Cidr, Place)>,
}

fn is_v4(range: &Cidr) -> bool {
    range.address().is_ipv4()
}

impl Ranges {
    /// Ranges of whose addresses nobody has one: loopback, multicast and the like.
    pub(crate) fn unusable(&self) -> Vec<UnusableRange> {
        let found = |(range, place): &(Cidr, Place)| {
            Some(UnusableRange { whose: self.of.clone(), range: *range, why: never_routed(range)?, place: place.clone() })
        };
        self.list.iter().filter_map(found).collect()
    }

    /// Of each family kubeadm takes one range.
    pub(crate) fn two_of_a_family(&self) -> Vec<SubnetFamilies> {
        let found = |(index, (range, place)): (usize, &(Cidr, Place))| {
            let (_, first) = self.list[..index].iter().find(|(before, _)| is_v4(before) == is_v4(range))?;
            let what = format!("{} have two ranges of one family", self.of);
            Some(SubnetFamilies { what, place: place.clone(), other: Some(first.clone()) })
        };
        self.list.iter().enumerate().filter_map(found).collect()
    }

    /// Families that these have and the others have none of, where there are others: kubeadm takes the same for pods and Services.
    pub(crate) fn families_beyond(&self, others: &Ranges) -> Vec<SubnetFamilies> {
        let found = |(v4, family): (bool, &str)| {
            let has = |range: &&(Cidr, Place)| is_v4(&range.0) == v4;
            let (_, place) = self.list.iter().find(has)?;
            let (_, other) = others.list.first().filter(|_| !others.list.iter().any(|range| has(&range)))?;
            let what = format!("{} have a range of {family} and {} have none", self.of, others.of);
            Some(SubnetFamilies { what, place: place.clone(), other: Some(other.clone()) })
        };
        [(true, "IPv4"), (false, "IPv6")].into_iter().filter_map(found).collect()
    }

    /// The pairs that share addresses with ranges of another kind, which are `what` (`the range of pods`).
    pub(crate) fn overlaps(&self, others: &[(Cidr, Place)], what: &str) -> Vec<OverlappingRanges> {
        let mut found = Vec::new();
        for (range, place) in &self.list {
            for (_, other) in others.iter().filter(|(other, _)| other.overlaps(range)) {
                let second = (format!("the range of {}", self.of), place.clone());
                found.push(OverlappingRanges { first: (what.to_owned(), other.clone()), second });
            }
        }
        found
    }

    /// A node has no address of pods or Services.
    pub(crate) fn holds(&self, address: IpAddr, at: &Place) -> Option<UnusableAddress> {
        let (range, other) = self.list.iter().find(|(range, _)| range.contains(address))?;
        let why = format!("it lies in the range of {}, {range}", self.of);
        Some(UnusableAddress { address: address.to_string(), why, place: at.clone(), other: Some(other.clone()) })
    }

    /// The API server of a node advertises an address of the family that the first range of Services has.
    pub(crate) fn are_of_another_family(&self, address: IpAddr, at: &Place) -> Option<UnusableAddress> {
        let (range, other) = self.list.first().filter(|(range, _)| is_v4(range) != address.is_ipv4())?;
        let why = format!(
            "its API server would advertise it, and does not start where the first range of Services, {range}, is of the other family"
        );
        Some(UnusableAddress { address: address.to_string(), why, place: at.clone(), other: Some(other.clone()) })
    }
}
