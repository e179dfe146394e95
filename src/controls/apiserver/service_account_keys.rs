//! Signs and checks service-account tokens with a key pair of their own, under a named issuer.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::{applies, pki_files, strokes};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/service-account-keys",
    area: Area::Authentication,
    title: "sign service-account tokens with a key pair of their own, under a named issuer",
    level: Level::Baseline,
    doc: include_str!("service_account_keys.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let domain = cluster.kubeadm.as_ref().map_or("cluster.local", |kubeadm| kubeadm.dns_domain.as_str());
    strokes::keep(out, Program::KubeApiserver, "service-account-issuer", format!("https://kubernetes.default.svc.{domain}"));
    // A signer outside of the server has the keys, and the server refuses both forms together.
    let endpoint = "service-account-signing-endpoint";
    if let Some(socket) = out.plan().component(Program::KubeApiserver).flag_text(endpoint) {
        strokes::keep(out, Program::KubeApiserver, endpoint, socket);
        return;
    }
    pki_files(cluster, out, &[("service-account-key-file", "sa.pub"), ("service-account-signing-key-file", "sa.key")]);
}
