//! What files say against what a plan asks for: manifests, static pods, configuration files, whole nodes.
//!
//! In: texts with their names, a plan, its waivers. Out: findings, each with a place; what a waiver covers; what cannot be told; what was
//! not judged, and why.

mod accounts;
mod documents;
mod finding;
mod kustomization;
mod moved;
mod node;
mod placeholders;
mod policies;
mod settings;
mod subject;
mod suites;
mod tokens;
mod waivers;

pub use documents::{Content, File};
pub use finding::{Finding, Findings, Held, Object, Skipped, Summary};
pub use kustomization::is_called as is_kustomization;
pub use node::folders_of_nodes;

use std::collections::BTreeMap;

use crate::{
    base::Date,
    diag::Place,
    plan::{Plan, Settings},
    resolve::Waiver,
};

use accounts::Accounts;

/// How much of a plan counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Cluster,
    /// Only what is asked of workloads: the plan stands for a profile, not for a cluster.
    Workloads,
}

/// What files are judged against.
pub struct Against<'a> {
    /// The name of the cluster; nothing where a profile stands for one.
    pub name: &'a str,
    /// What must hold, as if there were no waivers.
    pub plan: &'a Plan,
    /// The settings of the plan.
    pub settings: &'a Settings,
    /// The waivers; whether one counts is asked of the day.
    pub waivers: &'a [Waiver],
    /// Where each of them stands, by its id.
    pub waiver_places: &'a BTreeMap<String, Place>,
    /// The day.
    pub as_of: Date,
    /// How much of the plan counts.
    pub extent: Extent,
    /// The namespace of objects that name none.
    pub namespace: &'a str,
}

/// Judges files.
#[must_use]
pub fn check(files: &[File], against: &Against<'_>) -> Findings {
    let mut found = Findings::default();
    found.summary.files = files.len();
    let nodes = node::roots(files);
    let moves = moved::moves(files);
    let accounts = Accounts::of(files, &moves, against);
    let cases = suites::cases(files);
    for (at, file) in files.iter().enumerate() {
        if cases.contains(&file.name) {
            found.skip(&file.name, None, "it is a case of a suite of gator beside it: nobody applies it");
        } else if !nodes.holds(at) {
            match moves.get(&file.name) {
                Some(given) => moved::judge(file, given, against, &accounts, &mut found),
                None => documents::judge(file, against, &accounts, &mut found),
            }
        }
    }
    nodes.judge(files, against, &accounts, &mut found);
    waivers::lapsed(against, &mut found);
    found.settle(against);
    found
}
