//! Values for the Helm charts of others: only what the plan asks for.

mod gatekeeper;

use std::sync::Arc;

use crate::{
    base::{Artifact, FactId, Mode, Origin, OutPath},
    plan::{Plan, patching_key},
    targets::{Mark, Target, head, origins},
    yaml::{self, Out},
};

/// Values files.
pub(super) const TARGET: Target = Target {
    name: "helm",
    wanted: |plan| plan.patching.reboots.is_some() || plan.patching.cluster.is_some() || plan.gatekeeper_away.is_some(),
    emit,
    marks: MARKS,
};

const MARKS: &[Mark] = &[
    Mark { path: "helm/gatekeeper.values.yaml", says: gatekeeper::SAYS },
    Mark { path: "helm/kured.values.yaml", says: "Values for the chart kured of kubereboot" },
    Mark { path: "helm/trivy-operator.values.yaml", says: "Values for the chart trivy-operator of Aqua Security" },
];

/// A chart and a version of it that has the values written here.
///
/// Origin: the index of Gatekeeper's charts, `Chart.yaml` of kured, the installation page of trivy-operator, read 2026-11-26.
struct Chart {
    name: &'static str,
    repository: &'static str,
    version: &'static str,
}

impl Chart {
    const GATEKEEPER: Chart =
        Chart { name: "gatekeeper", repository: "https://open-policy-agent.github.io/gatekeeper/charts", version: "3.23.1" };
    const KURED: Chart = Chart { name: "kured", repository: "https://kubereboot.github.io/charts", version: "6.0.0" };
    const TRIVY_OPERATOR: Chart =
        Chart { name: "trivy-operator", repository: "https://aquasecurity.github.io/helm-charts", version: "0.31.0" };

    /// The command that installs it with its values, on a machine that knows no repository by name.
    fn install(&self, namespace: &str, creates: bool) -> String {
        let Chart { name, repository, version } = self;
        let create = if creates { " --create-namespace" } else { "" };
        format!(
            "    helm upgrade --install {name} {name} --repo {repository} --version {version} --namespace {namespace}{create} --values \
             {name}.values.yaml"
        )
    }
}

fn emit(plan: &Plan) -> Vec<Artifact> {
    [gatekeeper::values(plan), kured(plan), trivy_operator(plan)].into_iter().flatten().collect()
}

fn kured(plan: &Plan) -> Option<Artifact> {
    let window = plan.patching.reboots.as_ref()?;
    let configuration = Out::map([
        ("rebootDays", Out::list([window.value.day.as_str()])),
        ("startTime", Out::str(window.value.start.as_str())),
        ("endTime", Out::str(window.value.end.as_str())),
        ("timeZone", Out::str("UTC")),
        ("concurrency", Out::int(1)),
    ]);
    let everywhere =
        Out::map([("key", "node-role.kubernetes.io/control-plane"), ("operator", "Exists"), ("effect", "NoSchedule")]);
    let out = Out::map([
        ("configuration", configuration),
        ("nodeSelector", Out::map([("kubernetes.io/os", "linux")])),
        ("tolerations", Out::list([everywhere])),
    ]);
    let purpose = [
        "Values for the chart kured of kubereboot: nodes reboot one at a time, in the declared window, when their patches need it.".to_owned(),
        Chart::KURED.install("kube-system", false),
        "Its pods are privileged: they belong into kube-system. Control-plane nodes reboot too.".to_owned(),
    ];
    artifact("kured", &purpose, out, &origins::setting(&patching_key("reboots"), window))
}

/// It shares deadlines with what scans the cluster.
const PIPELINES: &str = "images/pipeline-scan";

fn trivy_operator(plan: &Plan) -> Option<Artifact> {
    let scanner = plan.patching.cluster.as_ref()?;
    let patching = &plan.patching;
    let names: Vec<&str> = patching.severities().map(|(name, _)| name).collect();
    let reasons = patching.severities().flat_map(|(_, days)| days.reasons.iter().cloned());
    let severity = if names.is_empty() {
        Out::str("UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL")
    } else {
        Out::str(names.join(",")).with(&origins::of_reasons(None, origins::without(reasons, PIPELINES)))
    };
    let mut trivy = Out::map([("severity", severity), ("ignoreUnfixed", Out::bool(false))]);
    if !patching.accepted.is_empty() {
        let accepted = patching.accepted.iter().map(|hole| {
            let key = patching_key(&format!("accepted/{}", hole.value.id));
            let note = format!("Until {}: {}", hole.value.until, hole.value.statement);
            let reasons = origins::without(hole.reasons.iter().cloned(), PIPELINES);
            Out::str(hole.value.id.as_str()).with(&origins::of_reasons(Some(&key), reasons)).note(note)
        });
        trivy.set("ignoreFile", Out::list(accepted));
    }
    let operator = Out::map([
        (
            "infraAssessmentScannerEnabled",
            Out::bool(false).note("its node collector mounts the files of nodes and sees their processes"),
        ),
        ("clusterComplianceEnabled", Out::bool(false).note("without the node collector it would judge by half of what it needs")),
        ("vulnerabilityScannerEnabled", Out::bool(true)),
        ("vulnerabilityScannerScanOnlyCurrentRevisions", Out::bool(true)),
        ("scannerReportTTL", Out::str("24h")),
    ]);
    let out = Out::map([("operator", operator), ("trivy", trivy)]);
    let purpose = [
        "Values for the chart trivy-operator of Aqua Security: the images that run are scanned again every day.".to_owned(),
        Chart::TRIVY_OPERATOR.install("trivy-system", true),
        "It reports (`kubectl get vulnerabilityreports -A`) and refuses nothing.".to_owned(),
    ];
    artifact("trivy-operator", &purpose, out, &origins::setting(&patching_key("cluster"), scanner))
}

fn artifact(chart: &str, purpose: &[String], values: Out, origin: &Arc<Origin>) -> Option<Artifact> {
    let documents = [values.with(origin)];
    let head = head::lines(purpose, &documents);
    let lines = yaml::write(&documents, &head, &Origin::shape(FactId("helm-values")));
    Some(Artifact { path: OutPath::new(&format!("helm/{chart}.values.yaml")).ok()?, mode: Mode::Plain, lines })
}
