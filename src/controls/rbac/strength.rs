//! What a grant makes of its holder beyond its words: whoever runs pods of a namespace, or commands in them, has what these pods and the
//! accounts of that namespace have.

use crate::{
    base::{Cause, SpecPath},
    controls::diagnostics::{RootOnNodes, RunsInKubeSystem},
    diag::Diagnostics,
    facts::PodLevel,
    kube::rbac::Rule,
    plan::{Ground, Locate, Lowering, Outcome, Plan, Scope, SettingKey, namespace_path},
    resolve::Resolved,
};

/// Where the accounts of the cluster's own controllers are, with `--use-service-account-credentials` and at both providers. That of
/// `clusterrole-aggregation-controller` may change every ClusterRole (the bootstrap policy of kube-apiserver gives it `escalate`).
const CONTROLLERS_NAMESPACE: &str = "kube-system";

/// What makes its holder as strong as the pods and accounts of a namespace: a resource, the verbs, and the two in words.
const AS_STRONG_AS_ITS_PODS: &[(&str, &[&str], &str)] = &[
    ("deployments", &["create", "patch", "update"], "make workloads"),
    ("pods/exec", &["create", "get"], "run commands in pods"),
];

/// How a constrained verb begins: what may be done while acting as somebody else.
pub(in crate::controls) const WHILE_ACTING: &str = "impersonate-on:user-info:";

/// What rules let somebody run, in words; under the name of somebody else too.
fn runs(rules: &[Rule]) -> Option<&'static str> {
    let gives = |(resource, verbs, _): &&(&str, &[&str], &str)| {
        let verb = |verb: &String| verbs.contains(&verb.strip_prefix(WHILE_ACTING).unwrap_or(verb));
        rules.iter().any(|rule| rule.resources.iter().any(|name| name == resource) && rule.verbs.iter().any(verb))
    };
    AS_STRONG_AS_ITS_PODS.iter().find(gives).map(|(_, _, what)| *what)
}

/// What somebody is who runs something in a namespace.
enum Becomes {
    /// An administrator of the cluster.
    Administrator,
    /// Root on the nodes: the reason, and the place of the spec that opens the namespace, where there is one.
    Root(String, Option<SpecPath>),
}

/// What whoever runs something in a namespace is; nothing where no more is known than the accounts of the namespace.
fn becomes(cluster: &Resolved, namespace: &str) -> Option<Becomes> {
    if namespace == CONTROLLERS_NAMESPACE {
        return Some(Becomes::Administrator);
    }
    let declared = cluster.namespaces.iter().find(|declared| declared.name == namespace);
    let place = declared.map(|_| namespace_path(namespace));
    if let Some(level) = declared.and_then(|declared| declared.pod_security.as_deref()) {
        return (level == PodLevel::Privileged.name())
            .then(|| Becomes::Root("Pod Security lets every pod in there".to_owned(), place));
    }
    if cluster.waivers_for(super::POD_SECURITY).any(|waiver| waiver.namespace.as_deref() == Some(namespace)) {
        return Some(Becomes::Root("Pod Security lets every pod in there".to_owned(), place));
    }
    let mut of_components = cluster.components().into_iter().map(|(component, _)| component);
    let component = of_components
        .find(|component| component.namespaces().contains(&namespace) && component.passes(namespace) == PodLevel::Privileged)?;
    Some(Becomes::Root(format!("pods of {} there have their node", component.says), place))
}

/// Somebody who holds rules.
pub(in crate::controls) struct Holder<'a> {
    /// Who, in words.
    pub(in crate::controls) who: &'a str,
    /// Where; none means everywhere.
    pub(in crate::controls) namespaces: Option<&'a [String]>,
    /// What.
    pub(in crate::controls) rules: &'a [Rule],
    /// The settings that give it.
    pub(in crate::controls) keys: &'a [SettingKey],
}

/// Says of the namespaces that rules reach what they make of their holder there.
pub(in crate::controls) fn tell(cluster: &Resolved, out: &mut Lowering<'_>, outcome: Outcome, holder: &Holder<'_>) {
    let Holder { who, namespaces, rules, keys } = *holder;
    let Some(what) = runs(rules) else { return };
    let everywhere = || cluster.namespaces.iter().map(|namespace| namespace.name.as_str()).chain([CONTROLLERS_NAMESPACE]);
    let mut reached: Vec<&str> = match namespaces {
        Some(names) => names.iter().map(String::as_str).collect(),
        None => everywhere().collect(),
    };
    reached.sort_unstable();
    reached.dedup();
    let asked = out.reason().cause;
    for namespace in reached {
        let (why, is, place) = match becomes(cluster, namespace) {
            Some(Becomes::Administrator) => {
                ("the accounts of the cluster's own controllers are there".to_owned(), "an administrator of the cluster", None)
            }
            Some(Becomes::Root(why, place)) => (why, "root on nodes", place),
            None => continue,
        };
        let detail = format!("{why}, so that {who}, which may {what}, comes to be {is}");
        out.because(place.map_or_else(|| asked.clone(), Cause::Spec));
        out.verdict_on(Scope::Namespace(namespace.to_owned()), outcome, Ground::Settings(keys.to_vec()), detail);
    }
    out.because(asked);
}

/// Warns of whom the spec lets run something among the controllers or among pods that have their node, by the rights that the plan gives.
pub(in crate::controls) fn warn(cluster: &Resolved, plan: &Plan, diags: &mut Diagnostics) {
    let delivers = SpecPath::new("/identity/delivery");
    for grant in &plan.rbac.grants {
        let Some(what) = runs(&grant.rules) else { continue };
        let at = cluster.locate(&Cause::Spec(grant.path.clone()));
        let who = format!("`{}`", grant.path);
        match grant.namespace.as_deref().map_or(Some(Becomes::Administrator), |namespace| becomes(cluster, namespace)) {
            Some(Becomes::Administrator) => {
                diags.push(RunsInKubeSystem { who, everywhere: grant.namespace.is_none(), what, at });
            }
            // What delivers has the namespaces that it delivers to.
            Some(Becomes::Root(..)) if grant.path.is_within(&delivers) => {}
            Some(Becomes::Root(why, place)) => {
                let namespace = grant.namespace.clone().unwrap_or_default();
                let other = place.and_then(|place| cluster.locate(&Cause::Spec(place)));
                diags.push(RootOnNodes { who, namespace, what, why, at, other });
            }
            None => {}
        }
    }
}
