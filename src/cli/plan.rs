//! `harden plan`: every control and every intent with what becomes of it.

use std::{fmt::Write as _, path::PathBuf};

use serde_json::json;

use crate::{
    build::Built,
    diag::Diagnostics,
    host::clock,
    report::{plan_json, reason_text},
};

use super::{
    Done, Exit, Failed, Screen,
    build::{Dates, asked, compile, known_graces, no_cluster},
    load::load,
};

/// Arguments of `harden plan`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Cluster specs, folders of them, or a workspace (default: the current folder)
    #[arg(value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// Where the trees of earlier builds are: their recorded date is used
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    #[command(flatten)]
    dates: Dates,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    let mut diags = Diagnostics::default();
    let loaded = load(&args.paths, &mut diags)?;
    let today = clock::today()?;
    asked(&args.dates, today)?;
    known_graces(&args.dates, &loaded)?;
    let mut plans = Vec::new();
    let mut text = String::new();
    let mut clusters = 0;
    for (loaded, file) in loaded.iter().flat_map(|one| one.files.iter().map(move |file| (one, file))) {
        for job in loaded.clusters(file, &mut diags)? {
            clusters += 1;
            let dir = args.out.join(&job.cluster.name);
            if let Some(built) = compile(loaded, &job, &dir, &args.dates, today, &mut diags)? {
                if screen.json() {
                    plans.push(plan_json(&built.plan, &built.settings, &built.artifacts));
                } else {
                    table(&mut text, &built);
                }
            }
        }
    }
    if diags.has_errors() {
        return Err(Failed::Mistakes(diags));
    }
    if clusters == 0 {
        return Err(no_cluster(loaded.iter().flat_map(|one| one.files.iter().map(PathBuf::as_path))));
    }
    screen.diagnostics(diags.list())?;
    match (screen.json(), plans.as_slice()) {
        (true, [one]) => screen.result_json(one)?,
        (true, many) => screen.result_json(&json!({ "schemaVersion": 1, "clusters": many }))?,
        (false, _) => screen.result(&text)?,
    }
    Ok(Exit::Success)
}

fn table(out: &mut String, built: &Built) {
    let plan = &built.plan;
    let _ = writeln!(out, "{} ({}, Kubernetes {})\n", plan.cluster.name, plan.cluster.platform, plan.cluster.version);
    for control in &plan.verdicts {
        for verdict in &control.verdicts {
            let scope = verdict.scope.to_string();
            let scope = if scope == "cluster" { String::new() } else { format!(" [{scope}]") };
            let reason = reason_text(verdict, &built.settings, plan.cluster.minor());
            let _ = writeln!(out, "{:<15} {:<14} {}{scope}  {reason}", control.area.name(), verdict.outcome.name(), control.id);
        }
    }
    let _ = writeln!(out, "\nintents of the spec");
    for intent in &plan.intents {
        for verdict in &intent.verdicts {
            let reason = reason_text(verdict, &built.settings, plan.cluster.minor());
            let _ = writeln!(out, "{:<14} {}  {reason}", verdict.outcome.name(), intent.path);
        }
    }
    out.push('\n');
}
