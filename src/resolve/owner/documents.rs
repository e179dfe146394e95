//! The documents of the owner's file: which kinds there may be, each once.

use crate::{
    diag::{Diagnostics, Place, Source},
    facts::{ConfigKind, KubeadmKind},
    yaml::{self, Entry, Node, Style, Value},
};

use super::diagnostics::{DuplicateDocument, UnusableDocument};

/// The kinds that are read.
pub(super) const KINDS: [&str; 5] =
    ["InitConfiguration", "ClusterConfiguration", "JoinConfiguration", "KubeletConfiguration", "KubeProxyConfiguration"];

/// The documents as one mapping by kind; nothing when one of them is broken.
pub(super) fn read(source: &Source, diags: &mut Diagnostics) -> Option<Node> {
    let before = diags.errors();
    let mut entries: Vec<Entry> = Vec::new();
    for document in yaml::read(source) {
        let broken = document.has_errors();
        for problem in document.problems {
            diags.push(problem);
        }
        let Some(root) = document.root.filter(|_| !broken) else { continue };
        let Some(kind) = kind(&root, diags) else { continue };
        let place = root.place_of_key("kind").cloned().unwrap_or_else(|| root.place.clone());
        match entries.iter().find(|entry| entry.key == kind) {
            Some(first) => diags.push(DuplicateDocument { kind: kind.to_owned(), at: place, other: first.key_place.clone() }),
            None => entries.push(Entry { key: kind.to_owned(), key_place: place, key_style: Style::Plain, value: root }),
        }
    }
    let whole = source.place(crate::diag::Span::new(0, source.text().len()));
    if diags.errors() == before && entries.is_empty() {
        diags.push(UnusableDocument {
            why: "the file holds no document".to_owned(),
            help: "look whether the command that wrote it failed; leave `platform.kubeadm.config` out where you have no configuration",
            at: whole.clone(),
        });
    }
    (diags.errors() == before).then(|| Node::new(Value::Map(entries), whole))
}

/// The kind of a document, where it is one of those that are read in a version that can be converted.
fn kind(root: &Node, diags: &mut Diagnostics) -> Option<&'static str> {
    let text = |key: &str| root.get(key).and_then(Node::as_str).unwrap_or_default();
    let (api, kind) = (text("apiVersion"), text("kind"));
    let at = root.get("kind").or(root.get("apiVersion")).map_or(&root.place, |node| &node.place).clone();
    let mut unusable = |why: String, help: &'static str, at: Place| {
        diags.push(UnusableDocument { why, help, at });
        None
    };
    let readable = match (api.strip_prefix("kubeadm.k8s.io/"), crate::facts::kubeadm_kind(api, kind)) {
        (Some("v1beta3" | "v1beta4"), Some(KubeadmKind::Cluster | KubeadmKind::Init | KubeadmKind::Join)) => true,
        (Some(_), Some(KubeadmKind::Cluster | KubeadmKind::Init | KubeadmKind::Join)) => {
            return unusable(
                format!("`{api}` is not read here"),
                "migrate the file with `kubeadm config migrate --old-config OLD --new-config NEW` of a version that reads both",
                root.get("apiVersion").map_or(at, |node| node.place.clone()),
            );
        }
        _ => {
            let found = ConfigKind::of_document(api, kind);
            matches!(found, Some(ConfigKind::Kubelet | ConfigKind::KubeProxy))
        }
    };
    if readable {
        return KINDS.into_iter().find(|known| *known == kind);
    }
    if kind == "ConfigMap" {
        return unusable(
            "a ConfigMap is not read: the documents are texts inside it".to_owned(),
            "take each document out, for example `kubectl -n kube-system get cm kubeadm-config -o jsonpath='{.data.ClusterConfiguration}'`",
            at,
        );
    }
    let shown = if kind.is_empty() { "a document without a kind".to_owned() } else { format!("`{kind}` of `{api}`") };
    unusable(
        format!("{shown} is no document that is carried"),
        "keep ClusterConfiguration, InitConfiguration, JoinConfiguration, KubeletConfiguration and KubeProxyConfiguration only",
        at,
    )
}
