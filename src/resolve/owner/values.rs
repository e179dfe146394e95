//! What a text of the owner's documents must be beyond its type: one of some words, a form that kubeadm wants, what the program
//! takes of a flag.

use std::net::IpAddr;

use crate::{
    base::{Cidr, KubeVersion, go_bool, go_nanoseconds, unseen},
    diag::Diagnostics,
    facts::{self, FieldForm, KubeadmKind, ValueKind},
    plan::Program,
    yaml::Node,
};

use super::{diagnostics::WrongValue, shown};

/// Reports texts of a field of kubeadm's that are none of its words or lack its form.
pub(super) fn field(kind: &str, api: &str, path: &str, node: &Node, version: KubeVersion, diags: &mut Diagnostics) {
    let Some(of) = KubeadmKind::ALL.into_iter().find(|of| of.kind() == kind) else { return };
    let Some(field) = facts::kubeadm_field(of, api, path, version.minor).known() else { return };
    let texts = node.as_seq().map_or_else(|| vec![node], |items| items.iter().collect());
    // Characters that nobody sees are told of by themselves.
    let seen = |text: &&str| unseen(text).is_none();
    for (node, text) in texts.into_iter().filter_map(|node| Some((node, node.as_str().filter(seen)?))) {
        let expected = match (field.words, field.form) {
            (Some(words), _) if !text.is_empty() && words.split(' ').all(|word| word != text) => {
                let words: Vec<String> = words.split(' ').map(|word| format!("`{word}`")).collect();
                format!("one of {}", words.join(", "))
            }
            (_, Some(form)) => match unlike(form, text) {
                Some(expected) => expected.to_owned(),
                None => continue,
            },
            (Some(_), None) | (None, None) => continue,
        };
        push(format!("{kind}.{path}"), text, expected, node, diags);
    }
}

fn push(field: String, text: &str, expected: String, node: &Node, diags: &mut Diagnostics) {
    let found = format!("`{}`", shown(&serde_json::Value::String(text.to_owned())));
    diags.push(WrongValue { field, found, expected, quote: false, at: node.used_at().clone() });
}

/// What was expected, where a text lacks the form. Nothing is refused that kubeadm takes.
fn unlike(form: FieldForm, text: &str) -> Option<&'static str> {
    let (fits, expected) = match form {
        FieldForm::AbsolutePath => (text.is_empty() || text.starts_with('/'), "a path that begins with `/`"),
        FieldForm::DnsDomain => (text.is_empty() || is_domain(text), "a DNS domain in lower case such as cluster.local"),
        FieldForm::Endpoint => {
            (text.is_empty() || is_endpoint(text), "an address or a lower-case DNS name, and a port such as `:6443` behind it")
        }
        FieldForm::ImageRepository => (text.is_empty() || is_repository(text), "a registry with a path, without scheme and tag"),
        // What a certificate for every name would be is judged as such, with the other names.
        FieldForm::Host => (text == "*" || text.parse::<IpAddr>().is_ok() || is_host(text), "an address or a DNS name"),
    };
    (!fits).then_some(expected)
}

/// A name of DNS in either case, with `*.` in front or without.
fn is_host(text: &str) -> bool {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_label = |label: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !label.is_empty() && label.chars().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

/// A name of DNS in lower case.
fn is_domain(text: &str) -> bool {
    is_host(text) && !text.starts_with('*') && text.chars().all(|c| !c.is_ascii_uppercase())
}

/// An address or a name in lower case; a port stands behind a name or IPv4 address, or behind brackets.
fn is_endpoint(text: &str) -> bool {
    let fits = |host: &str| host.parse::<IpAddr>().is_ok() || is_domain(host);
    let is_port = |port: &str| port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0);
    if fits(text) {
        return true;
    }
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once("]:").unwrap_or_default(),
        None => text.split_once(':').unwrap_or_default(),
    };
    fits(host) && is_port(port)
}

/// A host with a port, or none, and lower-case names behind it.
fn is_repository(text: &str) -> bool {
    let ends =
        |part: &str| part.starts_with(|c: char| c.is_ascii_alphanumeric()) && part.ends_with(|c: char| c.is_ascii_alphanumeric());
    let is_name = |part: &str| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
        ends(part) && part.chars().all(inner)
    };
    let is_first = |part: &str| {
        let (host, port) = part.rsplit_once(':').unwrap_or((part, "0"));
        let inner = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        let host_fits = host.starts_with('[') || ends(host) && host.chars().all(inner);
        host_fits && !port.is_empty() && port.chars().all(|c| c.is_ascii_digit())
    };
    let (first, rest) = text.split_once('/').map_or((text, None), |(first, rest)| (first, Some(rest)));
    is_first(first) && rest.is_none_or(|rest| rest.split('/').all(is_name))
}

/// The lists of arguments in kubeadm's documents.
const ARGUMENTS: [(&str, &str, Program); 6] = [
    ("ClusterConfiguration", "apiServer.extraArgs", Program::KubeApiserver),
    ("ClusterConfiguration", "controllerManager.extraArgs", Program::KubeControllerManager),
    ("ClusterConfiguration", "scheduler.extraArgs", Program::KubeScheduler),
    ("ClusterConfiguration", "etcd.local.extraArgs", Program::Etcd),
    ("InitConfiguration", "nodeRegistration.kubeletExtraArgs", Program::Kubelet),
    ("JoinConfiguration", "nodeRegistration.kubeletExtraArgs", Program::Kubelet),
];

/// Reports arguments whose value the program cannot read, or does not start with.
pub(super) fn arguments(kind: &str, path: &str, node: &Node, version: KubeVersion, diags: &mut Diagnostics) {
    let Some((_, _, program)) = ARGUMENTS.into_iter().find(|(of, at, _)| *of == kind && *at == path) else { return };
    let listed = node.as_seq().unwrap_or(&[]).iter().filter_map(|item| Some((item.get("name")?.as_str()?, item.get("value")?)));
    let mapped = node.as_map().unwrap_or(&[]).iter().map(|entry| (entry.key.as_str(), &entry.value));
    for (name, value) in listed.chain(mapped) {
        let Some(text) = value.as_str().filter(|text| unseen(text).is_none()) else { continue };
        let unread = flag_kind(program, name, version).and_then(|of| unreadable(of, text)).map(str::to_owned);
        let refused = || facts::flag_limit(program, name, version.minor)?.expected(text, version.minor);
        if let Some(expected) = unread.or_else(refused) {
            push(format!("{kind}.{path}.{name}"), text, expected, value, diags);
        }
    }
}

/// What a flag of a program takes.
pub(super) fn flag_kind(program: Program, name: &str, version: KubeVersion) -> Option<ValueKind> {
    match program {
        Program::Etcd => {
            let etcd = facts::etcd_image(version)?.version;
            facts::etcd_flag(name, etcd).known().map(|flag| flag.kind)
        }
        Program::KubeApiserver
        | Program::KubeControllerManager
        | Program::KubeScheduler
        | Program::Kubelet
        | Program::KubeProxy => facts::flag(program, name, version.minor).known().map(|flag| flag.kind),
    }
}

/// What was expected, where Go's flags cannot read a text. Of forms that are not looked at here nothing is refused.
fn unreadable(kind: ValueKind, text: &str) -> Option<&'static str> {
    let is_address = |text: &str| text.trim().parse::<IpAddr>().is_ok();
    let (fits, expected) = match kind {
        ValueKind::Bool => (go_bool(text).is_some(), "`true` or `false`"),
        ValueKind::Int => (is_number(text.strip_prefix(['+', '-']).unwrap_or(text)), "a whole number"),
        ValueKind::Uint => (is_number(text), "a whole number that is not negative"),
        ValueKind::Ints => (text.split(',').all(|item| is_number(item.strip_prefix('-').unwrap_or(item))), "whole numbers"),
        ValueKind::Float => (text.parse::<f64>().is_ok() || is_number(text), "a number"),
        ValueKind::Duration => (go_nanoseconds(text).is_some(), "a duration such as 1m30s"),
        ValueKind::Ip => (is_address(text) || text.is_empty(), "an address"),
        ValueKind::Cidrs => {
            let all = text.split(',').all(|range| range.trim().parse::<Cidr>().is_ok() || is_address(range));
            (all || text.is_empty(), "ranges of addresses")
        }
        ValueKind::CertKeyPairs
        | ValueKind::Ignored
        | ValueKind::IpPort
        | ValueKind::List
        | ValueKind::Map
        | ValueKind::ModuleSpec
        | ValueKind::PortRange
        | ValueKind::Quantity
        | ValueKind::ReservedMemory
        | ValueKind::String
        | ValueKind::Strings
        | ValueKind::Taints
        | ValueKind::TraceLocation
        | ValueKind::Value
        | ValueKind::Version => return None,
    };
    (!fits).then_some(expected)
}

/// Whether Go reads digits as a number: of any base that it knows, with `_` between them.
fn is_number(text: &str) -> bool {
    let digits = text.replace('_', "");
    let in_base = |prefixes: [&str; 2], base: u32| {
        prefixes
            .into_iter()
            .find_map(|prefix| digits.strip_prefix(prefix))
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(base)))
    };
    let is_decimal = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    is_decimal || in_base(["0x", "0X"], 16) || in_base(["0o", "0O"], 8) || in_base(["0b", "0B"], 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_reads_is_taken() {
        for (kind, good, bad) in [
            (ValueKind::Int, &["0", "-1", "0x1F", "1_000"][..], &["", "abc", "1.5", "1k", "0x"][..]),
            (ValueKind::Uint, &["5"], &["-1", ""]),
            (ValueKind::Bool, &["true", "F", "0"], &["maybe", "yes", ""]),
            (ValueKind::Duration, &["5m", "0"], &["5", ""]),
            (ValueKind::Float, &["0.5", "20", "1e3"], &["half"]),
            (ValueKind::Ip, &["::", "192.0.2.1"], &["localhost"]),
            (ValueKind::Cidrs, &["10.0.0.0/8,fd00::/8", ""], &["10.0.0.0/99"]),
            (ValueKind::String, &["anything"], &[]),
        ] {
            assert!(good.iter().all(|text| unreadable(kind, text).is_none()), "{kind:?} {good:?}");
            assert!(bad.iter().all(|text| unreadable(kind, text).is_some()), "{kind:?} {bad:?}");
        }
    }

    #[test]
    fn what_kubeadm_takes_is_taken() {
        for (form, good, bad) in [
            (
                FieldForm::Host,
                &["10.0.0.1", "fd00::1", "API.example", "*.a.example", "localhost"][..],
                &["a b", "a_b", "**", "-a", "", "a/b"][..],
            ),
            (
                FieldForm::ImageRepository,
                &["", "foo", "A.example/x", "registry.example:5000/k8s", "a/b__c/d-e"],
                &["a b", "x/", "https://a/b", "a/b:tag", "a/B", "/a"],
            ),
            (FieldForm::AbsolutePath, &["", "/a", "/a b"], &["rel", "./a"]),
            (
                FieldForm::DnsDomain,
                &["", "cluster.local", "local", "10.in-addr"],
                &["x$(id) y", "cluster.local.", "Cluster.local", "a_b", "*.a.example"],
            ),
            (
                FieldForm::Endpoint,
                &["", "api.example", "api.example:6443", "192.0.2.1:1", "2001:db8::1", "[2001:db8::1]:6443", "api.example:"],
                &[
                    "https://api.example:6443",
                    "api.example:70000",
                    "api.example:0",
                    "API.example:6443",
                    "[2001:db8::1]",
                    "api_x:6443",
                    "api.example.:6443",
                    "*.a.example",
                ],
            ),
        ] {
            for text in good {
                assert_eq!(unlike(form, text), None, "{text}");
            }
            for text in bad {
                assert!(unlike(form, text).is_some(), "{text}");
            }
        }
    }
}
