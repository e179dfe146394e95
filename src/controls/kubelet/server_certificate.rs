//! Has the kubelet's serving certificate signed by the cluster's CA, where somebody approves the requests.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Program, Scope, SettingKey},
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
    match &cluster.serving_certificates {
        ServingCertificates::SelfSigned => {
            out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::KUBELET_SELF_SIGNED, "");
        }
        ServingCertificates::Approver(_) => {
            let path = SpecPath::new("/platform/kubeadm/servingCertificates/approver");
            out.because(Cause::Spec(path.clone()));
            out.field(Program::Kubelet, "serverTLSBootstrap", true.into());
            out.intent_by(path, &[SettingKey::Field(Program::Kubelet, "serverTLSBootstrap".to_owned())]);
        }
    }
}
