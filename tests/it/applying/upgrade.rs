//! What an upgrade with kubeadm stores and brings, and when.

use crate::managed::{Tree, omits, says};

use super::{SMALLEST, at};

const APPROVER: (&str, &str) = (
    "serviceSubnets: [10.96.0.0/12]",
    "serviceSubnets: [10.96.0.0/12]\n      servingCertificates: { approver: kubelet-csr-approver }",
);

/// Kubelets of the old version may refuse fields of the new one: their configuration is stored when the servers are new.
#[test]
fn the_configuration_of_kubelets_waits_for_them() {
    let tree = Tree::of(SMALLEST, &[]);
    let list = tree.list("Another Kubernetes version");
    omits(list, "upload-config all");
    let place = |words: &str| list.find(words).unwrap_or_else(|| panic!("`{words}`: {list}"));
    assert!(place("upload-config kubeadm") < place("`kubeadm upgrade apply v1.36.3`"));
    assert!(place("`kubeadm upgrade apply v1.36.3`") < place("upload-config kubelet"));
}

/// API servers that check certificates of kubelets come before the kubelets that get them.
#[test]
fn certificates_of_kubelets_come_before_their_check() {
    let tree = Tree::of(SMALLEST, &[APPROVER]);
    says(tree.file("kubeadm/init.yaml"), "kubelet-certificate-authority");
    let list = tree.list("Another Kubernetes version");
    assert!(list.find("`platform.kubeadm.servingCertificates: { none: {} }`") < list.find("On one control-plane node:"));
    assert!(list.contains("`platform.kubeadm.servingCertificates: { none: {} }`"), "{list}");
    let none = APPROVER.1.replace("approver: kubelet-csr-approver", "none: {}");
    omits(Tree::of(SMALLEST, &[(APPROVER.0, &none)]).list("Another Kubernetes version"), "servingCertificates");
    // The drop-in that asks for a certificate comes with the nodes.
    assert!(at(&tree, "The approver of kubelet serving certificates must run from here on") < at(&tree, "](#the-nodes)"));
}

/// A tag of etcd that was not read from kubeadm of that very patch is a guess, and a member goes back to no older minor.
#[test]
fn a_guessed_etcd_is_compared_first() {
    let named = ("cidrs: [192.0.2.0/28]", "cidrs: [192.0.2.0/28], nodes: [{ name: cp-1, address: 192.0.2.1 }]");
    says(Tree::of(SMALLEST, &[named, ("1.36.3", "1.35.2")]).list("A running cluster"), "is a guess for 1.35.2");
    omits(Tree::of(SMALLEST, &[named]).list("A running cluster"), "is a guess");
}
