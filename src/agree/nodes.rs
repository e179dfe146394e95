//! The kubelet: its certificates and who verifies them, its kernel settings and who sets them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    base::Cause,
    facts,
    plan::{NodePlan, Plan, Program, SettingKey},
};

use super::settings::{Clash, Rule, Side, waived};

/// Where the spec declares what kubelets serve with.
const SERVING: &str = "/platform/kubeadm/servingCertificates";

/// Where the spec declares who approves serving certificates; a setting with this reason has an approver.
const APPROVER: &str = "/platform/kubeadm/servingCertificates/approver";

/// A field of the kubelet that is true, or the flag that says the same.
fn asked(plan: &Plan, field: &str, flag: &str) -> Option<Side> {
    let kubelet = plan.component(Program::Kubelet);
    let in_file = kubelet.fields.get(field).filter(|held| held.value == Value::Bool(true));
    let in_file = in_file.map(|held| Side::of(&SettingKey::Field(Program::Kubelet, field.to_owned()), held));
    let by_flag = || Side::flag(plan, Program::Kubelet, flag).filter(|_| kubelet.flag_has(flag, "true"));
    in_file.or_else(by_flag)
}

fn serving_certificates(plan: &Plan) -> Option<Side> {
    asked(plan, "serverTLSBootstrap", "rotate-server-certificates")
}

/// Whether somebody is declared who approves what is asked for.
fn approved(side: &Side) -> bool {
    side.reasons.iter().any(|reason| matches!(&reason.cause, Cause::Spec(path) if path.as_str() == APPROVER))
}

pub(super) const KUBELET_CA_WITHOUT_SERVING_CERTIFICATES: Rule = Rule {
    id: "kubelet-ca-without-serving-certificates",
    about: "The API server is told to verify the serving certificates of kubelets, and the kubelets sign their own: logs, exec and \
        port-forward would fail for every pod. Both come together, with an approver, or not at all.",
    check: kubelet_ca_without_serving_certificates,
};

fn kubelet_ca_without_serving_certificates(plan: &Plan) -> Vec<Clash> {
    let Some(a) = Side::flag(plan, Program::KubeApiserver, "kubelet-certificate-authority") else { return Vec::new() };
    if serving_certificates(plan).is_some() {
        return Vec::new();
    }
    vec![Clash {
        message: "`--kubelet-certificate-authority` is set, but kubelets sign their own serving certificates".to_owned(),
        help: "declare an approver under `servingCertificates` and select `kubelet/server-certificate`, or take the flag out"
            .to_owned(),
        a,
        b: Some(Side::spec(SERVING, "no approver of serving certificates is declared here")),
    }]
}

pub(super) const SERVING_CERTIFICATES_WITHOUT_APPROVER: Rule = Rule {
    id: "serving-certificates-without-approver",
    about: "Kubelets are told to ask for signed serving certificates, and the spec declares nobody who approves the requests; Kubernetes \
        itself never does. Logs, exec and metrics of every node would fail.",
    check: serving_certificates_without_approver,
};

fn serving_certificates_without_approver(plan: &Plan) -> Vec<Clash> {
    if waived(plan, "kubelet/server-certificate") {
        return Vec::new();
    }
    let Some(a) = serving_certificates(plan).filter(|side| !approved(side)) else { return Vec::new() };
    vec![Clash {
        message: "kubelets ask for serving certificates, and nobody is declared who approves them".to_owned(),
        help: "declare the approver that runs in the cluster: `servingCertificates: { approver: NAME }`".to_owned(),
        a,
        b: Some(Side::spec(SERVING, "no approver is declared here")),
    }]
}

pub(super) const KERNEL_DEFAULTS_WITHOUT_SYSCTLS: Rule = Rule {
    id: "kernel-defaults-without-sysctls",
    about: "With `protectKernelDefaults` a kubelet exits unless six kernel settings already have its values, and nothing sets them on the \
        nodes of a pool.",
    check: kernel_defaults_without_sysctls,
};

fn kernel_defaults_without_sysctls(plan: &Plan) -> Vec<Clash> {
    let Some(a) = asked(plan, "protectKernelDefaults", "protect-kernel-defaults") else { return Vec::new() };
    let bare: Vec<&str> =
        plan.pools.values().filter(|pool| missing(pool).next().is_some()).map(|pool| pool.name.as_str()).collect();
    let Some(first) = bare.first() else { return Vec::new() };
    let missing: BTreeSet<String> =
        plan.pools.values().flat_map(missing).map(|(key, value)| format!("`{key}={value}`")).collect();
    let missing: Vec<String> = missing.into_iter().collect();
    vec![Clash {
        message: format!(
            "`protectKernelDefaults` stops the kubelets of {}: nothing sets {}",
            bare.join(", "),
            missing.join(", ")
        ),
        help: "take `protectKernelDefaults` out until the nodes have these sysctls".to_owned(),
        a,
        b: Some(Side::spec(&format!("/platform/nodePools/{first}"), "nothing sets them on these nodes")),
    }]
}

/// The sysctls that the kubelet wants to find and that the plan does not set on the nodes of a pool.
fn missing(pool: &NodePlan) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    facts::KUBELET_SYSCTLS
        .iter()
        .filter(|(key, value)| pool.file_rules.get(&format!("sysctl/{key}")).is_none_or(|held| held.value != *value))
}
