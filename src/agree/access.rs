//! The API server's front door: authentication and authorization settings that exclude each other.

use std::{collections::BTreeSet, net::IpAddr};

use crate::{
    base::{Cause, Reason},
    facts,
    plan::{Plan, Program, SettingKey, Topic, host_paths},
};

use super::settings::{Clash, Rule, Side, text, waived};

const SERVER: Program = Program::KubeApiserver;

pub(super) const ANONYMOUS_FLAG_BESIDE_BLOCK: Rule = Rule {
    id: "anonymous-flag-beside-block",
    about: "The flag `--anonymous-auth` stands beside an AuthenticationConfiguration that says who may come without credentials. The API \
        server does not start, whatever the flag says. Keep one of the two.",
    check: anonymous_flag_beside_block,
};

fn anonymous_flag_beside_block(plan: &Plan) -> Vec<Clash> {
    let block = plan.authentication.as_ref().and_then(|file| file.anonymous.as_ref());
    let (Some(flag), Some(block)) = (Side::flag(plan, SERVER, "anonymous-auth"), block) else { return Vec::new() };
    vec![Clash {
        message: "`--anonymous-auth` and the anonymous block of the AuthenticationConfiguration exclude each other".to_owned(),
        help: "take `anonymous-auth` out: the block says more".to_owned(),
        a: flag,
        b: Some(Side::of(&SettingKey::Part(Topic::Authentication, "anonymous".to_owned()), block)),
    }]
}

pub(super) const OIDC_FLAGS_BESIDE_FILE: Rule = Rule {
    id: "oidc-flags-beside-file",
    about: "A flag `--oidc-...` stands beside an AuthenticationConfiguration, which holds the anonymous block also where no issuer is \
        declared. The API server does not start, whatever the flag says. Issuers belong under `identity.issuers`.",
    check: oidc_flags_beside_file,
};

/// One clash for all flags: they move together. The server asks whether a flag is given, so an empty one counts too.
fn oidc_flags_beside_file(plan: &Plan) -> Vec<Clash> {
    let Some(file) = &plan.authentication else { return Vec::new() };
    let Some(row) = facts::exclusive_flag(SERVER, "authentication-config") else { return Vec::new() };
    let flags: Vec<_> = plan.component(SERVER).flags.iter().filter(|(name, _)| row.excludes(name)).collect();
    if flags.is_empty() {
        return Vec::new();
    }
    let key = |part: &str| SettingKey::Part(Topic::Authentication, part.to_owned());
    let anonymous = file.anonymous.as_ref().map(|block| Side::of(&key("anonymous"), block));
    let issuer = file.issuers.first().map(|issuer| Side::of(&key(&format!("issuers/{}", issuer.value.name)), issuer));
    let names: Vec<String> = flags.iter().map(|(name, _)| format!("`--{name}`")).collect();
    let reasons = flags
        .iter()
        .flat_map(|(_, flag)| flag.held.reasons.iter().chain(flag.also.iter().flat_map(|also| &also.reasons)).cloned());
    vec![Clash {
        message: format!("{} and the AuthenticationConfiguration exclude each other", names.join(", ")),
        help: "write the issuer under `identity.issuers` of the spec, with the same URL, audience, claims and prefixes, and take every \
            `oidc-*` flag out"
            .to_owned(),
        a: Side { text: "the API server does not start with this beside the file".to_owned(), reasons: reasons.collect() },
        b: anonymous.or(issuer),
    }]
}

pub(super) const AUTHORIZATION_FILE_BESIDE_FLAGS: Rule = Rule {
    id: "authorization-file-beside-flags",
    about: "The flag `--authorization-config` excludes `--authorization-mode` and every `--authorization-webhook-...` flag: with both \
        the API server does not start.",
    check: authorization_file_beside_flags,
};

fn authorization_file_beside_flags(plan: &Plan) -> Vec<Clash> {
    let Some(file) = Side::flag(plan, SERVER, "authorization-config") else { return Vec::new() };
    let Some(row) = facts::exclusive_flag(SERVER, "authorization-config") else { return Vec::new() };
    let excluded = plan.component(SERVER).flags.keys().filter(|name| row.excludes(name));
    let clash = |name: &String| {
        Some(Clash {
            message: format!("`--authorization-config` and `--{name}` exclude each other"),
            help: format!("take `{name}` out and name its authorizer in the file, or take `authorization-config` out"),
            a: Side::flag(plan, SERVER, name)?,
            b: Some(file.clone()),
        })
    };
    excluded.filter_map(clash).collect()
}

/// The file that a flag names, in its shortest form.
fn file(plan: &Plan, program: Program, name: &str) -> Option<String> {
    text(plan, program, name).map(|path| host_paths::clean(&path))
}

pub(super) const SHARED_FRONT_PROXY_CA: Rule = Rule {
    id: "shared-front-proxy-ca",
    about: "One CA is trusted for clients and for the front proxy. Whoever gets a client certificate with the front proxy's name could \
        then speak for every user; from 1.35.6 and 1.36.3 on the API server does not start where no name is asked for.",
    check: shared_front_proxy_ca,
};

fn shared_front_proxy_ca(plan: &Plan) -> Vec<Clash> {
    let names = ["requestheader-client-ca-file", "client-ca-file"];
    let [Some(front), Some(clients)] = names.map(|name| file(plan, SERVER, name)) else { return Vec::new() };
    let any_name = text(plan, SERVER, "requestheader-allowed-names").is_none();
    if front != clients || (waived(plan, "apiserver/front-proxy-ca") && !any_name) {
        return Vec::new();
    }
    let [Some(a), b] = names.map(|name| Side::flag(plan, SERVER, name)) else { return Vec::new() };
    vec![Clash {
        message: format!("`{front}` is the CA of clients and of the front proxy"),
        help: "give the front proxy a CA of its own, such as kubeadm's `front-proxy-ca.crt`".to_owned(),
        a,
        b,
    }]
}

pub(super) const SHARED_ETCD_CA: Rule = Rule {
    id: "shared-etcd-ca",
    about: "etcd trusts the CA that signs the client certificates of the API server: everybody with a kubeconfig file could read and write \
        the store, past RBAC. A waiver of `etcd/unique-ca` says that this is meant.",
    check: shared_etcd_ca,
};

fn shared_etcd_ca(plan: &Plan) -> Vec<Clash> {
    let Some(clients) = file(plan, SERVER, "client-ca-file").filter(|_| !waived(plan, "etcd/unique-ca")) else {
        return Vec::new();
    };
    let shared = |name: &&str| file(plan, Program::Etcd, name).as_deref() == Some(clients.as_str());
    let clash = |name: &str| {
        Some(Clash {
            message: format!("`{clients}` is the CA of the API server's clients and, as `--{name}`, of etcd"),
            help: "give etcd a CA of its own, such as kubeadm's `etcd/ca.crt`".to_owned(),
            a: Side::flag(plan, Program::Etcd, name)?,
            b: Side::flag(plan, SERVER, "client-ca-file"),
        })
    };
    ["trusted-ca-file", "peer-trusted-ca-file"].into_iter().filter(shared).filter_map(clash).collect()
}

const HELP: &str = "name an address that every node can reach";

pub(super) const LOOPBACK_ADVERTISED: Rule = Rule {
    id: "loopback-advertised",
    about: "The API server would advertise an address that no other machine can reach: loopback, link-local or unspecified. From 1.37 on \
        it does not start with one, and kubeadm refuses one in every version.",
    check: loopback_advertised,
};

fn loopback_advertised(plan: &Plan) -> Vec<Clash> {
    let mut clashes = Vec::new();
    let exempt = text(plan, SERVER, "endpoint-reconciler-type").is_some_and(|kind| kind == "none");
    if facts::holds(facts::id::ADVERTISE_LOOPBACK, plan.cluster.version)
        && !exempt
        && let Some(address) = text(plan, SERVER, "advertise-address").filter(|text| text.parse().is_ok_and(unreachable))
        && let Some(a) = Side::flag(plan, SERVER, "advertise-address")
    {
        clashes.push(Clash {
            message: format!("the API server of Kubernetes {} does not start with the address `{address}`", plan.cluster.version),
            help: HELP.to_owned(),
            a,
            b: Some(Side::version(plan)),
        });
    }
    clashes.extend(own_address(plan));
    clashes
}

/// The address that the owner gives the node of `kubeadm init`.
fn own_address(plan: &Plan) -> Option<Clash> {
    const KIND: &str = "InitConfiguration";
    const FIELD: &str = "/localAPIEndpoint/advertiseAddress";
    let document = plan.cluster.kubeadm.as_ref()?.owner_documents.get(KIND)?;
    let address = plan.cluster.kubeadm.as_ref()?.owner_text(KIND, FIELD)?;
    if !address.parse().is_ok_and(unreachable) {
        return None;
    }
    let reason = Reason { control: None, cause: Cause::Owner(document.place(KIND, FIELD).into()) };
    Some(Clash {
        message: format!("kubeadm refuses the address `{address}`"),
        help: HELP.to_owned(),
        a: Side { text: "no other machine reaches this address".to_owned(), reasons: BTreeSet::from([reason]) },
        b: None,
    })
}

/// Whether no other machine can reach an address: loopback, link-local or unspecified.
fn unreachable(address: IpAddr) -> bool {
    let link_local = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.segments()[0] & 0xffc0 == 0xfe80,
    };
    address.is_loopback() || address.is_unspecified() || link_local
}
