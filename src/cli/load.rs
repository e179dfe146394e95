//! Finds what a call names: the workspace with its profiles and waivers, and the files of clusters, which are read one by one.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use crate::{
    base::sha256_hex,
    build::memo,
    controls,
    diag::{Diagnostics, Place, Source},
    host::files::{self, Depth, FileError, Kind, Root, SPEC_LIMIT},
    resolve::{Cluster, Profiles, report_clusters_of_nobody},
    spec::{self, Parsed, WorkspaceCheck},
    yaml::{self, Node},
};

use super::outcome::Failed;

/// The file that makes a folder a workspace.
pub(super) const WORKSPACE: &str = "harden.yaml";

/// What a call names, without the clusters themselves: they are read one by one, so that memory stays flat.
pub(super) struct Loaded {
    /// Files that may hold clusters, each once, in the order named.
    pub(super) files: Vec<PathBuf>,
    /// The folder that no path leaves.
    pub(super) root: Root,
    /// Which manifests go to which clusters.
    pub(super) check: Vec<WorkspaceCheck>,
    /// Whether the call names the workspace itself, and so every cluster of it.
    whole: bool,
    profiles: Profiles,
    waivers: Vec<Node>,
    inputs: BTreeMap<String, String>,
}

/// A cluster with the profiles it may use.
pub(super) struct Job<'a> {
    /// The cluster.
    pub(super) cluster: Cluster,
    /// The profiles: those of the workspace, and those of its own file.
    pub(super) profiles: Cow<'a, Profiles>,
}

/// A file before it is built.
pub(super) struct Glance {
    /// Its path, free of links.
    pub(super) path: String,
    /// What its clusters are made from.
    pub(super) state: String,
}

/// Finds what the paths of a call name: cluster files, folders of them, a workspace file or its folder. Without paths: the current folder.
/// One for each workspace, or folder of lone specs, in the order named; a file that is named twice counts once.
pub(super) fn load(paths: &[PathBuf], diags: &mut Diagnostics) -> Result<Vec<Loaded>, Failed> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let mut all: Vec<(Loaded, Option<Vec<String>>)> = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        let root = Root::open(&root_of(path)?)?;
        let at = match all.iter().position(|(loaded, _)| loaded.root.is(&root)) {
            Some(at) => at,
            None => {
                let (files, waivers, inputs) = (Vec::new(), Vec::new(), BTreeMap::new());
                let profiles = Profiles::built_in(diags);
                let mut loaded = Loaded { files, root, check: Vec::new(), whole: false, profiles, waivers, inputs };
                let cluster_globs = loaded.workspace(diags)?;
                all.push((loaded, cluster_globs));
                all.len() - 1
            }
        };
        let (loaded, cluster_globs) = &mut all[at];
        loaded.whole |= cluster_globs.is_some() && is_workspace(path);
        for file in loaded.named(path, cluster_globs.as_deref())? {
            if seen.insert(real(&file)) {
                loaded.files.push(file);
            }
        }
    }
    Ok(all.into_iter().map(|(loaded, _)| loaded).collect())
}

/// The same for one path.
pub(super) fn load_one(path: &Path, diags: &mut Diagnostics) -> Result<Loaded, Failed> {
    let loaded = load(&[path.to_owned()], diags)?;
    loaded.into_iter().next().ok_or_else(|| Failed::Bug("a path means no folder".to_owned()))
}

/// A file with its folder free of links and dots, so that two ways to name it are one.
pub(super) fn real(file: &Path) -> PathBuf {
    let folder = files::ancestors(&folder_of(file)).ok().and_then(|above| above.into_iter().next());
    match (folder, file.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        (_, _) => file.to_owned(),
    }
}

/// The folder of the nearest `harden.yaml` at or above a path, else the folder of the path; relative where the path is.
pub(super) fn root_of(path: &Path) -> Result<PathBuf, Failed> {
    let folder = if files::is_folder(path) { path.to_owned() } else { folder_of(path) };
    if !files::is_folder(&folder) {
        return Err(FileError::Missing { path: path.to_owned() }.into());
    }
    let depth = files::ancestors(&folder)?.iter().position(|above| files::is_file(&above.join(WORKSPACE)));
    Ok(depth.map_or_else(|| folder.clone(), |up| (0..up).fold(folder.clone(), |path, _| path.join(".."))))
}

/// Whether a path is a workspace: its file, or the folder of it.
fn is_workspace(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == WORKSPACE) || files::is_file(&path.join(WORKSPACE))
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

impl Loaded {
    /// Tells what the `check` map names and the workspace does not have, where all clusters are known; they come file by file.
    pub(super) fn judge_map<'n>(&self, names: impl Iterator<Item = &'n [String]>, diags: &mut Diagnostics) {
        let names: Vec<&[String]> = names.collect();
        // What a file that cannot be read holds is not known, and that is told.
        if self.whole && names.iter().all(|of_file| !of_file.is_empty()) {
            report_clusters_of_nobody(&self.check, &names.into_iter().flatten().cloned().collect(), diags);
        }
    }

    /// Every profile that a cluster here can name: those of the workspace sorted by name, then those that lie in the file of a cluster and
    /// count for it alone.
    pub(super) fn all_profiles(&self) -> Vec<(String, Node)> {
        let of = |profiles: &Profiles| -> Vec<(String, Node)> {
            profiles.names().filter_map(|name| Some((name.to_owned(), profiles.tree(name)?.clone()))).collect()
        };
        let mut found = of(&self.profiles);
        for file in self.files.iter().filter(|file| files::is_file(file)) {
            // What is wrong with a cluster is told where it is built.
            let jobs = self.clusters(file, &mut Diagnostics::default()).unwrap_or_default();
            for (name, tree) in jobs.first().map_or_else(Vec::new, |job| of(&job.profiles)) {
                if !found.iter().any(|(known, other)| *known == name && other.place == tree.place) {
                    found.push((name, tree));
                }
            }
        }
        found
    }

    /// Reads the workspace file, its profiles and waivers, where there is one; gives its patterns for clusters.
    fn workspace(&mut self, diags: &mut Diagnostics) -> Result<Option<Vec<String>>, Failed> {
        let file = self.root.path().join(WORKSPACE);
        if !files::is_file(&file) {
            return Ok(None);
        }
        let mut globs = None;
        let mut more = Vec::new();
        let mut found = Diagnostics::default();
        let documents = self.documents(&file, &mut found)?;
        // What is wrong with a lone cluster is told where it is built, with everything else that is wrong with it.
        if documents.is_empty() || !self.holds_clusters_alone(&file) {
            diags.append(found);
        }
        for parsed in documents {
            match parsed {
                Parsed::Workspace(workspace) => {
                    more.extend(workspace.profiles);
                    more.extend(workspace.waivers);
                    self.check.extend(workspace.check);
                    globs = Some(workspace.clusters);
                }
                Parsed::Profile(profile) => self.profiles.add(profile.root, false, diags),
                Parsed::Waivers(waivers) => self.waivers.push(waivers.spec),
                Parsed::Cluster(_) => {
                    globs = globs.or(Some(Vec::new())).map(|mut list: Vec<String>| {
                        list.push(WORKSPACE.to_owned());
                        list
                    })
                }
            }
        }
        for pattern in more {
            for named in self.root.expand(&pattern)? {
                let file = self.root.path().join(&named);
                for parsed in self.documents(&file, diags)? {
                    match parsed {
                        Parsed::Profile(profile) => self.profiles.add(profile.root, false, diags),
                        Parsed::Waivers(waivers) => self.waivers.push(waivers.spec),
                        Parsed::Cluster(_) | Parsed::Workspace(_) => {}
                    }
                }
            }
        }
        Ok(globs)
    }

    /// Whether a file can be read and holds nothing but clusters.
    fn holds_clusters_alone(&self, file: &Path) -> bool {
        let Ok((Some(source), _)) = self.source(file, &mut Diagnostics::default()) else { return false };
        let of_cluster = |root: &Node| root.is_null() || is_cluster(root);
        yaml::read(&source).iter().all(|document| !document.has_errors() && document.root.as_ref().is_none_or(of_cluster))
    }

    /// The files that a path of the call means.
    fn named(&self, path: &Path, cluster_globs: Option<&[String]>) -> Result<Vec<PathBuf>, Failed> {
        if let (true, Some(globs)) = (is_workspace(path), cluster_globs) {
            let mut found = Vec::new();
            for pattern in globs {
                found.extend(self.root.expand(pattern)?.into_iter().map(|named| self.root.path().join(named)));
            }
            return Ok(found);
        }
        if !files::is_folder(path) {
            return Ok(vec![path.to_owned()]);
        }
        let yaml = |name: &str| name.ends_with(".yaml") || name.ends_with(".yml");
        let found = files::list(path, Depth::Folder)?.into_iter().filter(|entry| yaml(&entry.path.to_string_lossy()));
        // A link to a file is read as when the call names it; one that leads nowhere is told.
        let is_spec = |kind: Kind, file: &Path| match kind {
            Kind::File => true,
            Kind::Link => files::is_file(file) || files::leads_nowhere(file),
            Kind::Folder | Kind::Special => false,
        };
        Ok(found
            .map(|entry| (entry.kind, path.join(entry.path)))
            .filter(|(kind, file)| is_spec(*kind, file))
            .map(|(_, file)| file)
            .collect())
    }

    /// Reads the documents of a file and records its digest.
    fn documents(&mut self, file: &Path, diags: &mut Diagnostics) -> Result<Vec<Parsed>, Failed> {
        let (source, digest) = self.source(file, diags)?;
        self.inputs.insert(self.relative(file), digest);
        Ok(source.map_or_else(Vec::new, |source| parse(&source, diags)))
    }

    fn source(&self, file: &Path, diags: &mut Diagnostics) -> Result<(Option<Source>, String), Failed> {
        let bytes = files::read(file, SPEC_LIMIT)?;
        let digest = sha256_hex(&bytes);
        match yaml::decode(&shown(file), &bytes) {
            Ok(source) => Ok((Some(source), digest)),
            Err(diagnostic) => {
                diags.push(diagnostic);
                Ok((None, digest))
            }
        }
    }

    /// The path of a file from the root, however it was named.
    fn relative(&self, file: &Path) -> String {
        let real = real(file);
        self.root.inside(&real).unwrap_or(file).to_string_lossy().trim_start_matches("./").to_owned()
    }

    /// The ids of the waivers that a file, the workspace and the profiles hold, as far as they can be read.
    pub(super) fn waiver_ids(&self, file: &Path) -> BTreeSet<String> {
        let bytes = if files::is_file(file) { files::read(file, SPEC_LIMIT).unwrap_or_default() } else { Vec::new() };
        let roots: Vec<Node> = yaml::decode("", &bytes)
            .map_or_else(|_| Vec::new(), |source| yaml::read(&source).into_iter().filter_map(|document| document.root).collect());
        let profiles = self.profiles.names().filter_map(|name| self.profiles.tree(name));
        let mut ids = BTreeSet::new();
        for root in roots.iter().chain(&self.waivers).chain(profiles) {
            for list in ["/waivers", "/spec/waivers"].into_iter().filter_map(|at| root.at_pointer(at)?.as_seq()) {
                ids.extend(list.iter().filter_map(|waiver| waiver.get("id")?.as_str().map(str::to_owned)));
            }
        }
        ids
    }

    /// A look at a file before any is built, and its bytes; nothing where it cannot be read, or only once as a pipe.
    pub(super) fn glance(&self, file: &Path) -> Option<(Glance, Vec<u8>)> {
        if !files::is_file(file) {
            return None;
        }
        let bytes = files::read(file, SPEC_LIMIT).ok()?;
        let name = self.relative(file);
        let mut inputs = self.inputs.clone();
        inputs.insert(name.clone(), sha256_hex(&bytes));
        let glance = Glance { path: real(file).to_string_lossy().into_owned(), state: memo::state(&name, &inputs) };
        Some((glance, bytes))
    }

    /// The text of a file that a spec names.
    pub(super) fn text_of(&self, named: &str) -> Result<Source, String> {
        let bytes = self.root.read(named, SPEC_LIMIT).map_err(|error| error.to_string())?;
        yaml::decode(named, &bytes).map_err(|diagnostic| diagnostic.message)
    }

    /// The digest of a file that a spec names, as it is now.
    pub(super) fn named_digest(&self, named: &str) -> Option<String> {
        self.root.read(named, SPEC_LIMIT).ok().map(|bytes| sha256_hex(&bytes))
    }

    /// The clusters of a file.
    pub(super) fn clusters(&self, file: &Path, diags: &mut Diagnostics) -> Result<Vec<Job<'_>>, Failed> {
        let (source, digest) = self.source(file, diags)?;
        let Some(source) = source else { return Ok(Vec::new()) };
        let mut profiles = Cow::Borrowed(&self.profiles);
        let mut waivers = self.waivers.clone();
        let mut clusters = Vec::new();
        for parsed in parse(&source, diags) {
            match parsed {
                Parsed::Cluster(cluster) => clusters.push(cluster),
                Parsed::Profile(profile) if file.file_name().is_some_and(|name| name != WORKSPACE) => {
                    profiles.to_mut().add(profile.root, false, diags);
                }
                Parsed::Waivers(more) if file.file_name().is_some_and(|name| name != WORKSPACE) => waivers.push(more.spec),
                Parsed::Profile(_) | Parsed::Waivers(_) | Parsed::Workspace(_) => {}
            }
        }
        let name = self.relative(file);
        let mut inputs = self.inputs.clone();
        inputs.insert(name.clone(), digest);
        Ok(clusters
            .into_iter()
            .map(|found| Job {
                cluster: Cluster {
                    name: found.name,
                    name_place: found.name_place,
                    spec: found.spec,
                    file: name.clone(),
                    waivers: waivers.clone(),
                    inputs: inputs.clone(),
                },
                profiles: profiles.clone(),
            })
            .collect())
    }
}

/// The clusters of a text that stands for a file.
pub(super) fn of_text(name: &str, text: &str, diags: &mut Diagnostics) -> Vec<Job<'static>> {
    let profiles = Profiles::built_in(diags);
    let found = parse(&Source::new(name, text), diags).into_iter().filter_map(|parsed| match parsed {
        Parsed::Cluster(found) => Some(found),
        Parsed::Profile(_) | Parsed::Waivers(_) | Parsed::Workspace(_) => None,
    });
    let job = |found: spec::ClusterDocument| Job {
        cluster: Cluster {
            name: found.name,
            name_place: found.name_place,
            spec: found.spec,
            file: name.to_owned(),
            waivers: Vec::new(),
            inputs: BTreeMap::new(),
        },
        profiles: Cow::Owned(profiles.clone()),
    };
    found.map(job).collect()
}

/// The names of the clusters in the bytes of a file, each with its place, as far as they can be read.
pub(super) fn cluster_names(file: &Path, bytes: &[u8]) -> Vec<(String, Place)> {
    let Ok(source) = yaml::decode(&shown(file), bytes) else { return Vec::new() };
    let name = |root: &Node| {
        let name = root.at_pointer("/metadata/name").filter(|_| is_cluster(root))?;
        Some((name.as_str()?.to_owned(), name.used_at().clone()))
    };
    yaml::read(&source).iter().filter_map(|document| name(document.root.as_ref()?)).collect()
}

/// The name of a file in messages.
fn shown(file: &Path) -> String {
    file.to_string_lossy().trim_start_matches("./").to_owned()
}

fn is_cluster(root: &Node) -> bool {
    root.get("kind").and_then(Node::as_str) == Some("Cluster")
}

fn parse(source: &Source, diags: &mut Diagnostics) -> Vec<Parsed> {
    let mut parsed = Vec::new();
    for document in yaml::read(source) {
        if document.has_errors() {
            // What cannot be read is told as it is; judging its remains would only add wrong follow-on errors.
            document.problems.into_iter().for_each(|problem| diags.push(problem));
        } else {
            let found = spec::document(&document, diags);
            // A cluster that cannot be read ends here: what else is wrong with it by name is told along.
            if let (None, Some(root)) = (&found, document.root.as_ref().filter(|root| is_cluster(root)))
                && let Some(spec) = root.get("spec")
            {
                controls::judge_names(spec, &[], diags);
            }
            parsed.extend(found);
        }
    }
    parsed
}
