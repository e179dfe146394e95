//! `harden diff`: what changed between two builds, in terms of security.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    base::{sha256_hex, visible},
    diff::{Change, Side, compare},
    host::{
        files::{self, Depth, Kind, SPEC_LIMIT},
        git::{self, AtRevision},
        tree::MANIFEST,
    },
    plan::Impact,
    report::Manifest,
};

use super::{Done, Exit, Failed, Screen};

/// Arguments of `harden diff`.
#[derive(Debug, clap::Args)]
#[command(after_help = "  harden diff old/shop-prod out/shop-prod
  harden diff --rev HEAD~1 out/shop-prod

A direction is one of: hardens, weakens, opens, unclear. Exit code 1 when something changed, or when a file of the newer tree is not as it
was written: what it says then is in no line.")]
pub(super) struct Args {
    /// The older and the newer tree; with --rev only the newer one
    #[arg(value_name = "DIR", required = true, num_args = 1..=2)]
    trees: Vec<PathBuf>,
    /// Take the older tree from a git revision
    #[arg(long, value_name = "REV")]
    rev: Option<String>,
}

const COVERAGE: &str = "coverage.json";

/// The files of a tree, by their paths in it.
type Files = BTreeMap<String, Vec<u8>>;

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    let (old, tree) = match (args.rev.as_deref(), args.trees.as_slice()) {
        (None, [old, new]) => (side(&on_disk(old)?, &old.display().to_string())?, new),
        (Some(rev), [new]) => (at_revision(new, rev)?, new),
        (None, _) => return Err(Failed::usage("one tree alone cannot be compared", "name two trees, or one and --rev REV")),
        (Some(_), _) => return Err(Failed::usage("--rev takes the older tree from git", "name only the newer tree")),
    };
    let found = on_disk(tree)?;
    let edited = edited(&found);
    let changes = compare(&old, &side(&found, &tree.display().to_string())?);
    let exit = if changes.is_empty() && edited.is_empty() { Exit::Success } else { Exit::Findings };
    if screen.json() {
        let list: Vec<Value> = changes.iter().map(Change::json).collect();
        screen.result_json(&json!({ "schemaVersion": 1, "edited": edited, "changes": list }))?;
        return Ok(exit);
    }
    screen.result(&text(&edited, &changes))?;
    Ok(exit)
}

/// Files of a tree that are not as they were written: settings are those that its build recorded, and say nothing of them.
fn edited(found: &Files) -> Vec<String> {
    let read = |bytes: &Vec<u8>| Manifest::read(&String::from_utf8_lossy(bytes)).ok();
    let Some(manifest) = found.get(MANIFEST).and_then(read) else { return vec![MANIFEST.to_owned()] };
    let is_written = |path: &str, sha256: &str| found.get(path).is_some_and(|bytes| sha256_hex(bytes) == sha256);
    // What the changes are read from is listed too, or it could be anybody's.
    let unlisted = (!manifest.files.contains_key(COVERAGE)).then(|| COVERAGE.to_owned());
    let changed = manifest.files.iter().filter(|(path, file)| !is_written(path, &file.sha256)).map(|(path, _)| path.clone());
    unlisted.into_iter().chain(changed).collect()
}

fn text(edited: &[String], changes: &[Change]) -> String {
    let mut text = String::new();
    for file in edited {
        let _ = writeln!(text, "edited   {}: not as it was written, so what it says is in no line here", visible(file));
    }
    for change in changes {
        let from = change.from.as_deref().unwrap_or("(not set)");
        let to = change.to.as_deref().unwrap_or("(not set)");
        let _ = writeln!(text, "{:<8} {}: {from} -> {to}", change.direction.name(), change.key);
        for impact in change.impact.iter().filter(|impact| **impact != Impact::None) {
            let _ = writeln!(text, "           {impact}");
        }
    }
    match (changes.is_empty(), edited.is_empty()) {
        (true, true) => text.push_str("no setting changed\n"),
        (true, false) => text.push_str("no setting that a build recorded changed\n"),
        (false, _) => {}
    }
    text
}

/// The tree of a folder.
fn on_disk(tree: &Path) -> Result<Files, Failed> {
    if !files::is_file(&tree.join(COVERAGE)) {
        return Err(Failed::usage(
            format!("`{}` is no tree of harden: it has no `{COVERAGE}`", tree.display()),
            "name a folder that `harden build` wrote, such as out/<cluster>",
        ));
    }
    let mut found = Files::new();
    for entry in files::list(tree, Depth::Below)?.into_iter().filter(|entry| entry.kind == Kind::File) {
        found.insert(entry.path.to_string_lossy().into_owned(), files::read(&tree.join(&entry.path), SPEC_LIMIT)?);
    }
    Ok(found)
}

/// The same folder at a revision.
fn at_revision(tree: &Path, rev: &str) -> Result<Side, Failed> {
    match git::read_folder(tree, rev, SPEC_LIMIT)? {
        AtRevision::NoRepository => Err(Failed::usage(
            format!("`{}` lies in no git repository", tree.display()),
            "compare two folders, or run it where the tree is committed",
        )),
        AtRevision::NoFolder => Err(Failed::usage(
            format!("`{}` did not exist at `{rev}`", tree.display()),
            "name a revision in which the tree is committed",
        )),
        AtRevision::NoRevision => {
            Err(Failed::usage(format!("no revision `{rev}`"), "name a commit, branch or tag of the tree's repository"))
        }
        AtRevision::Files(found) if found.contains_key(COVERAGE) => side(&found, &format!("{} at {rev}", tree.display())),
        AtRevision::Files(_) => Err(Failed::usage(
            format!("`{}` was no tree of harden at `{rev}`", tree.display()),
            "name a revision in which the tree is committed",
        )),
    }
}

fn side(found: &Files, name: &str) -> Result<Side, Failed> {
    let wrong = |why: String| Failed::usage(format!("`{COVERAGE}` of `{name}`: {why}"), "build the tree again with this version");
    let coverage = found.get(COVERAGE).map_or(&[][..], Vec::as_slice);
    let coverage: Value = serde_json::from_slice(coverage).map_err(|error| wrong(error.to_string()))?;
    let text = |(path, bytes): (&String, &Vec<u8>)| Some((path.clone(), String::from_utf8(bytes.clone()).ok()?));
    let files: Vec<(String, String)> = found.iter().filter_map(text).collect();
    Side::new(&coverage, &files).map_err(wrong)
}
