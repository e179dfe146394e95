//! The rules that logging goals ask for.
//!
//! Three decisions shape them. Everything ends in a rule that keeps metadata, whatever the goals: a goal adds detail, the lack of one
//! loses nothing. A rule that drops requests always names callers, because a refused login has none and a rule without callers would
//! drop it too. With the goal `impersonation` the dropped callers are the cluster's own programs alone (nodes, control plane, kube-proxy,
//! anonymous health probes): to the rules an identity that acts as another is its own self, so what is dropped for it hides the other.

use std::collections::BTreeSet;

use super::{Goal, GroupResources, GroupWildcard, Level, Rule};

/// A rule, what it is for, and which of the wanted goals it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedRule {
    /// The rule.
    pub rule: Rule,
    /// What it is for: one sentence, without a full stop.
    pub why: &'static str,
    /// The wanted goals it serves; empty for a rule about volume or confidentiality.
    pub goals: Vec<Goal>,
}

/// The verbs that change something. `impersonate`, `bind` and `escalate` are asked of the authorizer only and are never the verb of a request.
const WRITES: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];

/// Written all the time by nodes and controllers; deletes are not among them and stay visible.
const UPKEEP: &[&str] = &["create", "update", "patch"];

/// The programs of the control plane, by the names that kubeadm gives them.
const CONTROL_PLANE: &[&str] = &["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler"];

/// API groups whose `status` controllers write, for servers that do not take `*` as a group.
const GROUPS_WITH_STATUS: &[&str] = &[
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "policy",
    "resource.k8s.io",
    "storage.k8s.io",
    "acme.cert-manager.io",
    "argoproj.io",
    "cert-manager.io",
    "cilium.io",
    "config.gatekeeper.sh",
    "constraints.gatekeeper.sh",
    "gateway.networking.k8s.io",
    "mutations.gatekeeper.sh",
    "templates.gatekeeper.sh",
];

/// The rules for the goals, in order; the policy that holds them omits the stage `RequestReceived` and managed fields.
#[must_use]
pub fn policy(goals: &BTreeSet<Goal>, groups: GroupWildcard) -> Vec<ExplainedRule> {
    let mut rules = Builder { goals, rules: Vec::new() };
    volume_of_nodes(&mut rules);
    volume_of_the_control_plane(&mut rules);
    if !goals.contains(&Goal::Impersonation) {
        volume_of_service_accounts(&mut rules);
    }
    confidential(&mut rules);
    interactive(&mut rules);
    identities(&mut rules);
    if [Goal::PolicyChanges, Goal::NodeChanges, Goal::AllWrites].iter().any(|goal| goals.contains(goal)) {
        bookkeeping(&mut rules, groups);
    }
    changes(&mut rules);
    rules.add(
        "everything else: who did what, when and from where; refused logins and impersonated requests among it",
        &Goal::ALL,
        Rule::everything(Level::Metadata),
    );
    rules.rules
}

struct Builder<'a> {
    goals: &'a BTreeSet<Goal>,
    rules: Vec<ExplainedRule>,
}

impl Builder<'_> {
    /// Adds a rule; of the goals it can serve, the wanted ones are kept.
    fn add(&mut self, why: &'static str, serves: &[Goal], rule: Rule) {
        let goals = serves.iter().copied().filter(|goal| self.goals.contains(goal)).collect();
        self.rules.push(ExplainedRule { rule, why, goals });
    }

    /// Adds a rule only when one of the goals it serves is wanted.
    fn wanted(&mut self, why: &'static str, serves: &[Goal], rule: Rule) {
        if serves.iter().any(|goal| self.goals.contains(goal)) {
            self.add(why, serves, rule);
        }
    }
}

fn volume_of_nodes(rules: &mut Builder<'_>) {
    rules.add(
        "each node renews its lease every ten seconds",
        &[],
        Rule {
            user_groups: list(&["system:nodes"]),
            verbs: list(&["get", "create", "update", "patch"]),
            resources: vec![of("coordination.k8s.io", &["leases"])],
            namespaces: list(&["kube-node-lease"]),
            ..Rule::everything(Level::None)
        },
    );
    rules.add(
        "each node reads its own object every few seconds",
        &[],
        Rule {
            user_groups: list(&["system:nodes"]),
            verbs: list(&["get"]),
            resources: vec![of("", &["nodes", "nodes/status"])],
            ..Rule::everything(Level::None)
        },
    );
    rules.add(
        "kubelets write events about their pods; deleting an event stays visible",
        &[],
        Rule { user_groups: list(&["system:nodes"]), ..event_writes() },
    );
    rules.add(
        "kube-proxy follows every service and endpoint; kubeadm runs it as a service account",
        &[],
        Rule {
            users: list(&["system:kube-proxy", "system:serviceaccount:kube-system:kube-proxy"]),
            verbs: list(&["list", "watch"]),
            resources: vec![of("", &["endpoints", "services", "services/status"]), of("discovery.k8s.io", &["endpointslices"])],
            ..Rule::everything(Level::None)
        },
    );
    rules.add(
        "probes and load balancers ask for health without credentials; other anonymous requests stay visible",
        &[],
        Rule {
            user_groups: list(&["system:unauthenticated"]),
            verbs: list(&["get", "head"]),
            non_resource_urls: list(&["/healthz*", "/livez*", "/readyz*"]),
            ..Rule::everything(Level::None)
        },
    );
}

fn volume_of_the_control_plane(rules: &mut Builder<'_>) {
    rules.add(
        "control-plane programs hold their leases every two seconds",
        &[],
        Rule {
            users: list(CONTROL_PLANE),
            verbs: list(&["get", "create", "update", "patch"]),
            resources: vec![of("coordination.k8s.io", &["leases"])],
            namespaces: list(&["kube-system"]),
            ..Rule::everything(Level::None)
        },
    );
    rules.add(
        "control-plane programs write events; deleting an event stays visible",
        &[],
        Rule { users: list(CONTROL_PLANE), ..event_writes() },
    );
    rules.add(
        "the controller manager and four of its controllers read the list of APIs again and again",
        &[],
        Rule {
            users: list(&[
                "system:kube-controller-manager",
                "system:serviceaccount:kube-system:generic-garbage-collector",
                "system:serviceaccount:kube-system:horizontal-pod-autoscaler",
                "system:serviceaccount:kube-system:namespace-controller",
                "system:serviceaccount:kube-system:resourcequota-controller",
            ]),
            verbs: list(&["get"]),
            non_resource_urls: list(&["/api", "/api/*", "/apis", "/apis/*", "/openapi/*"]),
            ..Rule::everything(Level::None)
        },
    );
    rules.add(
        "the pod autoscaler reads metrics every fifteen seconds",
        &[],
        Rule {
            users: list(&["system:kube-controller-manager", "system:serviceaccount:kube-system:horizontal-pod-autoscaler"]),
            verbs: list(&["get", "list"]),
            resources: vec![of("metrics.k8s.io", &[])],
            ..Rule::everything(Level::None)
        },
    );
}

/// Any service account can be allowed to impersonate, so these are dropped only where impersonation is not asked for.
fn volume_of_service_accounts(rules: &mut Builder<'_>) {
    rules.add(
        "controllers write events and renew the leases that elect their leaders; reading and deleting stay visible",
        &[],
        Rule {
            user_groups: list(&["system:serviceaccounts"]),
            verbs: list(UPKEEP),
            resources: vec![of("", &["events"]), of("events.k8s.io", &["events"]), of("coordination.k8s.io", &["leases"])],
            ..Rule::everything(Level::None)
        },
    );
}

/// Always there: these bodies are credentials, whatever rule follows.
fn confidential(rules: &mut Builder<'_>) {
    rules.add(
        "secrets, configuration maps and tokens: who asked, never what they hold",
        &[Goal::SecretsAccess],
        Rule {
            resources: vec![
                of("", &["configmaps", "secrets", "serviceaccounts/token"]),
                of("authentication.k8s.io", &["tokenreviews"]),
            ],
            ..Rule::everything(Level::Metadata)
        },
    );
}

fn interactive(rules: &mut Builder<'_>) {
    rules.wanted(
        "sessions in running workloads, by any verb: a websocket session is a get; the command stands in the request URI",
        &[Goal::Exec],
        Rule {
            resources: vec![of(
                "",
                &[
                    "pods/attach",
                    "pods/ephemeralcontainers",
                    "pods/exec",
                    "pods/portforward",
                    "pods/proxy",
                    "services/proxy",
                    "nodes/proxy",
                ],
            )],
            ..Rule::everything(Level::Request)
        },
    );
    rules.wanted(
        "calls that go to a kubelet directly show only as the review which that kubelet asks for",
        &[Goal::Exec],
        Rule {
            user_groups: list(&["system:nodes"]),
            verbs: list(&["create"]),
            resources: vec![of("authorization.k8s.io", &["subjectaccessreviews"])],
            ..Rule::everything(Level::Request)
        },
    );
    rules.wanted(
        "questions about permissions are creates that change nothing",
        &[Goal::AllWrites],
        Rule {
            verbs: list(&["create"]),
            resources: vec![of("authorization.k8s.io", &[]), of("authentication.k8s.io", &["selfsubjectreviews"])],
            ..Rule::everything(Level::Metadata)
        },
    );
}

fn identities(rules: &mut Builder<'_>) {
    rules.wanted(
        "changes of roles and bindings: what was asked and what came of it",
        &[Goal::RbacChanges],
        Rule {
            verbs: list(WRITES),
            resources: vec![of("rbac.authorization.k8s.io", &[])],
            ..Rule::everything(Level::RequestResponse)
        },
    );
    rules.wanted(
        "certificates are identities: requests, approvals and signatures",
        &[Goal::RbacChanges, Goal::PolicyChanges],
        Rule {
            verbs: list(WRITES),
            resources: vec![of(
                "certificates.k8s.io",
                &[
                    "certificatesigningrequests",
                    "certificatesigningrequests/approval",
                    "certificatesigningrequests/status",
                    "clustertrustbundles",
                ],
            )],
            ..Rule::everything(Level::RequestResponse)
        },
    );
}

/// Comes before the rules that record bodies, behind those about identities.
fn bookkeeping(rules: &mut Builder<'_>, groups: GroupWildcard) {
    let status = match groups {
        GroupWildcard::Taken => vec![of("*", &["*/status"])],
        GroupWildcard::Refused => GROUPS_WITH_STATUS.iter().map(|group| of(group, &["*/status"])).collect(),
    };
    let objects = [
        of("", &["endpoints", "events"]),
        of("discovery.k8s.io", &["endpointslices"]),
        of("events.k8s.io", &["events"]),
        of("coordination.k8s.io", &["leases"]),
    ];
    rules.add(
        "nodes and controllers report status without end: kept without bodies; the same write by anybody else is kept whole",
        &[],
        Rule {
            user_groups: list(&["system:nodes", "system:serviceaccounts"]),
            verbs: list(UPKEEP),
            resources: status.into_iter().chain(objects).collect(),
            ..Rule::everything(Level::Metadata)
        },
    );
}

fn changes(rules: &mut Builder<'_>) {
    rules.wanted(
        "changes of what admission, the network and namespaces allow",
        &[Goal::PolicyChanges],
        Rule { verbs: list(WRITES), resources: policy_resources(), ..Rule::everything(Level::RequestResponse) },
    );
    rules.wanted(
        "changes of nodes: labels, taints, cordons, removals",
        &[Goal::NodeChanges],
        Rule { verbs: list(WRITES), resources: vec![of("", &["nodes", "nodes/status"])], ..Rule::everything(Level::Request) },
    );
    rules.wanted(
        "every other change, with what was sent",
        &[Goal::AllWrites],
        Rule { verbs: list(WRITES), ..Rule::everything(Level::Request) },
    );
}

/// What decides over other objects: admission, aggregated APIs, namespaces with their labels and limits, network policies by CNI.
fn policy_resources() -> Vec<GroupResources> {
    vec![
        of("", &["limitranges", "namespaces", "resourcequotas"]),
        of("admissionregistration.k8s.io", &[]),
        of("apiregistration.k8s.io", &["apiservices"]),
        of("flowcontrol.apiserver.k8s.io", &["flowschemas", "prioritylevelconfigurations"]),
        of("networking.k8s.io", &["ingresses", "networkpolicies"]),
        of("policy.networking.k8s.io", &[]),
        of("config.gatekeeper.sh", &[]),
        of("constraints.gatekeeper.sh", &[]),
        of("mutations.gatekeeper.sh", &[]),
        of("templates.gatekeeper.sh", &[]),
        of("cilium.io", &["ciliumcidrgroups", "ciliumclusterwidenetworkpolicies", "ciliumnetworkpolicies"]),
        of("crd.projectcalico.org", CALICO_POLICIES),
        of("projectcalico.org", CALICO_POLICIES),
    ]
}

/// The policies of Calico; its other objects are address bookkeeping.
const CALICO_POLICIES: &[&str] = &[
    "felixconfigurations",
    "globalnetworkpolicies",
    "globalnetworksets",
    "hostendpoints",
    "networkpolicies",
    "networksets",
    "tiers",
];

fn event_writes() -> Rule {
    Rule {
        verbs: list(UPKEEP),
        resources: vec![of("", &["events"]), of("events.k8s.io", &["events"])],
        ..Rule::everything(Level::None)
    }
}

fn list(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn of(group: &str, resources: &[&str]) -> GroupResources {
    GroupResources { group: group.to_owned(), resources: list(resources), resource_names: Vec::new() }
}
