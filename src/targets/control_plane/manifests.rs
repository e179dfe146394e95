//! Static pods of the named control-plane nodes: what kubeadm writes there from our documents, and the hardening in it.

use crate::{
    base::{Artifact, Mode, Origin, OutPath},
    plan::{Plan, Program},
    targets::{arguments::Arguments, head},
    yaml,
};

use super::{node::Node, pod};

/// The programs that run as static pods, in the order of the tree.
const PROGRAMS: [Program; 4] = [Program::Etcd, Program::KubeApiserver, Program::KubeControllerManager, Program::KubeScheduler];

pub(super) fn emit(plan: &Plan) -> Vec<Artifact> {
    let wanted = PROGRAMS.into_iter().filter(|program| !plan.component(*program).is_empty());
    let programs: Vec<(Program, Arguments)> =
        wanted.map(|program| (program, Arguments::new(program, plan.component(program)))).collect();
    let nodes = Node::all(plan);
    nodes.iter().flat_map(|node| programs.iter().map(|(program, common)| manifest(node, *program, common))).collect()
}

fn manifest(node: &Node<'_>, program: Program, common: &Arguments) -> Artifact {
    let document = [pod::pod(node, program, common)];
    let name = program.name();
    let mut purpose = vec![
        format!("Static pod {name} of node {}, as kubeadm {} writes it there.", node.name, node.plan.cluster.version),
        format!("Lies at /etc/kubernetes/manifests/{name}.yaml, owner root, mode 0600; files that it mounts come first."),
    ];
    if program == Program::Etcd {
        let who = if node.is_first() {
            "`kubeadm init` lists this member alone"
        } else {
            "`kubeadm join` may list the members in another order"
        };
        purpose.push(format!("{who}; a member with data ignores the list."));
        if node.plan.cluster.etcd_tag_is_guess() {
            purpose.push(format!(
                "The tag of the image is a guess, that of the nearest kubeadm that was read: compare `kubeadm config images list` of {}.",
                node.plan.cluster.version
            ));
        }
    }
    let head = head::lines(&purpose, &document);
    let lines = yaml::write(&document, &head, &Origin::shape(pod::FORM));
    let path = format!("control-plane/{}/manifests/{name}.yaml", node.name);
    Artifact { path: OutPath::new(&path).expect("internal error: node names are DNS labels"), mode: Mode::Private, lines }
}
