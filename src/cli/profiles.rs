//! `harden profiles`: the built-in ones and those of the workspace.

use std::{fmt::Write as _, path::PathBuf};

use serde_json::{Value, json};

use crate::{diag::Diagnostics, resolve::BUILT_IN, yaml::Node};

use super::{Done, Exit, Failed, Screen, load::load_one};

/// Arguments of `harden profiles`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print the text of a profile
    name: Option<String>,
    /// The workspace, or the file of a cluster (default: the current folder)
    #[arg(long, value_name = "DIR")]
    workspace: Option<PathBuf>,
}

/// A profile that a cluster can name.
struct Found {
    name: String,
    /// Where it lies; nothing for a built-in one.
    file: Option<String>,
    text: String,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    match &args.name {
        Some(name) => one(args, name, screen),
        None => all(args, screen),
    }
}

/// Prints the profile of a name, which a second one can have only in the file of another cluster.
fn one(args: &Args, name: &str, screen: &Screen) -> Done {
    let mut found: Vec<Found> = built_in().filter(|profile| profile.name == name).collect();
    if found.is_empty() {
        let known = workspace(args)?;
        let names: Vec<String> = known.iter().map(|profile| profile.name.clone()).collect();
        found = known.into_iter().filter(|profile| profile.name == name).collect();
        if found.is_empty() {
            return Err(Failed::usage(
                format!("no profile is called `{name}`, neither built in nor in the workspace"),
                format!("the profiles are {}", names.join(", ")),
            ));
        }
    }
    if screen.json() {
        let list: Vec<Value> = found.iter().map(|profile| profile.json(true)).collect();
        screen.result_json(&json!({ "schemaVersion": 1, "profiles": list }))?;
    } else {
        screen.result(&found.into_iter().map(|profile| profile.text).collect::<Vec<_>>().join("---\n"))?;
    }
    Ok(Exit::Success)
}

/// Lists them.
fn all(args: &Args, screen: &Screen) -> Done {
    let found = workspace(args)?;
    if screen.json() {
        let list: Vec<Value> = found.iter().map(|profile| profile.json(false)).collect();
        screen.result_json(&json!({ "schemaVersion": 1, "profiles": list }))?;
        return Ok(Exit::Success);
    }
    let mut text = String::new();
    for profile in &found {
        let about = profile.file.as_ref().map_or_else(|| profile.first_comment(), |file| format!("of {file}"));
        let _ = writeln!(text, "{:<14} {about}", profile.name);
    }
    screen.result(&text)?;
    Ok(Exit::Success)
}

fn built_in() -> impl Iterator<Item = Found> {
    BUILT_IN.iter().map(|(name, text)| Found { name: (*name).to_owned(), file: None, text: (*text).to_owned() })
}

/// Every profile that a cluster of the workspace can name.
fn workspace(args: &Args) -> Result<Vec<Found>, Failed> {
    let mut diags = Diagnostics::default();
    let folder = args.workspace.clone().unwrap_or_else(|| PathBuf::from("."));
    let loaded = load_one(&folder, &mut diags)?;
    if diags.has_errors() {
        return Err(Failed::Mistakes(diags));
    }
    let own = loaded.all_profiles().into_iter().filter(|(name, _)| !built_in().any(|known| known.name == *name));
    let own = own.map(|(name, tree)| Found { name, file: Some(tree.place.source.name().to_owned()), text: text_of(&tree) });
    let mut found: Vec<Found> = built_in().chain(own).collect();
    found.sort_by(|a, b| (&a.name, &a.file).cmp(&(&b.name, &b.file)));
    Ok(found)
}

/// The document that a tree was read from, with its comments: what lies between the lines that part documents.
fn text_of(tree: &Node) -> String {
    let (text, span) = (tree.place.source.text(), tree.place.span);
    let (before, after) = (text.get(..span.start).unwrap_or_default(), text.get(span.start..).unwrap_or_default());
    let start = before.rfind("\n---").map_or(0, |at| at + 1);
    let end = after.find("\n---").map_or(text.len(), |at| span.start + at);
    let own = text.get(start..end).unwrap_or_default();
    let own = own.strip_prefix("---").unwrap_or(own);
    format!("{}\n", own.trim_matches(['\n', '\r']).trim_end())
}

impl Found {
    fn json(&self, with_text: bool) -> Value {
        let mut value = json!({ "name": self.name, "builtIn": self.file.is_none() });
        if let Some(file) = &self.file {
            value["file"] = json!(file);
        }
        if with_text {
            value["text"] = json!(self.text);
        }
        value
    }

    /// The first comment line of a built-in profile says what it is.
    fn first_comment(&self) -> String {
        self.text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned()
    }
}
