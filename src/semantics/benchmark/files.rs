//! Modes and owners of files.

use crate::facts::benchmarks::{Expect, Files, Test};

use super::{FileState, Outcome, evidence::Seen, text::flag_value};

/// Finds the files and judges each; the first miss decides, an unknown file counts only where nothing misses.
pub(super) fn judge(seen: &Seen<'_>, files: Files, expected: &str, fits: impl Fn(u32, &str) -> Result<(), String>) -> Outcome {
    let paths = match resolve(seen, files) {
        Ok(paths) => paths,
        Err(why) => return Outcome::NotEvaluated { why },
    };
    let mut unknown = None;
    for path in paths {
        let miss = match seen.evidence.files.get(&path) {
            Some(FileState::Absent) => Err("there is no such file".to_owned()),
            Some(FileState::Present { mode, owner }) => fits(*mode, owner),
            None => {
                unknown.get_or_insert(format!("nothing is known of `{path}`"));
                Ok(())
            }
        };
        if let Err(observed) = miss {
            return Outcome::Fail { observed: format!("`{path}`: {observed}"), expected: expected.to_owned() };
        }
    }
    unknown.map_or(Outcome::Pass, |why| Outcome::NotEvaluated { why })
}

/// The paths that are looked at, or why they are unknown.
fn resolve(seen: &Seen<'_>, files: Files) -> Result<Vec<String>, String> {
    match files {
        Files::All(paths) => Ok(paths.iter().map(|&path| path.to_owned()).collect()),
        Files::First { named, paths } => {
            let by_flag = match named.map(|(program, flag)| named_path(seen, program, flag)) {
                // No process names the file: the test goes by its own paths.
                Some(Err(_)) if paths.iter().any(|path| seen.evidence.files.contains_key(*path)) => None,
                found => found.transpose()?.flatten(),
            };
            let there = |path: &&&str| matches!(seen.evidence.files.get(**path), Some(FileState::Present { .. }));
            let path = by_flag.or_else(|| paths.iter().find(there).or(paths.last()).map(|&path| path.to_owned()));
            Ok(path.into_iter().collect())
        }
        Files::Under { folder, ending } => {
            let below = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            let there = seen.evidence.files.iter().filter(|(_, state)| **state != FileState::Absent).map(|(path, _)| path);
            let found: Vec<String> = there.filter(|path| below(path) && path.ends_with(ending)).cloned().collect();
            if found.is_empty() { Err(format!("nothing is known of `{folder}`")) } else { Ok(found) }
        }
    }
}

/// The path that a flag names, if it is set.
fn named_path(seen: &Seen<'_>, program: &str, flag: &'static str) -> Result<Option<String>, String> {
    let list = seen.process_list(program).ok_or_else(|| format!("the command line of {program} is not at hand"))?;
    Ok(flag_value(list, &Test { flag, path: None, expect: Expect::Present }))
}
