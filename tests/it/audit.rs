//! The audit policy: a matrix of requests written by hand from the goals, the server's matching rules, and strict reading.

use std::collections::BTreeSet;

use harden::{
    kube::audit::{self, ExplainedRule, Goal, GroupResources, GroupWildcard, Level, Policy, Rule, Stage},
    semantics::audit::{Caller, Request, Served, Target, decide},
};

/// The columns of the matrix: no goal, the goals of the product's example, every goal, all writes, and the changes of rules and nodes.
fn columns() -> [BTreeSet<Goal>; 5] {
    [
        BTreeSet::new(),
        BTreeSet::from([Goal::SecretsAccess, Goal::Exec, Goal::RbacChanges, Goal::Impersonation]),
        Goal::ALL.into_iter().collect(),
        BTreeSet::from([Goal::AllWrites]),
        BTreeSet::from([Goal::PolicyChanges, Goal::NodeChanges, Goal::AuthenticationFailures]),
    ]
}

/// One request and the level expected in each column: `-` None, `m` Metadata, `q` Request, `r` RequestResponse.
const MATRIX: &[(&str, &str, &str, &str)] = &[
    // caller, verb, target (group/resource[/subresource] in namespace, or a path), levels
    ("kube-proxy", "watch", "discovery.k8s.io:endpointslices", "- - - - -"),
    ("kube-proxy", "list", ":services", "- - - - -"),
    ("kube-proxy", "get", ":secrets in kube-system", "m m m m m"),
    ("kubelet", "get", ":nodes", "- - - - -"),
    ("kubelet", "get", ":secrets in shop", "m m m m m"),
    ("kubelet", "watch", ":configmaps in shop", "m m m m m"),
    ("kubelet", "update", "coordination.k8s.io:leases in kube-node-lease", "- - - - -"),
    ("kubelet", "patch", ":nodes/status", "m m m m m"),
    ("kubelet", "patch", ":nodes", "m m q q q"),
    ("kubelet", "create", ":events in shop", "- - - - -"),
    ("kubelet", "create", "authentication.k8s.io:tokenreviews", "m m m m m"),
    ("kubelet", "create", "authorization.k8s.io:subjectaccessreviews", "m q q m m"),
    ("kubelet", "create", ":serviceaccounts/token in shop", "m m m m m"),
    ("scheduler", "update", "coordination.k8s.io:leases in kube-system", "- - - - -"),
    ("scheduler", "update", "coordination.k8s.io:leases in shop", "m m q q m"),
    ("scheduler", "patch", "events.k8s.io:events in shop", "- - - - -"),
    ("scheduler", "create", ":pods/binding in shop", "m m q q m"),
    ("scheduler", "list", ":secrets", "m m m m m"),
    ("controller-manager", "get", "coordination.k8s.io:leases in kube-system", "- - - - -"),
    ("garbage-collector", "get", "/apis", "- - - - -"),
    ("garbage-collector", "delete", "apps:replicasets in shop", "m m q q m"),
    ("hpa", "list", "metrics.k8s.io:pods in shop", "- - - - -"),
    ("replicaset-controller", "create", ":pods in shop", "m m q q m"),
    ("replicaset-controller", "create", ":events in shop", "- m m - -"),
    ("deployment-controller", "update", "apps:deployments/status in shop", "m m m m m"),
    ("endpointslice-controller", "update", "discovery.k8s.io:endpointslices in shop", "m m m m m"),
    ("operator", "update", "coordination.k8s.io:leases in argocd", "- m m - -"),
    ("operator", "delete", ":events in argocd", "m m q q m"),
    ("operator", "get", "/apis", "m m m m m"),
    ("operator", "get", "/metrics", "m m m m m"),
    ("operator", "update", "constraints.gatekeeper.sh:k8sallowedrepos/status", "m m m m m"),
    ("anonymous", "get", "/livez", "- - - - -"),
    ("anonymous", "get", "/readyz/etcd", "- - - - -"),
    ("anonymous", "post", "/livez", "m m m m m"),
    ("anonymous", "get", "/version", "m m m m m"),
    ("anonymous", "get", "/api", "m m m m m"),
    ("anonymous", "get", ":configmaps in kube-public", "m m m m m"),
    ("nobody", "get", "/livez", "m m m m m"),
    ("nobody", "get", "/apis", "m m m m m"),
    ("nobody", "list", ":secrets", "m m m m m"),
    ("nobody", "get", ":nodes", "m m m m m"),
    ("nobody", "watch", "discovery.k8s.io:endpointslices", "m m m m m"),
    ("nobody", "create", ":events in shop", "m m q q m"),
    ("alice", "get", "/livez", "m m m m m"),
    ("alice", "get", "/apis", "m m m m m"),
    ("alice", "get", "/openapi/v3", "m m m m m"),
    ("alice", "post", "/elsewhere", "m m m m m"),
    ("alice", "list", "metrics.k8s.io:pods in shop", "m m m m m"),
    ("alice", "create", ":events in shop", "m m q q m"),
    ("alice", "list", ":events in shop", "m m m m m"),
    ("alice", "delete", "coordination.k8s.io:leases in kube-node-lease", "m m q q m"),
    ("alice", "create", ":serviceaccounts/token in shop", "m m m m m"),
    ("alice", "create", ":pods/exec in shop", "m q q q m"),
    ("alice", "get", ":pods/exec in shop", "m q q m m"),
    ("alice", "get", ":pods/attach in shop", "m q q m m"),
    ("alice", "create", ":pods/portforward in shop", "m q q q m"),
    ("alice", "get", ":pods/proxy in shop", "m q q m m"),
    ("alice", "get", ":nodes/proxy", "m q q m m"),
    ("alice", "get", ":pods/log in shop", "m m m m m"),
    ("alice", "get", ":pods in shop", "m m m m m"),
    ("alice", "create", "authorization.k8s.io:selfsubjectaccessreviews", "m m m m m"),
    ("alice", "create", "apps:deployments in shop", "m m q q m"),
    ("alice", "patch", "apps:deployments/scale in shop", "m m q q m"),
    ("alice", "update", "discovery.k8s.io:endpointslices in shop", "m m q q m"),
    ("alice", "patch", ":services/status in shop", "m m q q m"),
    ("alice", "deletecollection", "example.com:widgets in shop", "m m q q m"),
    ("admin", "get", ":services/proxy in kube-system", "m q q m m"),
    ("admin", "patch", ":pods/ephemeralcontainers in shop", "m q q q m"),
    ("admin", "get", ":secrets in shop", "m m m m m"),
    ("admin", "create", ":secrets in shop", "m m m m m"),
    ("admin", "delete", ":secrets in shop", "m m m m m"),
    ("admin", "update", ":configmaps in shop", "m m m m m"),
    ("admin", "create", "rbac.authorization.k8s.io:clusterrolebindings", "m r r q m"),
    ("admin", "deletecollection", "rbac.authorization.k8s.io:roles in shop", "m r r q m"),
    ("admin", "list", "rbac.authorization.k8s.io:clusterroles", "m m m m m"),
    ("admin", "update", "certificates.k8s.io:certificatesigningrequests/approval", "m r r q r"),
    ("admin", "patch", "admissionregistration.k8s.io:validatingwebhookconfigurations", "m m r q r"),
    ("admin", "update", ":namespaces in shop", "m m r q r"),
    ("admin", "delete", "networking.k8s.io:networkpolicies in shop", "m m r q r"),
    ("admin", "create", "constraints.gatekeeper.sh:k8sallowedrepos", "m m r q r"),
    ("admin", "patch", ":nodes", "m m q q q"),
    ("admin", "update", ":nodes/status", "m m q q q"),
];

/// The callers of the matrix: name and groups as the server gives them; `nobody` is a refused login.
fn caller(short: &str) -> Option<Caller> {
    let account = |namespace: &str, name: &str| {
        let groups = vec![
            "system:serviceaccounts".to_owned(),
            format!("system:serviceaccounts:{namespace}"),
            "system:authenticated".to_owned(),
        ];
        Some(Caller { name: format!("system:serviceaccount:{namespace}:{name}"), groups })
    };
    let user = |name: &str, groups: &[&str]| {
        Some(Caller { name: name.to_owned(), groups: groups.iter().map(|&g| g.to_owned()).collect() })
    };
    match short {
        "nobody" => None,
        "anonymous" => user("system:anonymous", &["system:unauthenticated"]),
        "alice" => user("oidc:alice", &["oidc:dev", "system:authenticated"]),
        "admin" => user("kubernetes-admin", &["kubeadm:cluster-admins", "system:authenticated"]),
        "kubelet" => user("system:node:w-1", &["system:nodes", "system:authenticated"]),
        "scheduler" => user("system:kube-scheduler", &["system:authenticated"]),
        "controller-manager" => user("system:kube-controller-manager", &["system:authenticated"]),
        "kube-proxy" => account("kube-system", "kube-proxy"),
        "garbage-collector" => account("kube-system", "generic-garbage-collector"),
        "hpa" => account("kube-system", "horizontal-pod-autoscaler"),
        "operator" => account("argocd", "application-controller"),
        controller => account("kube-system", controller),
    }
}

fn request(who: &str, verb: &str, target: &str) -> Request {
    let target = if target.starts_with('/') {
        Target::Path(target.to_owned())
    } else {
        let (object, namespace) = target.split_once(" in ").unwrap_or((target, ""));
        let (group, resource) = object.split_once(':').unwrap_or(("", object));
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        let name = if matches!(verb, "create" | "list" | "watch" | "deletecollection") { "" } else { "x" };
        Target::Resource {
            group: group.to_owned(),
            resource: resource.to_owned(),
            subresource: subresource.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    };
    Request { caller: caller(who), verb: verb.to_owned(), target }
}

fn policy(goals: &BTreeSet<Goal>, groups: GroupWildcard) -> Policy {
    let rules = audit::policy(goals, groups).into_iter().map(|explained| explained.rule).collect();
    Policy { omit_stages: vec![Stage::RequestReceived], omit_managed_fields: true, rules }
}

fn letter(level: Level) -> &'static str {
    match level {
        Level::None => "-",
        Level::Metadata => "m",
        Level::Request => "q",
        Level::RequestResponse => "r",
    }
}

#[test]
fn every_goal_gets_what_it_wants() {
    for groups in [GroupWildcard::Refused, GroupWildcard::Taken] {
        let policies = columns().map(|goals| policy(&goals, groups));
        let mut wrong = Vec::new();
        for (who, verb, target, expected) in MATRIX {
            let found =
                policies.iter().map(|p| letter(decide(p, &request(who, verb, target)).level)).collect::<Vec<_>>().join(" ");
            if found != *expected {
                wrong.push(format!("{who} {verb} {target}: expected {expected}, found {found}"));
            }
        }
        assert!(wrong.is_empty(), "{groups:?}\n{}", wrong.join("\n"));
    }
}

/// The status of an unknown kind is upkeep only where the server can say "any group".
#[test]
fn the_group_star_is_used_where_it_is_taken() {
    let goals = BTreeSet::from([Goal::AllWrites]);
    let write = request("operator", "patch", "example.com:widgets/status in shop");
    assert_eq!(decide(&policy(&goals, GroupWildcard::Taken), &write).level, Level::Metadata);
    assert_eq!(decide(&policy(&goals, GroupWildcard::Refused), &write).level, Level::Request);
    let star = |p: &Policy| p.rules.iter().flat_map(|r| &r.resources).any(|g| g.group == "*");
    assert!(star(&policy(&goals, GroupWildcard::Taken)));
    assert!(!star(&policy(&goals, GroupWildcard::Refused)));
}

fn every_choice() -> impl Iterator<Item = BTreeSet<Goal>> {
    (0..1_u32 << Goal::ALL.len())
        .map(|bits| Goal::ALL.into_iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, goal)| goal).collect())
}

/// What holds for each of the 256 choices of goals.
#[test]
fn no_choice_of_goals_loses_a_refused_login_or_records_a_credential() {
    for groups in [GroupWildcard::Refused, GroupWildcard::Taken] {
        for goals in every_choice() {
            let policy = policy(&goals, groups);
            for rule in policy.rules.iter().filter(|r| r.level == Level::None) {
                assert!(!rule.users.is_empty() || !rule.user_groups.is_empty(), "{goals:?}: {rule:?} drops refused logins");
            }
            assert!(policy.rules.iter().all(|r| r.omit_stages.is_empty()), "{goals:?}");
            for who in ["kubelet", "operator", "alice", "admin", "nobody", "scheduler", "anonymous"] {
                for what in
                    [":secrets in x", ":configmaps in x", ":serviceaccounts/token in x", "authentication.k8s.io:tokenreviews"]
                {
                    for verb in ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"] {
                        let level = decide(&policy, &request(who, verb, what)).level;
                        assert_eq!(level, Level::Metadata, "{goals:?}: {who} {verb} {what}");
                    }
                }
            }
            let last = policy.rules.last().unwrap();
            assert_eq!(*last, Rule::everything(Level::Metadata));
        }
    }
}

/// A rule says which wanted goals it serves, and each wanted goal is served by some rule.
#[test]
fn rules_are_explained() {
    for goals in every_choice() {
        let rules = audit::policy(&goals, GroupWildcard::Taken);
        let served: BTreeSet<Goal> = rules.iter().flat_map(|r| r.goals.iter().copied()).collect();
        assert_eq!(served, goals);
        let plain = |r: &ExplainedRule| !r.why.is_empty() && !r.why.ends_with('.') && r.why.len() < 130;
        assert!(rules.iter().all(plain));
    }
}

#[test]
fn refused_logins_are_written_at_one_stage() {
    let policy = policy(&BTreeSet::new(), GroupWildcard::Taken);
    let decision = decide(&policy, &request("nobody", "list", ":secrets"));
    assert_eq!(decision.events(Served::Unauthenticated), [Stage::ResponseStarted]);
    assert_eq!(decision.events(Served::Ordinary), [Stage::ResponseComplete]);
    assert_eq!(decision.events(Served::LongRunning), [Stage::ResponseStarted, Stage::ResponseComplete]);
    let losing = Policy { omit_stages: vec![Stage::ResponseStarted], ..policy };
    assert_eq!(decide(&losing, &request("nobody", "list", ":secrets")).events(Served::Unauthenticated), []);
}

/// The matching of the server, form by form (apiserver `pkg/audit/policy/checker.go`).
#[test]
fn resource_forms_match_as_in_the_server() {
    let matching = |forms: &[&str], target: &str| {
        let entry = GroupResources { resources: forms.iter().map(|&f| f.to_owned()).collect(), ..GroupResources::default() };
        let rule = Rule { resources: vec![entry], ..Rule::everything(Level::Metadata) };
        let policy = Policy { rules: vec![rule], ..Policy::default() };
        decide(&policy, &request("alice", "get", target)).rule.is_some()
    };
    assert!(matching(&["pods"], ":pods"));
    assert!(!matching(&["pods"], ":pods/exec"));
    assert!(matching(&["pods/exec"], ":pods/exec"));
    assert!(!matching(&["pods/exec"], ":pods"));
    assert!(matching(&["pods/*"], ":pods/exec"));
    assert!(matching(&["pods/*"], ":pods"), "the server takes the resource itself too");
    assert!(!matching(&["pods/*"], ":nodes/proxy"));
    assert!(matching(&["*/exec"], ":pods/exec"));
    assert!(!matching(&["*/exec"], ":pods"));
    assert!(matching(&["*"], ":pods/exec"));
    assert!(matching(&[], ":pods/exec"));
    assert!(!matching(&["*"], "apps:deployments"));
    assert!(!matching(&["*"], "/livez"));
}

#[test]
fn names_namespaces_and_paths_match_as_in_the_server() {
    let first = |rule: Rule, who: &str, verb: &str, target: &str| {
        let policy = Policy { rules: vec![rule], ..Policy::default() };
        decide(&policy, &request(who, verb, target)).rule.is_some()
    };
    let all = || Rule::everything(Level::Metadata);
    let texts = |texts: &[&str]| texts.iter().map(|&t| t.to_owned()).collect::<Vec<_>>();
    let named = || Rule {
        resources: vec![GroupResources { group: String::new(), resources: texts(&["secrets"]), resource_names: texts(&["x"]) }],
        ..all()
    };
    assert!(first(named(), "alice", "get", ":secrets in shop"));
    assert!(!first(named(), "alice", "list", ":secrets in shop"), "a list has no name");
    let cluster = || Rule { namespaces: texts(&[""]), ..all() };
    assert!(first(cluster(), "alice", "get", ":nodes"));
    assert!(!first(cluster(), "alice", "get", ":pods in shop"));
    assert!(!first(cluster(), "alice", "get", "/livez"), "a rule with namespaces is about resources");
    let paths = |urls: &[&str]| Rule { non_resource_urls: texts(urls), ..all() };
    assert!(first(paths(&["/livez*"]), "alice", "get", "/livez/etcd"));
    assert!(!first(paths(&["/livez"]), "alice", "get", "/livez/etcd"));
    assert!(first(paths(&["*"]), "alice", "get", "/anything"));
    assert!(!first(paths(&["*"]), "alice", "get", ":pods"), "a rule with paths is about paths");
    assert!(first(all(), "nobody", "get", "/anything") && first(all(), "nobody", "get", ":pods"));
    let both = Rule { users: texts(&["oidc:alice"]), user_groups: texts(&["oidc:ops"]), ..all() };
    assert!(!first(both, "alice", "get", ":pods"), "user and group are combined with and");
    assert!(!first(Rule { user_groups: texts(&["system:authenticated"]), ..all() }, "nobody", "get", ":pods"));
    assert_eq!(decide(&Policy::default(), &request("alice", "get", ":pods")).level, Level::None);
}
