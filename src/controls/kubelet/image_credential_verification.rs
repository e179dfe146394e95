//! Lets a pod use an image that is on the node only when it may pull it.

use crate::{
    base::{Area, Level},
    controls::{Control, Param, ParamKind, Stricter},
    facts,
    plan::{Lowering, Outcome, Program, Scope},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/image-credential-verification",
    area: Area::Admission,
    title: "check that a pod may pull an image that is on the node already",
    level: Level::Restricted,
    doc: include_str!("image_credential_verification.md"),
    params: &[Param {
        name: "policy",
        kind: ParamKind::Choice(&["NeverVerifyPreloadedImages", "NeverVerifyAllowlistedImages", "AlwaysVerify"]),
        stricter: Stricter::Later,
        about: "which images on a node may be used without showing that one may pull them",
    }],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let gate = facts::gate_of(Program::Kubelet, "KubeletEnsureSecretPulledImages", cluster.minor());
    if !gate.is_known_and(|gate| gate.default) {
        out.verdict(Scope::Cluster, Outcome::Impossible, facts::id::IMAGE_VERIFICATION, "");
        return;
    }
    let (policy, cause) = cluster.text(CONTROL.id, "policy");
    out.because(cause).field(Program::Kubelet, "imagePullCredentialsVerificationPolicy", policy.into());
}
