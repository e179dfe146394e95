//! Specs compiled in process.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use harden::{
    base::{Date, sha256_hex},
    build::{Built, build},
    diag::{Diagnostics, Source, render},
    facts,
    resolve::{Cluster, LastBuild, Profiles, Purpose, Surroundings},
    spec::{self, Parsed},
    yaml::{self, Node},
};

use crate::support::{DAY, cases, root};

/// A compiled cluster.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) built: Built,
    /// The spec documents that it came from.
    pub(super) profiles: Profiles,
}

/// The files of one call: specs by name, and the folder that other files are read from.
#[derive(Clone)]
pub(super) struct Inputs {
    pub(super) name: String,
    pub(super) specs: BTreeMap<String, String>,
    pub(super) folder: PathBuf,
    pub(super) today: Date,
}

impl Inputs {
    /// Every spec below a folder, without the expectations in it.
    pub(super) fn of_folder(folder: &Path) -> Self {
        let mut specs = BTreeMap::new();
        for entry in walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap) {
            let name = entry.path().strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            let yaml = name.ends_with(".yaml") && !name.starts_with("out/");
            let text = if yaml && entry.file_type().is_file() { fs::read_to_string(entry.path()).unwrap() } else { continue };
            if text.contains("apiVersion: harden.dev/") {
                specs.insert(name, text);
            }
        }
        let name = folder.strip_prefix(root()).unwrap_or(folder).display().to_string();
        Inputs { name, specs, folder: folder.to_owned(), today: day() }
    }

    /// One spec as text.
    pub(super) fn of_text(name: &str, text: String) -> Self {
        let specs = BTreeMap::from([("cluster.yaml".to_owned(), text)]);
        Inputs { name: name.to_owned(), specs, folder: root(), today: day() }
    }

    /// Compiles every cluster; fails with what is wrong.
    pub(super) fn build(&self) -> Vec<Case> {
        self.try_build().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", self.name))
    }

    /// Compiles every cluster, or says what is wrong.
    pub(super) fn try_build(&self) -> Result<Vec<Case>, String> {
        let mut diags = Diagnostics::default();
        let mut profiles = Profiles::built_in(&mut diags);
        let (mut clusters, mut waivers): (Vec<Cluster>, Vec<Node>) = (Vec::new(), Vec::new());
        for (name, text) in &self.specs {
            let source = Source::new(name.as_str(), text.as_str());
            let parsed: Vec<Parsed> =
                yaml::read(&source).iter().filter_map(|document| spec::document(document, &mut diags)).collect();
            for document in parsed {
                match document {
                    Parsed::Cluster(found) => clusters.push(Cluster {
                        name: found.name,
                        name_place: found.name_place,
                        spec: found.spec,
                        file: name.clone(),
                        waivers: Vec::new(),
                        inputs: BTreeMap::from([(name.clone(), sha256_hex(text.as_bytes()))]),
                    }),
                    Parsed::Profile(profile) => profiles.add(profile.root, false, &mut diags),
                    Parsed::Waivers(more) => waivers.push(more.spec),
                    Parsed::Workspace(_) => {}
                }
            }
        }
        let read = |named: &str| {
            let bytes = fs::read(self.folder.join(named)).map_err(|error| error.to_string())?;
            yaml::decode(named, &bytes).map_err(|diagnostic| diagnostic.message)
        };
        let around = Surroundings {
            purpose: Purpose::Build,
            as_of: day(),
            today: self.today,
            last: LastBuild::default(),
            graces: BTreeMap::new(),
            read: &read,
        };
        let mut found = Vec::new();
        for mut cluster in clusters {
            cluster.waivers.clone_from(&waivers);
            let name = format!("{} {}", self.name, cluster.name);
            if let Some(built) = build(&cluster, &profiles, &around, &mut diags) {
                assert_eq!(built.disagreements, [""; 0], "{name}");
                found.push(Case { name, built, profiles: profiles.clone() });
            }
        }
        if diags.has_errors() { Err(render(diags.list(), false, 100)) } else { Ok(found) }
    }
}

/// The day that everything is built for.
pub(super) fn day() -> Date {
    DAY.parse().unwrap()
}

/// The specs of the project that build.
pub(super) fn project() -> Vec<Inputs> {
    let mut folders = cases("build");
    folders
        .extend(fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()));
    folders.sort();
    let mut inputs: Vec<Inputs> = folders.iter().map(|folder| Inputs::of_folder(folder)).collect();
    inputs.push(Inputs::of_text("everything", EVERYTHING.to_owned()));
    inputs
}

/// The matrices of golden/plan: every platform, minor and profile.
pub(super) fn matrices() -> Vec<Inputs> {
    let mut inputs = Vec::new();
    for platform in ["kubeadm", "eks", "aks"] {
        let spec = fs::read_to_string(root().join(format!("golden/plan/{platform}.yaml"))).unwrap();
        for minor in facts::build_minors() {
            for profile in ["ten-ways", "baseline", "restricted", "cis-level-1", "cis-level-2", "nsa"] {
                let version = if platform == "kubeadm" { format!("{minor}.0") } else { minor.to_string() };
                let text = spec.replace("VERSION", &version).replace("PROFILE", profile);
                inputs.push(Inputs::of_text(&format!("{platform} {minor} {profile}"), text));
            }
        }
    }
    inputs
}

/// A cluster that selects every control, with everything declared that one of them asks for.
pub(super) const EVERYTHING: &str = include_str!("everything.yaml");
