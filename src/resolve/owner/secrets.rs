//! Secrets in the owner's file are blotted out before anything else is read: no message, report or file can show them.

use crate::{
    diag::{Source, Span},
    yaml::{self, Node, Value},
};

/// Fields whose value is a secret, in any of kubeadm's documents.
const SECRETS: [&str; 3] = ["certificateKey", "tlsBootstrapToken", "token"];

/// What a text that begins a key or a certificate holds.
const PEM: &str = "-----BEGIN";

/// Variables that may have a value in the tree.
pub(super) const PROXY_VARIABLES: [&str; 6] = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

/// Where secrets stood that were found by what they are; such a value is never carried.
#[derive(Debug, Default)]
pub(super) struct Secrets(Vec<Span>);

impl Secrets {
    /// Whether a value was blotted out.
    pub(super) fn hold(&self, node: &Node) -> bool {
        self.0.contains(&node.place.span)
    }
}

/// The same text with an `x` for every letter and digit of a secret; every place stays where it was.
pub(super) fn blotted(source: Source) -> (Source, Secrets) {
    let mut found = Found::default();
    for document in yaml::read(&source) {
        let Some(root) = document.root else { continue };
        let api = root.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
        collect(&root, api.starts_with("kubeadm.k8s.io/"), &mut found);
    }
    let spans: Vec<Span> = found.spans.iter().chain(&found.secrets).copied().collect();
    if spans.is_empty() {
        return (source, Secrets::default());
    }
    let mut bytes = source.text().as_bytes().to_vec();
    for span in spans {
        blot(&mut bytes[span.start..span.end]);
    }
    let text = String::from_utf8(bytes).expect("internal error: letters and digits of ASCII alone are replaced");
    (Source::new(source.name(), text), Secrets(found.secrets))
}

/// Replaces letters and digits; an escape of quoted text stays one.
fn blot(text: &mut [u8]) {
    let quoted = text.first() == Some(&b'"');
    let mut at = 0;
    while at < text.len() {
        if quoted && text[at] == b'\\' {
            let digits = match text.get(at + 1) {
                Some(b'x') => 2,
                Some(b'u') => 4,
                Some(b'U') => 8,
                Some(_) | None => 0,
            };
            let end = (at + 2 + digits).min(text.len());
            for (n, byte) in text[(at + 2).min(end)..end].iter_mut().rev().enumerate() {
                *byte = *b"87000000".get(n).unwrap_or(&b'0');
            }
            at = end;
            continue;
        }
        if text[at].is_ascii_alphanumeric() {
            text[at] = b'x';
        }
        at += 1;
    }
}

#[derive(Default)]
struct Found {
    /// Under the name of a secret.
    spans: Vec<Span>,
    /// Secrets by what they are.
    secrets: Vec<Span>,
}

fn collect(node: &Node, kubeadm: bool, found: &mut Found) {
    match &node.value {
        Value::Map(entries) => {
            let name = node.get("name").and_then(Node::as_str).unwrap_or_default();
            for entry in entries {
                if kubeadm && SECRETS.contains(&entry.key.as_str()) {
                    found.spans.push(entry.value.place.span);
                    found.spans.push(entry.value.used_at().span);
                } else if entry.key == "staticPodURLHeader"
                    || entry.key == "manifest-url-header"
                    || entry.key == "value" && name == "manifest-url-header"
                {
                    scalars(&entry.value, found);
                } else if entry.key == "extraEnvs" {
                    variables(&entry.value, found);
                } else {
                    collect(&entry.value, kubeadm, found);
                }
            }
        }
        Value::Seq(items) => items.iter().for_each(|item| collect(item, kubeadm, found)),
        Value::Str(text) if looks_secret(text) => found.secrets.push(node.place.span),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => {}
    }
}

/// Every value below a node.
fn scalars(node: &Node, found: &mut Found) {
    match &node.value {
        Value::Map(entries) => entries.iter().for_each(|entry| scalars(&entry.value, found)),
        Value::Seq(items) => items.iter().for_each(|item| scalars(item, found)),
        Value::Null | Value::Bool(_) => {}
        Value::Int(_) | Value::Float(_) | Value::Str(_) => found.secrets.push(node.place.span),
    }
}

/// The values of variables, but for those of proxies without a password.
fn variables(node: &Node, found: &mut Found) {
    for item in node.as_seq().unwrap_or(&[]) {
        let name = item.get("name").and_then(Node::as_str).unwrap_or_default();
        let Some(value) = item.get("value") else { continue };
        let open = value.as_str().is_some_and(|text| !text.contains('@') && !looks_secret(text));
        if !(PROXY_VARIABLES.contains(&name) && open) {
            scalars(value, found);
        }
    }
}

/// Keys and certificates, bearer tokens, JSON web tokens.
fn looks_secret(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let bearer = lower.find("bearer ").is_some_and(|at| lower[at + 7..].trim_start().len() > 3);
    let web_token = text.split([' ', '=', ',', ':']).any(|word| word.starts_with("eyJ") && word.matches('.').count() == 2);
    text.contains(PEM) || bearer || web_token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_blotted_in_place() {
        let text = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nbootstrapTokens: [{ token: \"abcdef.0123456789abcdef\", ttl: 24h }]\n\
                    certificateKey: 0123abc\nnodeRegistration: { name: cp-1 }\n---\napiVersion: v1\nkind: Secret\ntoken: kept\n";
        let (blotted, _) = blotted(Source::new("k.yaml", text));
        let expected = text.replace("abcdef.0123456789abcdef", "xxxxxx.xxxxxxxxxxxxxxxx").replace("0123abc", "xxxxxxx");
        assert_eq!(blotted.text(), expected);
        assert_eq!(blotted.text().len(), text.len());
    }

    #[test]
    fn secrets_are_known_by_what_they_are() {
        let text = "apiVersion: kubelet.config.k8s.io/v1beta1\nstaticPodURLHeader: { Authorization: [Bearer s3cret] }\n\
                    x: \"-----BEGIN KEY-----\\nMII\\x41\"\ny: \"Authorization: Bearer abcdef\"\n---\nextraEnvs: [{ name: A, value: hunter2 }, \
                    { name: NO_PROXY, value: \"10.0.0.0/8\" }, { name: HTTP_PROXY, value: \"http://u:p@h\" }]\n";
        let (blotted, _) = blotted(Source::new("k.yaml", text));
        for gone in ["s3cret", "KEY", "MII", "abcdef", "hunter2", "u:p"] {
            assert!(!blotted.text().contains(gone), "{gone} in\n{}", blotted.text());
        }
        assert!(blotted.text().contains("10.0.0.0/8") && blotted.text().contains("\\n") && blotted.text().contains("\\x78"));
        assert!(yaml::read(&blotted).iter().all(|document| !document.has_errors()));
    }
}
