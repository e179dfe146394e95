//! What files are judged against: a spec, the workspace's map, or a profile in place of a cluster.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use crate::{
    base::{Cause, Date, Minor},
    build::{Planned, plan_to_judge},
    check::{Extent, File},
    diag::{Diagnostics, Place, Source},
    facts::{self, Support},
    host::{env, files},
    plan::{Locate, Plan, Settings},
    resolve::{LastBuild, Purpose, Surroundings, Waiver, report_clusters_of_nobody},
    spec::WorkspaceCheck,
};

use super::{
    super::{
        Failed,
        load::{Job, Loaded, WORKSPACE, load_one, of_text},
    },
    Args,
};

/// A cluster, planned.
pub(super) struct Judged {
    pub(super) name: String,
    pub(super) plan: Plan,
    pub(super) settings: Settings,
    pub(super) waivers: Vec<Waiver>,
    pub(super) waiver_places: BTreeMap<String, Place>,
    pub(super) as_of: Date,
    pub(super) extent: Extent,
}

/// Which files go to which clusters.
pub(super) enum Chosen {
    /// Every file to each of them.
    All(Vec<Judged>),
    /// By the workspace's map.
    ByPath(Map),
}

/// The workspace's map.
pub(super) struct Map {
    /// The workspace, free of links.
    root: PathBuf,
    /// Where relative names of files begin, free of links.
    base: PathBuf,
    entries: Vec<WorkspaceCheck>,
    clusters: Vec<Judged>,
    /// Workspaces further up, which do not count: where each is, and its map.
    further_up: Vec<(PathBuf, Vec<WorkspaceCheck>)>,
}

/// Which files go to which clusters, by the map.
pub(super) struct Sorted<'m, 'f> {
    /// The files of every cluster.
    pub(super) groups: Vec<(&'m Judged, Vec<File>)>,
    /// Those that go to clusters that the call leaves out.
    pub(super) elsewhere: Vec<&'f File>,
    /// Those that no entry names.
    pub(super) unnamed: Vec<&'f File>,
}

/// How a call says which cluster its files go to.
pub(super) const TEACH: &str = "name the cluster with `--spec FILE`; or let the workspace say it, in `harden.yaml`: `spec: { check: [{ paths: [\"apps/**\"], \
                     clusters: [\"*\"] }] }`; or take a profile in its place: `--profile restricted --kubernetes 1.36` judges workloads alone";

/// Finds what the call is judged against.
pub(super) fn choose(args: &Args, as_of: Date, diags: &mut Diagnostics) -> Result<Chosen, Failed> {
    if let Some(spec) = &args.spec {
        let (clusters, _) = planned(&load_one(spec, diags)?, as_of, args.cluster.as_deref(), diags)?;
        return if clusters.is_empty() { Err(no_cluster(spec, args)) } else { Ok(Chosen::All(clusters)) };
    }
    if let (Some(profile), Some(minor)) = (&args.profile, &args.kubernetes) {
        return profile_alone(profile, minor, as_of, diags);
    }
    let here = env::current_dir()?;
    let workspaces = workspaces(&here)?;
    let Some((folder, above)) = workspaces.split_first() else {
        return Err(Failed::usage("which cluster do these files go to? no workspace is here or above", TEACH));
    };
    let loaded = load_one(&relative(&here, folder), diags)?;
    if loaded.check.is_empty() {
        let what =
            format!("`{}` says of no file which cluster it goes to: its `check` map is empty", folder.join(WORKSPACE).display());
        return Err(if diags.has_errors() { Failed::Mistakes(std::mem::take(diags)) } else { Failed::usage(what, TEACH) });
    }
    let (clusters, names) = planned(&loaded, as_of, args.cluster.as_deref(), diags)?;
    report_clusters_of_nobody(&loaded.check, &names, diags);
    if diags.has_errors() {
        return Err(Failed::Mistakes(std::mem::take(diags)));
    }
    if clusters.is_empty() {
        return Err(no_cluster(&relative(&here, folder).join(WORKSPACE), args));
    }
    let base = if args.staged { crate::host::git::top()?.unwrap_or_else(|| here.clone()) } else { here.clone() };
    let further_up = above.iter().map(|folder| (folder.clone(), map_of(&relative(&here, folder)))).collect();
    let (root, base, entries) = (folder.clone(), files::real(&base)?, loaded.check.clone());
    Ok(Chosen::ByPath(Map { root, base, entries, clusters, further_up }))
}

/// The map of a workspace that does not count; what is wrong with it is told to those who use it.
fn map_of(folder: &Path) -> Vec<WorkspaceCheck> {
    load_one(folder, &mut Diagnostics::default()).map_or_else(|_| Vec::new(), |loaded| loaded.check)
}

fn no_cluster(spec: &Path, args: &Args) -> Failed {
    match &args.cluster {
        Some(name) => Failed::usage(format!("no cluster `{name}` in `{}`", spec.display()), "name one that the spec holds"),
        None => Failed::usage(format!("no cluster in `{}`", spec.display()), "name a file with `kind: Cluster`, or a workspace"),
    }
}

/// The folders with a workspace file at or above, the nearest first, up to the top of the repository.
fn workspaces(here: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut found = Vec::new();
    for folder in files::ancestors(here)? {
        let is_top = files::exists(&folder.join(".git"));
        if files::is_file(&folder.join(WORKSPACE)) {
            found.push(folder);
        }
        if is_top {
            break;
        }
    }
    Ok(found)
}

/// The folder above by dots, so that names in messages do not depend on the machine.
fn relative(here: &Path, folder: &Path) -> PathBuf {
    let depth = files::ancestors(here).ok().and_then(|above| above.iter().position(|other| other == folder)).unwrap_or(0);
    if depth == 0 { PathBuf::from(".") } else { (0..depth).map(|_| "..").collect() }
}

/// Plans every cluster of a spec or workspace, or the one named; gives the names of all.
fn planned(
    loaded: &Loaded,
    as_of: Date,
    only: Option<&str>,
    diags: &mut Diagnostics,
) -> Result<(Vec<Judged>, BTreeSet<String>), Failed> {
    let (mut found, mut names) = (Vec::new(), BTreeSet::new());
    for file in &loaded.files {
        for job in loaded.clusters(file, diags)? {
            names.insert(job.cluster.name.clone());
            if only.is_none_or(|name| name == job.cluster.name) {
                let ids = loaded.waiver_ids(file);
                let graces = ids.into_iter().map(|id| (id, as_of)).collect();
                found.extend(one(&job, graces, as_of, Extent::Cluster, &|named| loaded.text_of(named), diags));
            }
        }
    }
    if diags.has_errors() { Err(Failed::Mistakes(std::mem::take(diags))) } else { Ok((found, names)) }
}

fn one(
    job: &Job<'_>,
    graces: BTreeMap<String, Date>,
    as_of: Date,
    extent: Extent,
    read: &dyn Fn(&str) -> Result<Source, String>,
    diags: &mut Diagnostics,
) -> Option<Judged> {
    let around = Surroundings { purpose: Purpose::Judge, as_of, today: as_of, last: LastBuild::default(), graces, read };
    let Planned { cluster: resolved, plan, settings } = plan_to_judge(&job.cluster, &job.profiles, &around, diags)?;
    let place = |waiver: &Waiver| Some((waiver.id.clone(), resolved.locate(&Cause::Spec(waiver.path.clone()))?));
    let waiver_places = resolved.waivers.iter().filter_map(place).collect();
    let (name, waivers) = (job.cluster.name.clone(), resolved.waivers);
    Some(Judged { name, plan, settings, waivers, waiver_places, as_of, extent })
}

/// A profile in place of a cluster: the smallest spec that names it.
fn profile_alone(profile: &str, minor: &str, as_of: Date, diags: &mut Diagnostics) -> Result<Chosen, Failed> {
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
    if !plain(profile) || !plain(minor) {
        return Err(Failed::usage(
            "--profile and --kubernetes take a name and a minor",
            "write --profile restricted --kubernetes 1.36",
        ));
    }
    known(minor)?;
    let text = format!(
        "apiVersion: harden.dev/v1alpha1\nkind: Cluster\nmetadata: {{ name: profile }}\nspec:\n  profiles: [{profile}]\n  platform:\n    \
         eks: {{ kubernetesVersion: \"{minor}\", region: eu-west-1, endpoint: private, nodes: managed }}\n    cni: {{ aws-vpc-cni: {{}} }}\n    \
         runtime: {{ containerd: \"2.1\" }}\n    nodePools: [{{ name: nodes, role: worker, os: al2023, cidrs: [192.0.2.0/24] }}]\n  api: {{ sources: {{ admins: [203.0.113.0/24] }} }}\n"
    );
    let loaded = of_text(profile, &text, diags);
    let no_file = |_: &str| Err("a profile alone reads no files".to_owned());
    let mut clusters = Vec::new();
    for job in &loaded {
        clusters.extend(one(job, BTreeMap::new(), as_of, Extent::Workloads, &no_file, diags));
    }
    if diags.has_errors() { Err(Failed::Mistakes(std::mem::take(diags))) } else { Ok(Chosen::All(clusters)) }
}

/// That facts of a minor are known; what stands for the cluster is no text that anybody wrote.
fn known(minor: &str) -> Result<(), Failed> {
    let range = format!("name a minor from {} to {}", facts::OLDEST, facts::NEWEST);
    let read =
        minor.parse::<Minor>().map_err(|_| Failed::usage(format!("`{minor}` is no minor of Kubernetes"), range.clone()))?;
    match facts::support(read) {
        Support::Build | Support::CheckOnly => Ok(()),
        Support::TooOld | Support::TooNew => Err(Failed::usage(format!("cannot judge files for Kubernetes {read}"), range)),
    }
}

impl Map {
    /// Sorts files by the clusters that they go to.
    pub(super) fn sort<'f>(&self, found: &'f [File]) -> Result<Sorted<'_, 'f>, Failed> {
        let (mut elsewhere, mut unnamed) = (Vec::new(), Vec::new());
        let mut by_cluster: Vec<Vec<File>> = self.clusters.iter().map(|_| Vec::new()).collect();
        for file in found {
            let entries = self.naming(&self.root, &self.entries, file)?;
            let goes_to = |cluster: &Judged| {
                let mut patterns = entries.iter().flat_map(|entry| &entry.clusters);
                patterns.any(|pattern| crate::resolve::name_fits(pattern, &cluster.name))
            };
            let mut hit = false;
            for (_, files) in self.clusters.iter().zip(&mut by_cluster).filter(|(cluster, _)| goes_to(cluster)) {
                hit = true;
                files.push(file.clone());
            }
            match (hit, entries.is_empty()) {
                (true, _) => {}
                (false, true) => unnamed.push(file),
                (false, false) => elsewhere.push(file),
            }
        }
        let groups = self.clusters.iter().zip(by_cluster).filter(|(_, files)| !files.is_empty()).collect();
        Ok(Sorted { groups, elsewhere, unnamed })
    }

    /// The entries of workspaces further up that name one of these files: each with where it stands and the number of files.
    pub(super) fn passed_over(&self, found: &[File]) -> Result<Vec<(Place, usize)>, Failed> {
        let mut told = Vec::new();
        for (root, entries) in &self.further_up {
            let mut files = 0;
            let mut first = None;
            for file in found {
                let naming = self.naming(root, entries, file)?;
                files += usize::from(!naming.is_empty());
                first = first.or_else(|| naming.first().and_then(|entry| entry.places.first().cloned()));
            }
            told.extend(first.map(|place| (place, files)));
        }
        Ok(told)
    }

    /// The entries that name a file, by its path from their workspace.
    fn naming<'e>(&self, root: &Path, entries: &'e [WorkspaceCheck], file: &File) -> Result<Vec<&'e WorkspaceCheck>, Failed> {
        let full = files::plain(&self.base.join(&file.name));
        let Ok(inside) = full.strip_prefix(root) else { return Ok(Vec::new()) };
        let inside = inside.to_string_lossy().into_owned();
        let mut naming = Vec::new();
        for entry in entries {
            for pattern in &entry.paths {
                if files::fits(pattern, &inside)? {
                    naming.push(entry);
                    break;
                }
            }
        }
        Ok(naming)
    }
}
