use super::*;

const OBJECTS: &str = r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader, namespace: shop }
rules:
  - { apiGroups: [""], resources: [pods, pods/log], verbs: [get, list] }
  - { apiGroups: [""], resources: [configmaps], resourceNames: [one], verbs: [get] }
  - { nonResourceURLs: [/version], verbs: [get] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reader, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects:
  - { apiGroup: rbac.authorization.k8s.io, kind: Group, name: dev }
  - { kind: ServiceAccount, namespace: ci, name: runner }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: health }
rules:
  - { nonResourceURLs: ["/healthz/*"], verbs: [get] }
  - { apiGroups: ["*"], resources: ["*/scale"], verbs: ["*"] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: health }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: health }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: ann }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: admins }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: Group, name: admins }]
"#;

type Line<'a> = (&'a str, &'a [&'a str], &'a str, &'a str, &'a str, &'a str, &'a str, &'a str, bool);

/// Who, groups, verb, group, resource, name, namespace, path, expected: written from the rules of the authorizer, not from this evaluator.
const MATRIX: &[Line<'_>] = &[
    ("x", &["dev"], "get", "", "pods", "", "shop", "", true),
    ("x", &["dev"], "get", "", "pods/log", "a", "shop", "", true),
    ("x", &["dev"], "get", "", "pods/exec", "a", "shop", "", false),
    ("x", &["dev"], "watch", "", "pods", "", "shop", "", false),
    ("x", &["dev"], "get", "apps", "pods", "", "shop", "", false),
    ("x", &["dev"], "get", "", "pods", "", "other", "", false),
    ("x", &["dev"], "list", "", "pods", "", "", "", false),
    ("x", &["dev"], "get", "", "configmaps", "one", "shop", "", true),
    ("x", &["dev"], "get", "", "configmaps", "two", "shop", "", false),
    ("x", &["dev"], "list", "", "configmaps", "", "shop", "", false),
    ("x", &["dev"], "get", "", "", "", "", "/version", false),
    ("dev", &[], "get", "", "pods", "", "shop", "", false),
    ("system:serviceaccount:ci:runner", &[], "get", "", "pods", "", "shop", "", true),
    ("system:serviceaccount:shop:runner", &[], "get", "", "pods", "", "shop", "", false),
    ("ann", &[], "get", "", "", "", "", "/healthz/etcd", true),
    ("ann", &[], "get", "", "", "", "", "/healthz", false),
    ("ann", &[], "update", "apps", "deployments/scale", "web", "any", "", true),
    ("ann", &[], "update", "apps", "deployments", "web", "any", "", false),
    ("x", &["admins"], "delete", "", "namespaces", "shop", "shop", "", true),
    ("x", &["admins"], "put", "", "", "", "", "/anything", true),
];

#[test]
fn the_matrix_holds() {
    let policy = read([("objects.yaml", OBJECTS)]).unwrap();
    assert!(policy.dangling().is_empty());
    for (user, groups, verb, api_group, resource, name, namespace, path, expected) in MATRIX {
        let request = Request {
            user: (*user).to_owned(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            what: Permission {
                namespace: (*namespace).to_owned(),
                verb: (*verb).to_owned(),
                api_group: (*api_group).to_owned(),
                resource: (*resource).to_owned(),
                name: (*name).to_owned(),
                path: (*path).to_owned(),
            },
        };
        assert_eq!(policy.allows(&request), *expected, "{user} {groups:?} {}", request.what);
    }
}

#[test]
fn what_is_not_known_is_not_guessed() {
    for (from, to) in [
        ("kind: Role, name", "kind: Rolle, name"),
        ("verbs: [get, list]", "verbs: get"),
        ("resourceNames", "resourceName"),
        ("roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role", "roleRef: { kind: Role"),
        ("namespace: shop }\nrules", "x: shop }\nrules"),
    ] {
        let other = OBJECTS.replacen(from, to, 1);
        assert_ne!(other, OBJECTS);
        assert!(read([("objects.yaml", other.as_str())]).is_err(), "{to}");
    }
}
