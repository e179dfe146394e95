//! The map of a workspace against its clusters.

use std::collections::BTreeSet;

use crate::{
    diag::{Diagnostics, Place},
    spec::WorkspaceCheck,
};

use super::{
    diagnostics::{ClusterOfNobody, ClusterTwice},
    name_fits,
};

/// Tells of every pattern of the map that fits no cluster: what goes to it would be judged against nothing.
pub fn report_clusters_of_nobody(map: &[WorkspaceCheck], clusters: &BTreeSet<String>, diags: &mut Diagnostics) {
    for (pattern, at) in map.iter().flat_map(|entry| entry.clusters.iter().zip(&entry.places)) {
        if !clusters.iter().any(|name| name_fits(pattern, name)) {
            let known = clusters.iter().cloned().collect();
            diags.push(ClusterOfNobody { pattern: pattern.clone(), known, at: at.clone() });
        }
    }
}

/// Tells of clusters of one name, whose trees would be one folder.
pub fn report_clusters_of_one_name(name: &str, places: Vec<Place>, diags: &mut Diagnostics) {
    diags.push(ClusterTwice { name: name.to_owned(), places });
}
