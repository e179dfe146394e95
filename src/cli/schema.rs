//! `harden schema`: the JSON Schemas of the spec, and of what the commands print with `--format json`.

use serde_json::json;

use crate::spec;

use super::{Done, Exit, Failed, Screen};

/// Arguments of `harden schema`.
#[derive(Debug, clap::Args)]
#[command(after_help = "For an editor with the YAML language server, write as first line of a spec:
  # yaml-language-server: $schema=./schemas/harden.schema.json

What a command prints with --format json has the schema output/COMMAND.")]
pub(super) struct Args {
    /// Which schema (without: their names)
    name: Option<String>,
}

/// The schemas of what the commands print.
const OUTPUTS: [(&str, &str); 9] = [
    ("output/build", include_str!("../../schemas/output/build.schema.json")),
    ("output/check", include_str!("../../schemas/output/check.schema.json")),
    ("output/controls", include_str!("../../schemas/output/controls.schema.json")),
    ("output/diagnostics", include_str!("../../schemas/output/diagnostics.schema.json")),
    ("output/diff", include_str!("../../schemas/output/diff.schema.json")),
    ("output/explain", include_str!("../../schemas/output/explain.schema.json")),
    ("output/plan", include_str!("../../schemas/output/plan.schema.json")),
    ("output/profiles", include_str!("../../schemas/output/profiles.schema.json")),
    ("output/verify", include_str!("../../schemas/output/verify.schema.json")),
];

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    let mut schemas = spec::schemas();
    schemas.extend(OUTPUTS.map(|(name, text)| (name, text.to_owned())));
    let names: Vec<&str> = schemas.iter().map(|(name, _)| *name).collect();
    let Some(name) = &args.name else {
        if screen.json() {
            screen.result_json(&json!({ "schemaVersion": 1, "schemas": names }))?;
        } else {
            screen.result(&format!("{}\n", names.join("\n")))?;
        }
        return Ok(Exit::Success);
    };
    let wanted = |known: &str| known == name || name.strip_suffix(".schema.json") == Some(known);
    match schemas.iter().find(|(known, _)| wanted(known)) {
        Some((_, text)) => {
            screen.result(text)?;
            Ok(Exit::Success)
        }
        None => Err(Failed::usage(format!("no schema is called `{name}`"), format!("the schemas are {}", names.join(", ")))),
    }
}
