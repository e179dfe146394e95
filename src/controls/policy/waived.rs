//! Waivers for single workloads: those whose pods admission can tell from all others are spared by it; of the rest it is said that they are not.

use std::collections::BTreeSet;

use crate::{
    base::{Cause, SpecPath},
    controls::diagnostics::WaiverNotAtAdmission,
    facts,
    plan::{Engine, Ground, Held, Locate, Lowering, Outcome, PolicyPlan, Scope},
    policy::{Exemption, ParamValue, WorkloadName, is_told_apart},
    resolve::{Resolved, Waiver},
};

/// Writes the workloads that waivers take out of a policy into its parameter.
pub(super) fn workloads(cluster: &Resolved, out: &mut Lowering<'_>, id: &str, plan: &mut PolicyPlan) {
    let asked = out.reason().cause;
    let (mut spared, mut reasons) = (Vec::new(), BTreeSet::new());
    for waiver in cluster.waivers_for(id) {
        let Some((kind, name)) = waiver.whole_workload() else { continue };
        out.because(Cause::Spec(waiver.path.clone()));
        if let Some(why) = refused_all_the_same(plan, kind) {
            not_at_admission(cluster, out, waiver, why, plan.mutates());
            continue;
        }
        let scope = Scope::Workload(format!("{kind}/{name}"), waiver.namespace.clone());
        out.verdict_on(scope, Outcome::Waived, Ground::Waiver(waiver.id.clone()), "");
        reasons.insert(out.reason());
        spared.push(WorkloadName { namespace: waiver.namespace.clone(), kind: kind.to_owned(), name: name.to_owned() });
    }
    out.because(asked);
    spared.sort();
    spared.dedup();
    if !spared.is_empty() {
        plan.params.insert(plan.policy.exemption.param(), Held { value: ParamValue::Workloads(spared), reasons });
    }
}

/// Why admission cannot spare a workload of this kind; nothing where it can.
fn refused_all_the_same(plan: &PolicyPlan, kind: &str) -> Option<&'static str> {
    match plan.engine {
        Engine::Gatekeeper => {}
        Engine::InTree(_) => return Some("the policy spares whole namespaces alone"),
        Engine::Nothing => return None,
    }
    match plan.policy.exemption {
        Exemption::Groups(_) => Some("who enters a pod does not say which workload it belongs to"),
        Exemption::Workloads(_) if plan.mutates() => Some("the policy spares whole namespaces alone"),
        Exemption::Workloads(_) if !is_told_apart(kind) => {
            Some("its pods belong to an object in between, which anybody may make under any name")
        }
        Exemption::Workloads(_) => None,
    }
}

/// Says of a waiver that files alone are spared.
fn not_at_admission(cluster: &Resolved, out: &mut Lowering<'_>, waiver: &Waiver, why: &'static str, set: bool) {
    let workload = waiver.workload.clone().unwrap_or_default();
    let ground = Ground::Fact(facts::id::WAIVER_NOT_AT_ADMISSION);
    out.intent(waiver.path.clone(), Outcome::Weaker, ground, format!("`{workload}`: {why}"));
    let place = |path: SpecPath| cluster.locate(&Cause::Spec(path));
    let at = place(waiver.path.child("scope").child("workload")).or_else(|| place(waiver.path.clone()));
    out.diagnostics().push(WaiverNotAtAdmission {
        id: waiver.id.clone(),
        control: waiver.control.clone(),
        workload,
        why,
        set,
        at,
    });
}
