//! What lies on a node and no program of it reads: whoever applies the folder applies it, so what may be an object is judged so.

use crate::yaml::{self, Document};

use super::{
    super::{Against, Content, File, Findings, accounts::Accounts, documents, subject::Reader},
    Node,
    kubelet::{MANIFESTS, StaticPods},
};

const NO_CLUSTER: &str = "files of a node need a cluster to be judged against: name one with --spec";

const NO_PROGRAM: &str = "no program of the node is told to read it";

const NOT_KNOWN: &str = "what the kubelet of the node reads is not known";

/// Judges what is left of a node; without a cluster no program has read anything. `pods` is where static pods lie.
pub(super) fn judge(
    node: &Node<'_>,
    pods: Option<&StaticPods>,
    against: &Against<'_>,
    accounts: &Accounts,
    found: &mut Findings,
) {
    for (path, at) in node.at {
        let file = &node.files[*at];
        let Content::Text(source) = &file.content else { continue };
        let is_read = node.read.borrow().contains(path);
        let beside_pods = pods.is_some_and(|pods| folder(path) == pods.folder);
        let may_be_a_pod = beside_pods || folder(path) == MANIFESTS;
        if !is_read && pods.is_some() && !documents::is_taken(file) && !may_be_a_pod {
            continue;
        }
        let documents = yaml::read(source);
        let left = &documents[usize::from(is_read).min(documents.len())..];
        if documents::is_taken(file) && left.iter().any(|document| documents::is_manifest(&file.name, document)) {
            for document in left {
                documents::one(file, document, Reader::ApiServerAlone, against, accounts, found);
            }
        } else if is_read {
            left.iter().for_each(|document| second(file, document, beside_pods, found));
        } else if let Some(pods) = pods {
            if beside_pods && name(path).starts_with('.') {
                found.skip(&file.name, None, "the kubelet leaves files out whose names begin with a dot");
            } else if documents::is_yaml(path) || may_be_a_pod {
                found.skip(&file.name, None, if pods.sure { NO_PROGRAM } else { NOT_KNOWN });
            }
        } else {
            found.skip(&file.name, None, NO_CLUSTER);
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

/// The folder that a file lies in.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
