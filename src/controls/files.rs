//! Files in the folder of keys and certificates, as flags name them.

use crate::{
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::strokes;

/// A file in the folder of keys and certificates.
pub(super) fn in_pki(cluster: &Resolved, file: &str) -> String {
    let folder = cluster.kubeadm.as_ref().map_or("/etc/kubernetes/pki", |kubeadm| kubeadm.certificates_dir.as_str());
    format!("{folder}/{file}")
}

/// Asks that flags name files there, where nobody has named others.
pub(super) fn keep_in_pki(cluster: &Resolved, out: &mut Lowering<'_>, program: Program, files: &[(&str, &str)]) {
    for (flag, file) in files {
        strokes::keep(out, program, flag, in_pki(cluster, file));
    }
}
