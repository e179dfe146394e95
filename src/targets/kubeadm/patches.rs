//! Patches: only for what documents cannot say. A kubeadm that sorts all arguments brings repeated ones into the wrong order; the patch
//! puts them right, and refuses to work where it does not find what it expects.

use crate::{
    base::{Artifact, Mode, Origin, OutPath},
    plan::{KubeadmCluster, Plan, Program, host_paths},
    targets::{
        arguments::{self, Argument},
        control_plane::Node,
        head,
    },
    yaml::{self, Out},
};

const FORM: crate::base::FactId = crate::base::FactId("extraargs-order");

pub(super) fn emit(plan: &Plan, kubeadm: &KubeadmCluster) -> Vec<Artifact> {
    // The arguments of etcd differ in number between the first node and the others, so a place in them says nothing.
    let programs = [Program::KubeApiserver, Program::KubeControllerManager, Program::KubeScheduler];
    programs.into_iter().filter_map(|program| order(plan, kubeadm, program)).collect()
}

fn order(plan: &Plan, kubeadm: &KubeadmCluster, program: Program) -> Option<Artifact> {
    let extra = arguments::extra(program, plan.component(program));
    let command = Node::unpatched(plan, program);
    let misplaced = arguments::misplaced(&command, &extra);
    if misplaced.is_empty() {
        return None;
    }
    let tests = misplaced.iter().map(|(index, is, _)| operation("test", *index, is));
    let replacements = misplaced.iter().map(|(index, _, right)| operation("replace", *index, right));
    let document = [Out::list(tests.chain(replacements))];
    let name = program.name();
    let purpose = [
        format!(
            "Order of repeated arguments of {name}: kubeadm {} sorts them by value, and the first one counts.",
            plan.cluster.version
        ),
        format!(
            "Lies in {} on every control-plane node; the documents name the folder. kubeadm upgrade needs it again.",
            host_paths::patches(kubeadm)
        ),
    ];
    let head = head::lines(&purpose, &document);
    Some(Artifact {
        path: OutPath::new(&format!("kubeadm/patches/{name}0+json.yaml")).expect("internal error: names of programs are plain"),
        mode: Mode::Plain,
        lines: yaml::write(&document, &head, &Origin::shape(FORM)),
    })
}

/// One step on the argument at a place of the command; the name of the program stands before the arguments.
fn operation(op: &str, index: usize, argument: &Argument) -> Out {
    let path = format!("/spec/containers/0/command/{}", index + 1);
    Out::map([("op", op.to_owned()), ("path", path), ("value", argument.word())]).with(&argument.origin)
}
