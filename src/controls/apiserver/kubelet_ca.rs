//! Checks the serving certificates of kubelets, where somebody signs them.

use crate::{
    base::{Area, Level, SpecPath},
    controls::{Applies, Control, by_platform},
    facts,
    plan::{Lowering, Outcome, Scope},
    resolve::{Resolved, ServingCertificates},
};

use super::{pki_files, strokes};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/kubelet-ca",
    area: Area::Authentication,
    title: "check the serving certificates of kubelets against the CA of the cluster",
    level: Level::Baseline,
    doc: include_str!("kubelet_ca.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    let eks = (Outcome::Provider, facts::id::PROVIDER_RUNS_CONTROL_PLANE);
    by_platform(cluster, eks, (Outcome::Impossible, facts::id::AKS_KUBELET_CA))
}

const FLAG: &str = "kubelet-certificate-authority";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    match &cluster.serving_certificates {
        ServingCertificates::Approver(_) => {
            pki_files(cluster, out, &[(FLAG, "ca.crt")]);
            let place = SpecPath::new("/platform/kubeadm/servingCertificates");
            strokes::intents_by(cluster, out, &place, &[strokes::flag_key(FLAG)]);
        }
        ServingCertificates::SelfSigned => {
            let detail = "no approver is declared under `servingCertificates`";
            out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::SERVER_BOOTSTRAP, detail);
        }
    }
}
