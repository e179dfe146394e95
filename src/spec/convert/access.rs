//! `api` and `identity`.

use std::collections::BTreeMap;

use super::{
    Reader,
    arn::Arn,
    reader::{Form, Name, is_absolute},
};
use crate::{
    base::SpecPath,
    facts,
    spec::{
        diagnostics::{DuplicateName, OverlappingResources, UnknownWord},
        model::{
            Api, ClaimMapping, Delivery, Duty, EncryptionAtRest, EncryptionProvider, Group, Identity, Impersonation, Issuer,
            LoadBalancer, Sources,
            values::{is_label, is_subdomain, is_uuid},
        },
        v1alpha1::{self as v1, List},
    },
};

pub(super) fn api(r: &mut Reader<'_>, at: &SpecPath, written: v1::Api) -> Api {
    let sources = written.sources.map(|s| sources(r, &at.child("sources"), s));
    let encryption_at_rest = written.encryption_at_rest.and_then(|e| encryption(r, &at.child("encryptionAtRest"), e));
    Api { sources, encryption_at_rest }
}

fn sources(r: &mut Reader<'_>, at: &SpecPath, written: v1::Sources) -> Sources {
    let why =
        "nobody could reach the API server, its owner neither; if people come from the nodes alone, name the ranges of nodes";
    let admins = written.admins.and_then(|list| r.need_list(at, "admins", Some(list), why));
    let admins = r.ranges(&at.child("admins"), admins);
    let load_balancer = written.load_balancer.and_then(|l| load_balancer(r, &at.child("loadBalancer"), l));
    let egress = r.ranges(&at.child("egress"), written.egress);
    Sources { admins, load_balancer, egress }
}

fn load_balancer(r: &mut Reader<'_>, at: &SpecPath, written: v1::LoadBalancer) -> Option<LoadBalancer> {
    let list_at = at.child("addresses");
    let addresses = r.need_list(at, "addresses", written.addresses, "the load balancer would be unknown")?;
    let addresses = addresses.indexed().filter_map(|(index, text)| r.address(&list_at.index(index), text)).collect();
    Some(LoadBalancer { addresses, preserves_client_ip: written.preserves_client_ip })
}

fn encryption(r: &mut Reader<'_>, at: &SpecPath, written: v1::EncryptionAtRest) -> Option<EncryptionAtRest> {
    let provider = match r.choice(at, &["secretbox", "aescbc", "kms"]) {
        Some("secretbox") => written.secretbox.map(|_| EncryptionProvider::Secretbox),
        Some("aescbc") => written.aescbc.map(|_| EncryptionProvider::Aescbc),
        Some(_) => written.kms.and_then(|k| kms(r, &at.child("kms"), k)),
        None => None,
    };
    let resources =
        r.given_list(at, "resources", written.resources, "nothing would be encrypted, and no API server starts with it");
    let resources = resources.map(|list| encrypted(r, &at.child("resources"), list));
    Some(EncryptionAtRest { provider: provider?, resources, stage: written.stage })
}

/// What is encrypted. The API server stops at an entry that another one stands for.
fn encrypted(r: &mut Reader<'_>, at: &SpecPath, list: List<String>) -> Vec<String> {
    const EXPECTED: &str =
        "a resource such as secrets or widgets.example.com, `*.` for the core group, `*.GROUP`, or `*.*` for everything";
    let mut found: Vec<(String, SpecPath)> = Vec::new();
    for (index, text) in list.indexed() {
        let at = at.index(index);
        let Some(text) = r.check(&at, text, EXPECTED, is_encrypted) else { continue };
        // What is not there is not refused by the API server, and what was meant stays plain.
        if !text.contains('.') && !facts::CORE_RESOURCES.contains(&text.as_str()) {
            let place = r.value_place(&at);
            let allowed = facts::CORE_RESOURCES.map(str::to_owned).to_vec();
            r.push(UnknownWord { field: "a resource of the core group".to_owned(), word: text, allowed, place });
            continue;
        }
        let other = found.iter().find(|(other, _)| stands_for(other, &text) || stands_for(&text, other));
        if let Some((other, first)) = other {
            let (first, second) = ((other.clone(), r.value_place(first)), (text, r.value_place(&at)));
            r.push(OverlappingResources { first, second });
        } else {
            found.push((text, at));
        }
    }
    found.into_iter().map(|(text, _)| text).collect()
}

fn is_encrypted(text: &str) -> bool {
    let group = |text: &str| is_subdomain(text) && !matches!(text, "extensions" | "events.k8s.io");
    match text.split_once('.') {
        Some(("*", "" | "*")) => true,
        Some(("*", of)) => group(of),
        Some((name, of)) => is_label(name) && group(of),
        None => is_label(text),
    }
}

/// Whether an entry means everything that another means.
fn stands_for(entry: &str, other: &str) -> bool {
    let group = |text: &str| text.split_once('.').map_or(String::new(), |(_, group)| group.to_owned());
    entry == other || entry == "*.*" || (entry.starts_with("*.") && other != "*.*" && group(entry) == group(other))
}

fn kms(r: &mut Reader<'_>, at: &SpecPath, written: v1::Kms) -> Option<EncryptionProvider> {
    let name = r.need_text(at, "name", written.name);
    let plain = |text: &str| !text.contains(':');
    let name = name
        .and_then(|text| r.check(&at.child("name"), text, "a name without a colon: stored objects are marked `NAME:`", plain));
    let socket = r.need(at, "socket", written.socket);
    let socket = socket.and_then(|text| {
        let holds = |text: &str| text.strip_prefix("unix://").is_some_and(|path| is_absolute(path) && !belongs_to_others(path));
        r.check(&at.child("socket"), text, "the socket of the plug-in, such as unix:///run/kms/vault.sock", holds)
    });
    Some(EncryptionProvider::Kms { name: name?, socket: socket? })
}

/// Whether a socket is a container runtime's, or lies among the files of the cluster or of the host: its folder is mounted into the API
/// server.
fn belongs_to_others(path: &str) -> bool {
    const FOLDERS: [&str; 14] = [
        "/etc",
        "/proc",
        "/sys",
        "/dev",
        "/usr",
        "/root",
        "/var/lib/etcd",
        "/var/lib/kubelet",
        "/run/containerd",
        "/run/crio",
        "/run/docker",
        "/run/systemd",
        "/run/k3s",
        "/run/dbus",
    ];
    const SOCKETS: [&str; 5] = ["docker.sock", "containerd.sock", "crio.sock", "cri-dockerd.sock", "dockershim.sock"];
    let path = path.strip_prefix("/var").filter(|rest| rest.starts_with("/run/")).unwrap_or(path);
    let inside = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let name = path.rsplit('/').next().unwrap_or_default();
    FOLDERS.iter().any(|folder| inside(folder)) || SOCKETS.contains(&name) || path.rfind('/') == Some(0)
}

pub(super) fn identity(r: &mut Reader<'_>, at: &SpecPath, written: v1::Identity) -> Identity {
    let name = Name { key: "name", of: |issuer: &v1::Issuer| issuer.name.as_deref() };
    let issuers = r.named(&at.child("issuers"), "an issuer", Form::Label, written.issuers.unwrap_or_default(), name);
    let issuers = issuers.into_iter().filter_map(|(at, issuer)| self::issuer(r, &at, issuer)).collect();
    let groups = groups(r, &at.child("groups"), written.groups.unwrap_or_default());
    let delivery_at = at.child("delivery");
    let delivery = written.delivery.unwrap_or_default().indexed();
    let delivery = delivery.filter_map(|(index, d)| self::delivery(r, &delivery_at.index(index), d)).collect();
    let break_glass = written.break_glass.map(|g| group(r, &at.child("breakGlass"), g));
    let name = Name { key: "name", of: |duty: &v1::Duty| duty.name.as_deref() };
    let duties = r.named(&at.child("duties"), "a duty", Form::Label, written.duties.unwrap_or_default(), name);
    let duties = duties.into_iter().filter_map(|(at, duty)| self::duty(r, &at, duty)).collect();
    let name = Name { key: "name", of: |grant: &v1::Impersonation| grant.name.as_deref() };
    let grants =
        r.named(&at.child("impersonation"), "an impersonation", Form::Label, written.impersonation.unwrap_or_default(), name);
    let impersonation = grants.into_iter().filter_map(|(at, grant)| self::impersonation(r, &at, grant)).collect();
    Identity { issuers, groups, delivery, break_glass, duties, impersonation }
}

fn issuer(r: &mut Reader<'_>, at: &SpecPath, written: v1::Issuer) -> Option<Issuer> {
    let url = r.need(at, "url", written.url);
    let url = url.and_then(|text| r.check(&at.child("url"), text, ISSUER, is_issuer));
    let audiences = r.need_list(at, "audiences", written.audiences, "its tokens would be for nobody");
    let audiences = audiences.map(|list| self::audiences(r, &at.child("audiences"), list));
    let username = r.need(at, "username", written.username);
    let username = username.and_then(|c| claim(r, &at.child("username"), c));
    let groups = written.groups.and_then(|c| claim(r, &at.child("groups"), c));
    Some(Issuer { name: written.name?, url: url?, audiences: audiences?, username: username?, groups })
}

const ISSUER: &str = "an address such as https://id.shop.example/people: a host in lower or upper case, perhaps a port and a path, without \
    user, query or fragment";

/// Whether the API server takes a text as the address of an issuer: it stops at users, queries, fragments and what is no URL.
fn is_issuer(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    is_host(host) && is_url_path(path)
}

fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        Some(_) | None => (text, None),
    };
    let name =
        |host: &str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    let v6 =
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).map(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    v6.unwrap_or_else(|| name(host)) && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

fn is_url_path(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:/".contains(&b);
    let mut parts = text.split('%');
    let first = parts.next().unwrap_or_default();
    let escaped = |part: &str| part.len() >= 2 && part.bytes().take(2).all(|b| b.is_ascii_hexdigit()) && part.bytes().all(plain);
    first.bytes().all(plain) && parts.all(escaped)
}

/// The audiences of an issuer: the API server stops at an empty one and at one twice.
fn audiences(r: &mut Reader<'_>, at: &SpecPath, list: List<String>) -> Vec<String> {
    let mut found: Vec<(String, SpecPath)> = Vec::new();
    for (index, text) in list.indexed() {
        let at = at.index(index);
        let Some(text) = r.check(&at, text, "a text that is not empty", |text| !text.trim().is_empty()) else { continue };
        match found.iter().find(|(present, _)| *present == text) {
            Some((_, first)) => {
                let (first, second) = (r.value_place(first), r.value_place(&at));
                r.push(DuplicateName { name: text, what: "an audience", first, second });
            }
            None => found.push((text, at)),
        }
    }
    found.into_iter().map(|(text, _)| text).collect()
}

fn claim(r: &mut Reader<'_>, at: &SpecPath, written: v1::ClaimMapping) -> Option<ClaimMapping> {
    let claim = r.need_text(at, "claim", written.claim);
    let prefix = r.need(at, "prefix", written.prefix);
    Some(ClaimMapping { claim: claim?, prefix: prefix? })
}

fn groups(r: &mut Reader<'_>, at: &SpecPath, written: BTreeMap<String, v1::Group>) -> BTreeMap<String, Group> {
    let mut groups = BTreeMap::new();
    for (name, written) in written {
        let at = at.child(&name);
        r.name(&at, "a group", Form::Label, &name);
        groups.insert(name, group(r, &at, written));
    }
    groups
}

fn group(r: &mut Reader<'_>, at: &SpecPath, written: v1::Group) -> Group {
    let said = |system: &&str| r.has(&at.child(system)) || r.doubts().hide(&at.child(system));
    if !["kubernetes", "aws", "entra"].iter().any(said) {
        let place = r.field_place(at);
        let choices = ["kubernetes", "aws", "entra"].map(str::to_owned).to_vec();
        r.push(crate::spec::diagnostics::MissingChoice { field: crate::spec::tree::dotted(at), choices, place });
    }
    let kubernetes = written.kubernetes.and_then(|text| r.need_text(at, "kubernetes", Some(text)));
    let one = |text: &str| !text.contains('*');
    let kubernetes = kubernetes
        .and_then(|text| r.check(&at.child("kubernetes"), text, "the name of one group: no `*` stands for others", one));
    let arns = written.aws.unwrap_or_default().indexed();
    let aws = arns.filter_map(|(n, arn)| {
        let expected = principal_for(&arn);
        r.check(&at.child("aws").index(n), arn, expected, is_principal)
    });
    let aws = aws.collect();
    let entra = written
        .entra
        .and_then(|text| r.check(&at.child("entra"), text, "an object id such as 00000000-0000-0000-0000-000000000000", is_uuid));
    Group { kubernetes, aws, entra }
}

/// Whether EKS makes an access entry of an ARN: it names a role or a user of IAM, with or without a path.
fn is_principal(text: &str) -> bool {
    let Some(principal) = Arn::of_iam(text) else { return false };
    let name = principal.strip_prefix("role/").or_else(|| principal.strip_prefix("user/"));
    name.is_some_and(|name| {
        name.split('/').all(|part| !part.is_empty())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&b))
    })
}

/// What to write in the place of an ARN of which EKS makes no access entry.
fn principal_for(text: &str) -> &'static str {
    if text.contains(":sts:") {
        "the ARN of the role itself, with its path, such as arn:aws:iam::111122223333:role/dev: EKS makes no access entry for a session"
    } else if text.contains(":iam:") && text.contains(":group/") {
        "the ARN of a role that the members of the group assume, such as arn:aws:iam::111122223333:role/dev: nobody signs in as a group of IAM"
    } else {
        "the ARN of a role or a user of IAM, such as arn:aws:iam::111122223333:role/dev"
    }
}

fn delivery(r: &mut Reader<'_>, at: &SpecPath, written: v1::Delivery) -> Option<Delivery> {
    let text = r.need(at, "serviceAccount", written.service_account)?;
    let expected = "NAMESPACE/NAME, such as argocd/argocd-application-controller";
    let sound = |text: &str| text.split_once('/').is_some_and(|(namespace, name)| is_label(namespace) && is_subdomain(name));
    let text = r.check(&at.child("serviceAccount"), text, expected, sound)?;
    let (namespace, name) = text.split_once('/')?;
    Some(Delivery::ServiceAccount { namespace: namespace.to_owned(), name: name.to_owned() })
}

fn duty(r: &mut Reader<'_>, at: &SpecPath, written: v1::Duty) -> Option<Duty> {
    let group = r.need_text(at, "group", written.group);
    let namespaces = namespaces(r, at, written.namespaces);
    let may = r.need_list(at, "may", written.may, "the duty would allow nothing");
    Some(Duty { name: written.name?, group: group?, namespaces: namespaces?, may: may?.into_iter().collect() })
}

/// The namespaces of a duty: not said means the whole cluster, so an empty list must not mean nothing.
fn namespaces(r: &mut Reader<'_>, at: &SpecPath, written: Option<List<String>>) -> Option<Option<Vec<String>>> {
    let Some(list) = written else { return Some(None) };
    let list = r.need_list(at, "namespaces", Some(list), "leave it out to mean the whole cluster")?;
    Some(r.labels(&at.child("namespaces"), "a namespace", Some(list)))
}

/// The names of users who are acted as: of an empty one the API server knows nobody, and RBAC takes `*` for a letter of a name.
fn user_names(r: &mut Reader<'_>, at: &SpecPath, list: List<String>) -> Vec<String> {
    const EXPECTED: &str = "the name of one user: no `*` stands for others";
    let named = |text: &str| !text.trim().is_empty() && !text.contains('*');
    list.indexed().filter_map(|(index, text)| r.check(&at.index(index), text, EXPECTED, named)).collect()
}

fn impersonation(r: &mut Reader<'_>, at: &SpecPath, written: v1::Impersonation) -> Option<Impersonation> {
    let by = r.need_text(at, "by", written.by);
    let taken = r.need(at, "as", written.acts_as).unwrap_or_default();
    let users = if r.has(&at.child("as")) {
        r.need_list(&at.child("as"), "users", taken.users, "groups are taken on together with a user")
    } else {
        None
    };
    let namespaces = namespaces(r, at, written.namespaces);
    let may = r.need_list(at, "may", written.may, "nothing could be done while acting");
    Some(Impersonation {
        name: written.name?,
        by: by?,
        users: user_names(r, &at.child("as").child("users"), users?),
        groups: taken.groups.unwrap_or_default().into_iter().collect(),
        namespaces: namespaces?,
        may: may?.into_iter().collect(),
        reason: written.reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_and_users_alone_are_let_in() {
        for arn in [
            "arn:aws:iam::111122223333:role/dev",
            "arn:aws-cn:iam::111122223333:role/apps/dev/reader",
            "arn:aws-us-gov:iam::111122223333:user/some.body@shop.example",
            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef",
        ] {
            assert!(is_principal(arn), "{arn}");
        }
        for (arn, way_out) in [
            ("arn:aws:sts::111122223333:assumed-role/dev/somebody", "the role itself"),
            ("arn:aws:sts::111122223333:federated-user/somebody", "the role itself"),
            ("arn:aws:iam::111122223333:group/dev", "members of the group assume"),
            ("arn:aws:iam::111122223333:root", "a role or a user"),
            ("arn:aws:iam::1111:role/dev", "a role or a user"),
            ("arn:aws:iam::111122223333:role/", "a role or a user"),
            ("arn:aws:iam::111122223333:role/dev\"x", "a role or a user"),
            ("arn:aws:s3:::bucket", "a role or a user"),
            ("dev", "a role or a user"),
        ] {
            assert!(!is_principal(arn), "{arn}");
            assert!(principal_for(arn).contains(way_out), "{arn}");
        }
    }
}
