//! Authorities, suites and serving certificates.

use serde_json::json;

use crate::{
    base::{Cause, ControlId, Reason, SpecPath},
    plan::{MountType, Plan, Program},
};

use crate::agree::RULES;

use super::{API, ETCD, KCM, KUBELET, agrees, clashes, empty, field, mount, waive, with};

#[test]
fn clients_and_front_proxy_have_their_own_ca() {
    let plan = |front: &str, names: &str| {
        let flags = [
            (API, "client-ca-file", "/pki/ca.crt"),
            (API, "requestheader-client-ca-file", front),
            (API, "requestheader-allowed-names", names),
        ];
        mount(with(&flags), API, "/pki", MountType::Directory)
    };
    agrees(&plan("/pki/front-proxy-ca.crt", ""));
    clashes(&plan("/pki/ca.crt", "front-proxy-client"), "shared-front-proxy-ca");
    clashes(&plan("/pki//../pki/./ca.crt", "front-proxy-client"), "shared-front-proxy-ca");
    agrees(&waive(plan("/pki/ca.crt", "front-proxy-client"), "apiserver/front-proxy-ca"));
    clashes(&waive(plan("/pki/ca.crt", ""), "apiserver/front-proxy-ca"), "shared-front-proxy-ca");
}

#[test]
fn etcd_has_its_own_ca() {
    let plan = |flag: &str, ca: &str| {
        let plan = mount(with(&[(API, "client-ca-file", "/pki/ca.crt"), (ETCD, flag, ca)]), API, "/pki", MountType::Directory);
        mount(plan, ETCD, "/pki", MountType::Directory)
    };
    for flag in ["trusted-ca-file", "peer-trusted-ca-file"] {
        agrees(&plan(flag, "/pki/etcd/ca.crt"));
        clashes(&plan(flag, "/pki/ca.crt"), "shared-etcd-ca");
        clashes(&plan(flag, "/pki/etcd/../ca.crt"), "shared-etcd-ca");
        agrees(&waive(plan(flag, "/pki/ca.crt"), "etcd/unique-ca"));
    }
    agrees(&mount(with(&[(ETCD, "trusted-ca-file", "/pki/ca.crt")]), ETCD, "/pki", MountType::Directory));
}

const GOOD: &str = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
const ONLY_256: &str = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";

#[test]
fn tls_1_3_takes_no_suites() {
    agrees(&with(&[(API, "tls-min-version", "VersionTLS13")]));
    agrees(&with(&[(API, "tls-min-version", "VersionTLS12"), (API, "tls-cipher-suites", GOOD)]));
    clashes(&with(&[(API, "tls-min-version", "VersionTLS13"), (API, "tls-cipher-suites", GOOD)]), "tls13-with-ciphers");
    clashes(&with(&[(ETCD, "tls-min-version", "TLS1.3"), (ETCD, "cipher-suites", GOOD)]), "tls13-with-ciphers");
    let plan = field(empty("1.36.3"), KUBELET, "tlsMinVersion", json!("VersionTLS13"));
    clashes(&field(plan, KUBELET, "tlsCipherSuites", json!([GOOD.split(',').next()])), "tls13-with-ciphers");
}

#[test]
fn http2_needs_a_suite() {
    for program in [API, KCM, Program::KubeScheduler, KUBELET] {
        agrees(&with(&[(program, "tls-cipher-suites", GOOD)]));
        clashes(&with(&[(program, "tls-cipher-suites", ONLY_256)]), "ciphers-without-http2");
    }
    clashes(&with(&[(ETCD, "cipher-suites", ONLY_256)]), "ciphers-without-http2");
    clashes(&field(empty("1.36.3"), KUBELET, "tlsCipherSuites", json!([ONLY_256])), "ciphers-without-http2");
    agrees(&with(&[(API, "tls-cipher-suites", ONLY_256), (API, "disable-http2-serving", "true")]));
    clashes(&with(&[(KCM, "tls-cipher-suites", ONLY_256), (API, "disable-http2-serving", "true")]), "ciphers-without-http2");
}

#[test]
fn suites_have_known_names() {
    let plan = with(&[(API, "tls-cipher-suites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,ECDHE-RSA-AES256-GCM-SHA384")]);
    clashes(&plan, "unknown-cipher-suite");
    let typo = with(&[(API, "tls-cipher-suites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA38")]);
    let help = (RULES.iter().find(|rule| rule.id == "unknown-cipher-suite").unwrap().check)(&typo).remove(0).help;
    assert_eq!(help, "did you mean `TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384`?");
}

#[test]
fn the_kubelet_ca_needs_serving_certificates_and_these_an_approver() {
    let ca = |plan: Plan| mount(plan, API, "/pki", MountType::Directory);
    let flag = [(API, "kubelet-certificate-authority", "/pki/ca.crt")];
    clashes(&ca(with(&flag)), "kubelet-ca-without-serving-certificates");
    let served = field(ca(with(&flag)), KUBELET, "serverTLSBootstrap", json!(true));
    clashes(&served, "serving-certificates-without-approver");
    clashes(&with(&[(KUBELET, "rotate-server-certificates", "true")]), "serving-certificates-without-approver");
    let mut approved = served;
    let approver = Cause::Spec(SpecPath::new("/platform/kubeadm/servingCertificates/approver"));
    let reason = Reason { control: Some(ControlId("kubelet/server-certificate")), cause: approver };
    let fields = &mut approved.components.get_mut(&KUBELET).unwrap().fields;
    fields.get_mut("serverTLSBootstrap").unwrap().reasons.insert(reason);
    agrees(&approved);
}
