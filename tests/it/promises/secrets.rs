//! Nothing that is or looks like a secret stands in a tree.

use super::{cases, none_in};

#[test]
fn no_tree_holds_a_secret() {
    none_in(cases(), |case| {
        let mut wrong = Vec::new();
        for artifact in &case.built.artifacts {
            // Hashes of files are meant to be there.
            let hashes = artifact.path.as_str() == "manifest.json";
            for (n, line) in artifact.lines.iter().enumerate() {
                wrong.extend(secret(line.0, hashes).map(|what| format!("{}:{}: {what}: {}", artifact.path, n + 1, line.0)));
            }
        }
        wrong
    });
}

#[test]
fn what_looks_like_a_secret_is_found() {
    for line in [
        "-----BEGIN EC PRIVATE KEY-----",
        "  secret: c2VjcmV0IGlzIHNlY3JldCBpcyBzZWNyZXQgaXMgMQ==",
        "  token: abcdef.0123456789abcdef",
        "certificateKey: e6a2eb8581237ab72a4f494f30285ec12a9694d750b9785706a83bfcbbbd2204",
        "  bearer eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.x",
        "password: hunter2",
    ] {
        assert!(secret(line, false).is_some(), "{line}");
    }
    for line in [
        "  secret: REPLACED-BY-MAKE-KEY",
        "--tls-cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "- --service-account-signing-key-file=/etc/kubernetes/pki/sa.key",
    ] {
        assert_eq!(secret(line, false), None, "{line}");
    }
}

fn secret(line: &str, hashes: bool) -> Option<&'static str> {
    if line.contains("-----BEGIN") {
        return Some("a key or certificate");
    }
    let after = |name: &str| line.trim_start_matches([' ', '-']).strip_prefix(name).map(str::trim);
    if after("secret:").is_some_and(|value| value != "REPLACED-BY-MAKE-KEY") || after("password:").is_some() {
        return Some("a secret");
    }
    for word in line.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/' | '=' | '.' | '-' | '_')) {
        // The digest of an image is its name.
        let digest = line.contains(&format!("@sha256:{word}"));
        let hex = word.len() >= 32 && !digest && word.bytes().all(|b| b.is_ascii_hexdigit());
        if word.starts_with("eyJ") || (hex && !hashes) || is_base64(word) {
            return Some("encoded bytes");
        }
        let parts = word.split_once('.').filter(|(id, rest)| id.len() == 6 && rest.len() == 16);
        if parts.is_some_and(|(id, rest)| id.bytes().chain(rest.bytes()).all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())) {
            return Some("a bootstrap token");
        }
    }
    None
}

/// Padded base64 of at least 16 bytes.
fn is_base64(word: &str) -> bool {
    let plain = word.trim_end_matches('=');
    word.len() >= 24
        && word.len().is_multiple_of(4)
        && plain.len() < word.len()
        && plain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
}
