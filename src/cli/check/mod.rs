//! `harden check`: judges files against the cluster they go to.

mod against;
mod inputs;
mod trees;

use std::path::PathBuf;

use crate::{
    base::Date,
    build::VERSION,
    check::{Against, File, Findings, check},
    codes, controls,
    diag::Diagnostics,
    host::clock,
    report::{Rule, check_json, check_text, sarif},
};

use super::{Done, Exit, Failed, Format, Screen};
use against::{Chosen, Map, Sorted, TEACH};

/// Arguments of `harden check`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The cluster is that of --spec, else of the `check` map of the workspace, else --profile and --kubernetes stand for one.

  harden check --spec clusters/shop.yaml apps/shop
  harden check --staged                            what git is about to commit, by the workspace's map
  helm template apps/shop | harden check --spec clusters/shop.yaml -
  harden check --spec clusters/shop.yaml node-1/   a copy of a node's /etc/kubernetes, /var/lib/kubelet, /etc/systemd
  harden check --profile restricted --kubernetes 1.36 apps/

Exit code 1 when something is found; what cannot be told and what was not judged is said and fails nothing."
)]
pub(super) struct Args {
    /// Files, folders, or `-` for standard input (default: the current folder)
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Judge the files that git is about to commit, as they are staged
    #[arg(long)]
    staged: bool,
    /// The spec of the cluster, or a workspace
    #[arg(long, value_name = "FILE|DIR", conflicts_with_all = ["profile", "kubernetes"])]
    spec: Option<PathBuf>,
    /// Only this cluster of the spec or workspace
    #[arg(long, value_name = "NAME", conflicts_with = "profile")]
    cluster: Option<String>,
    /// A profile in place of a cluster: only what it asks of workloads
    #[arg(long, value_name = "NAME", requires = "kubernetes")]
    profile: Option<String>,
    /// The minor of Kubernetes that a profile is meant for
    #[arg(long, value_name = "MINOR", requires = "profile")]
    kubernetes: Option<String>,
    /// The day on which waivers and steps of a rollout are judged: `today` or a date
    #[arg(long, value_name = "DATE", default_value = "today")]
    as_of: String,
    /// The namespace of objects that name none
    #[arg(long, short, value_name = "NAME", default_value = "default")]
    namespace: String,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    let as_of = day(&args.as_of)?;
    let mut diags = Diagnostics::default();
    let chosen = against::choose(args, as_of, &mut diags)?;
    let files = inputs::read(args)?;
    let mut found = Findings::default();
    match &chosen {
        Chosen::All(clusters) => {
            for one in clusters {
                one_cluster(&mut found, &files, one, args);
            }
        }
        Chosen::ByPath(map) => by_path(&mut found, map, &files, args)?,
    }
    found.summary.files = files.len();
    if diags.has_errors() {
        return Err(Failed::Mistakes(diags));
    }
    let exit = if found.findings.is_empty() { Exit::Success } else { Exit::Findings };
    match screen.format {
        Format::Json => screen.result_json(&check_json(&found))?,
        Format::Sarif => screen.result_json(&sarif(&found, VERSION, rule))?,
        Format::Human => screen.result(&check_text(&found))?,
    }
    Ok(exit)
}

/// Judges every file against the clusters that the workspace's map names for it, and says what goes to none.
fn by_path(found: &mut Findings, map: &Map, files: &[File], args: &Args) -> Result<(), Failed> {
    let Sorted { groups, elsewhere, unnamed } = map.sort(files)?;
    let is_stdin = |file: &&File| file.name == inputs::STDIN && args.paths.iter().any(|path| path.as_os_str() == "-");
    if elsewhere.iter().chain(&unnamed).any(is_stdin) {
        let what = "which cluster does standard input go to? no entry of the workspace's `check` map fits it";
        return Err(Failed::usage(what, TEACH));
    }
    for (cluster, files) in groups {
        one_cluster(found, &files, cluster, args);
    }
    let mut seen = Findings::default();
    let only = args.cluster.as_deref().unwrap_or_default();
    for file in elsewhere {
        seen.unjudged(&file.name, &format!("the workspace's `check` map says that it does not go to `{only}`"));
    }
    let trees = trees::of(files);
    for file in unnamed {
        let reason = match trees::holding(&trees, &file.name) {
            Some(tree) => format!("it is part of a tree that harden built: `harden verify {tree}` reads it"),
            None => "no entry of the workspace's `check` map names it".to_owned(),
        };
        seen.unjudged(&file.name, &reason);
    }
    for (place, count) in map.passed_over(files)? {
        let (of, these) = (place.source.name(), if count == 1 { "file" } else { "files" });
        let message = format!(
            "the `check` map of `{of}` names {count} {these} of this call too, and does not count: a workspace lies nearer"
        );
        seen.notice(place.clone(), message, "run it at the workspace that shall count, or take the nearer `harden.yaml` away");
    }
    found.merge(seen);
    Ok(())
}

fn one_cluster(found: &mut Findings, files: &[File], one: &against::Judged, args: &Args) {
    let against = Against {
        name: &one.name,
        plan: &one.plan,
        settings: &one.settings,
        waivers: &one.waivers,
        waiver_places: &one.waiver_places,
        as_of: one.as_of,
        extent: one.extent,
        namespace: &args.namespace,
    };
    found.merge(check(files, &against));
}

fn day(text: &str) -> Result<Date, Failed> {
    if text == "today" {
        return Ok(clock::today()?);
    }
    text.parse().map_err(|error| Failed::usage(format!("--as-of {text}: {error}"), "write `today` or a day"))
}

/// What a control or code is, for SARIF.
fn rule(id: &str) -> Option<Rule<'static>> {
    if let Some(control) = controls::control(id) {
        return Some(Rule { title: control.title, text: control.doc });
    }
    let entry = codes::all().into_iter().find(|entry| entry.code == id)?;
    Some(Rule { title: entry.meaning, text: entry.meaning })
}
