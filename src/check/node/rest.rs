//! What lies on a node and no program of it reads: whoever applies the folder applies it, so what may be an object is judged so.

use crate::yaml::{self, Document};

use super::{
    super::{Against, Content, File, Findings, accounts::Accounts, documents, subject::Reader},
    Node,
};

const NO_CLUSTER: &str = "files of a node need a cluster to be judged against: name one with --spec";

/// Judges what is left of a node; without a cluster no program has read anything. `pods` is the folder of static pods.
pub(super) fn judge(node: &Node<'_>, pods: Option<&str>, against: &Against<'_>, accounts: &Accounts, found: &mut Findings) {
    for (path, at) in node.at {
        let file = &node.files[*at];
        let Content::Text(source) = &file.content else { continue };
        let is_read = node.read.borrow().contains(path);
        if !is_read && pods.is_some() && !documents::is_taken(file) && !is_beside_pods(path, pods) {
            continue;
        }
        let documents = yaml::read(source);
        let left = &documents[usize::from(is_read).min(documents.len())..];
        if documents::is_taken(file) && left.iter().any(|document| documents::is_manifest(&file.name, document)) {
            for document in left {
                documents::one(file, document, Reader::ApiServerAlone, against, accounts, found);
            }
        } else if is_read {
            left.iter().for_each(|document| second(file, document, is_beside_pods(path, pods), found));
        } else if pods.is_none() {
            found.skip(&file.name, None, NO_CLUSTER);
        } else if is_beside_pods(path, pods) && name(path).starts_with('.') {
            found.skip(&file.name, None, "the kubelet leaves files out whose names begin with a dot");
        } else if documents::is_yaml(path) {
            found.skip(&file.name, None, "no program of the node is told to read it");
        }
    }
}

/// A document behind the one that counts.
fn second(file: &File, document: &Document, of_pods: bool, found: &mut Findings) {
    if document.root.as_ref().is_none_or(yaml::Node::is_null) && !document.has_errors() {
        return;
    }
    let reason = if of_pods {
        "the kubelet reads only the first document of a static pod"
    } else {
        "the program that reads the file takes only its first document"
    };
    found.document(&file.name);
    found.skip(&file.name, Some((document.index, document.place.position().line)), reason);
}

/// Whether a file lies in the folder of static pods itself.
fn is_beside_pods(path: &str, pods: Option<&str>) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    pods.is_some_and(|pods| pods.trim_end_matches('/') == folder)
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
