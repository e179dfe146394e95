//! Versions that go together: a pair that the spec or the owner's files declare outside of what is published is a warning, and only that.

use std::fs;

use harden::{build, diag::Diagnostics, plan::Outcome};

use crate::support::{root, with_cluster};

/// The codes of a spec of kubeadm with this version and runtime over the owner's etcd, and the outcomes of a control.
fn judged(version: &str, runtime: &str, etcd: &str, control: &str) -> (Vec<&'static str>, Vec<Outcome>) {
    let text = fs::read_to_string(root().join("golden/plan/kubeadm.yaml")).unwrap();
    let config = if etcd.is_empty() { "" } else { "      config: kubeadm.yaml\n" };
    let text = text
        .replace("VERSION", version)
        .replace("PROFILE", "baseline")
        .replace("    cni:", &format!("{config}    cni:"))
        .replace("containerd: \"2.3\"", runtime);
    let owner =
        format!("apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\netcd: {{ local: {{ imageTag: {etcd} }} }}\n");
    let mut diags = Diagnostics::default();
    let planned = with_cluster(&text, &owner, None, &mut diags, build::plan);
    let codes = diags.list().iter().map(|diagnostic| diagnostic.code).collect();
    let build::Planned { plan, .. } = planned.unwrap_or_else(|| panic!("{version} with {runtime} does not build: {codes:?}"));
    let found = plan.verdicts.iter().find(|verdict| verdict.id.0 == control).unwrap();
    (codes, found.verdicts.iter().map(|verdict| verdict.outcome).collect())
}

fn pair(version: &str, runtime: &str) -> (bool, Vec<Outcome>) {
    let (codes, outcomes) = judged(version, runtime, "", "runtime/listed-version");
    (codes.contains(&"runtime-unlisted"), outcomes)
}

#[test]
fn cri_o_goes_with_its_own_minor() {
    assert_eq!(pair("1.36.3", "crio: \"1.36\""), (false, vec![Outcome::Elsewhere]));
    for other in ["1.33", "1.35.2", "1.37"] {
        assert_eq!(pair("1.36.3", &format!("crio: \"{other}\"")), (true, vec![Outcome::Weaker]), "{other}");
    }
}

#[test]
fn containerd_goes_with_what_its_makers_list() {
    assert_eq!(pair("1.36.3", "containerd: \"2.3\""), (false, vec![Outcome::Elsewhere]));
    assert_eq!(pair("1.36.3", "containerd: \"1.7\""), (true, vec![Outcome::Weaker]));
}

#[test]
fn an_etcd_of_the_owner_goes_with_the_api_server() {
    for (version, etcd, warned) in [
        ("1.36.3", "3.6.8-0", false),
        ("1.36.3", "v3.5.24", false),
        ("1.36.3", "3.5.9-0", true),
        ("1.36.3", "3.7.0-0", true),
        ("1.37.2", "3.7.0-0", false),
        ("1.33.13", "3.6.5-0", true),
        // What kubeadm of an older patch deploys itself goes with it.
        ("1.32.2", "3.5.16-0", false),
        ("1.32.2", "3.5.15-0", true),
        ("1.32.13", "3.5.16-0", true),
        ("1.33.4", "3.5.21-0", false),
    ] {
        let (codes, outcomes) = judged(version, "containerd: \"2.3\"", etcd, "patching/supported-releases");
        assert_eq!(codes.contains(&"version-skew"), warned, "{version} with etcd {etcd}: {codes:?}");
        assert!(!warned || outcomes.contains(&Outcome::Weaker), "{version} with etcd {etcd}: {outcomes:?}");
    }
}

/// Docker names no day: what is over is a warning, what goes on is not, what nobody names is said to be unknown.
#[test]
fn docker_is_supported_without_a_day() {
    for (docker, ended) in [("26.1", true), ("27.5", true), ("28.5", false), ("29.1", false), ("25.0", false), ("22.0", false)] {
        let runtime = format!("docker: \"{docker}\", criDockerd: \"0.3\"");
        let (codes, outcomes) = judged("1.36.3", &runtime, "", "patching/supported-releases");
        assert_eq!(codes.contains(&"support-ended"), ended, "{docker}: {codes:?}");
        assert_eq!(outcomes.contains(&Outcome::Weaker), ended || docker == "22.0", "{docker}: {outcomes:?}");
    }
}
