//! `harden build`: compiles specs into trees.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Mutex,
};

use rayon::prelude::*;
use serde_json::{Value, json};

use crate::{
    base::{Date, sha256_hex},
    build::{
        Built, build,
        memo::{self, Asked, Remembered, Tree},
    },
    diag::{self, Diagnostics},
    host::{
        clock,
        files::{self, SPEC_LIMIT},
        progress::Progress,
        tree::{self, NewFile},
    },
    plan::EncryptionRecord,
    report::Manifest,
    resolve::{AskedDates, LastBuild, Purpose, Surroundings, report_dates},
    yaml,
};

use super::{
    Done, Exit, Failed, Screen,
    load::{Glance, Job, Loaded, cluster_names, load},
    memory::Memory,
    outcome::usage_json,
    verify::STRAY,
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

const AFTER: &str = "The first build takes today and records it in manifest.json; later builds use the recorded date until --as-of moves it, \
and always say what has become due since. Files that harden did not write are never changed.

A cluster of which nothing has changed is not compiled again: hashes in the user's cache folder ($XDG_CACHE_HOME/harden/built) tell what \
was built from what. They can be deleted at any time.";

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
    /// Why its file was not read or its tree left as it is, and what to do: something on the disk is in the way.
    refused: Option<(String, String)>,
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
    let memory = Memory::open(&args.out);
    let found: Vec<(&Loaded, &PathBuf)> = loaded.iter().flat_map(|one| one.files.iter().map(move |file| (one, file))).collect();
    let work = one_tree_each(&found, &memory)?;
    known_graces(&args.dates, &loaded)?;
    let run = Run { args, asked: asked(&args.dates, today)?, today, memory, taken: Mutex::default() };
    let progress = Progress::begin(work.len(), "clusters");
    let told: Result<Vec<Vec<Told>>, Failed> = work
        .par_iter()
        .map(|work| {
            let told = one_file(&run, work);
            progress.done();
            told
        })
        .collect();
    progress.end();
    let told: Vec<Told> = told?.into_iter().flatten().collect();
    if !args.check {
        run.memory.save(&args.out, &work.iter().filter_map(|work| Some(work.glance.as_ref()?.path.as_str())).collect());
    }
    show(args, screen, &diags, &told, &work)
}

/// A file to build.
struct Work<'a> {
    loaded: &'a Loaded,
    file: &'a Path,
    glance: Option<Glance>,
}

/// One run of the command.
struct Run<'a> {
    args: &'a Args,
    asked: Asked,
    today: Date,
    memory: Memory,
    /// The names of clusters that were met, and their files.
    taken: Mutex<BTreeMap<String, PathBuf>>,
}

impl Run<'_> {
    fn take(&self, cluster: &str, file: &Path) -> Result<(), Failed> {
        let mut taken = self.taken.lock().map_err(|_| Failed::Bug("a worker stopped".to_owned()))?;
        match taken.insert(cluster.to_owned(), file.to_owned()) {
            Some(other) => Err(two_of_one_name(cluster, &other, file)),
            None => Ok(()),
        }
    }
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
fn one_tree_each<'a>(found: &[(&'a Loaded, &'a PathBuf)], memory: &Memory) -> Result<Vec<Work<'a>>, Failed> {
    let look = |(loaded, file): &(&'a Loaded, &'a PathBuf)| {
        let seen = loaded.glance(file);
        let names = seen.as_ref().map_or_else(Vec::new, |(glance, bytes)| match memory.of(glance) {
            Some(known) => known.trees.iter().map(|tree| tree.cluster.clone()).collect(),
            None => cluster_names(bytes),
        });
        (Work { loaded, file, glance: seen.map(|(glance, _)| glance) }, names)
    };
    let seen: Vec<(Work<'a>, Vec<String>)> = found.par_iter().map(look).collect();
    let mut names: BTreeMap<String, &Path> = BTreeMap::new();
    for (work, found) in &seen {
        for name in found {
            if let Some(other) = names.insert(name.clone(), work.file) {
                return Err(two_of_one_name(name, other, work.file));
            }
        }
    }
    Ok(seen.into_iter().map(|(work, _)| work).collect())
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
fn one_file(run: &Run<'_>, work: &Work<'_>) -> Result<Vec<Told>, Failed> {
    if let Some(told) = as_before(run, work)? {
        return Ok(told);
    }
    let Work { loaded, file, glance } = work;
    let mut diags = Diagnostics::default();
    let jobs = match loaded.clusters(file, &mut diags) {
        Err(Failed::Usage(message, help)) => return Ok(vec![Told::refused(file.display().to_string(), message, help)]),
        other => other?,
    };
    if diags.has_errors() {
        // Nothing is written, but every other mistake is told in the same run.
        for job in &jobs {
            compile(loaded, job, &run.args.out.join(&job.cluster.name), &run.args.dates, run.today, &mut diags)?;
        }
        return Ok(vec![Told::mistakes(file.display().to_string(), diags)]);
    }
    let (mut told, mut trees, named) = (Vec::new(), Vec::new(), RefCell::default());
    for job in &jobs {
        run.take(&job.cluster.name, file)?;
        let (one, tree) = match one_cluster(run, loaded, job, &named) {
            Err(Failed::Usage(message, help)) => {
                let name = job.cluster.name.clone();
                let message = format!("the tree of cluster `{name}` was left as it is: {message}");
                (Told::refused(name, message, help), None)
            }
            other => other?,
        };
        told.push(one);
        trees.extend(tree);
    }
    let silent = diags.list().is_empty() && told.iter().all(|told| told.diagnostics.list().is_empty());
    if let (Some(glance), Some(job)) = (glance, jobs.first())
        && silent
        && trees.len() == jobs.len()
    {
        let state = memo::state(&job.cluster.file, &job.cluster.inputs);
        run.memory.keep(glance, Remembered { state, named: named.into_inner(), trees });
    }
    if let Some(first) = told.first_mut() {
        first.diagnostics.append(diags);
    }
    Ok(told)
}

/// What is told of a file of which nothing has changed, nor of its trees, since they were built. Any doubt is nothing; a reprieve is judged
/// in every call that names it.
fn as_before(run: &Run<'_>, work: &Work<'_>) -> Result<Option<Vec<Told>>, Failed> {
    let Some(glance) = &work.glance else { return Ok(None) };
    let Some(known) = run.memory.of(glance).filter(|_| run.asked.graces.is_empty()) else { return Ok(None) };
    if !known.holds(&glance.state, &run.asked, run.today, |named| work.loaded.named_digest(named)) {
        return Ok(None);
    }
    let mut told = Vec::new();
    for tree in &known.trees {
        let dir = run.args.out.join(&tree.cluster);
        let Some(files) = tree::untouched(&dir, &tree.manifest) else { return Ok(None) };
        if !tree::strays(&dir, |path| files.binary_search_by(|file| file.as_str().cmp(path)).is_ok())?.is_empty() {
            return Ok(None);
        }
        let unchanged = if run.args.check { Vec::new() } else { files };
        told.push(Told { out: dir.display().to_string(), unchanged, ..Told::new(tree.cluster.clone()) });
    }
    for tree in &known.trees {
        run.take(&tree.cluster, work.file)?;
    }
    run.memory.keep(glance, known.clone());
    Ok(Some(told))
}

/// Compiles and writes a cluster. Gives what is told of it, and the tree where it was written whole.
fn one_cluster(
    run: &Run<'_>,
    loaded: &Loaded,
    job: &Job<'_>,
    named: &RefCell<BTreeMap<String, String>>,
) -> Result<(Told, Option<Tree>), Failed> {
    let args = run.args;
    let dir = args.out.join(&job.cluster.name);
    let mut diags = Diagnostics::default();
    let compiled = compile_noting(loaded, job, &dir, &args.dates, run.today, &mut diags, named)?;
    let Some((built, graces)) = compiled else { return Ok((Told::mistakes(job.cluster.name.clone(), diags), None)) };
    let due: Vec<String> = built.cluster.due.iter().map(|due| format!("{}: {}", due.date, due.what)).collect();
    let mut told = Told {
        out: dir.display().to_string(),
        exit: if args.due == DueRule::Error && !due.is_empty() { Exit::Findings } else { Exit::Success },
        due,
        diagnostics: diags,
        ..Told::new(job.cluster.name.clone())
    };
    let (as_of, until) = (built.cluster.as_of.to_string(), built.cluster.next_date.map(|day| day.to_string()));
    let files: Vec<NewFile> = built.artifacts.into_iter().map(NewFile::from).collect();
    if args.check {
        let differences = tree::compare(&dir, &files).map_err(|error| tree_failed(&error))?;
        if !differences.is_empty() {
            told.exit = Exit::Findings;
        }
        told.written = differences.iter().map(difference_text).collect();
        let is_given = |path: &str| files.iter().any(|file| file.path.as_str() == path);
        let known = |path: &str| is_given(path) || differences.iter().any(|difference| difference.path == path);
        for stray in tree::strays(&dir, known)? {
            told.exit = Exit::Findings;
            told.written.push(format!("{stray} {STRAY}"));
        }
        return Ok((told, None));
    }
    if told.exit != Exit::Success {
        return Ok((told, None));
    }
    let outcome = tree::write(&dir, &files).map_err(|error| tree_failed(&error))?;
    told.written = outcome.written;
    told.unchanged = outcome.unchanged;
    told.removed = outcome.removed;
    told.kept = outcome.kept;
    let manifest = files.iter().find(|file| file.path.as_str() == tree::MANIFEST).map(|file| sha256_hex(&file.bytes));
    let graces = graces.into_iter().map(|(id, day)| (id, day.to_string())).collect();
    let tree = manifest.map(|manifest| Tree { cluster: told.name.clone(), manifest, as_of, until, graces });
    Ok((told, tree))
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
    Ok(compile_noting(loaded, job, dir, dates, today, diags, &RefCell::default())?.map(|(built, _)| built))
}

/// Reprieves: waiver id to the last day.
type Graces = BTreeMap<String, Date>;

/// The same; notes the digest of every file that the spec names, and gives the reprieves too.
fn compile_noting(
    loaded: &Loaded,
    job: &Job<'_>,
    dir: &Path,
    dates: &Dates,
    today: Date,
    diags: &mut Diagnostics,
    noted: &RefCell<BTreeMap<String, String>>,
) -> Result<Option<(Built, Graces)>, Failed> {
    let last = last_manifest(dir)?;
    let asked = asked(dates, today)?;
    let as_of = asked.as_of.unwrap_or_else(|| last.as_ref().map_or(today, |manifest| manifest.as_of));
    let mut graces = last.as_ref().map(|manifest| manifest.graces.clone()).unwrap_or_default();
    let recorded = last.as_ref().map(|manifest| manifest.as_of);
    graces.extend(asked.graces);
    // A recorded reprieve is told as one of the call: the manifest is a file that few people read.
    let on_call = AskedDates { as_of: asked.as_of, recorded, today: Some(today), graces: graces.clone() };
    let read = |named: &str| {
        let bytes = loaded.root.read(named, SPEC_LIMIT).map_err(|error| error.to_string())?;
        noted.borrow_mut().insert(named.to_owned(), sha256_hex(&bytes));
        yaml::decode(named, &bytes).map_err(|diagnostic| diagnostic.message)
    };
    let around = Surroundings {
        purpose: Purpose::Build,
        as_of,
        today,
        graces,
        last: last.map(last_build).unwrap_or_default(),
        read: &read,
    };
    let built = build(&job.cluster, &job.profiles, &around, diags);
    if let Some(built) = &built {
        // Of a spec with mistakes nothing is written, and its mistakes are what there is to tell.
        if let Some(first) = built.disagreements.first().filter(|_| !diags.has_errors()) {
            return Err(Failed::Bug(first.clone()));
        }
        report_dates(&built.cluster, &on_call, diags);
    }
    Ok(built.map(|built| (built, around.graces)))
}

/// What a later build has to know of an earlier one.
fn last_build(manifest: Manifest) -> LastBuild {
    LastBuild {
        encryption: Some(manifest.encryption.unwrap_or_else(EncryptionRecord::none)),
        issuers: manifest.service_account_issuers,
        version: manifest.kubernetes_version,
    }
}

/// The dates that a call asks for.
fn asked(dates: &Dates, today: Date) -> Result<Asked, Failed> {
    let as_of = match dates.as_of.as_deref() {
        Some("today") => Some(today),
        Some(text) => {
            let day = text.parse();
            Some(day.map_err(|error| Failed::usage(format!("--as-of {text}: {error}"), "write `today` or a day"))?)
        }
        None => None,
    };
    let mut graces = BTreeMap::new();
    for grace in &dates.grace {
        let parsed = grace.split_once('=').and_then(|(id, day)| Some((id.to_owned(), day.parse::<Date>().ok()?)));
        let (id, day) =
            parsed.ok_or_else(|| Failed::usage(format!("--grace {grace}"), "write ID=DATE, such as W-7=2027-03-01"))?;
        graces.insert(id, day);
    }
    Ok(Asked { as_of, graces })
}

/// What to do about a manifest that cannot be read: a build over it would know nothing of dates, reprieves and keys.
pub(super) const NO_MANIFEST: &str = "restore it from version control, or move the folder away and build again";

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
            Failed::usage(format!("`{}` was not written by this program: {why}", dir.join(tree::MANIFEST).display()), NO_MANIFEST)
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

pub(super) fn tree_failed(error: &tree::TreeError) -> Failed {
    match error {
        tree::TreeError::Foreign(_) => Failed::usage(
            error.to_string(),
            "move these files out of the tree (or undo your edits: `harden build --check` shows what is ours), then build again",
        ),
        tree::TreeError::Host(error) => Failed::Machine(error.to_string()),
    }
}

impl Told {
    fn new(name: String) -> Self {
        Told {
            name,
            out: String::new(),
            written: Vec::new(),
            unchanged: Vec::new(),
            removed: Vec::new(),
            kept: Vec::new(),
            due: Vec::new(),
            diagnostics: Diagnostics::default(),
            refused: None,
            exit: Exit::Success,
        }
    }

    fn mistakes(name: String, diagnostics: Diagnostics) -> Self {
        Told { diagnostics, exit: Exit::Mistake, ..Told::new(name) }
    }

    fn refused(name: String, message: String, help: String) -> Self {
        Told { refused: Some((message, help)), exit: Exit::Mistake, ..Told::new(name) }
    }

    /// The number of errors that kept it from being written.
    fn errors(&self) -> usize {
        self.diagnostics.errors() + usize::from(self.refused.is_some())
    }

    fn json(&self) -> Value {
        let mut diagnostics = diag::json(self.diagnostics.list());
        if let (Some((message, help)), Some(list)) = (&self.refused, diagnostics.as_array_mut()) {
            list.push(usage_json(message, help));
        }
        json!({
            "name": self.name,
            "out": self.out,
            "written": self.written,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "kept": self.kept,
            "due": self.due,
            "diagnostics": diagnostics,
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

fn show(args: &Args, screen: &Screen, diags: &Diagnostics, told: &[Told], work: &[Work<'_>]) -> Done {
    let exit = told.iter().map(|t| t.exit).max().unwrap_or(Exit::Success);
    if told.is_empty() {
        return Err(no_cluster(work.iter().map(|work| work.file)));
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
        if let Some((message, help)) = &cluster.refused {
            screen.mistake(message, help)?;
        }
        text.push_str(&line(args, cluster));
    }
    screen.result(&text)?;
    if exit == Exit::Mistake {
        let errors: usize = told.iter().map(Told::errors).sum();
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
            let _ = writeln!(text, "{}: kept {kept}, which is not as harden wrote it", told.name);
        }
    }
    for due in &told.due {
        let _ = writeln!(text, "{}: due {due}", told.name);
    }
    text
}
