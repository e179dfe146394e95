//! Refuses pods that are as good as processes of their node.

use crate::{
    base::{Area, Level},
    controls::{Applies, Control},
    plan::Lowering,
    policy,
    resolve::Resolved,
};

use super::{Asked, write};

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Policies,
    title: "refuse privileged containers and the namespaces of the host",
    level: Level::Restricted,
    doc: include_str!("privileged.md"),
    params: &[],
    applies: |_| Applies::Yes,
    lower,
};

const ID: &str = "policy/privileged";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = Asked { policy: policy::PRIVILEGED, params: Vec::new(), places: Vec::new(), but: None, unseen: "" };
    write(cluster, out, ID, &asked);
}
