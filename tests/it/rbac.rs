//! Who may do what: the table of questions can be asked as kubectl asks, and what a right is worth is said where it is given.

use std::collections::BTreeSet;

use harden::{
    build::{self, Built},
    diag::{Diagnostics, Severity},
    facts,
    plan::{Ground, Outcome, Scope},
};

use crate::support::with_cluster;

fn built(namespaces: &str, more: &str) -> Built {
    let text = format!(
        "apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: {{ name: rights }}
spec:
  profiles: [restricted]
  platform:
    eks: {{ kubernetesVersion: '1.36', region: eu-west-1, endpoint: private, nodes: managed }}
    cni: {{ calico: {{ version: '3.31' }} }}
    podCidrs: [10.244.0.0/16]
    nodePools: [{{ name: workers, role: worker, os: al2023, cidrs: [10.0.0.0/24] }}]
  api: {{ sources: {{ admins: [203.0.113.0/24] }} }}
  identity:
    groups: {{ dev: {{ kubernetes: 'corp:dev' }}, support: {{ kubernetes: 'corp:support' }} }}
    delivery: [{{ serviceAccount: argocd/deployer }}]
    duties:
      - {{ name: everywhere, group: dev, may: [deploy, view] }}
      - {{ name: shop, group: dev, namespaces: [shop], may: [deploy] }}
      - {{ name: debug, group: support, namespaces: [shop], may: [exec-debug] }}
  namespaces: [{namespaces}]
{more}"
    );
    let mut diags = Diagnostics::default();
    let built = with_cluster(&text, "", None, &mut diags, build::build);
    let said: Vec<String> = diags.list().iter().map(|one| format!("{}: {}", one.code, one.message)).collect();
    built.unwrap_or_else(|| panic!("{}", said.join("\n")))
}

/// Subresources have a column of their own: kubectl takes what stands behind a slash for a name.
#[test]
fn the_table_keeps_subresources_apart() {
    let built = built("{ name: shop }", "");
    let table = built.artifacts.iter().find(|file| file.path.as_str() == "tests/can-i.csv").expect("a table");
    let mut lines = table.text().lines();
    let head: Vec<&str> = lines.next().expect("a head").split(',').collect();
    let at = |name: &str| head.iter().position(|column| *column == name).unwrap_or_else(|| panic!("no column {name}"));
    let mut subresources = BTreeSet::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        assert!(!cells[at("resource")].contains('/'), "{line}");
        if !cells[at("subresource")].is_empty() {
            subresources.insert((cells[at("resource")], cells[at("subresource")], cells[at("expected")]));
        }
    }
    for row in [("pods", "exec", "allowed"), ("pods", "exec", "denied"), ("deployments", "scale", "allowed")] {
        assert!(subresources.contains(&row), "{row:?}: {subresources:?}");
    }
}

/// Whoever deploys where every pod is let in has the nodes: the report says so of each such namespace, and of no other.
#[test]
fn deploying_among_privileged_pods_is_said() {
    const WAIVER: &str = "  waivers: [{ id: W-1, control: admission/pod-security, scope: { namespace: agents }, owner: sre, reason: agents, \
                          expires: 2027-03-01 }]\n";
    let built = built("{ name: shop }, { name: agents, podSecurity: privileged, waiver: W-1 }", WAIVER);
    let said = |control: &str| -> Vec<(Scope, String)> {
        let found = built.plan.verdicts.iter().find(|found| found.id.to_string() == control).expect("a control");
        assert!(found.verdicts.iter().any(|verdict| verdict.scope == Scope::Cluster && verdict.outcome == Outcome::Enforced));
        let named = found.verdicts.iter().filter(|verdict| verdict.scope != Scope::Cluster);
        named.map(|verdict| (verdict.scope.clone(), verdict.detail.clone())).collect()
    };
    let whole = ["agents", "kube-system"];
    for (control, who, namespaces) in
        [("rbac/delivery", "`argocd/deployer`", &whole[..1]), ("rbac/duties", "duty `everywhere`", &whole[..])]
    {
        let found = said(control);
        let expected: Vec<Scope> = namespaces.iter().map(|name| Scope::Namespace((*name).to_owned())).collect();
        assert_eq!(found.iter().map(|(scope, _)| scope.clone()).collect::<Vec<_>>(), expected, "{control}: {found:?}");
        assert!(found.iter().all(|(_, detail)| detail.contains(who)), "{control}: {found:?}");
    }
}

/// A cluster of kubeadm with people; `owner` is its kubeadm file, and what else is said below `identity` and `spec`.
fn people(version: &str, owner: &str, identity: &str, more: &str) -> (Option<Built>, Diagnostics) {
    let config = if owner.is_empty() { "" } else { "\n      config: kubeadm.yaml" };
    let text = format!(
        "apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: {{ name: people }}
spec:
  profiles: [baseline]
  platform:
    kubeadm:
      kubernetesVersion: '{version}'
      controlPlaneEndpoint: api.example.internal:6443
      podSubnets: [10.244.0.0/16]
      serviceSubnets: [10.96.0.0/12]{config}
    cni: {{ calico: {{ version: '3.31' }} }}
    runtime: {{ containerd: '2.3' }}
    nodePools: [{{ name: control-plane, role: control-plane, os: debian-12, cidrs: [192.0.2.0/28] }}]
  api: {{ sources: {{ admins: [203.0.113.0/24] }} }}
  namespaces: [{{ name: shop }}, {{ name: mon, podSecurity: privileged, waiver: W-1 }}]
  waivers: [{{ id: W-1, control: admission/pod-security, scope: {{ namespace: mon }}, owner: sre, reason: agents, expires: 2027-03-01 }}]
  identity:
    groups: {{ dev: {{ kubernetes: 'oidc:dev' }}, support: {{ kubernetes: 'oidc:support' }} }}
{identity}
{more}"
    );
    let mut diags = Diagnostics::default();
    let built = with_cluster(&text, owner, None, &mut diags, build::build);
    (built, diags)
}

fn codes(diags: &Diagnostics) -> Vec<(&'static str, String)> {
    let of_people = ["runs-in-kube-system", "root-on-nodes", "break-glass-shared", "group-without-prefix"];
    let found = diags.list().iter().filter(|one| of_people.contains(&one.code) || one.severity == Severity::Error);
    found.map(|one| (one.code, one.message.clone())).collect()
}

/// One rule for everybody: who runs pods, or commands in them, has what they have; also while acting as somebody else.
#[test]
fn what_a_grant_makes_of_its_holder_is_said() {
    let acting = "as: { users: [jane] }";
    for (identity, expected) in [
        ("    duties: [{ name: a, group: dev, namespaces: [shop], may: [deploy, exec-debug] }]", None),
        ("    duties: [{ name: a, group: dev, namespaces: [mon, calico-system], may: [view, read-logs] }]", None),
        ("    duties: [{ name: a, group: dev, may: [view] }]", None),
        ("    duties: [{ name: a, group: dev, may: [exec-debug] }]", Some(("runs-in-kube-system", "kube-system"))),
        (
            "    duties: [{ name: a, group: dev, namespaces: [kube-system], may: [deploy] }]",
            Some(("runs-in-kube-system", "kube-system")),
        ),
        ("    duties: [{ name: a, group: dev, namespaces: [mon], may: [exec-debug] }]", Some(("root-on-nodes", "mon"))),
        ("    duties: [{ name: a, group: dev, namespaces: [mon], may: [deploy] }]", Some(("root-on-nodes", "mon"))),
        (
            "    duties: [{ name: a, group: dev, namespaces: [calico-system], may: [deploy] }]",
            Some(("root-on-nodes", "calico-system")),
        ),
        (
            "    impersonation: [{ name: a, by: support, ACTING, namespaces: [kube-system], may: [exec-debug] }]",
            Some(("runs-in-kube-system", "kube-system")),
        ),
        ("    impersonation: [{ name: a, by: support, ACTING, may: [deploy] }]", Some(("runs-in-kube-system", "kube-system"))),
        (
            "    impersonation: [{ name: a, by: support, ACTING, namespaces: [mon], may: [exec-debug] }]",
            Some(("root-on-nodes", "mon")),
        ),
        ("    impersonation: [{ name: a, by: support, ACTING, namespaces: [shop], may: [deploy] }]", None),
    ] {
        let (built, diags) = people("1.36.3", "", &identity.replace("ACTING", acting), "");
        let built = built.unwrap_or_else(|| panic!("{identity}: {:?}", diags.list()));
        let found = codes(&diags);
        assert_eq!(
            found.iter().map(|(code, _)| *code).collect::<Vec<_>>(),
            Vec::from_iter(expected.map(|(code, _)| code)),
            "{identity}"
        );
        let control = if identity.contains("impersonation") { "impersonation/limited" } else { "rbac/duties" };
        let verdicts = &built.plan.verdicts.iter().find(|found| found.id.to_string() == control).expect("a control").verdicts;
        let weaker = |name: &str| {
            let scope = Scope::Namespace(name.to_owned());
            verdicts.iter().any(|verdict| verdict.scope == scope && verdict.outcome == Outcome::Weaker)
        };
        if let Some((_, namespace)) = expected {
            assert!(found[0].1.contains(&format!("`{namespace}`")), "{found:?}");
            assert!(weaker(namespace), "{identity}: {verdicts:?}");
        } else {
            assert!(!weaker("shop") && !weaker("mon") && !weaker("kube-system"), "{identity}: {verdicts:?}");
        }
    }
    // What delivers has the namespaces that it delivers to: that is said of it, and no warning.
    let (built, diags) = people("1.36.3", "", "    delivery: [{ serviceAccount: argocd/deployer }]", "");
    assert!(built.is_some() && codes(&diags).is_empty(), "{:?}", codes(&diags));
}

fn roles(built: &Built) -> &str {
    built.artifacts.iter().find(|file| file.path.as_str() == "k8s/rbac/roles.yaml").expect("roles").text()
}

/// An API server that has the constrained verbs taken away gets the verb that it knows, and a verdict that says so.
#[test]
fn impersonation_goes_by_what_the_api_server_knows() {
    let acting = "    impersonation: [{ name: a, by: support, as: { users: [jane] }, namespaces: [shop], may: [view] }]";
    for (setting, constrained) in [
        (None, true),
        (Some(("feature-gates", "ConstrainedImpersonation=true")), true),
        (Some(("feature-gates", "ConstrainedImpersonation=false")), false),
        (Some(("feature-gates", "kube:ConstrainedImpersonation=0")), false),
        (Some(("feature-gates", "AllBeta=false")), false),
        (Some(("emulated-version", "1.35")), false),
        (Some(("emulated-version", "1.36")), true),
    ] {
        let owner = setting.map_or(String::new(), |(name, value)| {
            format!(
                "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\napiServer: {{ extraArgs: [{{ name: {name}, value: \
                 '{value}' }}] }}\n"
            )
        });
        let (built, diags) = people("1.36.3", &owner, acting, "");
        let built = built.unwrap_or_else(|| panic!("{setting:?}: {:?}", diags.list()));
        assert_eq!(roles(&built).contains("impersonate:user-info"), constrained, "{setting:?}");
        assert_eq!(roles(&built).contains("- impersonate\n"), !constrained, "{setting:?}");
        let control =
            built.plan.verdicts.iter().find(|found| found.id.to_string() == "impersonation/limited").expect("a control");
        let off = Ground::Fact(facts::id::CONSTRAINED_IMPERSONATION_OFF);
        let said = control.verdicts.iter().find(|verdict| verdict.ground == off);
        assert_eq!(said.is_none(), constrained, "{setting:?}");
        let value = setting.map_or("", |(_, value)| value.trim_start_matches("kube:"));
        assert!(said.is_none_or(|said| said.detail.contains(value)), "{said:?}");
    }
}

/// kubectl asks for the schemas before it sends an object; who only reads needs none.
#[test]
fn who_sends_objects_as_another_may_read_the_schemas() {
    for (may, sends) in [("deploy", true), ("view", false), ("exec-debug", false)] {
        let acting =
            format!("    impersonation: [{{ name: a, by: support, as: {{ users: [jane] }}, namespaces: [shop], may: [{may}] }}]");
        let built = people("1.36.3", "", &acting, "").0.expect("it builds");
        for path in ["- /openapi/v2\n", "- /openapi/v3\n", "- /openapi/v3/*\n"] {
            assert_eq!(roles(&built).contains(path), sends, "{may} {path}");
        }
    }
}

/// What no role can be written for leaves no empty one behind.
#[test]
fn an_impersonation_that_is_not_built_binds_nobody() {
    let acting = "    impersonation: [{ name: a, by: support, as: { users: [jane] }, namespaces: [shop], may: [rollout] }]";
    for version in ["1.36.3", "1.35.4"] {
        let built = people(version, "", acting, "").0.expect("it builds");
        assert!(!built.plan.rbac.roles.keys().any(|role| role.name.contains("impersonate")), "{version}");
        let control =
            built.plan.verdicts.iter().find(|found| found.id.to_string() == "impersonation/limited").expect("a control");
        assert!(control.verdicts.iter().all(|verdict| verdict.outcome == Outcome::Impossible), "{:?}", control.verdicts);
    }
}

/// The group for emergencies is nobody's everyday group, by its name or by a principal.
#[test]
fn the_group_for_emergencies_has_no_duties() {
    let duty = "    duties: [{ name: a, group: dev, namespaces: [shop], may: [view] }]";
    let acting = "    impersonation: [{ name: a, by: dev, as: { users: [jane] }, namespaces: [shop], may: [view] }]";
    for (group, rest, refused) in [
        ("oidc:dev", duty, true),
        ("oidc:dev", acting, true),
        ("oidc:fire", duty, false),
        // Nobody has a duty by this group.
        ("oidc:support", duty, false),
    ] {
        let (built, diags) = people("1.36.3", "", &format!("    breakGlass: {{ kubernetes: '{group}' }}\n{rest}"), "");
        let found = codes(&diags);
        assert_eq!(found.iter().any(|(code, _)| *code == "break-glass-shared"), refused, "{group} {rest}: {found:?}");
        assert_eq!(built.is_none(), refused, "{group} {rest}");
    }
}

/// So it is at a provider, where the group for emergencies may have principals and no name in the cluster.
#[test]
fn principals_for_emergencies_have_no_duties() {
    let eks = |break_glass: &str| {
        let text = format!(
            "apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: {{ name: c }}
spec:
  platform:
    eks: {{ kubernetesVersion: '1.36', region: eu-west-1, endpoint: private, nodes: managed }}
    cni: {{ calico: {{ version: '3.31' }} }}
    podCidrs: [10.244.0.0/16]
    nodePools: [{{ name: workers, role: worker, os: al2023, cidrs: [10.0.0.0/24] }}]
  api: {{ sources: {{ admins: [203.0.113.0/24] }} }}
  identity:
    groups: {{ dev: {{ aws: ['arn:aws:iam::111122223333:role/dev'], kubernetes: 'dev' }} }}
    breakGlass: {{ aws: ['arn:aws:iam::111122223333:role/{break_glass}'] }}
    duties: [{{ name: a, group: dev, namespaces: [shop], may: [view] }}]
  namespaces: [{{ name: shop }}]
"
        );
        let mut diags = Diagnostics::default();
        with_cluster(&text, "", None, &mut diags, build::build);
        diags.list().iter().any(|one| one.code == "break-glass-shared")
    };
    assert!(eks("dev") && !eks("fire"));
}

/// Tokens carry groups under the prefix of their issuer.
#[test]
fn a_group_without_a_prefix_is_told() {
    let issuers = |prefix: &str| {
        format!(
            "    issuers: [{{ name: id, url: 'https://id.example.com', audiences: [k], username: {{ claim: sub, prefix: 'oidc:' }}, groups: {{ \
             claim: groups, prefix: '{prefix}' }} }}]\n    breakGlass: {{ kubernetes: 'kubeadm:cluster-admins' }}\n    duties: [{{ name: a, \
             group: dev, namespaces: [shop], may: [view] }}, {{ name: b, group: dev, namespaces: [shop], may: [read-logs] }}]"
        )
    };
    for (prefix, expected) in [("oidc:", &[][..]), ("sso:", &["group-without-prefix"])] {
        let (_, diags) = people("1.36.3", "", &issuers(prefix), "");
        assert_eq!(codes(&diags).into_iter().map(|(code, _)| code).collect::<Vec<_>>(), expected, "{prefix}");
    }
}

/// RBAC takes a star in a name for a letter: who means everybody is told.
#[test]
fn a_star_names_nobody() {
    let acting = |user: &str| {
        format!("    impersonation: [{{ name: a, by: support, as: {{ users: ['{user}'] }}, namespaces: [shop], may: [view] }}]")
    };
    for (user, refused) in [("*", true), ("oidc:*", true), ("oidc:jane", false)] {
        let (built, diags) = people("1.36.3", "", &acting(user), "");
        assert_eq!(built.is_none(), refused, "{user}: {:?}", codes(&diags));
    }
}
