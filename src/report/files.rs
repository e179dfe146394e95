//! In which files of a tree each control has lines: asked by the report and by `coverage.json`.

use std::collections::BTreeMap;

use crate::base::ControlId;

use super::Numbered;

/// The paths of the files with lines of a control, in the order of the artifacts, each once.
pub struct FilesOfControls<'a>(BTreeMap<ControlId, Vec<&'a str>>);

impl<'a> FilesOfControls<'a> {
    /// Reads the origins of all lines.
    #[must_use]
    pub fn of(lines: &Numbered<'a>) -> Self {
        let mut files: BTreeMap<ControlId, Vec<&str>> = BTreeMap::new();
        // The last file that each origin was met in.
        let mut met: Vec<Option<usize>> = vec![None; lines.origins.len()];
        for (file, (path, runs)) in lines.files.iter().enumerate() {
            for (_, id) in runs {
                if met[*id].replace(file) == Some(file) {
                    continue;
                }
                for control in lines.origins[*id].reasons.iter().filter_map(|reason| reason.control) {
                    let list = files.entry(control).or_default();
                    if list.last().is_none_or(|last| !std::ptr::eq(*last, *path)) {
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
