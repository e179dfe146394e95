//! `harden completions`: a script for a shell.

use clap_complete::{Shell, generate};

use super::{Done, Exit, Failed, Screen, command, schema::without_json};

/// Arguments of `harden completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "bash: source <(harden completions bash)")]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    if screen.json() {
        return Err(without_json("completions"));
    }
    let mut bytes = Vec::new();
    generate(args.shell, &mut command(), "harden", &mut bytes);
    let text = String::from_utf8(bytes).map_err(|error| Failed::Bug(error.to_string()))?;
    screen.result(&text)?;
    Ok(Exit::Success)
}
