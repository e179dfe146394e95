//! `harden profiles`: the built-in ones and those of the workspace.

use std::{fmt::Write as _, path::PathBuf};

use serde_json::json;

use crate::{diag::Diagnostics, resolve::BUILT_IN};

use super::{Done, Exit, Failed, Screen, load::load_one};

/// Arguments of `harden profiles`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print the text of a built-in profile
    name: Option<String>,
    /// The workspace (default: the current folder)
    #[arg(long, value_name = "DIR")]
    workspace: Option<PathBuf>,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    if let Some(name) = &args.name {
        let names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        let Some((_, text)) = BUILT_IN.iter().find(|(built_in, _)| built_in == name) else {
            return Err(Failed::usage(
                format!("no built-in profile is called `{name}`"),
                format!("the profiles are {}", names.join(", ")),
            ));
        };
        screen.result(text)?;
        return Ok(Exit::Success);
    }
    let mut diags = Diagnostics::default();
    let folder = args.workspace.clone().unwrap_or_else(|| PathBuf::from("."));
    let loaded = load_one(&folder, &mut diags)?;
    if diags.has_errors() {
        return Err(Failed::Mistakes(diags));
    }
    let built_in = |name: &str| BUILT_IN.iter().any(|(known, _)| *known == name);
    if screen.json() {
        let list: Vec<_> = loaded.profile_names().map(|name| json!({ "name": name, "builtIn": built_in(name) })).collect();
        screen.result_json(&json!({ "schemaVersion": 1, "profiles": list }))?;
        return Ok(Exit::Success);
    }
    let mut text = String::new();
    for name in loaded.profile_names() {
        let about = if built_in(name) { first_comment(name) } else { "of this workspace".to_owned() };
        let _ = writeln!(text, "{name:<14} {about}");
    }
    screen.result(&text)?;
    Ok(Exit::Success)
}

/// The first comment line of a built-in profile says what it is.
fn first_comment(name: &str) -> String {
    let text = BUILT_IN.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| *text);
    text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned()
}
