//! `harden build`: compiles specs into trees.

mod compile;
mod told;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Mutex,
};

use rayon::prelude::*;

use crate::{
    base::{Date, sha256_hex},
    build::memo::{self, Asked, Remembered, Tree},
    diag::Diagnostics,
    host::{
        clock, files,
        progress::Progress,
        tree::{self, NewFile},
    },
    resolve::report_clusters_of_one_name,
};

use super::{
    Done, Exit, Failed, Screen,
    load::{Glance, Job, Loaded, cluster_names, load},
    memory::Memory,
    verify::STRAY,
};

pub(super) use compile::{Dates, NO_MANIFEST, asked, compile, known_graces, new_files};
pub(super) use told::{inputs_alone, no_cluster};

use compile::compile_noting;
use told::{Told, difference_text, show};

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

/// What follows from due dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum DueRule {
    /// They are told.
    Warn,
    /// They fail the build.
    Error,
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
    if files::is_file(&args.out) {
        return Err(Failed::usage(
            format!("`{}` is a file", args.out.display()),
            "name a folder with --out, or move the file away: the trees are written below it",
        ));
    }
    let today = clock::today()?;
    let memory = Memory::open(&args.out);
    let found: Vec<(&Loaded, &PathBuf)> = loaded.iter().flat_map(|one| one.files.iter().map(move |file| (one, file))).collect();
    let work = one_tree_each(&found, &memory)?;
    for one in &loaded {
        one.judge_map(work.iter().filter(|work| std::ptr::eq(work.loaded, one)).map(|work| &work.names[..]), &mut diags);
    }
    if diags.has_errors() {
        return Err(Failed::Mistakes(diags));
    }
    let asked = asked(&args.dates, today)?;
    known_graces(&args.dates, &loaded)?;
    let run = Run { args, asked, today, memory, taken: Mutex::default() };
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
    /// The names of its clusters, as far as they can be read.
    names: Vec<String>,
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
            Some(other) => Err(two_of_one_name(cluster, [other.as_path(), file])),
            None => Ok(()),
        }
    }
}

/// Makes sure that no two clusters would be written into one tree, before any is written.
fn one_tree_each<'a>(found: &[(&'a Loaded, &'a PathBuf)], memory: &Memory) -> Result<Vec<Work<'a>>, Failed> {
    let look = |(loaded, file): &(&'a Loaded, &'a PathBuf)| {
        let seen = loaded.glance(file);
        let names = seen.as_ref().map_or_else(Vec::new, |(glance, bytes)| match memory.of(glance) {
            Some(known) => known.trees.iter().map(|tree| tree.cluster.clone()).collect(),
            None => cluster_names(file, bytes).into_iter().map(|(name, _)| name).collect(),
        });
        Work { loaded, file, glance: seen.map(|(glance, _)| glance), names }
    };
    let seen: Vec<Work<'a>> = found.par_iter().map(look).collect();
    let mut names: BTreeMap<String, &Path> = BTreeMap::new();
    for work in &seen {
        for name in &work.names {
            if let Some(other) = names.insert(name.clone(), work.file) {
                return Err(two_of_one_name(name, [other, work.file]));
            }
        }
    }
    Ok(seen)
}

/// Two clusters of one name, each with the place that says it; both may lie in one file.
fn two_of_one_name(name: &str, files: [&Path; 2]) -> Failed {
    let mut places = Vec::new();
    for file in BTreeSet::from(files) {
        let found = cluster_names(file, &files::read(file, files::SPEC_LIMIT).unwrap_or_default());
        places.extend(found.into_iter().filter(|(found, _)| found == name).map(|(_, place)| place));
    }
    let mut diags = Diagnostics::default();
    report_clusters_of_one_name(name, places, &mut diags);
    Failed::Mistakes(diags)
}

/// Reads, compiles and writes every cluster of a file; nothing of a cluster is written when something is wrong with it.
fn one_file(run: &Run<'_>, work: &Work<'_>) -> Result<Vec<Told>, Failed> {
    if let Some(told) = as_before(run, work)? {
        return Ok(told);
    }
    let Work { loaded, file, glance, .. } = work;
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
        told.written = differences.iter().map(|difference| difference_text(difference, &files)).collect();
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

pub(super) fn tree_failed(error: &tree::TreeError) -> Failed {
    match error {
        tree::TreeError::Foreign(_) => Failed::usage(
            error.to_string(),
            "move these files out of the tree, or undo your edits (`harden build --out ELSEWHERE` writes what is ours), then build again",
        ),
        tree::TreeError::Host(error) => Failed::Machine(error.to_string()),
    }
}
