//! In which files of a tree each control has lines, and for which part of the cluster: asked by the report and by `coverage.json`.

use std::collections::{BTreeMap, BTreeSet};

use crate::{base::ControlId, plan::Scope};

use super::Numbered;

/// A file, and the parts of the cluster that its lines of a control are for.
type Lines<'a> = (&'a str, BTreeSet<Scope>);

/// The paths of the files with lines of a control, in the order of the artifacts, each once.
pub struct FilesOfControls<'a>(BTreeMap<ControlId, Vec<Lines<'a>>>);

impl<'a> FilesOfControls<'a> {
    /// Reads the origins of all lines.
    #[must_use]
    pub fn of(lines: &Numbered<'a>) -> Self {
        let mut files: BTreeMap<ControlId, Vec<Lines<'a>>> = BTreeMap::new();
        // The last file that each origin was met in.
        let mut met: Vec<Option<usize>> = vec![None; lines.origins.len()];
        for (file, (path, runs)) in lines.files.iter().enumerate() {
            for (_, id) in runs {
                if met[*id].replace(file) == Some(file) {
                    continue;
                }
                let origin = &lines.origins[*id];
                let part = pool_of(path).unwrap_or_else(|| origin.setting.as_deref().map_or(Scope::Cluster, part));
                for control in origin.reasons.iter().filter_map(|reason| reason.control) {
                    let list = files.entry(control).or_default();
                    match list.last_mut().filter(|(last, _)| std::ptr::eq(*last, *path)) {
                        Some((_, parts)) => _ = parts.insert(part.clone()),
                        None => list.push((*path, BTreeSet::from([part.clone()]))),
                    }
                }
            }
        }
        FilesOfControls(files)
    }

    /// The files of a control that hold something of these scopes; none where it writes none.
    #[must_use]
    pub fn with(&self, control: ControlId, scopes: &[&Scope]) -> Vec<&'a str> {
        let counts = |parts: &BTreeSet<Scope>| scopes.iter().any(|scope| parts.iter().any(|part| holds_in(part, scope)));
        let all = self.0.get(&control).map_or(&[][..], Vec::as_slice);
        all.iter().filter(|(_, parts)| counts(parts)).map(|(path, _)| *path).collect()
    }
}

/// The pool whose folder a file lies in: nothing there is for another one.
fn pool_of(path: &str) -> Option<Scope> {
    let (pool, _) = path.strip_prefix("nodes/")?.split_once('/')?;
    Some(Scope::Pool(pool.to_owned()))
}

/// The part of the cluster that a setting is for, by its name.
fn part(setting: &str) -> Scope {
    let mut segments = setting.split('/');
    let named = match segments.next() {
        Some("node") => return segments.next().map_or(Scope::Cluster, |pool| Scope::Pool(pool.to_owned())),
        // Policies of a plug-in for the whole cluster stand under this word.
        Some("network") => segments.next().filter(|name| *name != "cluster"),
        Some("namespace") => segments.next(),
        Some("rbac") => segments.next().filter(|kind| *kind == "accounts").and_then(|_| segments.next()),
        Some(_) | None => None,
    };
    named.map_or(Scope::Cluster, |name| Scope::Namespace(name.to_owned()))
}

/// Whether lines for a part of the cluster are of a scope.
fn holds_in(part: &Scope, scope: &Scope) -> bool {
    match (part, scope) {
        (Scope::Cluster, _) | (_, Scope::Cluster | Scope::Workload(_, None)) => true,
        (Scope::Namespace(part), Scope::Workload(_, Some(namespace))) => part == namespace,
        (_, _) => part == scope,
    }
}
