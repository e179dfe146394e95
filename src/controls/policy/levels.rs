//! What a policy lets in, by a waiver or an allow list, and Pod Security refuses all the same: a pod has to pass both.

use std::{cell::LazyCell, collections::BTreeSet};

use crate::{
    base::{Cause, SpecPath},
    controls::{
        admission::{POD_SECURITY, level_to_come},
        diagnostics::RefusedByPodSecurity,
    },
    facts::{self, PodLevel},
    plan::{Ground, Locate, Lowering, Outcome, PolicyPlan},
    policy::ParamValue,
    resolve::{Resolved, Waiver},
};

use super::{super::strokes, Asked};

/// Says of the waivers and the allow lists of a policy that they let in nothing.
pub(super) fn judge(cluster: &Resolved, out: &mut Lowering<'_>, id: &str, plan: &PolicyPlan, asked: &Asked) {
    let Some(level) = plan.policy.level else { return };
    let some_in = LazyCell::new(|| lets_some_in(cluster, plan, level));
    for waiver in cluster.waivers_for(id) {
        let namespace = waiver.whole_namespace().or_else(|| waiver.whole_workload().and(waiver.namespace.as_deref()));
        let refused = match namespace {
            Some(namespace) => level_to_come(cluster, Some(namespace)) >= level,
            None => waiver.whole_workload().is_some() && !*some_in,
        };
        if refused {
            of_waiver(cluster, out, waiver, namespace, level);
        }
    }
    let lists = asked.params.iter().filter(|(_, value, _)| allows(value));
    for (_, _, cause) in lists.filter(|_| !*some_in) {
        let Cause::Spec(place) = cause else { continue };
        let ground = Ground::Fact(facts::id::POD_SECURITY_REFUSES_TOO);
        strokes::intents(cluster, out, place, Outcome::Weaker, &ground, &detail(level, None));
        let what = format!("`{}`", place.as_str().trim_start_matches('/').replace('/', "."));
        let at = cluster.locate(cause);
        out.diagnostics().push(RefusedByPodSecurity { what, namespace: None, level, at });
    }
}

fn of_waiver(cluster: &Resolved, out: &mut Lowering<'_>, waiver: &Waiver, namespace: Option<&str>, level: PodLevel) {
    let ground = Ground::Fact(facts::id::POD_SECURITY_REFUSES_TOO);
    out.intent(waiver.path.clone(), Outcome::Weaker, ground, detail(level, namespace));
    let place = |path: SpecPath| cluster.locate(&Cause::Spec(path));
    out.diagnostics().push(RefusedByPodSecurity {
        what: format!("waiver `{}` for `{}`", waiver.id, waiver.control),
        namespace: namespace.map(str::to_owned),
        level,
        at: place(waiver.path.child("scope")).or_else(|| place(waiver.path.clone())),
    });
}

fn detail(level: PodLevel, namespace: Option<&str>) -> String {
    let namespace = namespace.map_or_else(|| "every namespace that the policy judges".to_owned(), |name| format!("`{name}`"));
    format!("level `{}` or a stricter one holds in {namespace}", level.name())
}

/// Whether a parameter allows something that the policy refuses without it.
fn allows(value: &ParamValue) -> bool {
    match value {
        ParamValue::Ports(ports) => !ports.is_empty(),
        ParamValue::Paths(paths) => !paths.is_empty(),
        ParamValue::Flag(_) | ParamValue::Texts(_) | ParamValue::Workloads(_) => false,
    }
}

/// Whether Pod Security lets such pods into a namespace that the policy judges. On EKS and AKS the others than the governed ones
/// are open.
fn lets_some_in(cluster: &Resolved, plan: &PolicyPlan, level: PodLevel) -> bool {
    let governed = cluster.namespaces.iter().map(|namespace| namespace.name.as_str());
    let waived = cluster.waivers_for(POD_SECURITY.id).filter_map(Waiver::whole_namespace);
    let published = cluster.components().into_iter().flat_map(|(component, _)| component.namespaces());
    let known: BTreeSet<&str> = governed.chain(waived).chain(published).collect();
    let lets_in = |name: &str| !plan.exempt.contains_key(name) && level_to_come(cluster, Some(name)) < level;
    level_to_come(cluster, None) < level || known.into_iter().any(lets_in)
}
