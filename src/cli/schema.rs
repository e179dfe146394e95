//! `harden schema`: the JSON Schemas of the spec.

use crate::spec;

use super::{Done, Exit, Failed, Screen};

/// Arguments of `harden schema`.
#[derive(Debug, clap::Args)]
#[command(after_help = "For an editor with the YAML language server, write as first line of a spec:
  # yaml-language-server: $schema=./schemas/harden.schema.json")]
pub(super) struct Args {
    /// Which schema (without: their names)
    name: Option<String>,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    let schemas = spec::schemas();
    let names: Vec<&str> = schemas.iter().map(|(name, _)| *name).collect();
    let Some(name) = &args.name else {
        screen.result(&format!("{}\n", names.join("\n")))?;
        return Ok(Exit::Success);
    };
    let wanted = |known: &str| known == name || known.split('.').next() == Some(name.as_str());
    match schemas.iter().find(|(known, _)| wanted(known)) {
        Some((_, text)) => {
            screen.result(text)?;
            Ok(Exit::Success)
        }
        None => Err(Failed::usage(format!("no schema is called `{name}`"), format!("the schemas are {}", names.join(", ")))),
    }
}
