//! Jobs of pipelines: build, scan and push images in this order.

mod jobs;

use crate::{
    base::{Artifact, FactId, Mode, Origin, OutPath},
    plan::{Plan, patching_key},
    targets::{Mark, Target, head, origins, shell},
    yaml::{self, Out},
};

/// The scan of images.
pub(super) const TARGET: Target = Target { name: "ci", wanted: |plan| plan.patching.pipeline.is_some(), emit, marks: MARKS };

const MARKS: &[Mark] = &[
    Mark { path: "ci/scan-image.sh", says: "fails when a hole with a fix is older than the deadline" },
    Mark { path: "ci/trivyignore.yaml", says: "The holes that waivers accept." },
    Mark { path: "ci/github-image.yaml", says: "Builds an image, scans it, and pushes it only when the scan passes." },
    Mark { path: "ci/gitlab-image.yaml", says: "Builds an image, scans it, and pushes it only when the scan passes." },
];

/// The data in front of the engine.
const ROWS: &str = include_str!("scan-image.rows.sh.j2");
/// The engine, the same for every cluster.
const ENGINE: &str = include_str!("scan-image.engine.sh");
/// The fact behind the lines that only the form asks for.
const FORM: &str = "scan-job";

fn emit(plan: &Plan) -> Vec<Artifact> {
    [script(plan), ignored(plan), jobs::emit(plan)].into_iter().flatten().collect()
}

/// It shares deadlines with what scans images in pipelines.
const IN_CLUSTERS: &str = "images/cluster-scan";

/// The script that judges an image by the deadlines.
fn script(plan: &Plan) -> Option<Artifact> {
    let pipeline = plan.patching.pipeline.as_ref()?;
    let form = Origin::shape(FactId(FORM));
    let mut reasons = pipeline.reasons.clone();
    let mut deadlines = Vec::new();
    for (severity, days) in plan.patching.severities() {
        deadlines.push(format!("{severity}={}", days.value));
        reasons.extend(days.reasons.iter().cloned());
    }
    let purpose = [
        format!(
            "Scans an image for {} and fails when a hole with a fix is older than the deadline of its severity.",
            plan.cluster.name
        ),
        "Needs trivy and jq. Call it after the image was built and before it is pushed.".to_owned(),
    ];
    let reasons = origins::without(reasons, IN_CLUSTERS);
    let controls = reasons.iter().filter_map(|reason| reason.control).collect();
    let mut lines = shell::lines("#!/usr/bin/env bash", &form);
    for line in head::with_controls(&purpose, &controls) {
        lines.push(&format!("# {line}"), &form);
    }
    lines.extend(shell::lines("set -euo pipefail\n\n", &form));
    let values = minijinja::context! { deadlines => deadlines.join(" ") };
    lines.extend(shell::rows(ROWS, values, &origins::of_reasons(Some(&patching_key("pipeline")), reasons)));
    lines.extend(shell::lines("\n", &form));
    lines.extend(shell::lines(ENGINE, &form));
    Some(Artifact { path: path("scan-image.sh")?, mode: Mode::Executable, lines })
}

/// The holes that waivers accept, each with its last day.
fn ignored(plan: &Plan) -> Option<Artifact> {
    let accepted = plan.patching.accepted.iter().map(|hole| {
        let key = patching_key(&format!("accepted/{}", hole.value.id));
        let entry = Out::map([
            ("id", Out::str(hole.value.id.as_str())),
            // Trivy ignores a hole until this day begins.
            ("expired_at", Out::str(format!("{}T00:00:00Z", hole.value.until.next()))),
            ("statement", Out::str(hole.value.statement.as_str())),
        ]);
        entry.with(&origins::of_reasons(Some(&key), origins::without(hole.reasons.iter().cloned(), IN_CLUSTERS)))
    });
    let out = Out::map([("vulnerabilities", Out::list(accepted))]);
    let purpose = ["The holes that waivers accept. Trivy finds them again by itself from the day in `expired_at` on."];
    yaml_file("trivyignore.yaml", &purpose, out)
}

fn yaml_file(name: &str, purpose: &[&str], document: Out) -> Option<Artifact> {
    let documents = [document];
    let purpose: Vec<String> = purpose.iter().map(|&paragraph| paragraph.to_owned()).collect();
    let head = head::lines(&purpose, &documents);
    let lines = yaml::write(&documents, &head, &Origin::shape(FactId(FORM)));
    Some(Artifact { path: path(name)?, mode: Mode::Plain, lines })
}

fn path(name: &str) -> Option<OutPath> {
    OutPath::new(&format!("ci/{name}")).ok()
}
