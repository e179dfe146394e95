//! `harden build`: compiles specs into trees.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Mutex,
};

use rayon::prelude::*;
use serde_json::{Value, json};

use crate::{
    base::Date,
    build::{Built, build},
    diag::{self, Diagnostics, Severity, Source},
    host::{
        clock,
        files::{self, SPEC_LIMIT},
        progress::Progress,
        tree,
    },
    plan::EncryptionRecord,
    report::Manifest,
    resolve::Surroundings,
    yaml,
};

use super::{
    Done, Exit, Failed, Screen,
    load::{Job, Loaded, load},
};

/// Arguments of `harden build`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Args {
    /// Cluster specs, folders of them, or a workspace (default: the current folder)
    #[arg(value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// Where the trees are written, one folder a cluster
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Write nothing; exit 1 when a tree on disk differs from what would be written
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    dates: Dates,
    /// What follows when something has become due since the recorded date
    #[arg(long, value_enum, default_value = "warn", value_name = "WHAT")]
    due: DueRule,
}

const AFTER: &str =
    "The first build takes today and records it in manifest.json; later builds use the recorded date until --as-of moves it, and
always say what has become due since. Files that harden did not write are never changed.";

/// The dates of a build.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Dates {
    /// The day to build for: `today` or a date (default: the recorded one)
    #[arg(long, value_name = "today|DATE")]
    as_of: Option<String>,
    /// A recorded reprieve for an expired waiver, as ID=DATE
    #[arg(long, value_name = "ID=DATE")]
    grace: Vec<String>,
}

/// What follows from due dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum DueRule {
    /// They are told.
    Warn,
    /// They fail the build.
    Error,
}

/// What became of one cluster.
struct Told {
    name: String,
    out: String,
    written: Vec<String>,
    unchanged: Vec<String>,
    removed: Vec<String>,
    kept: Vec<String>,
    due: Vec<String>,
    diagnostics: Diagnostics,
    exit: Exit,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    let mut diags = Diagnostics::default();
    let loaded = load(&args.paths, &mut diags)?;
    if diags.has_errors() {
        return Err(Failed::Mistakes(diags));
    }
    if files::is_link(&args.out) {
        return Err(Failed::usage(
            format!("`{}` is a symbolic link", args.out.display()),
            "name the folder itself with --out: trees are written only where the call says",
        ));
    }
    let today = clock::today()?;
    let work: Vec<(&Loaded, &PathBuf)> = loaded.iter().flat_map(|one| one.files.iter().map(move |file| (one, file))).collect();
    one_tree_each(&work)?;
    known_graces(&args.dates, &loaded)?;
    let taken = Mutex::new(BTreeMap::new());
    let progress = Progress::begin(work.len(), "clusters");
    let told: Result<Vec<Vec<Told>>, Failed> = work
        .par_iter()
        .map(|(loaded, file)| {
            let told = one_file(args, loaded, file, today, &taken);
            progress.done();
            told
        })
        .collect();
    progress.end();
    let told: Vec<Told> = told?.into_iter().flatten().collect();
    show(args, screen, &diags, &told, &work)
}

/// Makes sure that every reprieve is for a waiver of some cluster of the call: a mistyped id would be recorded and do nothing.
pub(super) fn known_graces(dates: &Dates, loaded: &[Loaded]) -> Result<(), Failed> {
    if dates.grace.is_empty() {
        return Ok(());
    }
    let ids: BTreeSet<String> = loaded.iter().flat_map(|one| one.files.iter().flat_map(|file| one.waiver_ids(file))).collect();
    let unknown = dates.grace.iter().find(|grace| !ids.contains(grace.split_once('=').map_or(grace.as_str(), |(id, _)| id)));
    match unknown {
        None => Ok(()),
        Some(grace) => {
            let known = ids.iter().cloned().collect::<Vec<_>>().join(", ");
            let help =
                if known.is_empty() { "no cluster here has a waiver".to_owned() } else { format!("the waivers are {known}") };
            Err(Failed::usage(format!("--grace {grace}: no waiver has this id"), help))
        }
    }
}

/// Makes sure that no two clusters would be written into one tree, before any is written.
fn one_tree_each(work: &[(&Loaded, &PathBuf)]) -> Result<(), Failed> {
    let mut names: BTreeMap<String, &Path> = BTreeMap::new();
    let found: Vec<Vec<String>> = work.par_iter().map(|(loaded, file)| loaded.names(file)).collect();
    for ((_, file), found) in work.iter().zip(found) {
        for name in found {
            if let Some(other) = names.insert(name.clone(), file) {
                return Err(two_of_one_name(&name, other, file));
            }
        }
    }
    Ok(())
}

fn two_of_one_name(name: &str, one: &Path, other: &Path) -> Failed {
    let both =
        if one == other { format!("in {}", one.display()) } else { format!("in {} and {}", one.display(), other.display()) };
    Failed::usage(
        format!("two clusters are called `{name}`: {both}"),
        "give every cluster a name of its own: it names a folder of the output",
    )
}

/// Reads, compiles and writes every cluster of a file; nothing of a cluster is written when something is wrong with it.
fn one_file(
    args: &Args,
    loaded: &Loaded,
    file: &Path,
    today: Date,
    taken: &Mutex<BTreeMap<String, PathBuf>>,
) -> Result<Vec<Told>, Failed> {
    let mut diags = Diagnostics::default();
    let jobs = loaded.clusters(file, &mut diags)?;
    if diags.has_errors() {
        // Nothing is written, but every other mistake is told in the same run.
        for job in &jobs {
            compile(loaded, job, &args.out.join(&job.cluster.name), &args.dates, today, &mut diags)?;
        }
        return Ok(vec![Told::mistakes(file.display().to_string(), diags)]);
    }
    let mut told = Vec::new();
    for job in jobs {
        let mut taken = taken.lock().map_err(|_| Failed::Bug("a worker stopped".to_owned()))?;
        if let Some(other) = taken.insert(job.cluster.name.clone(), file.to_owned()) {
            return Err(two_of_one_name(&job.cluster.name, &other, file));
        }
        drop(taken);
        told.push(one_cluster(args, loaded, &job, today)?);
    }
    if let Some(first) = told.first_mut() {
        first.diagnostics.append(diags);
    }
    Ok(told)
}

fn one_cluster(args: &Args, loaded: &Loaded, job: &Job<'_>, today: Date) -> Result<Told, Failed> {
    let dir = args.out.join(&job.cluster.name);
    let mut diags = Diagnostics::default();
    let built = compile(loaded, job, &dir, &args.dates, today, &mut diags)?;
    let Some(built) = built else { return Ok(Told::mistakes(job.cluster.name.clone(), diags)) };
    let due: Vec<String> = built.cluster.due.iter().map(|due| format!("{}: {}", due.date, due.what)).collect();
    let mut told = Told {
        name: job.cluster.name.clone(),
        out: dir.display().to_string(),
        written: Vec::new(),
        unchanged: Vec::new(),
        removed: Vec::new(),
        kept: Vec::new(),
        exit: if args.due == DueRule::Error && !due.is_empty() { Exit::Findings } else { Exit::Success },
        due,
        diagnostics: diags,
    };
    let files = new_files(&built);
    if args.check {
        let differences = tree::compare(&dir, &files).map_err(|error| tree_failed(&error))?;
        if !differences.is_empty() {
            told.exit = Exit::Findings;
        }
        told.written = differences.iter().map(difference_text).collect();
        return Ok(told);
    }
    if told.exit != Exit::Success {
        return Ok(told);
    }
    let outcome = tree::write(&dir, &files).map_err(|error| tree_failed(&error))?;
    told.written = outcome.written;
    told.unchanged = outcome.unchanged;
    told.removed = outcome.removed;
    told.kept = outcome.kept;
    Ok(told)
}

/// Compiles a cluster for the date that the call, the last manifest or today gives.
pub(super) fn compile(
    loaded: &Loaded,
    job: &Job<'_>,
    dir: &Path,
    dates: &Dates,
    today: Date,
    diags: &mut Diagnostics,
) -> Result<Option<Built>, Failed> {
    let last = last_manifest(dir)?;
    let as_of = match dates.as_of.as_deref() {
        Some("today") => today,
        Some(text) => {
            text.parse().map_err(|error| Failed::usage(format!("--as-of {text}: {error}"), "write `today` or a day"))?
        }
        None => last.as_ref().map_or(today, |manifest| manifest.as_of),
    };
    let mut graces = last.as_ref().map(|manifest| manifest.graces.clone()).unwrap_or_default();
    for grace in &dates.grace {
        let named = grace.split_once('=').filter(|(id, _)| !id.is_empty());
        let parsed = named.and_then(|(id, day)| Some((id.to_owned(), day.parse::<Date>().ok()?)));
        let (id, day) =
            parsed.ok_or_else(|| Failed::usage(format!("--grace {grace}"), "write ID=DATE, such as W-7=2027-03-01"))?;
        graces.insert(id, day);
    }
    let read = |named: &str| read_named(loaded, named);
    let around = Surroundings {
        as_of,
        today,
        graces,
        last_encryption: last.map(|manifest| manifest.encryption.unwrap_or_else(EncryptionRecord::none)),
        read: &read,
    };
    Ok(build(&job.cluster, &job.profiles, &around, diags))
}

/// Reads a file that a spec names, inside the workspace.
fn read_named(loaded: &Loaded, named: &str) -> Result<Source, String> {
    let bytes = loaded.root.read(named, SPEC_LIMIT).map_err(|error| error.to_string())?;
    yaml::decode(named, &bytes).map_err(|diagnostic| diagnostic.message)
}

/// The manifest of the last build of a tree, where there is one.
fn last_manifest(dir: &Path) -> Result<Option<Manifest>, Failed> {
    tree::recover(dir)?;
    let file = dir.join(tree::MANIFEST);
    if !files::is_file(&file) {
        return Ok(None);
    }
    match String::from_utf8(files::read(&file, tree::MANIFEST_LIMIT)?) {
        Err(_) => Ok(None),
        Ok(text) => Manifest::read(&text).map(Some).map_err(|why| {
            Failed::usage(
                format!("`{}` was not written by this program: {why}", dir.join(tree::MANIFEST).display()),
                "restore it from version control, or move the folder away and build again",
            )
        }),
    }
}

/// The files of a tree as they are written.
pub(super) fn new_files(built: &Built) -> Vec<tree::NewFile> {
    built
        .artifacts
        .iter()
        .map(|artifact| tree::NewFile {
            path: artifact.path.clone(),
            bytes: artifact.text().as_bytes().to_vec(),
            mode: artifact.mode.bits(),
        })
        .collect()
}

/// A difference of `--check` for people.
fn difference_text(difference: &tree::Difference) -> String {
    let what = match &difference.what {
        tree::What::Missing => "is missing".to_owned(),
        tree::What::Differs(_) => "differs".to_owned(),
        tree::What::Executable { wanted: true } => "should be executable".to_owned(),
        tree::What::Executable { wanted: false } => "should not be executable".to_owned(),
        tree::What::Left => "left the plan".to_owned(),
        tree::What::Blocked(foreign) => foreign.why.to_string(),
    };
    format!("{} {what}", difference.path)
}

fn tree_failed(error: &tree::TreeError) -> Failed {
    match error {
        tree::TreeError::Foreign(_) => Failed::usage(
            error.to_string(),
            "move these files out of the tree (or undo your edits: `harden build --check` shows what is ours), then build again",
        ),
        tree::TreeError::Host(error) => Failed::Machine(error.to_string()),
    }
}

impl Told {
    fn mistakes(name: String, diagnostics: Diagnostics) -> Self {
        Told {
            name,
            out: String::new(),
            written: Vec::new(),
            unchanged: Vec::new(),
            removed: Vec::new(),
            kept: Vec::new(),
            due: Vec::new(),
            diagnostics,
            exit: Exit::Mistake,
        }
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "out": self.out,
            "written": self.written,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "kept": self.kept,
            "due": self.due,
            "diagnostics": diag::json(self.diagnostics.list()),
        })
    }
}

/// The mistake of a call that means no cluster.
pub(super) fn no_cluster<'p>(files: impl Iterator<Item = &'p Path>) -> Failed {
    let named: Vec<String> = files.map(|path| path.display().to_string()).collect();
    Failed::usage(
        format!("no cluster spec in {}", if named.is_empty() { "this folder".to_owned() } else { named.join(", ") }),
        "name a file with `kind: Cluster`, or start one with `harden init`",
    )
}

fn show(args: &Args, screen: &Screen, diags: &Diagnostics, told: &[Told], work: &[(&Loaded, &PathBuf)]) -> Done {
    let exit = told.iter().map(|t| t.exit).max().unwrap_or(Exit::Success);
    if told.is_empty() {
        return Err(no_cluster(work.iter().map(|(_, path)| path.as_path())));
    }
    if screen.json() {
        let clusters: Vec<Value> = told.iter().map(Told::json).collect();
        screen.result_json(&json!({ "schemaVersion": 1, "clusters": clusters, "diagnostics": diag::json(diags.list()) }))?;
        return Ok(exit);
    }
    screen.diagnostics(diags.list())?;
    let mut text = String::new();
    for cluster in told {
        screen.diagnostics(cluster.diagnostics.list())?;
        text.push_str(&line(args, cluster));
    }
    screen.result(&text)?;
    if exit == Exit::Mistake {
        let errors: usize =
            told.iter().map(|t| t.diagnostics.list().iter().filter(|d| d.severity == Severity::Error).count()).sum();
        let what = if errors == 1 { "error" } else { "errors" };
        screen.say(&format!("{errors} {what}; nothing was written for {}", names_of_failed(told)))?;
    }
    Ok(exit)
}

fn names_of_failed(told: &[Told]) -> String {
    told.iter().filter(|t| t.exit == Exit::Mistake).map(|t| format!("`{}`", t.name)).collect::<Vec<_>>().join(", ")
}

/// What became of a cluster, for people.
fn line(args: &Args, told: &Told) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    if told.exit == Exit::Mistake {
        return text;
    }
    if args.check {
        if told.written.is_empty() {
            let _ = writeln!(text, "{}: {} is up to date", told.name, told.out);
        }
        for difference in &told.written {
            let _ = writeln!(text, "{}: {difference}", told.name);
        }
    } else if told.exit == Exit::Success {
        let _ = writeln!(
            text,
            "{}: {} ({} written, {} unchanged, {} removed); read {}/REPORT.md",
            told.name,
            told.out,
            told.written.len(),
            told.unchanged.len(),
            told.removed.len(),
            told.out
        );
        for kept in &told.kept {
            let _ = writeln!(text, "{}: kept {kept}, which left the plan but was edited", told.name);
        }
    }
    for due in &told.due {
        let _ = writeln!(text, "{}: due {due}", told.name);
    }
    text
}
