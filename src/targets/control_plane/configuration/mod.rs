//! The files that the API server reads, under the paths that its flags name.

mod admission;
mod audit;
mod authentication;
mod authorization;
mod encryption;
mod key;

pub(super) use encryption::PLACEHOLDER;

use crate::{
    base::{Artifact, Mode, Origin, OutPath},
    facts::{self, ConfigKind},
    plan::{Plan, Program, host_paths},
    targets::head,
    yaml::{self, Out},
};

pub(super) fn emit(plan: &Plan) -> Vec<Artifact> {
    let mut artifacts = admission::emit(plan);
    artifacts.extend(audit::emit(plan));
    artifacts.extend(authentication::emit(plan));
    artifacts.extend(authorization::emit(plan));
    artifacts.extend(encryption::emit(plan));
    artifacts.extend(key::emit(plan));
    artifacts
}

/// Where a file lies on the node: where the flag says, else where it belongs.
fn path_of(plan: &Plan, flag: &str, default: &str) -> String {
    let named = plan.component(Program::KubeApiserver).flag_text(flag);
    named.filter(|path| out_path(path).is_some()).unwrap_or_else(|| default.to_owned())
}

/// Where a file of the node lies in the tree.
fn out_path(path: &str) -> Option<OutPath> {
    OutPath::new(&format!("control-plane/{}", path.strip_prefix('/')?)).ok()
}

/// A file beside another one on the node.
fn beside(path: &str, name: &str) -> String {
    format!("{}/{name}", host_paths::folder(path))
}

/// A document of a kind in the version that the minor reads; nothing where it has none.
fn document(plan: &Plan, kind: ConfigKind) -> Option<Out> {
    let api_version = facts::config_api(kind, plan.cluster.minor())?;
    Some(Out::map([("apiVersion", api_version), ("kind", kind.kind())]))
}

/// The file of a document at a path of the node. `fact` says that its reader demands this form.
fn artifact(path: &str, mode: Mode, purpose: &[&str], document: Out, fact: &'static str) -> Option<Artifact> {
    let install = match mode {
        Mode::Private => "0600",
        Mode::Plain | Mode::Executable => "0644",
    };
    let mut paragraphs: Vec<String> = purpose.iter().map(|&paragraph| paragraph.to_owned()).collect();
    paragraphs.push(format!("Lies at {path} on every control-plane node, owner root, mode {install}."));
    let documents = [document];
    let head = head::lines(&paragraphs, &documents);
    let lines = yaml::write(&documents, &head, &Origin::shape(crate::base::FactId(fact)));
    Some(Artifact { path: out_path(path)?, mode, lines })
}
