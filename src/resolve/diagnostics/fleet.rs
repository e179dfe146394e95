//! What is wrong with a fleet: its map, and the names of its clusters.

use crate::diag::{Label, Place, Problem};

use super::did_you_mean;

/// An entry of the `check` map names a cluster that the workspace does not have.
#[derive(Debug)]
pub(in crate::resolve) struct ClusterOfNobody {
    /// The name, or pattern of names.
    pub(in crate::resolve) pattern: String,
    /// The clusters that there are.
    pub(in crate::resolve) known: Vec<String>,
    pub(in crate::resolve) at: Place,
}

impl Problem for ClusterOfNobody {
    const CODE: &'static str = "check-without-cluster";
    const MEANING: &'static str = "The `check` map of a workspace says which files go to which clusters, and this name or pattern fits no cluster of \
        the workspace: its files would be judged against nothing. A cluster was renamed or removed, or the name is misspelt.";

    fn message(&self) -> String {
        format!("`{}` in the `check` map fits no cluster of the workspace", self.pattern)
    }

    fn help(&self) -> String {
        let otherwise = match self.known.len() {
            0 => "name a cluster of the workspace: it has none".to_owned(),
            1..=5 => format!("the clusters are {}", self.known.join(", ")),
            more => format!("name one of the {more} clusters of the workspace"),
        };
        did_you_mean(&self.pattern, &self.known, &otherwise)
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "no cluster has such a name")]
    }
}

/// Two clusters of one call have the same name.
#[derive(Debug)]
pub(in crate::resolve) struct ClusterTwice {
    pub(in crate::resolve) name: String,
    /// Where each says it.
    pub(in crate::resolve) places: Vec<Place>,
}

impl Problem for ClusterTwice {
    const CODE: &'static str = "cluster-twice";
    const MEANING: &'static str = "Two clusters of one build have the same name. The name is that of a folder of the output, so one tree would take the \
        place of the other; nothing is written.";

    fn message(&self) -> String {
        format!("two clusters are called `{}`", self.name)
    }

    fn help(&self) -> String {
        "give every cluster a name of its own: it names a folder of the output".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let says = |n: usize| if n == 0 { "one of them" } else { "another one" };
        self.places.iter().enumerate().map(|(n, at)| Label::new(at.clone(), says(n))).collect()
    }
}
