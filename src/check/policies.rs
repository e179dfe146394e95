//! Workloads against the admission policies of the plan: what admission will say when their pods are created.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::{
    base::{Cause, Reason},
    diag::{Place, Severity},
    facts::PodLevel,
    plan::{Action, PolicyPlan},
    policy::{POLICIES, Params, Policy, Request, Subject as Judged, Violation, judge as violations, pod_spec},
    semantics::pod::{account, admitted},
    yaml::Node,
};

use super::{
    Against, Finding, Findings,
    accounts::Accounts,
    documents,
    placeholders::{self, Placeholder},
    subject::Subject,
    tokens, waivers,
};

/// The control of levels.
const POD_SECURITY: &str = "admission/pod-security";

/// Judges an object that is a pod or makes pods; `false` for any other, and where no policy is planned.
pub(super) fn judge(
    root: &Node,
    subject: &Subject<'_>,
    against: &Against<'_>,
    accounts: &Accounts,
    found: &mut Findings,
) -> bool {
    if against.plan.policies.is_empty() {
        return false;
    }
    let object = root.to_json();
    let Some(at) = pod_spec(&object).map(|(_, at)| at) else { return false };
    let named = root.at_pointer("/metadata/namespace").and_then(Node::as_str).filter(|name| !name.is_empty());
    // The kubelet has a namespace of its own for what names none.
    let unnamed = if accounts.are_of_static_pods() { "default" } else { against.namespace };
    let later = placeholders::of(root, &at);
    let workload = Workload { root, subject, namespace: named.unwrap_or(unnamed), object, later };
    if !accounts.are_of_static_pods() {
        tokens::judge(&workload.object, workload.namespace, root, subject, against, found);
    }
    let policies: Vec<&PolicyPlan> =
        against.plan.policies.values().filter(|planned| !spares(planned, workload.namespace, against)).collect();
    for planned in &policies {
        workload.by(planned, against, accounts, found);
    }
    if !policies.is_empty() {
        workload.filled_in_later(found);
        workload.no_lists(&at, found);
    }
    if !accounts.are_of_static_pods() {
        workload.by_level(against, found);
    }
    true
}

/// Whether a policy spares a namespace for another reason than a waiver: what a waiver covers is found, and said to be waived.
pub(super) fn spares(planned: &PolicyPlan, namespace: &str, against: &Against<'_>) -> bool {
    let waived = |reason: &Reason| against.waivers.iter().any(|waiver| reason.cause == Cause::Spec(waiver.path.clone()));
    planned.exempt.get(namespace).is_some_and(|reasons| reasons.iter().any(|reason| !waived(reason)))
}

struct Workload<'a> {
    root: &'a Node,
    subject: &'a Subject<'a>,
    namespace: &'a str,
    object: Json,
    /// What somebody fills in before it is applied.
    later: Vec<Placeholder<'a>>,
}

/// The lists of a pod that policies look into.
const LISTS: [&str; 4] = ["containers", "ephemeralContainers", "initContainers", "volumes"];

impl Workload<'_> {
    fn by(&self, planned: &PolicyPlan, against: &Against<'_>, accounts: &Accounts, found: &mut Findings) {
        match planned.policy.subject {
            Judged::Pods => {
                let broken = violations(planned.policy, &planned.values_for_everybody(), &Request::create(&self.object));
                broken.iter().for_each(|violation| self.told(violation, planned, against, accounts, found));
            }
            // What an engine sets it does not refuse, and before the day of that nothing is asked of anybody.
            Judged::AdmittedPods if planned.policy.sets_what_it_judges() => {}
            Judged::AdmittedPods => {
                let mounts = account(&self.object, self.namespace).and_then(|account| accounts.mounts(&account));
                let sure = self.as_pod(planned, mounts.unwrap_or(false));
                sure.iter().for_each(|violation| self.told(violation, planned, against, accounts, found));
                if mounts.is_none() {
                    let possible = self.as_pod(planned, true);
                    possible.difference(&sure).for_each(|violation| self.not_told(violation, planned, against, found));
                }
            }
            Judged::EnteredPod => {}
        }
    }

    /// Values that are filled in before it is applied.
    fn filled_in_later(&self, found: &mut Findings) {
        for Placeholder { node, .. } in &self.later {
            let message = format!("`{}` is filled in later: what it becomes is not known", node.as_str().unwrap_or_default());
            let place = node.used_at().clone();
            found.unknown.push(self.subject.of_no_control(place, message, documents::RENDER.to_owned()));
        }
    }

    /// What is no list where the API server takes nothing else: nothing in it is looked at.
    fn no_lists(&self, at: &str, found: &mut Findings) {
        let Some(spec) = self.root.at_pointer(at) else { return };
        for list in LISTS {
            let Some(entry) = spec.entry(list).filter(|entry| entry.value.as_seq().is_none() && !entry.value.is_null()) else {
                continue;
            };
            if self.later.iter().all(|later| !later.decides(&format!("{at}/{list}"))) {
                let message =
                    format!("`{list}` is {}, and no API server takes it: nothing in it is judged", entry.value.kind_name());
                let fix = format!("write `{list}` as a list");
                found.unknown.push(self.subject.of_no_control(entry.key_place.clone(), message, fix));
            }
        }
    }

    /// What the level of Pod Security refuses that the plan knows of its namespace, and no policy does: a waiver of a policy, or
    /// what it allows, is none of Pod Security. Without both a policy refuses what its level does.
    fn by_level(&self, against: &Against<'_>, found: &mut Findings) {
        let enforced = PodLevel::of(against.plan.enforced_level(self.namespace));
        let request = Request::create(&self.object);
        for policy in POLICIES.iter().filter(|policy| policy.level.is_some_and(|level| Some(level) <= enforced)) {
            let refused = against.plan.policies.get(policy.name).filter(|planned| !spares(planned, self.namespace, against));
            let by_policy =
                refused.map_or_else(Vec::new, |planned| violations(policy, &planned.values_for_everybody(), &request));
            for violation in violations(policy, &Params::default(), &request) {
                let told = refused.filter(|_| by_policy.contains(&violation));
                let is_told =
                    told.is_some_and(|planned| !waivers::cover(&mut self.finding(&violation, planned, against), against));
                let is_later = self.later.iter().any(|later| later.decides(&violation.pointer));
                if !is_told && !is_later && !self.has_users_of_its_own(&violation) {
                    found.findings.push(self.at_level(&violation, policy, against));
                }
            }
        }
    }

    /// Whether it is unmasked /proc in a pod with a user namespace of its own: that Pod Security lets in from 1.35 on, and gates
    /// before.
    fn has_users_of_its_own(&self, violation: &Violation) -> bool {
        let host_users = pod_spec(&self.object).and_then(|(pod, _)| pod.get("hostUsers"));
        violation.rule == "proc-mount" && host_users == Some(&Json::Bool(false))
    }

    fn at_level(&self, violation: &Violation, policy: &Policy, against: &Against<'_>) -> Finding {
        let level = against.plan.enforced_level(self.namespace);
        let fix = format!(
            "{}, or give the namespace a level that lets it in (`podSecurity`, with a waiver of `{POD_SECURITY}`)",
            policy.fix
        );
        let mut finding = self.placed(violation, Some(POD_SECURITY), &fix, against);
        finding.message.push_str(&format!("; level `{level}` of Pod Security in `{}` refuses it", self.namespace));
        finding
    }

    /// What is refused of the pods that it is or makes, with the places in itself.
    fn as_pod(&self, planned: &PolicyPlan, mounts: bool) -> BTreeSet<Violation> {
        let (Some(pod), Some((_, at))) = (admitted(&self.object, mounts), pod_spec(&self.object)) else { return BTreeSet::new() };
        let placed = |mut violation: Violation| {
            violation.pointer = format!("{at}{}", violation.pointer.trim_start_matches("/spec"));
            violation
        };
        violations(planned.policy, &planned.values_for_everybody(), &Request::create(&pod)).into_iter().map(placed).collect()
    }

    fn told(
        &self,
        violation: &Violation,
        planned: &PolicyPlan,
        against: &Against<'_>,
        accounts: &Accounts,
        found: &mut Findings,
    ) {
        if self.later.iter().any(|later| later.decides(&violation.pointer)) {
            return;
        }
        let mut finding = self.finding(violation, planned, against);
        // The kubelet starts it before anybody is asked: admission sees its mirror alone, on no day what runs.
        if accounts.are_of_static_pods() {
            finding.message.push_str("; the kubelet starts it, and no admission stops that");
            return found.findings.push(finding);
        }
        if planned.action.value == Action::Deny {
            return found.findings.push(finding);
        }
        finding.severity = Severity::Warning;
        finding.message.push_str("; on this day it is not refused yet");
        found.notices.push(finding);
    }

    /// Whether it is refused depends on a service account that nothing here speaks of.
    fn not_told(&self, violation: &Violation, planned: &PolicyPlan, against: &Against<'_>, found: &mut Findings) {
        let mut finding = self.finding(violation, planned, against);
        let (_, name) = account(&self.object, self.namespace).unwrap_or_default();
        finding.message = format!(
            "whether the token of service account `{name}` in `{}` is mounted is not known: the pod leaves it to the account, and neither these \
             files nor the spec speak of it",
            self.namespace
        );
        found.unknown.push(finding);
    }

    fn finding(&self, violation: &Violation, planned: &PolicyPlan, against: &Against<'_>) -> Finding {
        let control = planned.reasons.iter().find_map(|reason| reason.control).map(|control| control.0);
        self.placed(violation, control, planned.policy.fix, against)
    }

    fn placed(&self, violation: &Violation, control: Option<&str>, fix: &str, against: &Against<'_>) -> Finding {
        let place = place(self.root, &violation.pointer);
        let mut finding = self.subject.finding(against.plan, control, place, violation.message.clone(), fix.to_owned());
        finding.path = format!("{}{}", self.subject.above, violation.pointer);
        finding.namespace = Some(self.namespace.to_owned());
        if !violation.container.is_empty() {
            finding.container = Some(violation.container.clone());
        }
        finding
    }
}

/// Where a pointer leads; where its last part is absent, the name of the container, else what is around it.
fn place(root: &Node, pointer: &str) -> Place {
    if let Some(node) = root.at_pointer(pointer) {
        return node.used_at().clone();
    }
    let around = root.nearest(pointer);
    around.get("name").map_or_else(|| around.used_at().clone(), |name| name.used_at().clone())
}
