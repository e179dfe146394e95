//! `harden schema`: the JSON Schemas of the spec, and of what the commands print with `--format json`.

use serde_json::{Value, json};

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
    ("output/controls", include_str!("../../schemas/output/controls.schema.json")),
    ("output/diagnostics", include_str!("../../schemas/output/diagnostics.schema.json")),
    ("output/diff", include_str!("../../schemas/output/diff.schema.json")),
    ("output/explain", include_str!("../../schemas/output/explain.schema.json")),
    ("output/plan", include_str!("../../schemas/output/plan.schema.json")),
    ("output/profiles", include_str!("../../schemas/output/profiles.schema.json")),
    ("output/schema", include_str!("../../schemas/output/schema.schema.json")),
    ("output/verify", include_str!("../../schemas/output/verify.schema.json")),
];

/// The mistake of a call that asks for JSON where a text is all there is.
pub(super) fn without_json(command: &str) -> Failed {
    let names = OUTPUTS.iter().filter_map(|(name, _)| name.strip_prefix("output/")).filter(|name| *name != "diagnostics");
    Failed::usage(
        format!("`harden {command}` prints a text and has no JSON form"),
        format!("leave --format out; JSON comes from {}", names.collect::<Vec<_>>().join(", ")),
    )
}

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
        Some((known, text)) if screen.json() => {
            let schema: Value = serde_json::from_str(text).map_err(|error| Failed::Bug(error.to_string()))?;
            screen.result_json(&json!({ "schemaVersion": 1, "schemas": [known], "schema": schema }))?;
            Ok(Exit::Success)
        }
        Some((_, text)) => {
            screen.result(text)?;
            Ok(Exit::Success)
        }
        None => Err(Failed::usage(format!("no schema is called `{name}`"), format!("the schemas are {}", names.join(", ")))),
    }
}
