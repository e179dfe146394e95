//! The objects of the cluster, stage by stage.

use std::collections::BTreeSet;

use crate::{
    base::{Artifact, Date},
    facts,
    kube::network::Namespaces,
    plan::{AGENT_CA, AGENT_NAME, AGENT_NAMESPACE, Action, Engine, Ground, Held, Plan, PolicyPlan, Step, Verdict, WhenAway},
    report::code,
    targets,
};

/// Whether a tree has a file.
pub(super) fn has(artifacts: &[Artifact], path: &str) -> bool {
    artifacts.iter().any(|artifact| artifact.path.as_str() == path)
}

/// The objects of the cluster, stage by stage, with what they need to be there, and how they are tried.
pub(super) fn objects(plan: &Plan, artifacts: &[Artifact]) -> Vec<String> {
    applied(plan, artifacts, |_| true).into_iter().chain(trials(plan, artifacts)).collect()
}

/// How it is said that something holds for every folder, where there is more than one.
pub(super) fn each(folders: &[String]) -> &'static str {
    if folders.len() == 1 { "" } else { "each " }
}

/// The name of the list.
pub(super) const OBJECTS: &str = "The objects";

/// Where the steps of the objects stand, as a step of another list.
pub(super) fn to_objects(plan: &Plan, artifacts: &[Artifact]) -> Option<String> {
    (!objects(plan, artifacts).is_empty()).then(|| format!("The objects of the cluster: the steps of [{OBJECTS}](#the-objects)."))
}

/// How one stage is applied.
pub(super) const APPLY: &str = "`kubectl apply --server-side -k FOLDER` (`kubectl diff --server-side -k FOLDER` shows first what changes; where another manager \
     owns a field, a label that somebody set by hand, read it, then add `--force-conflicts`)";

/// The folders of the stages that are wanted, in their order.
pub(super) fn folders(artifacts: &[Artifact], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    targets::stages(artifacts).filter(|stage| wanted(stage)).map(|stage| format!("`k8s/{stage}`")).collect()
}

/// How the objects of the wanted stages are applied.
pub(super) fn applied(plan: &Plan, artifacts: &[Artifact], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let folders = folders(artifacts, wanted);
    if folders.is_empty() {
        return days(plan, artifacts).into_iter().collect();
    }
    let mut steps = Vec::new();
    let cni = plan.host.cni.as_str();
    if has(artifacts, "k8s/network/cluster.yaml") && !cni.is_empty() {
        steps.push(format!(
            "`k8s/network/cluster.yaml` holds objects of {cni} itself: {cni} must be installed{}, before that stage. What it denies for the whole \
             cluster cuts off every namespace that it does not spare: compare `kubectl get namespaces` with its list first.",
            if cni == "calico" { " with its API server, which takes `projectcalico.org/v3`" } else { "" }
        ));
    }
    steps.extend(gatekeeper(plan));
    if plan.policies.values().any(|policy| matches!(policy.engine, Engine::InTree(_)) && policy.mutates()) {
        steps.push(
            "`k8s/admission` needs an API server that serves MutatingAdmissionPolicy: `kubectl explain mutatingadmissionpolicy` answers. What it \
             holds is undone by `kubectl delete -k k8s/admission`, also while pods are refused: no policy judges policies."
                .to_owned(),
        );
    }
    if plan.sets_pull_policy().is_some() {
        steps.push(
            "Before `k8s/policies`: `kubectl get mutatingwebhookconfiguration gatekeeper-mutating-webhook-configuration -o \
             jsonpath='{.webhooks[*].matchConditions[*].name}'` has to show `leave-alone-what-stands`, or a pod with ephemeral containers from before \
             can no longer be changed, and a Job's pod not end. The chart leaves it out where the minor of the server has a `+`: then put it there by \
             `kubectl edit`, as the values have it."
                .to_owned(),
        );
    }
    steps.extend(days(plan, artifacts));
    let recorded = match plan.gatekeeper {
        Some(_) => "`kubectl get constraints -o yaml`, `status.violations`",
        None => "the annotation `validation.policy.admission.k8s.io/validation_failure` of audit events",
    };
    let denies = |policy: &PolicyPlan| policy.engine != Engine::Nothing && policy.action.value == Action::Deny;
    if plan.policies.values().any(denies) {
        let first = if plan.decisions.come.contains_key(&Step::Deny) {
            format!(
                "Read what was recorded until this day first ({recorded}), and set a later `deny` in `policies.rollout` while something that has to run is \
                 among it."
            )
        } else {
            format!(
                "In a cluster that runs write `policies.rollout` with days to come first, and read what is recorded ({recorded})."
            )
        };
        steps.push(format!(
            "The policies deny from the moment on which they are applied, in every namespace that they do not name: what breaks one is refused when \
             it is next created or changed, a new pod of an old workload too. {first}"
        ));
    }
    let wait = if plan.gatekeeper.is_some() {
        " After the templates wait until Gatekeeper has made a kind of each: `kubectl wait --for=jsonpath='{.status.created}'=true \
         constrainttemplates --all`."
    } else {
        ""
    };
    if folders.iter().any(|folder| folder == "`k8s/network`") {
        steps.push(network(plan));
    }
    if folders.iter().any(|folder| folder == "`k8s/logging`") {
        steps.extend(ca_of_logs(plan));
    }
    steps.push(format!("The objects of the cluster, in this order, {}{APPLY}: {}.{wait}", each(&folders), folders.join(", ")));
    steps.extend(charts_and_jobs(artifacts));
    steps
}

/// What the pods of the log agent wait for, where the receiver has a CA of its owner's.
fn ca_of_logs(plan: &Plan) -> Option<String> {
    let agent = plan.logs.agent.as_ref()?;
    (agent.value.tls && agent.value.own_ca).then(|| {
        format!(
            "After `k8s/namespaces` and before `k8s/logging` bring the CA of the receiver of logs: `kubectl -n {AGENT_NAMESPACE} create configmap {AGENT_CA} \
             --from-file=ca.crt=FILE`. The pods of {AGENT_NAME} do not start without it."
        )
    })
}

/// How Gatekeeper comes to judge, and what becomes of what it cannot judge.
fn gatekeeper(plan: &Plan) -> Option<String> {
    plan.gatekeeper.as_ref()?;
    let refuses = plan.gatekeeper_away.as_ref().is_some_and(|away| away.value == WhenAway::Refuses);
    let (head, away) = if refuses {
        ("its head has the command, and the way out", "while it does not answer, what it would judge is refused")
    } else {
        ("its head has the command", "while it does not answer, everything passes")
    };
    let then = if plan.gatekeeper_installed { "" } else { " Then write `policies.engines.gatekeeper.installed: values`." };
    Some(format!(
        "Gatekeeper must run before `k8s/policy-templates`: install it with `helm/gatekeeper.values.yaml` ({head}): its webhook then sees what the \
         policies judge, CONNECT too; {away}.{then}"
    ))
}

/// What is applied by other programs than kubectl: its files say how.
fn charts_and_jobs(artifacts: &[Artifact]) -> Option<String> {
    let files = artifacts.iter().map(|artifact| artifact.path.as_str());
    let others = files.filter(|path| {
        let gatekeeper = path.ends_with("/gatekeeper.values.yaml");
        (path.starts_with("helm/") && path.ends_with(".values.yaml") && !gatekeeper)
            || (path.starts_with("ci/") && path.matches('/').count() == 1)
    });
    let names: Vec<String> = others.map(code).collect();
    (!names.is_empty())
        .then(|| format!("The head of each of these has the command, or the place it is brought to: {}.", names.join(", ")))
}

/// What the days of the rollout ask for: those that come, and the last one that has come.
fn days(plan: &Plan, artifacts: &[Artifact]) -> Option<String> {
    let (coming, come) = (&plan.decisions.steps, &plan.decisions.come);
    let rests_on_days = |verdict: &Verdict| verdict.ground == Ground::Fact(facts::id::ROLLOUT_WAITS);
    let waits = plan.verdicts.iter().any(|control| control.verdicts.iter().any(rests_on_days));
    let webhook = if plan.gatekeeper.is_some() {
        ", and the command that installs Gatekeeper, which changes its webhook alone"
    } else {
        ""
    };
    let file = "control-plane/etc/kubernetes/admission/pod-security.yaml";
    let servers = if has(artifacts, file) {
        " Pod Security of the whole cluster is a file of the API servers: copy `control-plane/etc/kubernetes/admission/` to every control-plane node \
         anew and restart the API servers, one after the other, as for a running cluster."
    } else {
        ""
    };
    let changes = format!("go through these steps again: actions of policies and labels change by them{webhook}.{servers}");
    if waits {
        let day = |(step, held): (&Step, &Held<Option<Date>>)| Some(format!("`{}` {}", step.name(), held.value?));
        let days: Vec<String> = coming.iter().filter_map(day).collect();
        let of = if days.is_empty() { String::new() } else { format!(" ({})", days.join(", ")) };
        return Some(format!(
            "On each day of `policies.rollout`{of} build with `--as-of today`, since a build without it keeps the day that the tree records, and {changes}"
        ));
    }
    let (step, day) = come.iter().next_back()?;
    Some(format!(
        "The day of `{}` in `policies.rollout` has come ({day}). Where the tree that was applied before is from an earlier day, {changes}",
        step.name()
    ))
}

/// What network policies do to what talks there today.
fn network(plan: &Plan) -> String {
    let engine = if plan.cloud.is_some() { ", where an engine enforces policies already" } else { "" };
    let namespaces: BTreeSet<String> = plan
        .network
        .isolated
        .iter()
        .filter_map(|held| match &held.value.namespaces {
            Namespaces::One(name) => Some(code(name)),
            Namespaces::AllBut(_) => None,
        })
        .collect();
    let namespaces = if namespaces.is_empty() {
        "the whole cluster".to_owned()
    } else {
        namespaces.into_iter().collect::<Vec<_>>().join(", ")
    };
    format!(
        "`k8s/network` takes effect at once{engine}: in {namespaces} every connection that no flow of the spec declares is cut, monitoring too. \
         Compare `tests/connectivity.csv` with what talks there today first."
    )
}

/// How the tables of `tests/` are tried on the cluster.
pub(super) fn trials(plan: &Plan, artifacts: &[Artifact]) -> Option<String> {
    let folders = targets::stages(artifacts).next().is_some();
    let connections = if plan.host.cni == "aws-vpc-cni" {
        "`tests/connectivity.csv` (which connection goes through, one a row, from a pod of a Deployment, since this plug-in does not hold a pod that is \
         made by hand)"
    } else {
        "`tests/connectivity.csv` (which connection goes through, one a row; of a range an address of it that answers)"
    };
    let known = [
        ("tests/gator/suite.yaml", "`gator verify tests/gator/suite.yaml` (the policies, without a cluster)"),
        (
            "tests/can-i.csv",
            "`tests/can-i.csv` (who may do what, a row each: `kubectl auth can-i VERB RESOURCE.APIGROUP/NAME --subresource=S -n NS --as USER --as-group GROUP`; what is empty is left out, `-A` stands for an empty namespace, a row with a path is `kubectl auth can-i VERB PATH`, and the group `authentication.k8s.io` needs a SubjectAccessReview)",
        ),
        ("tests/connectivity.csv", connections),
    ];
    let found: Vec<&str> = known.iter().filter(|(path, _)| folders && has(artifacts, path)).map(|(_, says)| *says).collect();
    (!found.is_empty()).then(|| format!("What should hold now, to be tried: {}.", found.join("; ")))
}
