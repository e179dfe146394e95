//! What each word of `may` needs, as rules: no wildcard, no secrets, no verb that gives rights away, nothing of `nodes/proxy`.
//!
//! A websocket opens `pods/exec` with GET, other clients with POST: up to 1.34 the verb `get` alone lets somebody in over a websocket, from
//! 1.35 on `create` is asked for as well. Who may execute gets both; who may not gets neither, on no resource.

use crate::{base::Minor, facts, kube::rbac::Rule, spec::words::May};

/// How far a role reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::controls) enum Reach {
    /// One namespace.
    Namespace,
    /// Every namespace, and the objects that live in none.
    Cluster,
}

const READ: &[&str] = &["get", "list", "watch"];
const WRITE: &[&str] = &["create", "delete", "get", "list", "patch", "update", "watch"];

/// The rules of a word at a minor; nothing where they are not written yet.
pub(in crate::controls) fn rules(word: May, reach: Reach, minor: Minor) -> Option<Vec<Rule>> {
    Some(match word {
        May::View => view(reach),
        May::ReadLogs => vec![Rule::on("", &["pods"], READ), Rule::on("", &["pods/log"], &["get"])],
        May::Deploy => deploy(),
        May::ExecDebug => vec![
            Rule::on("", &["pods"], READ),
            Rule::on("", &["pods/attach", "pods/exec", "pods/portforward"], &["create", "get"]),
            Rule::on("", &["pods/ephemeralcontainers"], &["get", "patch"]),
        ],
        May::AuditRead => audit_read(reach, minor),
        May::Rollout | May::ManageSecrets | May::NodeOps => return None,
    })
}

fn view(reach: Reach) -> Vec<Rule> {
    let mut rules = vec![
        Rule::on(
            "",
            &[
                "configmaps",
                "endpoints",
                "events",
                "limitranges",
                "persistentvolumeclaims",
                "pods",
                "replicationcontrollers",
                "resourcequotas",
                "serviceaccounts",
                "services",
            ],
            READ,
        ),
        Rule::on("apps", &["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"], READ),
        Rule::on("autoscaling", &["horizontalpodautoscalers"], READ),
        Rule::on("batch", &["cronjobs", "jobs"], READ),
        Rule::on("discovery.k8s.io", &["endpointslices"], READ),
        Rule::on("events.k8s.io", &["events"], READ),
        Rule::on("networking.k8s.io", &["ingresses", "networkpolicies"], READ),
        Rule::on("policy", &["poddisruptionbudgets"], READ),
    ];
    if reach == Reach::Cluster {
        rules.push(Rule::on("", &["namespaces"], READ));
    }
    rules
}

fn deploy() -> Vec<Rule> {
    vec![
        Rule::on("", &["configmaps", "persistentvolumeclaims", "services"], WRITE),
        Rule::on("", &["events", "pods"], READ),
        Rule::on("apps", &["daemonsets", "deployments", "statefulsets"], WRITE),
        Rule::on("apps", &["deployments/scale", "statefulsets/scale"], &["get", "patch", "update"]),
        Rule::on("apps", &["controllerrevisions", "replicasets"], READ),
        Rule::on("autoscaling", &["horizontalpodautoscalers"], WRITE),
        Rule::on("batch", &["cronjobs", "jobs"], WRITE),
        Rule::on("networking.k8s.io", &["ingresses"], WRITE),
        Rule::on("policy", &["poddisruptionbudgets"], WRITE),
    ]
}

/// The group of what decides at admission, and the version that is read.
const ADMISSION: (&str, &str) = ("admissionregistration.k8s.io", "admissionregistration.k8s.io/v1");

/// What decides at admission: webhooks, and the policies that the API server enforces itself, each from the minor on that serves it.
const DECIDES: &[(&str, Option<&str>)] = &[
    ("mutatingadmissionpolicies", Some("MutatingAdmissionPolicy")),
    ("mutatingadmissionpolicybindings", Some("MutatingAdmissionPolicyBinding")),
    ("mutatingwebhookconfigurations", None),
    ("validatingadmissionpolicies", Some("ValidatingAdmissionPolicy")),
    ("validatingadmissionpolicybindings", Some("ValidatingAdmissionPolicyBinding")),
    ("validatingwebhookconfigurations", None),
];

fn audit_read(reach: Reach, minor: Minor) -> Vec<Rule> {
    let mut rules = vec![
        Rule::on("", &["events", "limitranges", "resourcequotas", "serviceaccounts"], READ),
        Rule::on("events.k8s.io", &["events"], READ),
        Rule::on("networking.k8s.io", &["networkpolicies"], READ),
        Rule::on("rbac.authorization.k8s.io", &["rolebindings", "roles"], READ),
    ];
    if reach == Reach::Cluster {
        let served = |kind: &str| facts::object_api(ADMISSION.1, kind, minor).is_known();
        let decides: Vec<&str> = DECIDES.iter().filter(|(_, kind)| kind.is_none_or(served)).map(|(name, _)| *name).collect();
        rules.extend([
            Rule::on("", &["namespaces", "nodes"], READ),
            Rule::on(ADMISSION.0, &decides, READ),
            Rule::on("apiextensions.k8s.io", &["customresourcedefinitions"], READ),
            Rule::on("certificates.k8s.io", &["certificatesigningrequests"], READ),
            Rule::on("rbac.authorization.k8s.io", &["clusterrolebindings", "clusterroles"], READ),
        ]);
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that read: nothing of them may change or open anything, in any version.
    const READERS: [May; 3] = [May::View, May::ReadLogs, May::AuditRead];

    fn all() -> Vec<(May, Rule)> {
        let words = May::ALL.iter().flat_map(|word| {
            let both = [Reach::Namespace, Reach::Cluster];
            let every = facts::build_minors().flat_map(move |minor| both.map(|reach| rules(*word, reach, minor)));
            every.flatten().flatten().map(|rule| (*word, rule))
        });
        words.collect()
    }

    #[test]
    fn nothing_gives_rights_away() {
        for (word, rule) in all() {
            let texts = rule.verbs.iter().chain(&rule.resources).chain(&rule.api_groups).chain(&rule.non_resource_urls);
            assert!(texts.clone().all(|text| !text.contains('*')), "{}: {rule}", word.name());
            assert!(
                !rule.verbs.iter().any(|verb| matches!(verb.as_str(), "escalate" | "bind" | "impersonate" | "deletecollection")),
                "{}: {rule}",
                word.name()
            );
            assert!(
                !rule.resources.iter().any(|name| {
                    name.starts_with("secrets")
                        || name.starts_with("nodes/")
                        || name.ends_with("/token")
                        || name.ends_with("/proxy")
                }),
                "{}: {rule}",
                word.name()
            );
        }
    }

    /// Who reads for an audit sees every policy of the API server's own that the minor serves.
    #[test]
    fn an_audit_sees_what_decides_at_admission() {
        for minor in facts::build_minors() {
            let rules = rules(May::AuditRead, Reach::Cluster, minor).unwrap();
            let sees = |name: &str| rules.iter().any(|rule| rule.resources.iter().any(|resource| resource == name));
            for name in ["validatingadmissionpolicies", "validatingadmissionpolicybindings", "mutatingwebhookconfigurations"] {
                assert!(sees(name), "{name} {minor}");
            }
            for name in ["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"] {
                assert_eq!(sees(name), minor >= Minor(36), "{name} {minor}");
            }
        }
    }

    #[test]
    fn who_reads_opens_nothing() {
        for (word, rule) in all().into_iter().filter(|(word, _)| READERS.contains(word)) {
            assert!(rule.verbs.iter().all(|verb| READ.contains(&verb.as_str())), "{}: {rule}", word.name());
            let subresources: Vec<&String> = rule.resources.iter().filter(|name| name.contains('/')).collect();
            assert!(subresources.iter().all(|name| *name == "pods/log"), "{}: {rule}", word.name());
        }
    }
}
