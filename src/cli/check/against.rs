//! What files are judged against: a spec, the workspace's map, or a profile in place of a cluster.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    base::{Cause, Date},
    build::{Planned, plan_to_judge},
    check::{Extent, File},
    diag::{Diagnostics, Place, Source},
    host::{env, files},
    plan::{Locate, Plan, Settings},
    resolve::{LastBuild, Purpose, Surroundings, Waiver},
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
}

const TEACH: &str = "name the cluster with `--spec FILE`; or let the workspace say it, in `harden.yaml`: `spec: { check: [{ paths: [\"apps/**\"], \
                     clusters: [\"*\"] }] }`; or take a profile in its place: `--profile restricted --kubernetes 1.36` judges workloads alone";

/// Finds what the call is judged against.
pub(super) fn choose(args: &Args, as_of: Date, diags: &mut Diagnostics) -> Result<Chosen, Failed> {
    if let Some(spec) = &args.spec {
        let clusters = planned(&load_one(spec, diags)?, as_of, args.cluster.as_deref(), diags)?;
        return if clusters.is_empty() { Err(no_cluster(spec, args)) } else { Ok(Chosen::All(clusters)) };
    }
    if let (Some(profile), Some(minor)) = (&args.profile, &args.kubernetes) {
        return profile_alone(profile, minor, as_of, diags);
    }
    let here = env::current_dir()?;
    let Some(folder) = workspace(&here)? else {
        return Err(Failed::usage("which cluster do these files go to? no workspace is here or above", TEACH));
    };
    let loaded = load_one(&relative(&here, &folder), diags)?;
    if loaded.check.is_empty() {
        let what =
            format!("`{}` says of no file which cluster it goes to: its `check` map is empty", folder.join(WORKSPACE).display());
        return Err(if diags.has_errors() { Failed::Mistakes(std::mem::take(diags)) } else { Failed::usage(what, TEACH) });
    }
    let clusters = planned(&loaded, as_of, args.cluster.as_deref(), diags)?;
    let base = if args.staged { crate::host::git::top()?.unwrap_or_else(|| here.clone()) } else { here };
    Ok(Chosen::ByPath(Map { root: folder, base: files::real(&base)?, entries: loaded.check.clone(), clusters }))
}

fn no_cluster(spec: &Path, args: &Args) -> Failed {
    match &args.cluster {
        Some(name) => Failed::usage(format!("no cluster `{name}` in `{}`", spec.display()), "name one that the spec holds"),
        None => Failed::usage(format!("no cluster in `{}`", spec.display()), "name a file with `kind: Cluster`, or a workspace"),
    }
}

/// The nearest folder with a workspace file at or above, up to the top of the repository.
fn workspace(here: &Path) -> Result<Option<PathBuf>, Failed> {
    for folder in files::ancestors(here)? {
        if files::is_file(&folder.join(WORKSPACE)) {
            return Ok(Some(folder));
        }
        if files::exists(&folder.join(".git")) {
            return Ok(None);
        }
    }
    Ok(None)
}

/// The folder above by dots, so that names in messages do not depend on the machine.
fn relative(here: &Path, folder: &Path) -> PathBuf {
    let depth = files::ancestors(here).ok().and_then(|above| above.iter().position(|other| other == folder)).unwrap_or(0);
    if depth == 0 { PathBuf::from(".") } else { (0..depth).map(|_| "..").collect() }
}

/// Plans every cluster of a spec or workspace, or the one named.
fn planned(loaded: &Loaded, as_of: Date, only: Option<&str>, diags: &mut Diagnostics) -> Result<Vec<Judged>, Failed> {
    let mut found = Vec::new();
    for file in &loaded.files {
        for job in loaded.clusters(file, diags)? {
            if only.is_none_or(|name| name == job.cluster.name) {
                let ids = loaded.waiver_ids(file);
                let graces = ids.into_iter().map(|id| (id, as_of)).collect();
                found.extend(one(&job, graces, as_of, Extent::Cluster, &|named| loaded.text_of(named), diags));
            }
        }
    }
    if diags.has_errors() { Err(Failed::Mistakes(std::mem::take(diags))) } else { Ok(found) }
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

/// A cluster and the files that go to it.
type Group<'m> = (&'m Judged, Vec<File>);

impl Map {
    /// The files of every cluster, and those that no entry names.
    pub(super) fn groups<'f>(&self, found: &'f [File]) -> Result<(Vec<Group<'_>>, Vec<&'f File>), Failed> {
        let mut unnamed = Vec::new();
        let mut by_cluster: Vec<Vec<File>> = self.clusters.iter().map(|_| Vec::new()).collect();
        for file in found {
            let mut hit = false;
            for entry in &self.entries {
                if !self.names(entry, &file.name)? {
                    continue;
                }
                for (n, cluster) in self.clusters.iter().enumerate() {
                    if entry.clusters.iter().any(|pattern| crate::resolve::name_fits(pattern, &cluster.name)) {
                        hit = true;
                        if !by_cluster[n].iter().any(|other| other.name == file.name) {
                            by_cluster[n].push(file.clone());
                        }
                    }
                }
            }
            if !hit {
                unnamed.push(file);
            }
        }
        Ok((self.clusters.iter().zip(by_cluster).filter(|(_, files)| !files.is_empty()).collect(), unnamed))
    }

    /// Whether an entry names a file, by its path from the workspace.
    fn names(&self, entry: &WorkspaceCheck, name: &str) -> Result<bool, Failed> {
        let full = self.base.join(name);
        let full = files::plain(&full);
        let Ok(inside) = full.strip_prefix(&self.root) else { return Ok(false) };
        let inside = inside.to_string_lossy().into_owned();
        for pattern in &entry.paths {
            if files::fits(pattern, &inside)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
