//! The audit policy: a matrix of requests written by hand from the goals, the server's matching rules, and strict reading.

use std::collections::BTreeSet;

use harden::{
    base::{FactId, Minor, Origin},
    diag::{Diagnostic, Diagnostics, Source},
    kube::audit::{self, ExplainedRule, Goal, GroupResources, GroupWildcard, Level, Policy, Rule, Stage},
    semantics::audit::{Caller, Request, Served, Target, decide, group_wildcard},
    yaml,
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

/// What is written for the goals, as text.
fn text(goals: &BTreeSet<Goal>, groups: GroupWildcard) -> String {
    let origin = Origin::shape(FactId("audit-document"));
    let document = audit::document(&audit::policy(goals, groups), |_| origin.clone());
    yaml::write(&[document], &[], &origin).text().to_owned()
}

/// Reads a policy and everything that is wrong with it.
fn reading(text: &str, groups: GroupWildcard) -> (Option<Policy>, Vec<Diagnostic>) {
    let mut diagnostics = Diagnostics::default();
    let documents = yaml::read(&Source::new("policy.yaml", text));
    let policy = documents.first().and_then(|d| d.root.as_ref()).and_then(|root| audit::read(root, groups, &mut diagnostics));
    (policy, diagnostics.list().to_vec())
}

/// The policy for the goals, read from the bytes that are written.
fn policy(goals: &BTreeSet<Goal>, groups: GroupWildcard) -> Policy {
    reading(&text(goals, groups), groups).0.unwrap_or_default()
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

/// With the goal `impersonation` only the cluster's own programs are dropped: whoever could act as another stays visible.
#[test]
fn nobody_who_could_impersonate_is_dropped() {
    let own = [
        "system:apiserver",
        "system:kube-controller-manager",
        "system:kube-proxy",
        "system:kube-scheduler",
        "system:serviceaccount:kube-system:generic-garbage-collector",
        "system:serviceaccount:kube-system:horizontal-pod-autoscaler",
        "system:serviceaccount:kube-system:kube-proxy",
        "system:serviceaccount:kube-system:namespace-controller",
        "system:serviceaccount:kube-system:resourcequota-controller",
    ];
    for goals in every_choice().filter(|goals| goals.contains(&Goal::Impersonation)) {
        for rule in policy(&goals, GroupWildcard::Taken).rules.iter().filter(|r| r.level == Level::None) {
            assert!(rule.users.iter().all(|user| own.contains(&user.as_str())), "{rule:?}");
            assert!(rule.user_groups.iter().all(|g| g == "system:nodes" || g == "system:unauthenticated"), "{rule:?}");
            let probes = ["/healthz*", "/livez*", "/readyz*"];
            let open = rule.user_groups.iter().any(|g| g == "system:unauthenticated");
            assert!(!open || rule.non_resource_urls == probes, "{rule:?}");
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

/// What is written is read back whole, and nothing is said about it.
#[test]
fn written_policies_are_read_back() {
    for goals in every_choice() {
        for groups in [GroupWildcard::Refused, GroupWildcard::Taken] {
            let (policy, problems) = reading(&text(&goals, groups), groups);
            assert_eq!(problems, []);
            assert_eq!(policy, Some(audit::assemble(&audit::policy(&goals, groups))));
        }
    }
}

#[test]
fn each_rule_is_commented_and_carries_its_origin() {
    let goals = BTreeSet::from([Goal::Exec]);
    let rules = audit::policy(&goals, GroupWildcard::Refused);
    let of = |rule: &ExplainedRule| Origin::shape(FactId(if rule.goals.is_empty() { "volume" } else { "goal" }));
    let default = Origin::shape(FactId("audit-document"));
    let lines = yaml::write(&[audit::document(&rules, of)], &[], &default);
    assert_eq!(lines.iter().filter(|(text, _)| text.starts_with("# ") && !text.starts_with("# goals: ")).count(), rules.len());
    let exec = lines.iter().find(|(text, _)| text.contains("pods/exec"));
    assert_eq!(exec.map(|(_, origin)| origin.clone()), Some(Origin::shape(FactId("goal"))));
    let comment = lines.iter().find(|(text, _)| *text == "# goals: exec");
    assert_eq!(comment.map(|(_, origin)| origin.clone()), Some(Origin::shape(FactId("goal"))));
    assert_eq!(lines.iter().next().map(|(_, origin)| origin.clone()), Some(default.clone()));
}

/// Codes of what is wrong with a policy of these rules.
fn codes(rules: &str, groups: GroupWildcard) -> Vec<&'static str> {
    let text = format!("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n{rules}\n");
    reading(&text, groups).1.iter().map(|d| d.code).collect()
}

#[test]
fn reading_is_strict_where_the_server_is_lenient() {
    let new = |rules: &str| codes(rules, GroupWildcard::Taken);
    assert_eq!(new("- level: Metadata"), [""; 0]);
    assert_eq!(new("- level: Metadata\n  user: [alice]"), ["audit-unknown-field"]);
    assert_eq!(new("- level: Metadata\n  resources: [{group: apps, resource: [deployments]}]"), ["audit-unknown-field"]);
    assert_eq!(new("- level: metadata"), ["audit-level"]);
    assert_eq!(new("- users: [alice]"), ["audit-level"]);
    assert_eq!(new("- level: None\n  omitStages: [ResponseStart]"), ["audit-stage"]);
    assert_eq!(new("- level: None\n  users: alice"), ["audit-shape"]);
    assert_eq!(new("- level: None\n  users: [1]"), ["audit-shape"]);
    assert_eq!(new("- level: None\n  omitManagedFields: 'true'"), ["audit-shape"]);
    assert_eq!(new("- None"), ["audit-shape"]);
    assert_eq!(new("- level: Metadata\n  verbs: [impersonate, get]"), ["audit-verb"]);
    assert_eq!(new("- level: Metadata\n  resources: [{group: rbac.authorization.k8s.io/v1}]"), ["audit-group"]);
    assert_eq!(new("- level: Metadata\n  resources: [{group: Apps}]"), ["audit-group"]);
    assert_eq!(new("- level: Metadata\n  resources: [{resources: [Pods]}]"), ["audit-resource"]);
    assert_eq!(new("- level: Metadata\n  resources: [{resources: ['pod*', pods/exec/x, '*/*', '']}]"), ["audit-resource"; 4]);
    assert_eq!(new("- level: Metadata\n  resources: [{resources: ['*', 'pods/*', '*/status', pods/http_requests]}]"), [""; 0]);
    assert_eq!(new("- level: Metadata\n  resources: [{resourceNames: [x]}]"), ["audit-names"]);
    assert_eq!(new("- level: None\n  nonResourceURLs: [healthz, '/a*b', '/a**', '', '*', '/x*']"), ["audit-url"; 4]);
    assert_eq!(new("- level: None\n  nonResourceURLs: ['/x']\n  namespaces: [shop]"), ["audit-mixed-rule"]);
    assert_eq!(new("- level: None\n  nonResourceURLs: ['/x']\n  resources: [{group: apps}]"), ["audit-mixed-rule"]);
    assert_eq!(new("  []"), ["audit-no-rules"]);
    let whole = |text| -> Vec<_> { reading(text, GroupWildcard::Taken).1.iter().map(|found| found.code).collect() };
    assert_eq!(whole("apiVersion: audit.k8s.io/v1beta1\nkind: Policy\n"), ["audit-not-a-policy"]);
    assert_eq!(whole("apiVersion: audit.k8s.io/v1\nkind: Policy\nrule: []\n"), ["audit-unknown-field", "audit-no-rules"]);
}

#[test]
fn the_group_star_stops_older_servers() {
    assert_eq!(group_wildcard(Minor(35)), GroupWildcard::Refused);
    assert_eq!(group_wildcard(Minor(36)), GroupWildcard::Taken);
    let rule = "- level: Metadata\n  resources: [{group: '*', resources: ['*/status']}]";
    assert_eq!(codes(rule, GroupWildcard::Taken), [""; 0]);
    assert_eq!(codes(rule, GroupWildcard::Refused), ["audit-group"]);
}

#[test]
fn everything_wrong_is_said_at_its_place() {
    let text = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Meta\n  userGroup: [x]\n- level: None\n  omitStages: [Start]\n";
    let problems = reading(text, GroupWildcard::Taken).1;
    let lines: Vec<usize> = problems.iter().flat_map(|p| &p.labels).map(|label| label.place.position().line).collect();
    assert_eq!(lines, [5, 4, 7]);
    assert!(problems.iter().any(|p| p.help == "did you mean `userGroups`?"));
    assert!(reading(text, GroupWildcard::Taken).0.is_none());
}
