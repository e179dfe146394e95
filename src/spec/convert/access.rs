//! `api` and `identity`.

use std::collections::BTreeMap;

use super::{
    Reader,
    platform::{is_uuid, texts},
    reader::{Form, Name, is_absolute},
};
use crate::{
    base::SpecPath,
    spec::{
        model::{
            Api, ClaimMapping, Delivery, Duty, EncryptionAtRest, EncryptionProvider, Group, Identity, Impersonation, Issuer,
            LoadBalancer, Sources,
            values::{is_label, is_subdomain},
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
    let admins = r.ranges(&at.child("admins"), written.admins);
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
    let resource = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'*' | b'-' | b'/'))
    };
    let resources =
        texts(r, &at.child("resources"), written.resources, "a resource such as secrets or widgets.example.com", resource);
    Some(EncryptionAtRest { provider: provider?, resources, stage: written.stage })
}

fn kms(r: &mut Reader<'_>, at: &SpecPath, written: v1::Kms) -> Option<EncryptionProvider> {
    let name = r.need_text(at, "name", written.name);
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
    let url = r.url(at, "url", written.url);
    let audiences = r.need_list(at, "audiences", written.audiences, "its tokens would be for nobody");
    let username = r.need(at, "username", written.username);
    let username = username.and_then(|c| claim(r, &at.child("username"), c));
    let groups = written.groups.and_then(|c| claim(r, &at.child("groups"), c));
    Some(Issuer { name: written.name?, url: url?, audiences: audiences?.into_iter().collect(), username: username?, groups })
}

fn claim(r: &mut Reader<'_>, at: &SpecPath, written: v1::ClaimMapping) -> Option<ClaimMapping> {
    Some(ClaimMapping { claim: r.need_text(at, "claim", written.claim)?, prefix: written.prefix })
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
    if !["kubernetes", "aws", "entra"].iter().any(|system| r.has(&at.child(system))) {
        let place = r.field_place(at);
        let choices = ["kubernetes", "aws", "entra"].map(str::to_owned).to_vec();
        r.push(crate::spec::diagnostics::MissingChoice { field: crate::spec::tree::dotted(at), choices, place });
    }
    let kubernetes = written.kubernetes.and_then(|text| r.need_text(at, "kubernetes", Some(text)));
    let arn = |text: &str| text.starts_with("arn:") && text.split(':').count() >= 6 && text.bytes().all(|b| b.is_ascii_graphic());
    let aws =
        texts(r, &at.child("aws"), written.aws, "an ARN such as arn:aws:iam::111122223333:role/dev", arn).unwrap_or_default();
    let entra = written
        .entra
        .and_then(|text| r.check(&at.child("entra"), text, "an object id such as 00000000-0000-0000-0000-000000000000", is_uuid));
    Group { kubernetes, aws, entra }
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
        users: users?.into_iter().collect(),
        groups: taken.groups.unwrap_or_default().into_iter().collect(),
        namespaces: namespaces?,
        may: may?.into_iter().collect(),
        reason: written.reason,
    })
}
