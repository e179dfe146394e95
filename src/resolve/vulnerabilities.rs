//! Answers about patching and scanning, and until when what the spec declares is supported.

use crate::{
    base::{Date, Platform, SpecPath},
    diag::{Diagnostics, Place},
    facts::{self, Lifecycle},
    spec::{
        model::{self, Spec, Window},
        words::{ClusterScanner, Pipeline, Reboot},
    },
};

use super::{Due, Surroundings, Waiver, diagnostics::SupportEnded};

/// How nodes are patched and images scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VulnerabilityAnswers {
    /// When nodes may reboot, where the spec says it.
    pub window: Option<Window>,
    /// Who reboots nodes, where the spec says it.
    pub reboot: Option<Reboot>,
    /// Days until a hole must be closed, by severity, the gravest first.
    pub deadlines: Vec<(&'static str, u16)>,
    /// Where the pipeline runs that scans images, where the spec says it.
    pub pipeline: Option<Pipeline>,
    /// Whether the registry is to scan, where the spec says it.
    pub registry: Option<bool>,
    /// What scans running images, where the spec says it.
    pub cluster: Option<ClusterScanner>,
    /// Holes that a waiver accepts.
    pub accepted: Vec<AcceptedHole>,
    /// What is declared and until when it is supported.
    pub supported: Vec<Supported>,
    /// What is declared and of which nobody here knows until when it is supported.
    pub unknown: Vec<String>,
}

/// A hole that a waiver accepts for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedHole {
    /// The id of the hole (`CVE-2026-1234`).
    pub id: String,
    /// The id of the waiver.
    pub waiver: String,
    /// Why, and who answers for it.
    pub statement: String,
    /// The last day it is accepted.
    pub until: Date,
    /// Where the waiver stands.
    pub path: SpecPath,
}

/// Something declared, with its support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supported {
    /// The row of the table.
    pub lifecycle: &'static Lifecycle,
    /// Where it is declared.
    pub path: SpecPath,
}

impl Supported {
    /// What becomes due when its support ends; nothing where its makers name no day.
    fn due(&self) -> Option<Due> {
        Some(Due {
            date: self.lifecycle.end()?.next(),
            what: format!("no longer true: {}", self.lifecycle.says),
            path: self.path.clone(),
        })
    }
}

/// The answers of a spec; the waivers are judged already.
pub(super) fn answers(spec: &Spec, waivers: &[Waiver]) -> VulnerabilityAnswers {
    let vulnerabilities = &spec.vulnerabilities;
    let (mut supported, mut unknown) = (Vec::new(), Vec::new());
    for (program, release, path) in declared(spec) {
        match facts::lifecycle(program, &release) {
            Some(lifecycle) => supported.push(Supported { lifecycle, path }),
            None => unknown.push(format!("{program} {release}")),
        }
    }
    supported.extend(components(spec));
    let deadlines = &vulnerabilities.patching.deadlines;
    let by_severity =
        [("CRITICAL", deadlines.critical), ("HIGH", deadlines.high), ("MEDIUM", deadlines.medium), ("LOW", deadlines.low)];
    VulnerabilityAnswers {
        window: vulnerabilities.patching.window,
        reboot: vulnerabilities.patching.reboot,
        deadlines: by_severity.into_iter().filter_map(|(severity, days)| Some((severity, days?.0))).collect(),
        pipeline: vulnerabilities.scanning.pipeline,
        registry: vulnerabilities.scanning.registry,
        cluster: vulnerabilities.scanning.cluster,
        accepted: accepted(spec, waivers),
        supported,
        unknown,
    }
}

/// Every release that the spec declares, each once: program, release, place.
fn declared(spec: &Spec) -> Vec<(&'static str, String, SpecPath)> {
    let platform = spec.platform.kind();
    let program = match platform {
        Platform::Kubeadm => "kubernetes",
        Platform::Eks => "eks",
        Platform::Aks => "aks",
    };
    let place = SpecPath::new(&format!("/platform/{platform}/kubernetesVersion"));
    let mut all = vec![(program, spec.platform.version().minor.to_string(), place)];
    let runtime = match &spec.platform.runtime {
        Some(model::Runtime::Containerd(version)) => Some(("containerd", version.to_string())),
        Some(model::Runtime::Crio(version)) => Some(("crio", version.to_string())),
        Some(model::Runtime::Docker { docker, .. }) => Some(("docker", docker.to_string())),
        None => None,
    };
    all.extend(runtime.map(|(name, version)| (name, short(&version), SpecPath::new("/platform/runtime").child(name))));
    for pool in &spec.platform.node_pools {
        let os = pool.os.name();
        if !all.iter().any(|(program, release, _)| *program == "os" && release == os) {
            all.push(("os", os.to_owned(), SpecPath::new("/platform/nodePools").child(&pool.name).child("os")));
        }
    }
    all
}

/// Declared addons and plug-ins of the network whose makers have ended them, or will: most have no such day.
fn components(spec: &Spec) -> Vec<Supported> {
    let platform = SpecPath::new("/platform");
    let addons = spec.platform.addons.iter().map(|name| (name.as_str(), platform.child("addons").child(name)));
    let cni = spec.platform.cni.as_ref().map(|cni| (cni.name(), platform.child("cni").child(cni.name())));
    let found = |(name, path): (&str, SpecPath)| Some(Supported { lifecycle: facts::lifecycle("component", name)?, path });
    addons.chain(cni).filter_map(found).collect()
}

/// The first two numbers of a version: releases are supported as a line.
fn short(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

fn accepted(spec: &Spec, waivers: &[Waiver]) -> Vec<AcceptedHole> {
    let hole = |declared: &model::Waiver| {
        let id = declared.scope.vulnerability.clone()?;
        let judged = waivers.iter().find(|waiver| waiver.id == declared.id && waiver.counts())?;
        Some(AcceptedHole {
            id,
            waiver: judged.id.clone(),
            statement: format!("{} ({}, {})", judged.reason, judged.id, judged.owner),
            until: judged.last_day(),
            path: judged.path.clone(),
        })
    };
    let mut all: Vec<AcceptedHole> = spec.waivers.iter().filter_map(hole).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

/// The ends of support as dates of the build.
pub(super) fn dates(answers: &VulnerabilityAnswers) -> impl Iterator<Item = Due> {
    answers.supported.iter().filter_map(Supported::due)
}

/// Warns of what had no support any more on the day of the build.
pub(super) fn warn(
    answers: &VulnerabilityAnswers,
    around: &Surroundings<'_>,
    at: &dyn Fn(&str) -> Option<Place>,
    diags: &mut Diagnostics,
) {
    for one in answers.supported.iter().filter(|one| one.lifecycle.ended(around.as_of)) {
        let place = at(one.path.as_str());
        diags.push(SupportEnded { says: one.lifecycle.says, end: one.lifecycle.end(), at: place });
    }
}
