//! Refuses volumes of the file system of the node.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Applies, Control},
    plan::Lowering,
    policy::{self, ParamValue},
    resolve::Resolved,
};

use super::{Asked, wide, write};

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Policies,
    title: "refuse volumes of the node's file system, but for declared folders",
    level: Level::Restricted,
    doc: include_str!("host_filesystem.md"),
    params: &[],
    applies: |_| Applies::Yes,
    lower,
};

const ID: &str = "policy/host-filesystem";

/// The door beside it.
const UNSEEN: &str = "PersistentVolumes of type hostPath and local are not looked at: a claim reaches them";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let place = SpecPath::new("/workloads/hostPaths");
    wide::paths(cluster, out, ID, &place);
    let paths = &cluster.engines.host_paths;
    let cause = if paths.is_empty() { out.reason().cause } else { Cause::Spec(place.clone()) };
    let params = vec![("paths", ParamValue::Paths(paths.clone()), cause)];
    let asked = Asked { policy: policy::HOST_FILESYSTEM, params, places: vec![place], but: None, unseen: UNSEEN };
    write(cluster, out, ID, &asked);
}
