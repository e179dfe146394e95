//! `harden diff`: what changed between two builds, in terms of security.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    diff::{Change, compare},
    host::{
        files::{self, SPEC_LIMIT},
        git::{self, AtRevision},
    },
};

use super::{Done, Exit, Failed, Screen};

/// Arguments of `harden diff`.
#[derive(Debug, clap::Args)]
#[command(after_help = "  harden diff old/shop-prod out/shop-prod
  harden diff --rev HEAD~1 out/shop-prod

A direction is one of: hardens, weakens, opens, unclear. Exit code 1 when something changed.")]
pub(super) struct Args {
    /// The older and the newer tree; with --rev only the newer one
    #[arg(value_name = "DIR", required = true, num_args = 1..=2)]
    trees: Vec<PathBuf>,
    /// Take the older tree from a git revision
    #[arg(long, value_name = "REV")]
    rev: Option<String>,
}

const COVERAGE: &str = "coverage.json";

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    let (old, new) = match (args.rev.as_deref(), args.trees.as_slice()) {
        (None, [old, new]) => (on_disk(old)?, on_disk(new)?),
        (Some(rev), [new]) => (at_revision(new, rev)?, on_disk(new)?),
        (None, _) => return Err(Failed::usage("one tree alone cannot be compared", "name two trees, or one and --rev REV")),
        (Some(_), _) => return Err(Failed::usage("--rev takes the older tree from git", "name only the newer tree")),
    };
    let changes = compare(&old, &new).map_err(|why| Failed::usage(why, "build both trees with this version"))?;
    let exit = if changes.is_empty() { Exit::Success } else { Exit::Findings };
    if screen.json() {
        let list: Vec<Value> = changes.iter().map(Change::json).collect();
        screen.result_json(&json!({ "schemaVersion": 1, "changes": list }))?;
        return Ok(exit);
    }
    let mut text = String::new();
    for change in &changes {
        let from = change.from.as_deref().unwrap_or("(not set)");
        let to = change.to.as_deref().unwrap_or("(not set)");
        let _ = writeln!(text, "{:<8} {}: {from} -> {to}", change.direction.name(), change.key);
        for impact in &change.impact {
            let _ = writeln!(text, "           {impact}");
        }
    }
    if changes.is_empty() {
        text.push_str("no setting changed\n");
    }
    screen.result(&text)?;
    Ok(exit)
}

fn on_disk(tree: &Path) -> Result<Value, Failed> {
    let bytes = files::read(&tree.join(COVERAGE), SPEC_LIMIT)?;
    parse(&bytes, &tree.join(COVERAGE).display().to_string())
}

fn at_revision(tree: &Path, rev: &str) -> Result<Value, Failed> {
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
        AtRevision::Files(found) => match found.get(COVERAGE) {
            Some(bytes) => parse(bytes, &format!("{rev}:{COVERAGE}")),
            None => Err(Failed::usage(
                format!("`{}` was no tree of harden at `{rev}`", tree.display()),
                "name a revision in which the tree is committed",
            )),
        },
    }
}

fn parse(bytes: &[u8], name: &str) -> Result<Value, Failed> {
    serde_json::from_slice(bytes).map_err(|error| Failed::usage(format!("`{name}`: {error}"), "build the tree again"))
}
