//! How the API server is reached.

use harden::plan::Outcome;

use super::{AKS, EKS, Tree, intent, must, omits, refused, says, warnings};

/// Neither provider takes ranges of IPv6 for a cluster of IPv4.
#[test]
fn ranges_of_ipv6_are_refused_where_the_provider_refuses_them() {
    let six = [("admins: [203.0.113.0/24]", "admins: [203.0.113.0/24, \"2001:db8::/32\"]")];
    assert_eq!(refused(AKS, &six), ["source-family"]);
    assert_eq!(refused(EKS, &six), ["source-family"]);
    assert_eq!(refused(EKS, &[six[0], ("    runtime:", "    podCidrs: [\"fd00:10::/56\"]\n    runtime:")]), [""; 0]);
    // A private endpoint has no list.
    assert_eq!(refused(EKS, &[six[0], ("endpoint: both", "endpoint: private")]), [""; 0]);
}

/// Nobody comes to a public address from a private range: such a range is in no public list, and a list of such ranges is told.
#[test]
fn private_ranges_open_no_public_endpoint() {
    let admins = ("admins: [203.0.113.0/24]", "admins: [10.20.0.0/16]");
    let egress = ("egress: [198.51.100.4/32]", "egress: [10.30.0.0/16]");
    let public = ("endpoint: both", "endpoint: public");
    assert_eq!(refused(EKS, &[admins, egress]), ["no-public-source"]);
    assert_eq!(refused(EKS, &[public, egress]), ["nodes-locked-out"]);
    assert_eq!(refused(AKS, &[egress]), ["nodes-locked-out"]);
    assert_eq!(refused(AKS, &[("access: authorized-ranges", "access: private"), admins, egress]), [""; 0]);
    for (path, change, outcome, fact) in [
        (EKS, ("endpoint: both", "endpoint: both"), Outcome::Elsewhere, "eks-private-sources"),
        (EKS, public, Outcome::Impossible, "cloud-private-range"),
        (AKS, ("access: authorized-ranges", "access: authorized-ranges"), Outcome::Impossible, "cloud-private-range"),
    ] {
        intent(&must(path, &[change, admins]), "/api/sources/admins", outcome, fact);
        // Where there is a private endpoint too, people come by that one.
        let told = warnings(path, &[change, admins]).contains("nobody comes to a public endpoint");
        assert_eq!(told, outcome == Outcome::Impossible, "{path} {change:?}");
    }
    omits(&warnings(EKS, &[]), "nobody comes");
    omits(&warnings(EKS, &[("endpoint: both", "endpoint: private"), admins]), "nobody comes");
    let mixed = Tree::of(AKS, &[("admins: [203.0.113.0/24]", "admins: [10.20.0.0/16, 203.0.113.0/24]")]);
    let settings = mixed.file("terraform/settings/outputs.tf");
    says(settings, "203.0.113.0/24");
    omits(settings, "10.20.0.0/16");
    says(mixed.report(), "`10.20.0.0/16` is not in `authorized_ip_ranges`");
}

/// Closing the private endpoint hardens nothing, and comes after the ranges.
#[test]
fn a_public_endpoint_asks_for_the_ways_out() {
    let tree = Tree::of(EKS, &[("endpoint: both", "endpoint: public")]);
    omits(tree.step("Apply C:"), "endpoint_private_access");
    says(tree.step("Apply C2"), "harden_settings.endpoint_private_access");
    says(tree.step("B: check"), "NAT gateways");
    says(tree.running(), "Apply C2");
    assert_eq!(Tree::of(EKS, &[]).step("Apply C2"), "");
}
