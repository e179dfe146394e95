//! Has the kubelet's serving certificate signed by the cluster's CA, where somebody approves the requests.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Control, strokes},
    facts,
    plan::{Ground, Lowering, Outcome, Program, Scope, SettingKey},
    resolve::{Resolved, ServingCertificates},
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/server-certificate",
    area: Area::Authentication,
    title: "have the serving certificate of the kubelet signed by the cluster's CA",
    level: Level::Baseline,
    doc: include_str!("server_certificate.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let declared = SpecPath::new("/platform/kubeadm/servingCertificates");
    match &cluster.serving_certificates {
        ServingCertificates::SelfSigned => {
            let fact = facts::id::KUBELET_SELF_SIGNED;
            out.verdict(Scope::Cluster, Outcome::Weaker, fact, "");
            strokes::intents(cluster, out, &declared, Outcome::Weaker, &Ground::Fact(fact), "");
        }
        ServingCertificates::Approver(_) => {
            out.because(Cause::Spec(declared.child("approver")));
            out.field(Program::Kubelet, "serverTLSBootstrap", true.into());
            let key = SettingKey::Field(Program::Kubelet, "serverTLSBootstrap".to_owned());
            strokes::intents_by(cluster, out, &declared, &[key]);
        }
    }
}
