//! What cannot be planned.

use crate::diag::{Entry, Label, Place, Problem};

/// Every kind of diagnostic of this stage.
pub const ALL: &[Entry] = &[Entry::of::<NotInVersion>(), Entry::of::<SettingConflict>()];

/// Something is wanted that the exact version does not have.
#[derive(Debug)]
pub(crate) struct NotInVersion {
    pub(crate) what: String,
    pub(crate) version: String,
    pub(crate) why: String,
    pub(crate) asked_by: String,
    pub(crate) at: Option<Place>,
    pub(crate) version_at: Option<Place>,
}

impl Problem for NotInVersion {
    const CODE: &'static str = "not-in-version";
    const MEANING: &'static str = "A flag, gate, plugin or field is wanted that this exact Kubernetes version does not have. \
        A program that meets an unknown flag, gate or plugin does not start; kubelet and kube-proxy go on without a field that they do \
        not know. So nothing is written. Take the replacement that the message names, \
        or change the version.";

    fn message(&self) -> String {
        format!("Kubernetes {} has no {}: {}", self.version, self.what, self.why)
    }

    fn help(&self) -> String {
        format!("take it out where {} asks for it, or build for a version that has it", self.asked_by)
    }

    fn labels(&self) -> Vec<Label> {
        let mut labels: Vec<Label> = self.at.iter().map(|at| Label::new(at.clone(), "asked for here")).collect();
        labels.extend(self.version_at.iter().map(|at| Label::new(at.clone(), "the version is set here")));
        labels
    }
}

/// Two ask for different values of one setting, and neither is the stricter.
#[derive(Debug)]
pub(crate) struct SettingConflict {
    pub(crate) key: String,
    pub(crate) mine: String,
    pub(crate) theirs: String,
    /// The value that every node needs, and why, where there is one.
    pub(crate) needed: Option<(&'static str, &'static str)>,
    pub(crate) at: Option<Place>,
    pub(crate) other: Option<Place>,
}

impl Problem for SettingConflict {
    const CODE: &'static str = "setting-conflict";
    const MEANING: &'static str = "Two places ask for different values of one setting and neither value is the stricter one. \
        Keep one of the two places.";

    fn message(&self) -> String {
        format!("`{}` is asked to be both `{}` and `{}`", self.key, self.mine, self.theirs)
    }

    fn help(&self) -> String {
        self.needed.map_or_else(
            || "keep one of the two values; neither is stricter than the other".to_owned(),
            |(value, why)| format!("keep `{value}`: {why}"),
        )
    }

    fn labels(&self) -> Vec<Label> {
        let mut labels: Vec<Label> =
            self.at.iter().map(|at| Label::new(at.clone(), format!("`{}` is asked for here", self.mine))).collect();
        labels.extend(self.other.iter().map(|at| Label::new(at.clone(), format!("`{}` is asked for here", self.theirs))));
        labels
    }
}
