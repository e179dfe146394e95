//! The command line: one file per subcommand. Results go to stdout, diagnostics to stderr.

mod build;
mod check;
mod completions;
mod controls;
mod diff;
mod explain;
mod init;
mod load;
mod memory;
mod outcome;
mod plan;
mod profiles;
mod schema;
mod verify;

use std::process::ExitCode;

use clap::{
    CommandFactory, Parser, Subcommand, ValueEnum,
    error::{ContextKind, ContextValue},
};

pub use outcome::Exit;
use outcome::{Failed, Screen};

/// A compiler for Kubernetes hardening: one security spec of a cluster goes in, every hardened artifact comes out.
#[derive(Debug, Parser)]
#[command(name = "harden", version, max_term_width = 110, after_help = AFTER)]
pub struct Cli {
    /// How results and diagnostics are shown
    #[arg(long, global = true, value_enum, default_value = "human", value_name = "FORMAT")]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

const AFTER: &str =
    "Exit codes: 0 success, 1 findings or differences, 2 a mistake in the input, 3 a failure of the machine or of harden.

A first cluster:
  harden init > cluster.yaml      a commented spec that builds
  harden build cluster.yaml       writes out/<cluster>/; read its REPORT.md first
  harden explain out/<cluster>/kubeadm/init.yaml:60";

/// How results are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// One JSON object on stdout.
    Json,
    /// SARIF 2.1.0 on stdout, of `check` alone.
    Sarif,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a commented spec that builds
    Init(init::Args),
    /// Compile specs into trees of hardened artifacts
    Build(build::Args),
    /// Judge manifests, static pods and the files of nodes against the cluster they go to
    Check(check::Args),
    /// Show every control and every intent with what becomes of it
    Plan(plan::Args),
    /// Show what changed between two builds, in terms of security
    Diff(diff::Args),
    /// Tell why a line is there, what a control is, what a message means
    Explain(explain::Args),
    /// Check a tree against its manifest, and against its spec
    Verify(verify::Args),
    /// List the controls
    Controls(controls::Args),
    /// List the profiles
    Profiles(profiles::Args),
    /// Print the JSON Schemas of the spec
    Schema(schema::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

/// Runs the program on the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            if let Some((name, instead)) = later(&error) {
                return Screen::new(Format::Human)
                    .failed(&Failed::usage(format!("this version of harden has no `{name}` yet"), *instead))
                    .into();
            }
            let code = if error.use_stderr() { Exit::Mistake } else { Exit::Success };
            return match error.print() {
                Ok(()) => code.into(),
                Err(_) => Exit::Success.into(),
            };
        }
    };
    run(cli).into()
}

/// Commands that a later version brings, and what does part of their work until then.
const LATER: &[(&str, &str)] = &[
    (
        "import",
        "write a spec from a kubeadm configuration with `harden init --from FILE`, and name that file as `platform.kubeadm.config`",
    ),
    (
        "drift",
        "judge copies of what runs with `harden check PATH --spec FILE`; `harden build --check` compares a tree with its spec",
    ),
    (
        "upgrade",
        "set the next minor as `kubernetesVersion` and build: what it lacks is an error; `harden diff` shows what changes, and `REPORT.md` has the \
         steps under `Another Kubernetes version`",
    ),
    ("man", "read `harden help COMMAND`; `docs/cli.md` holds all of them"),
];

/// The command that a call names and that comes later.
fn later(error: &clap::Error) -> Option<&'static (&'static str, &'static str)> {
    let ContextValue::String(name) = error.get(ContextKind::InvalidSubcommand)? else { return None };
    LATER.iter().find(|(later, _)| *later == name.as_str())
}

fn run(cli: Cli) -> Exit {
    let screen = Screen::new(cli.format);
    if cli.format == Format::Sarif && !matches!(cli.command, Command::Check(_)) {
        return screen.failed(&Failed::usage("only `harden check` speaks SARIF", "write --format json, or leave --format out"));
    }
    let done = match cli.command {
        Command::Init(args) => init::run(&args, &screen),
        Command::Build(args) => build::run(&args, &screen),
        Command::Check(args) => check::run(&args, &screen),
        Command::Plan(args) => plan::run(&args, &screen),
        Command::Diff(args) => diff::run(&args, &screen),
        Command::Explain(args) => explain::run(&args, &screen),
        Command::Verify(args) => verify::run(&args, &screen),
        Command::Controls(args) => controls::run(&args, &screen),
        Command::Profiles(args) => profiles::run(&args, &screen),
        Command::Schema(args) => schema::run(&args, &screen),
        Command::Completions(args) => completions::run(&args, &screen),
    };
    match done {
        Ok(exit) => exit,
        Err(failed) => screen.failed(&failed),
    }
}

/// The command line as data, for completions and the reference.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

type Done = Result<Exit, Failed>;
