//! In which files of a tree each control has lines: asked by the report and by `coverage.json`.

use std::{collections::BTreeMap, sync::Arc};

use crate::base::{Artifact, ControlId, Origin};

/// The paths of the files with lines of a control, in the order of the artifacts, each once.
pub struct FilesOfControls<'a>(BTreeMap<ControlId, Vec<&'a str>>);

impl<'a> FilesOfControls<'a> {
    /// Reads the origins of all lines.
    #[must_use]
    pub fn of(artifacts: &'a [Artifact]) -> Self {
        let mut files: BTreeMap<ControlId, Vec<&str>> = BTreeMap::new();
        for artifact in artifacts {
            let path = artifact.path.as_str();
            let mut last: Option<&Arc<Origin>> = None;
            for run in artifact.lines.runs() {
                if last.is_some_and(|origin| Arc::ptr_eq(origin, &run.origin)) {
                    continue;
                }
                last = Some(&run.origin);
                for control in run.origin.reasons.iter().filter_map(|reason| reason.control) {
                    let list = files.entry(control).or_default();
                    if list.last().is_none_or(|last| !std::ptr::eq(*last, path)) {
                        list.push(path);
                    }
                }
            }
        }
        FilesOfControls(files)
    }

    /// The files of a control; none where it writes none.
    #[must_use]
    pub fn with(&self, control: ControlId) -> &[&'a str] {
        self.0.get(&control).map_or(&[], Vec::as_slice)
    }
}
