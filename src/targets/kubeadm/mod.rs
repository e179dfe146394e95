//! kubeadm: the documents that `kubeadm init` and `kubeadm join` take unchanged, and patches for what documents cannot say.

mod cluster;
mod components;
mod init;
mod join;
mod observe;
mod observe_patch;
mod order;
mod patches;
mod steps;

use crate::{
    base::{Artifact, Mode, Origin, OutPath},
    facts,
    plan::{KubeadmCluster, Plan},
    yaml::{self, Out},
};

use super::{Mark, Target, head};

pub(super) use observe::observe;
pub use observe_patch::is_patch;
pub(super) use observe_patch::observe as observe_patch;

/// The documents and patches.
pub(super) const TARGET: Target = Target { name: "kubeadm", wanted: |plan| plan.cluster.kubeadm.is_some(), emit, marks: MARKS };

const MARKS: &[Mark] = &[
    Mark { path: "kubeadm/init.yaml", says: "init: the first control-plane node" },
    Mark { path: "kubeadm/join-control-plane.yaml", says: "join: a further control-plane node" },
    Mark { path: "kubeadm/join-worker.yaml", says: "join: any worker node" },
    Mark { path: "kubeadm/nodes/*/join-control-plane.yaml", says: "join: control-plane node" },
    Mark { path: "kubeadm/patches/*", says: "Order of repeated arguments of" },
];

/// The form that kubeadm's reader demands.
const FORM: crate::base::FactId = crate::base::FactId("kubeadm-document");

fn emit(plan: &Plan) -> Vec<Artifact> {
    let Some(kubeadm) = &plan.cluster.kubeadm else { return Vec::new() };
    let context = Context { plan, kubeadm, patches: patches::emit(plan, kubeadm) };
    let mut artifacts = vec![init::emit(&context), join::worker(&context), join::control_plane(&context)];
    artifacts.extend(join::named(&context));
    artifacts.extend(context.patches);
    artifacts
}

/// What every document is made from.
struct Context<'a> {
    plan: &'a Plan,
    kubeadm: &'a KubeadmCluster,
    /// The patches that the documents must name.
    patches: Vec<Artifact>,
}

impl Context<'_> {
    /// A document of a kind, empty but for its type.
    fn document(&self, kind: &str) -> Out {
        let api = facts::kubeadm_api(self.plan.cluster.minor()).unwrap_or("kubeadm.k8s.io/v1beta4");
        Out::map([("apiVersion", api), ("kind", kind)])
    }
}

fn artifact(path: &str, purpose: &[String], documents: &[Out]) -> Artifact {
    let head = head::lines(purpose, documents);
    let lines = yaml::write(documents, &head, &Origin::shape(FORM));
    let path = OutPath::new(path).expect("internal error: names of nodes are DNS names");
    Artifact { path, mode: Mode::Plain, lines }
}
