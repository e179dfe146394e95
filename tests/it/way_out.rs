//! Mistakes that once built, ended as a fault of this program, or came with a help that led astray.

use harden::{
    build::{self, Built},
    diag::Diagnostics,
};

use crate::support::with_cluster;

/// Builds a small cluster with further sections and fields of its worker pool; `owner` is its kubeadm file.
fn small(kubeadm: &str, pool: &str, more: &str, owner: &str) -> (Option<Built>, Diagnostics) {
    let text = SPEC.replace("KUBEADM", kubeadm).replace("POOL", pool).replace("MORE", more);
    let mut diags = Diagnostics::default();
    let built = with_cluster(&text, owner, None, &mut diags, build::build);
    (built, diags)
}

const SPEC: &str = r#"
apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: { name: c }
spec:
  profiles: [restricted]
  platform:
    kubeadm:
      kubernetesVersion: "1.36.1"
      controlPlaneEndpoint: api.example.internal:6443
      config: kubeadm.yaml
      KUBEADM
    cni: { calico: { version: "3.31" } }
    runtime: { containerd: "2.3" }
    nodePools:
      - { name: cp, role: control-plane, os: debian-12, cidrs: [192.0.2.0/28] }
      - { name: workers, role: worker, os: debian-12, cidrs: [198.51.100.0/24]POOL }
  api: { sources: { admins: [203.0.113.0/24] } }
  namespaces: [{ name: shop }]
MORE
"#;

const RANGES: &str = "podSubnets: [10.244.0.0/16]\n      serviceSubnets: [10.96.0.0/12]";
const INIT: &str = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n";

/// The help of the first diagnostic of a code.
fn help<'d>(diags: &'d Diagnostics, code: &str) -> &'d str {
    let found = diags.list().iter().find(|one| one.code == code);
    &found.unwrap_or_else(|| panic!("no `{code}`: {:?}", diags.list())).help
}

fn has(diags: &Diagnostics, code: &str) -> bool {
    diags.list().iter().any(|one| one.code == code)
}

#[test]
fn the_phase_of_a_kube_proxy_that_is_not_there_may_be_skipped() {
    let owner = format!("{INIT}skipPhases: [addon/kube-proxy]\n");
    for (mode, warned) in [("none", false), ("iptables", true)] {
        let (built, diags) = small(&format!("{RANGES}\n      kubeProxy: {{ mode: {mode} }}"), "", "", &owner);
        assert!(built.is_some(), "{:?}", diags.list());
        assert_eq!(has(&diags, "owner-needs-eyes"), warned, "{mode}");
    }
}

#[test]
fn a_user_without_a_name_is_no_fault_of_this_program() {
    for name in ["", "  "] {
        let more = format!(
            "  identity:\n    groups: {{ sre: {{ kubernetes: \"sso:sre\" }} }}\n    impersonation: [{{ name: x, by: sre, as: {{ users: [\"{name}\"] }}, may: [view] }}]"
        );
        let (built, diags) = small(RANGES, "", &more, INIT);
        assert!(built.is_none());
        assert!(has(&diags, "unreadable-text"), "{:?}", diags.list());
    }
}

#[test]
fn nobody_has_addresses_of_loopback_or_multicast() {
    for (pods, services) in [
        ("127.0.0.0/16", "10.96.0.0/12"),
        ("224.0.0.0/8", "10.96.0.0/12"),
        ("10.244.0.0/16", "169.254.0.0/16"),
        ("0.1.0.0/16", "10.96.0.0/12"),
        ("fe80:1::/56", "fd00::/112"),
    ] {
        let spec = format!("podSubnets: [\"{pods}\"]\n      serviceSubnets: [\"{services}\"]");
        let owner = format!(
            "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking: {{ podSubnet: {pods}, serviceSubnet: {services} }}\n"
        );
        for (spec, owner) in [(spec.as_str(), INIT), ("", owner.as_str())] {
            let (built, diags) = small(spec, "", "", owner);
            assert!(built.is_none(), "{pods} {services}");
            assert!(has(&diags, "unusable-range"), "{pods} {services}: {:?}", diags.list());
        }
    }
    let (built, diags) =
        small(RANGES, " }\n      - { name: batch, role: worker, os: debian-12, cidrs: [198.51.100.128/25]", "", INIT);
    assert!(built.is_some(), "{:?}", diags.list());
    assert!(has(&diags, "overlapping-pools"));
}

#[test]
fn a_deployer_of_an_unknown_namespace_is_seen() {
    for (account, near) in
        [("argcd/deployer", Some("argocd")), ("nowhere-at-all/x", None), ("shop/deployer", None), ("argocd/x", None)]
    {
        let more = format!("  identity: {{ delivery: [{{ serviceAccount: {account} }}] }}");
        let (_, diags) = small(RANGES, "", &more, INIT);
        let expected = !account.starts_with("shop/") && !account.starts_with("argocd/");
        assert_eq!(has(&diags, "unknown-delivery"), expected, "{account}: {:?}", diags.list());
        if let Some(near) = near {
            assert!(help(&diags, "unknown-delivery").contains(&format!("did you mean the namespace `{near}`")));
        }
    }
}

#[test]
fn what_a_help_tells_can_be_followed() {
    let more = "  network:\n    tiers: [{ name: web, namespace: shop, selector: { app: web } }]\n    flows: [{ name: f, from: { namespace: flux-system }, to: web }]";
    let (_, diags) = small(RANGES, "", more, INIT);
    assert!(help(&diags, "unknown-field").contains("as plain text"), "{:?}", diags.list());
    let (_, diags) = small(RANGES, ", runtime: { crio: \"1.36\" }", "", INIT);
    assert!(help(&diags, "unknown-field").contains("one holds for all pools"), "{:?}", diags.list());
}
