//! Gives the API server a client certificate for its calls to kubelets.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::{applies, pki_files};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/kubelet-client",
    area: Area::Authentication,
    title: "call kubelets with a client certificate",
    level: Level::Baseline,
    doc: include_str!("kubelet_client.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    pki_files(
        cluster,
        out,
        &[("kubelet-client-certificate", "apiserver-kubelet-client.crt"), ("kubelet-client-key", "apiserver-kubelet-client.key")],
    );
}
