//! What is said of specs whose policies would not do what they seem to: what is let in by one gate alone, what no addon declares,
//! and lists that leave nothing of a policy.

use harden::{
    build,
    diag::Diagnostics,
    facts,
    plan::{Ground, Outcome, Plan},
};

use crate::support::with_cluster;

const KUBEADM: &str = "kubeadm: { kubernetesVersion: \"1.36.3\", controlPlaneEndpoint: \"192.0.2.10:6443\", podSubnets: [10.244.0.0/16], \
    serviceSubnets: [10.96.0.0/12] }";
const AKS: &str = "aks: { kubernetesVersion: \"1.36\", location: westeurope, access: private, tier: Standard }";
const DENIES: &str = "engines: { gatekeeper: { installed: values } }, failure: closed";
const WAITS: &str =
    "engines: { gatekeeper: { installed: values } }, failure: closed, rollout: { warn: 2030-01-01, deny: 2030-02-01 }";

/// A hardened cluster: who runs it, what stands below `policies`, and more lines of its spec.
fn spec(platform: &str, policies: &str, more: &str) -> String {
    let (cni, pools) = match platform {
        AKS => ("azure-cni: {}", "{ name: workers, role: worker, os: other, cidrs: [192.0.2.64/26] }"),
        _ => (
            "calico: { version: \"3.31\" }",
            "{ name: control-plane, role: control-plane, os: debian-12, cidrs: [192.0.2.0/28] }",
        ),
    };
    let policies = if policies.is_empty() { String::new() } else { format!("  policies: {{ {policies} }}\n") };
    format!(
        "apiVersion: harden.dev/v1alpha1\nkind: Cluster\nmetadata: {{ name: said }}\nspec:\n  profiles: [restricted]\n  platform:\n    {platform}\n    \
         cni: {{ {cni} }}\n    runtime: {{ containerd: \"2.3\" }}\n    nodePools: [{pools}]\n  api: {{ sources: {{ admins: [203.0.113.0/24] }} }}\n\
         {policies}{more}"
    )
}

/// The plan of a spec, and what is said of it by a code.
fn said(text: &str, code: &str) -> (Option<Plan>, Vec<String>) {
    let mut diags = Diagnostics::default();
    let planned = with_cluster(text, "", None, &mut diags, build::plan);
    if planned.is_none() {
        assert!(diags.has_errors(), "{text}");
    }
    let messages = diags.list().iter().filter(|one| one.code == code).map(|one| one.message.clone()).collect();
    (planned.map(|planned| planned.plan), messages)
}

fn waiver(control: &str, scope: &str) -> String {
    format!("{{ id: W-{}, control: {control}, {scope}owner: sre, reason: \"needed\", expires: 2027-01-15 }}", scope.len())
}

fn rests_on_pod_security(plan: &Plan, place: &str) -> bool {
    let intent = plan.intents.iter().find(|intent| intent.path.to_string() == place).unwrap();
    let ground = Ground::Fact(facts::id::POD_SECURITY_REFUSES_TOO);
    intent.verdicts.iter().any(|verdict| verdict.outcome == Outcome::Weaker && verdict.ground == ground)
}

const CODE: &str = "refused-by-pod-security";
const SHOP: &str = "scope: { namespace: shop }, ";

/// A waiver for a namespace lets nothing in that its level refuses, on the days before that too.
#[test]
fn a_waiver_of_a_policy_is_held_against_the_level() {
    let open = format!(
        "  namespaces: [{{ name: shop, podSecurity: privileged, waiver: W-0 }}]\n  waivers: [{{ id: W-0, control: admission/pod-security, {SHOP}owner: sre, reason: \"needed\", expires: 2027-01-15 }}, WAIVER]\n"
    );
    let held = "  namespaces: [{ name: shop }]\n  waivers: [WAIVER]\n";
    let strict = "  namespaces: [{ name: shop, podSecurity: restricted }]\n  waivers: [WAIVER]\n";
    for (control, baseline, restricted) in [
        ("policy/privileged", true, true),
        ("policy/host-filesystem", true, true),
        ("policy/allowed-ports", true, true),
        ("policy/privilege-escalation", false, true),
        ("policy/service-account-token", false, false),
    ] {
        let waiver = waiver(control, SHOP);
        for policies in [DENIES, WAITS] {
            for (more, refused) in [(open.as_str(), false), (held, baseline), (strict, restricted)] {
                let (plan, told) = said(&spec(KUBEADM, policies, &more.replace("WAIVER", &waiver)), CODE);
                assert_eq!(told.len(), usize::from(refused), "{control} {policies} {more}: {told:?}");
                let place = format!("/waivers/W-{}", SHOP.len());
                assert_eq!(rests_on_pod_security(&plan.unwrap(), &place), refused, "{control} {more}");
            }
        }
        // On AKS a namespace that is not governed lets every pod in.
        let (_, told) = said(&spec(AKS, DENIES, &format!("  waivers: [{waiver}]\n")), CODE);
        assert!(told.is_empty(), "{told:?}");
    }
}

/// A list of what is allowed is worth something where one namespace at least lets such pods in.
#[test]
fn a_list_is_held_against_every_level() {
    let lists = "  workloads: { hostPorts: [8443], hostPaths: [{ path: /var/log/shop, readOnly: true }] }\n";
    let open = "  namespaces: [{ name: agents, podSecurity: privileged, waiver: W-0 }]\n  waivers: [{ id: W-0, control: admission/pod-security, \
        scope: { namespace: agents }, owner: sre, reason: \"needed\", expires: 2027-01-15 }]\n";
    for (platform, more, refused) in [
        (KUBEADM, "  namespaces: [{ name: shop }]\n", true),
        (KUBEADM, open, false),
        (AKS, "  namespaces: [{ name: shop }]\n", false),
    ] {
        let (plan, told) = said(&spec(platform, DENIES, &format!("{lists}{more}")), CODE);
        assert_eq!(told.len(), if refused { 2 } else { 0 }, "{platform} {more}: {told:?}");
        for place in ["/workloads/hostPorts", "/workloads/hostPaths"] {
            assert_eq!(rests_on_pod_security(plan.as_ref().unwrap(), place), refused, "{place} {more}");
        }
    }
}

/// What is allowed as a whole is no policy any more.
#[test]
fn everything_needs_a_waiver() {
    for (control, list) in [
        ("policy/host-filesystem", "hostPaths: [{ path: / }]"),
        ("policy/host-filesystem", "hostPaths: [{ path: /srv }, { path: /, readOnly: true }]"),
        ("policy/allowed-ports", "hostPorts: [\"1-65535\"]"),
        ("policy/allowed-ports", "hostPorts: [\"30000-65535\", \"1-32767\"]"),
    ] {
        let lists = format!("  workloads: {{ {list} }}\n");
        let (plan, told) = said(&spec(AKS, DENIES, &lists), "waiver-needed");
        assert!(plan.is_none() && told.len() == 1, "{list}: {told:?}");
        let narrow = format!("{lists}  namespaces: [{{ name: shop }}]\n  waivers: [{}]\n", waiver(control, SHOP));
        assert_eq!(said(&spec(AKS, DENIES, &narrow), "waiver-needed").1.len(), 1, "{list}");
        let waived = format!("{lists}  waivers: [{}]\n", waiver(control, ""));
        let (plan, told) = said(&spec(AKS, DENIES, &waived), "unused-waiver");
        let plan = plan.unwrap_or_else(|| panic!("{list} {told:?}"));
        assert!(told.is_empty(), "{told:?}");
        let found = plan.verdicts.iter().find(|verdict| verdict.id.0 == control).unwrap();
        assert!(found.verdicts.iter().any(|verdict| verdict.outcome == Outcome::Waived), "{list}: {found:?}");
    }
    for list in ["hostPorts: [\"2-65535\"]", "hostPorts: [\"1-100\", \"102-65535\"]", "hostPaths: [{ path: /srv }]"] {
        let (plan, told) = said(&spec(AKS, DENIES, &format!("  workloads: {{ {list} }}\n")), "waiver-needed");
        assert!(plan.is_some() && told.is_empty(), "{list}: {told:?}");
    }
}

/// A namespace that the spec speaks of is that of a known component: what is not spared for it is said, with an engine and
/// without.
#[test]
fn components_that_no_addon_declares_are_told() {
    const CODE: &str = "component-not-declared";
    let flows = "  namespaces: [{ name: shop }]\n  network:\n    peers: { metrics: { namespace: monitoring, selector: { app: prometheus } } }\n    \
        tiers: [{ name: web, namespace: shop, selector: { app: web }, ports: [8080] }]\n    flows: [{ name: scrape, from: metrics, to: web }]\n";
    let governed = "  namespaces: [{ name: cert-manager }, { name: metallb-system }]\n";
    let told = |platform: &str, policies: &str, more: &str| said(&spec(platform, policies, more), CODE).1.join("\n");
    let alone = told(KUBEADM, "", governed);
    assert!(alone.contains("cert-manager, which is published in `cert-manager`: default deny would cut its pods off"), "{alone}");
    assert!(
        alone.contains("level `baseline` of Pod Security would refuse its pods, and default deny would cut its pods off"),
        "{alone}"
    );
    assert!(!alone.contains("policies"), "{alone}");
    assert!(told(KUBEADM, DENIES, governed).contains("policies `"));
    assert!(told(KUBEADM, "", flows).contains("`monitoring`: level `baseline` of Pod Security would refuse its pods"));
    // On AKS a namespace that is not governed has no level.
    assert_eq!(told(AKS, "", flows), "");
    let delivery =
        "  namespaces: [{ name: shop }]\n  identity: { delivery: [{ serviceAccount: argocd/argocd-application-controller }] }\n";
    assert_eq!(told(KUBEADM, "", delivery), "");
    let images = format!("{delivery}  images: {{ allowedRegistries: [registry.example] }}\n");
    assert!(told(KUBEADM, DENIES, &images).contains("policies `allowed-images` would refuse its pods"));
    let declared = spec(KUBEADM, DENIES, governed).replace("    nodePools", "    addons: [cert-manager, metallb]\n    nodePools");
    assert_eq!(said(&declared, CODE).1, Vec::<String>::new());
    // Who declares connections of a namespace says what runs there.
    let spoken = "  namespaces: [{ name: cert-manager }]\n  network:\n    tiers: [{ name: hook, namespace: cert-manager, selector: { app: webhook }, ports: [10250] }]\n    \
        flows: [{ name: hook, from: kube-api, to: hook }]\n";
    assert_eq!(told(KUBEADM, "", spoken), "");
}

/// A word that is no addon is told, with the nearest one that is.
#[test]
fn unknown_addons_are_told() {
    let with = |addons: &str| spec(KUBEADM, "", "").replace("    nodePools", &format!("    addons: [{addons}]\n    nodePools"));
    for (word, near) in [
        ("promethius", "did you mean `prometheus`?"),
        ("cert-manger", "did you mean `cert-manager`?"),
        ("ingres-nginx", "did you mean `ingress-nginx`?"),
        ("datadog", "the catalogue knows `amazon-cloudwatch-observability`, `argo-cd`, "),
        ("calico", "take it out"),
    ] {
        let mut diags = Diagnostics::default();
        assert!(with_cluster(&with(&format!("coredns, {word}")), "", None, &mut diags, build::plan).is_some());
        let found: Vec<_> = diags.list().iter().filter(|one| one.code == "unknown-addon").collect();
        assert_eq!(found.len(), 1, "{word}");
        assert!(found[0].message.contains(&format!("`{word}`")) && found[0].help.contains(near), "{word}: {}", found[0].help);
    }
    assert_eq!(said(&with(&facts::addons().join(", ")), "unknown-addon").1, Vec::<String>::new());
}

/// The approver that the spec names is part of the cluster.
#[test]
fn the_approver_is_known() {
    let kubeadm = KUBEADM.replace(" }", ", servingCertificates: { approver: kubelet-csr-approver } }");
    let mut diags = Diagnostics::default();
    let planned = with_cluster(&spec(&kubeadm, DENIES, ""), "", None, &mut diags, build::plan).unwrap();
    assert!(planned.cluster.components().iter().any(|(component, _)| component.name == "kubelet-csr-approver"));
}

/// On AKS the pods of the run command start also where images come from the owner's registry alone.
#[test]
fn the_run_command_of_aks_is_spared() {
    let images = "  images: { allowedRegistries: [registry.example], requireDigest: true }\n";
    let (plan, _) = said(&spec(AKS, DENIES, images), CODE);
    let spares: Vec<&str> = plan
        .unwrap()
        .policies
        .values()
        .filter(|planned| planned.exempt.contains_key("aks-command"))
        .map(|planned| planned.policy.name)
        .collect();
    assert_eq!(spares, ["allowed-images", "privilege-escalation"]);
}
