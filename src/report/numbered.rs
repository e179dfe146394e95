//! The lines of a tree with their origins as numbers: asked by the report, by `coverage.json` and by `provenance.json`.

use std::{collections::BTreeMap, sync::Arc};

use crate::base::{Artifact, Origin};

use super::of_the_plan;

/// The origins of a tree, each once, and for each file the runs of lines that share one. Number 0 is that of the reports themselves.
pub struct Numbered<'a> {
    pub(super) origins: Vec<Arc<Origin>>,
    /// By path; of each run the number of its last line and that of its origin.
    pub(super) files: Vec<(&'a str, Vec<(usize, usize)>)>,
}

impl<'a> Numbered<'a> {
    /// Numbers the origins in the order of the artifacts, which are sorted by path.
    #[must_use]
    pub fn of(artifacts: &'a [Artifact]) -> Self {
        let mut met = Met::default();
        met.number(&of_the_plan());
        let mut runs = |artifact: &Artifact| -> Vec<(usize, usize)> {
            let mut merged: Vec<(usize, usize)> = Vec::with_capacity(artifact.lines.runs().len());
            for run in artifact.lines.runs() {
                let id = met.number(&run.origin);
                match merged.last_mut().filter(|(_, last)| *last == id) {
                    Some((to, _)) => *to = run.to,
                    None => merged.push((run.to, id)),
                }
            }
            merged
        };
        let files = artifacts.iter().map(|artifact| (artifact.path.as_str(), runs(artifact))).collect();
        Numbered { origins: met.origins, files }
    }
}

/// The origins met so far, by their contents.
#[derive(Default)]
struct Met {
    index: BTreeMap<Arc<Origin>, usize>,
    // Most lines share the very origin of another one: its address answers without comparing contents.
    by_address: Addresses,
    origins: Vec<Arc<Origin>>,
}

#[expect(clippy::disallowed_types, reason = "looked up only: no order of it reaches an artifact")]
type Addresses = std::collections::HashMap<usize, usize>;

impl Met {
    /// `origin` lives as long as this: an address stands for one origin.
    fn number(&mut self, origin: &Arc<Origin>) -> usize {
        let Met { index, by_address, origins } = self;
        *by_address.entry(Arc::as_ptr(origin).addr()).or_insert_with(|| match index.get(origin) {
            Some(number) => *number,
            None => {
                index.insert(Arc::clone(origin), origins.len());
                origins.push(Arc::clone(origin));
                origins.len() - 1
            }
        })
    }
}
