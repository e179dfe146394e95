//! Secrets in the owner's file are blotted out before anything else is read: no message, report or file can show them.

use crate::{
    diag::{Source, Span},
    yaml::{self, Node, Value},
};

/// Fields whose value is a secret, in any of kubeadm's documents.
const SECRETS: [&str; 3] = ["certificateKey", "tlsBootstrapToken", "token"];

/// The same text with an `x` for every letter and digit of a secret; every place stays where it was.
pub(super) fn blotted(source: Source) -> Source {
    let mut spans = Vec::new();
    for document in yaml::read(&source) {
        let kubeadm = |root: &Node| {
            let api = root.get("apiVersion").and_then(Node::as_str);
            api.is_some_and(|api| api.starts_with("kubeadm.k8s.io/"))
        };
        if let Some(root) = document.root.filter(kubeadm) {
            collect(&root, &mut spans);
        }
    }
    if spans.is_empty() {
        return source;
    }
    let inside = |at: usize| spans.iter().any(|span: &Span| span.start <= at && at < span.end);
    let blot = |(at, c): (usize, char)| if c.is_ascii_alphanumeric() && inside(at) { 'x' } else { c };
    let text: String = source.text().char_indices().map(blot).collect();
    Source::new(source.name(), text)
}

fn collect(node: &Node, spans: &mut Vec<Span>) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                if SECRETS.contains(&entry.key.as_str()) {
                    spans.push(entry.value.place.span);
                    spans.push(entry.value.used_at().span);
                } else {
                    collect(&entry.value, spans);
                }
            }
        }
        Value::Seq(items) => items.iter().for_each(|item| collect(item, spans)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_blotted_in_place() {
        let text = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nbootstrapTokens: [{ token: \"abcdef.0123456789abcdef\", ttl: 24h }]\n\
                    certificateKey: 0123abc\nnodeRegistration: { name: cp-1 }\n---\napiVersion: v1\nkind: Secret\ntoken: kept\n";
        let blotted = blotted(Source::new("k.yaml", text));
        let expected = text.replace("abcdef.0123456789abcdef", "xxxxxx.xxxxxxxxxxxxxxxx").replace("0123abc", "xxxxxxx");
        assert_eq!(blotted.text(), expected);
        assert_eq!(blotted.text().len(), text.len());
    }
}
