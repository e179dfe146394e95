//! Refuses containers that can gain privileges.

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
    title: "refuse containers that can gain privileges",
    level: Level::Restricted,
    doc: include_str!("privilege_escalation.md"),
    params: &[],
    applies: |_| Applies::Yes,
    lower,
};

const ID: &str = "policy/privilege-escalation";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = Asked { policy: policy::PRIVILEGE_ESCALATION, params: Vec::new(), places: Vec::new(), but: None, unseen: "" };
    write(cluster, out, ID, &asked);
}
