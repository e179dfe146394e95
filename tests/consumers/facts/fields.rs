//! Fields of configuration documents: the programs' own decoder must know every field of the table and no other of its names, and
//! the table every field of the documents that the programs print.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use harden::{
    base::Minor,
    facts::{self, ConfigKind, FieldKind, KubeadmKind, Lookup, Program},
    yaml,
};
use serde_json::{Map, Value, json};

use super::{Differences, asked, built, extra};
use crate::programs::{self, Built};

/// How our tables answer for a path.
type LookUp = Box<dyn Fn(&str, Minor) -> Lookup<(&'static str, FieldKind)>>;

/// A kind of document with its look-up.
struct Kind {
    api_version: &'static str,
    kind: &'static str,
    look_up: LookUp,
    /// Every path that the table has at any minor.
    paths: BTreeSet<&'static str>,
}

#[test]
fn fields() {
    for minor in [Some(36), Some(37), extra()].into_iter().flatten() {
        let set = format!("k1{minor}");
        let Some(decoder) = programs::find(&set, "strictdecode") else { continue };
        let mut differences = Differences::of(format!("documents 1.{minor}"), &[]);
        let folder = tempfile::tempdir().expect("a folder for the documents");
        for kind in kinds(asked(minor)) {
            decode(&decoder, &kind, asked(minor), folder.path(), &mut differences);
        }
        if let Some(kubeadm) = programs::find(&set, "kubeadm") {
            let components = "--component-configs=KubeletConfiguration,KubeProxyConfiguration";
            for subcommand in ["init-defaults", "join-defaults", "reset-defaults", "upgrade-defaults"] {
                let more: &[&str] = if subcommand == "init-defaults" { &[components] } else { &[] };
                let printed = kubeadm.says(&[&["config", "print", subcommand], more].concat());
                printed_are_known(&printed, asked(minor), &mut differences);
            }
        }
        if let Some(kube_proxy) = programs::find(&set, "kube-proxy") {
            let file = folder.path().join("kube-proxy.yaml");
            kube_proxy.says(&[&format!("--write-config-to={}", file.display())]);
            let printed = fs::read_to_string(&file).expect("kube-proxy writes its defaults");
            printed_are_known(&printed, asked(minor), &mut differences);
        }
        differences.none();
    }
}

/// `harden check` says that they start without it.
#[test]
fn a_field_that_is_not_known_stops_neither_kubelet_nor_kube_proxy() {
    let folder = tempfile::tempdir().expect("a folder for the documents");
    for minor in [36, 37] {
        for (program, kind, known) in [
            (Program::Kubelet, ConfigKind::Kubelet, "failCgroupV1: false\n"),
            (Program::KubeProxy, ConfigKind::KubeProxy, "mode: iptables\n"),
        ] {
            let Some(built) = built(minor, program) else { continue };
            let api_version = facts::config_api(kind, asked(minor)).expect("covered");
            let text = format!("apiVersion: {api_version}\nkind: {}\n{known}hardenNoSuchField: 1\n", kind.kind());
            let file = folder.path().join("config.yaml");
            fs::write(&file, text).expect("a document is written");
            let run =
                Command::new("timeout").arg("20").arg(built.path()).arg("--config").arg(&file).output().expect("timeout runs");
            let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
            assert!(said.contains("Using lenient decoding") && !said.contains("failed to decode"), "{program} 1.{minor}: {said}");
        }
    }
}

/// Every kind whose fields the tables list, in the version to write for a minor.
fn kinds(minor: Minor) -> Vec<Kind> {
    let all =
        |paths: &dyn Fn(Minor) -> Vec<&'static str>| (facts::OLDEST.0..=facts::NEWEST.0).map(Minor).flat_map(paths).collect();
    let mut kinds = vec![
        Kind {
            api_version: facts::config_api(ConfigKind::Kubelet, minor).expect("covered"),
            kind: ConfigKind::Kubelet.kind(),
            look_up: Box::new(|path, minor| facts::kubelet_field(path, minor).map(|field| (field.path, field.kind))),
            paths: all(&|minor| facts::kubelet_fields(minor).map(|field| field.path).collect()),
        },
        Kind {
            api_version: facts::config_api(ConfigKind::KubeProxy, minor).expect("covered"),
            kind: ConfigKind::KubeProxy.kind(),
            look_up: Box::new(|path, minor| facts::kube_proxy_field(path, minor).map(|field| (field.path, field.kind))),
            paths: all(&|minor| facts::kube_proxy_fields(minor).map(|field| field.path).collect()),
        },
    ];
    let api_version = facts::kubeadm_api(minor).expect("covered");
    kinds.extend(KubeadmKind::ALL.map(|kind| Kind {
        api_version,
        kind: kind.kind(),
        look_up: Box::new(move |path, minor| {
            facts::kubeadm_field(kind, api_version, path, minor).map(|field| (field.path, field.kind))
        }),
        paths: facts::kubeadm_paths(kind).collect(),
    }));
    kinds
}

/// Gives the decoder one document with every field of the table, and one for each name that the table has only elsewhere.
fn decode(decoder: &Built, kind: &Kind, minor: Minor, folder: &Path, differences: &mut Differences) {
    let known = |path: &&&str| (kind.look_up)(path, minor).is_known();
    let (here, elsewhere): (Vec<&str>, Vec<&str>) = kind.paths.iter().copied().partition(|path| known(&path));
    let unknown = unknown_fields(decoder, kind, &here, minor, folder);
    assert_eq!(unknown_fields(decoder, kind, &["hardenNoSuchField"], minor, folder), ["hardenNoSuchField"]);
    for name in unknown {
        differences.note(kind.kind, &name, "the table has it, the decoder does not know it");
    }
    for path in elsewhere {
        if unknown_fields(decoder, kind, &[path], minor, folder).is_empty() {
            differences.note(kind.kind, path, "the decoder knows it, the table says that it does not");
        }
    }
}

/// The fields of a document with these paths that the decoder does not know.
fn unknown_fields(decoder: &Built, kind: &Kind, paths: &[&str], minor: Minor, folder: &Path) -> Vec<String> {
    let mut document = json!({ "apiVersion": kind.api_version, "kind": kind.kind });
    for path in paths {
        let sample = (kind.look_up)(path, minor).known().map_or(Value::Null, |(_, kind)| sample(path, kind));
        put(&mut document, path, sample);
    }
    let file = folder.join("document.yaml");
    fs::write(&file, document.to_string()).expect("a document is written");
    let said = decoder.says(&[&file.display().to_string()]);
    assert!(!said.contains("cannot unmarshal") && !said.contains("no component has"), "{}: {said}", kind.kind);
    said.split("unknown field \"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(name, _)| name.to_owned()).collect()
}

/// A value that a field of this kind decodes; what the components' validation says of it does not matter.
fn sample(path: &str, kind: FieldKind) -> Value {
    match kind {
        FieldKind::Duration => json!("1m0s"),
        _ if path == "bootstrapTokens[].token" => json!("abcdef.0123456789abcdef"),
        FieldKind::Object => json!({}),
        FieldKind::Objects => json!([{}]),
        FieldKind::Amounts
        | FieldKind::Bool
        | FieldKind::Float
        | FieldKind::Int
        | FieldKind::List
        | FieldKind::Map
        | FieldKind::Numbers
        | FieldKind::Open
        | FieldKind::String
        | FieldKind::Switches
        | FieldKind::Whole => Value::Null,
    }
}

/// Puts a value at `a.b[].c`; parents stand before their children in sorted order.
fn put(node: &mut Value, path: &str, value: Value) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let (name, item) = name.strip_suffix("[]").map_or((name, false), |name| (name, true));
    let empty = if item { json!([{}]) } else { json!({}) };
    let map: &mut Map<String, Value> = node.as_object_mut().expect("a mapping above a field");
    let Some(rest) = rest else {
        map.insert(name.to_owned(), value);
        return;
    };
    let below = map.entry(name).or_insert_with(|| empty.clone());
    if below.is_null() {
        *below = empty;
    }
    put(if item { &mut below[0] } else { below }, rest, value);
}

/// Every field of printed documents must be known.
fn printed_are_known(printed: &str, minor: Minor, differences: &mut Differences) {
    let start = printed.find("apiVersion:").unwrap_or_else(|| panic!("no document: {printed}"));
    let source = yaml::decode("printed", &printed.as_bytes()[start..]).unwrap_or_else(|_| panic!("unreadable: {printed}"));
    for document in yaml::read(&source) {
        let document = document.root.expect("content").to_json();
        let kind = kinds(minor).into_iter().find(|kind| document["kind"] == kind.kind);
        let kind = kind.unwrap_or_else(|| panic!("unknown kind: {document}"));
        assert_eq!(document["apiVersion"], kind.api_version);
        let mut paths = Vec::new();
        collect("", &document, &mut paths);
        assert!(paths.len() > 3, "{document}");
        for path in paths.iter().filter(|path| !["apiVersion", "kind"].contains(&path.as_str())) {
            if !(kind.look_up)(path, minor).is_known() {
                differences.note(kind.kind, path, "the program prints it, the table does not have it");
            }
        }
    }
}

fn collect(above: &str, node: &Value, paths: &mut Vec<String>) {
    let dot = if above.is_empty() { "" } else { "." };
    for (name, value) in node.as_object().into_iter().flatten() {
        let path = format!("{above}{dot}{name}");
        collect(&path, value, paths);
        for item in value.as_array().into_iter().flatten() {
            collect(&format!("{path}[]"), item, paths);
        }
        paths.push(path);
    }
}
