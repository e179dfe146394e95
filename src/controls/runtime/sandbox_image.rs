//! Names the image that holds a pod's namespaces.

use crate::{
    base::{Area, Level},
    controls::{Control, node::pools},
    facts,
    plan::{Lowering, Outcome, Scope},
    resolve::Resolved,
};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "runtime/sandbox-image",
    area: Area::Node,
    title: "take the image of pod sandboxes from where kubeadm takes its images",
    level: Level::Baseline,
    doc: include_str!("sandbox_image.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (Some(kubeadm), Some(tag)) = (&cluster.kubeadm, facts::pause_tag(cluster.minor())) else { return };
    let image = format!("{}/pause:{tag}", kubeadm.image_repository);
    let key = match cluster.runtime.name.as_str() {
        "containerd" => "runtime/containerd/images/pinned_images.sandbox",
        "crio" => "runtime/crio/image/pause_image",
        _ => {
            let detail = format!("give its service `--pod-infra-container-image={image}`");
            return out.verdict(Scope::Cluster, Outcome::Elsewhere, facts::id::CRI_DOCKERD_PAUSE, detail);
        }
    };
    pools::rules_of_members(out, &[(key, &format!("\"{image}\""))]);
}
