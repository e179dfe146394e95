//! The partition of AWS that a spec is about: principals and receivers of another one are not to be had in it.

use crate::{
    base::SpecPath,
    facts,
    spec::{
        diagnostics::ForeignPartition,
        v1alpha1::{ClusterSpec, List},
    },
};

use super::{arn::Arn, reader::Reader};

/// Holds every ARN of a spec of EKS against the partition of its region, else against that of the first.
pub(super) fn check(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let Some(eks) = spec.platform.as_ref().and_then(|platform| platform.eks.as_ref()) else { return };
    let region = eks.region.as_deref().filter(|region| !region.is_empty());
    let mut own = region.map(|region| (facts::cloud::aws_partition(region).to_owned(), SpecPath::new("/platform/eks/region")));
    for (at, text) in arns(spec) {
        let Some(arn) = Arn::of(text) else { continue };
        match &own {
            None => own = Some((arn.partition.to_owned(), at)),
            Some((partition, other)) if *partition != arn.partition => {
                let (place, other) = (r.value_place(&at), r.value_place(other));
                let (found, own) = (arn.partition.to_owned(), partition.clone());
                r.push(ForeignPartition { found, own, place, other });
            }
            Some(_) => {}
        }
    }
}

/// Every ARN of a spec, with its path.
fn arns(spec: &ClusterSpec) -> Vec<(SpecPath, &str)> {
    let mut all = Vec::new();
    for (name, group) in spec.identity.iter().flat_map(|identity| identity.groups.iter().flatten()) {
        let at = SpecPath::new("/identity/groups").child(name).child("aws");
        all.extend(group.aws.iter().flat_map(List::entries).map(|(index, arn)| (at.index(index), arn.as_str())));
    }
    let break_glass = spec.identity.as_ref().and_then(|identity| identity.break_glass.as_ref());
    let at = SpecPath::new("/identity/breakGlass/aws");
    let principals = break_glass.iter().flat_map(|group| &group.aws).flat_map(List::entries);
    all.extend(principals.map(|(index, arn)| (at.index(index), arn.as_str())));
    let relay = spec.logging.as_ref().and_then(|logging| logging.siem.as_ref()).and_then(|siem| siem.relay.as_ref());
    if let Some(relay) = relay {
        let at = SpecPath::new("/logging/siem/relay");
        all.extend(relay.destination.as_deref().map(|arn| (at.child("destination"), arn)));
        all.extend(relay.role.as_deref().map(|arn| (at.child("role"), arn)));
    }
    all
}
