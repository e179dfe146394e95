//! What kubeadm asks of the files and addresses of an external etcd as a whole; each value is judged where it stands.

use crate::{
    diag::Diagnostics,
    spec::model::{Etcd, Kubeadm},
    yaml::Node,
};

use super::diagnostics::UnusableValue;

const FIELD: &str = "ClusterConfiguration/etcd/external";

/// Reports an external etcd of the owner's that kubeadm refuses; nothing where the spec has the word.
pub(super) fn check(root: &Node, spec: &Kubeadm, diags: &mut Diagnostics) {
    let external = root.at_pointer(&format!("/{FIELD}")).filter(|external| !external.is_null());
    let Some(external) = external.filter(|_| !matches!(spec.etcd, Some(Etcd::External(_)))) else { return };
    let given = |field: &str| external.get(field).filter(|node| node.as_str().is_some_and(|text| !text.is_empty()));
    let mut push = |field: &str, why: &str, help: &str, at: &Node| {
        let field = if field.is_empty() { FIELD.to_owned() } else { format!("{FIELD}/{field}") };
        diags.push(UnusableValue { field, why: why.to_owned(), help: help.to_owned(), at: Some(at.used_at().clone()) });
    };
    let (ca, cert, key) = (given("caFile"), given("certFile"), given("keyFile"));
    match (ca, cert, key) {
        (_, Some(cert), None) => push("certFile", "kubeadm takes it with `keyFile` alone", "write `keyFile` beside it", cert),
        (_, None, Some(key)) => push("keyFile", "kubeadm takes it with `certFile` alone", "write `certFile` beside it", key),
        (None, Some(cert), Some(_)) => {
            let why =
                "kubeadm takes `certFile` and `keyFile` with `caFile` alone: nobody would know whether it is the right etcd";
            push("certFile", why, "write `caFile`, the authority that signed the certificates of the etcd", cert);
        }
        (_, None, None) | (Some(_), Some(_), Some(_)) => {}
    }
    let reached = |list: &str| external.get(list).and_then(Node::as_seq).is_some_and(|items| !items.is_empty());
    if !reached("endpoints") {
        push(
            "",
            "it has no `endpoints`, and kubeadm asks for one",
            "write the https addresses of the etcd in `endpoints`",
            external,
        );
    }
}
