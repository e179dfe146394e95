//! Flag sets for other installers: one flag a line, sorted, without those that belong to one node. Nothing but flags stands in the file,
//! so that a shell can take it as it is; what a shell would read otherwise stands in quotes.

use crate::{
    base::{Artifact, Lines, Mode, OutPath, unseen},
    plan::{Plan, Program},
    targets::arguments,
};

/// The programs of the control plane; the kubelet's flags stand in the documents of its node.
const PROGRAMS: [Program; 4] = [Program::Etcd, Program::KubeApiserver, Program::KubeControllerManager, Program::KubeScheduler];

pub(super) fn emit(plan: &Plan) -> Vec<Artifact> {
    PROGRAMS.into_iter().filter(|program| !plan.component(*program).flags.is_empty()).map(|program| set(plan, program)).collect()
}

/// A word as a shell reads it back: in quotes where it holds blanks or signs of the shell.
fn shell_word(word: String) -> String {
    const SIGNS: &[char] = &[' ', '\'', '"', '\\', ';', '|', '&', '<', '>', '$', '`', '(', ')'];
    if word.contains(SIGNS) { format!("'{}'", word.replace('\'', r"'\''")) } else { word }
}

fn set(plan: &Plan, program: Program) -> Artifact {
    let component = plan.component(program);
    let mut arguments = arguments::own(program, component);
    arguments.extend(arguments::extra(program, component));
    // Repeated flags keep their order.
    arguments.sort_by(|a, b| a.name.cmp(&b.name));
    let mut lines = Lines::default();
    for argument in &arguments {
        let word = argument.word();
        // Agreement refuses them; a shell would read a second line as a flag of its own.
        assert!(unseen(&word).is_none(), "internal error: a flag of {program} holds a character that ends its line");
        lines.push(&shell_word(word), &argument.origin);
    }
    let path = format!("control-plane/flags/{}.flags", program.name());
    Artifact { path: OutPath::new(&path).expect("internal error: names of programs are plain"), mode: Mode::Plain, lines }
}
