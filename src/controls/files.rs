//! Paths of keys, certificates and folders that a flag names: the owner's own path stays, else kubeadm's is asked for.

use crate::{
    plan::{Lowering, Program},
    resolve::Resolved,
};

/// A file in the folder of keys and certificates.
pub(super) fn in_pki(cluster: &Resolved, file: &str) -> String {
    let folder = cluster.kubeadm.as_ref().map_or("/etc/kubernetes/pki", |kubeadm| kubeadm.certificates_dir.as_str());
    format!("{folder}/{file}")
}

/// Asks that a flag names a file: the one that it names already, else this one.
pub(super) fn named(out: &mut Lowering<'_>, program: Program, flag: &str, otherwise: String) {
    let present = out.plan().component(program).flag_text(flag).filter(|path| !path.is_empty());
    out.flag_text(program, flag, present.unwrap_or(otherwise));
}
