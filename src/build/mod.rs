//! The whole way of one cluster: spec, answers, plan, artifacts, reports. Touches no files.

pub mod memo;
mod steps;

use std::collections::BTreeMap;

use crate::{
    agree,
    base::{Artifact, Date, sha256_hex},
    controls,
    diag::{Diagnostic, Diagnostics, Severity},
    facts,
    plan::{EncryptionRecord, Plan, Program, Settings},
    report::{self, Extras, Manifest},
    resolve::{self, Cluster, Profiles, Resolved, Surroundings},
    targets,
};

/// The version of this program, as manifests record it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A cluster, planned.
pub struct Planned {
    /// The answers.
    pub cluster: Resolved,
    /// The plan.
    pub plan: Plan,
    /// Every setting of the plan as text.
    pub settings: Settings,
}

/// A cluster, compiled.
pub struct Built {
    /// The answers.
    pub cluster: Resolved,
    /// The plan.
    pub plan: Plan,
    /// Every setting of the plan as text.
    pub settings: Settings,
    /// Every file of the tree, sorted by path; `REPORT.md`, `coverage.json`, `provenance.json` and `manifest.json` included.
    pub artifacts: Vec<Artifact>,
    /// Where emitted objects do not come to the declared flows and permissions, or are not served by the version: nothing, or a fault of
    /// this program.
    pub disagreements: Vec<String>,
}

/// Answers and lowers: spec to plan. `None` when something is wrong; the diagnostics say what.
pub fn plan(cluster: &Cluster, profiles: &Profiles, around: &Surroundings<'_>, diags: &mut Diagnostics) -> Option<Planned> {
    let (before, told) = (diags.errors(), diags.list().len());
    let Some(mut resolved) = resolve::resolve(cluster, profiles, around, diags) else {
        controls::judge_names(&cluster.spec, &cluster.waivers, diags);
        return None;
    };
    controls::select(&mut resolved, diags);
    let is_harmless = |one: &&Diagnostic| one.severity != Severity::Error || resolve::leaves_answers_whole(one.code);
    let harmless = diags.errors() == before || (!diags.is_full() && diags.list().iter().skip(told).all(|one| is_harmless(&one)));
    if !resolved.whole || !harmless {
        controls::judge_values(&resolved, diags);
        return None;
    }
    let (mut plan, settings) = controls::lower(&resolved, diags)?;
    resolved.used_waivers.extend(plan.waivers().map(str::to_owned));
    agree::agree(&plan, &resolved, diags);
    resolve::report_unused_waivers(&resolved, &mut plan, &settings, diags);
    (diags.errors() == before).then_some(Planned { cluster: resolved, plan, settings })
}

/// The plan that files are judged against: as if no waiver took anything out, since a waiver covers what is found, and only while it lasts.
/// Where the cluster cannot be planned without them, waivers that count on the day are kept. `around` must grant every waiver a reprieve.
pub fn plan_to_judge(
    cluster: &Cluster,
    profiles: &Profiles,
    around: &Surroundings<'_>,
    diags: &mut Diagnostics,
) -> Option<Planned> {
    let mut quiet = Diagnostics::default();
    let resolved =
        resolve::resolve(cluster, profiles, around, &mut quiet).filter(|resolved| resolved.whole && !quiet.has_errors());
    let Some(resolved) = resolved else {
        diags.append(quiet);
        return None;
    };
    let lasting =
        |resolved: &Resolved, id: &str| resolved.waivers.iter().any(|waiver| waiver.id == id && waiver.expires >= around.as_of);
    let waived = |resolved: &Resolved, control: &str| resolved.waivers.iter().any(|waiver| waiver.control == control);
    let mut strict = resolved.clone();
    strict.given.retain(|control, given| given.apply != Some(false) && !waived(&resolved, control));
    for namespace in &mut strict.namespaces {
        if namespace.waiver.as_deref().is_some_and(|id| !lasting(&resolved, id)) {
            namespace.pod_security = None;
            namespace.waiver = None;
        }
    }
    let all = std::mem::take(&mut strict.waivers);
    strict.waivers.extend(all.iter().filter(|waiver| waiver.expires >= around.as_of).cloned());
    if let Some((plan, settings)) = lowered(&mut strict, &mut Diagnostics::default()) {
        strict.waivers = all;
        return Some(Planned { cluster: strict, plan, settings });
    }
    let mut kept = resolved;
    let (plan, settings) = lowered(&mut kept, diags)?;
    Some(Planned { cluster: kept, plan, settings })
}

/// Selects and lowers, with stored objects taken to be encrypted as the spec says: no earlier build is asked.
fn lowered(cluster: &mut Resolved, diags: &mut Diagnostics) -> Option<(Plan, Settings)> {
    let before = diags.errors();
    cluster.last_encryption = cluster.encryption.as_ref().map(EncryptionRecord::of);
    controls::select(cluster, diags);
    let lowered = controls::lower(cluster, diags)?;
    (diags.errors() == before).then_some(lowered)
}

/// Compiles a cluster. `None` when something is wrong; the diagnostics say what.
pub fn build(cluster: &Cluster, profiles: &Profiles, around: &Surroundings<'_>, diags: &mut Diagnostics) -> Option<Built> {
    let Planned { cluster: resolved, plan, settings } = plan(cluster, profiles, around, diags)?;
    let mut artifacts = targets::emit(&plan);
    let disagreements = agree::disagreements(&plan, &artifacts);
    let outlook = report::benchmark(&plan, &artifacts);
    let steps = steps::steps(&plan, &artifacts);
    let lines = report::Numbered::of(&artifacts);
    let files = report::FilesOfControls::of(&lines);
    let extras = Extras {
        settings: &settings,
        as_of: around.as_of,
        waivers: &resolved.waivers,
        benchmark: &outlook,
        benchmark_name: facts::benchmarks::for_minor(plan.cluster.minor())
            .map_or(("", true), |chosen| (chosen.benchmark.name, chosen.mapped)),
        files: &files,
        steps: &steps,
    };
    let coverage = report::coverage(&plan, &settings, &files);
    let text = report::report(&plan, &artifacts, &extras);
    let provenance = report::provenance(&lines, &[&coverage, &text]);
    artifacts.extend([coverage, text, provenance]);
    artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    artifacts.push(report::manifest(manifest_of(&resolved, &plan, around), &artifacts));
    artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    Some(Built { cluster: resolved, plan, settings, artifacts, disagreements })
}

/// Whether a file of a tree is one that this program may have written, by its place and its head. A manifest alone is no proof: whoever
/// can edit it could list a file of the user's.
#[must_use]
pub fn may_be_ours(path: &str, bytes: &[u8]) -> bool {
    let marks = targets::TARGETS.iter().flat_map(|target| target.marks).chain(report::MARKS);
    marks.into_iter().any(|mark| mark.is_on(path, bytes))
}

/// The issuers of service-account tokens, the one that signs first.
fn issuers(plan: &Plan) -> Vec<String> {
    let flag = plan.component(Program::KubeApiserver).flags.get("service-account-issuer");
    let values =
        flag.map(|flag| std::iter::once(flag.held.value.to_string()).chain(flag.also.iter().map(|also| also.value.clone())));
    values.map(Iterator::collect).unwrap_or_default()
}

fn manifest_of(cluster: &Resolved, plan: &Plan, around: &Surroundings<'_>) -> Manifest {
    let known = |id: &String| cluster.waivers.iter().any(|waiver| waiver.id == *id);
    let graces: BTreeMap<String, Date> =
        around.graces.iter().filter(|(id, _)| known(id)).map(|(id, until)| (id.clone(), *until)).collect();
    Manifest {
        tool: VERSION.to_owned(),
        cluster: cluster.name.clone(),
        kubernetes_version: Some(cluster.version),
        spec_digest: sha256_hex(cluster.digest_text().as_bytes()),
        inputs: cluster.inputs.clone(),
        as_of: around.as_of,
        until: cluster.next_date,
        graces,
        encryption: plan.encryption.as_ref().map(|held| EncryptionRecord::of(&held.value)),
        service_account_issuers: issuers(plan),
        files: BTreeMap::new(),
    }
}
