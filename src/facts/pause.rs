//! The image of the container that holds a pod's namespaces.

use crate::base::Minor;

/// The tag that kubeadm pulls, since a minor. Origin: `PauseVersion` in the source of kubeadm 1.31.0, 1.32.2, 1.33.13, 1.34.4, 1.35.4,
/// 1.36.3 and 1.37.2, read 2026-11-26.
const TAGS: &[(Minor, &str)] = &[(Minor(36), "3.10.2"), (Minor(34), "3.10.1"), (Minor(31), "3.10")];

/// The tag of the image of a minor; nothing for minors that were not read.
#[must_use]
pub fn pause_tag(minor: Minor) -> Option<&'static str> {
    TAGS.iter().find(|(since, _)| minor >= *since).map(|(_, tag)| *tag)
}
