//! Cipher suites that the components and etcd accept by name.

use super::tables;

/// How good a cipher suite is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CipherClass {
    /// Belongs to TLS 1.3: the name is taken and has no effect.
    Tls13,
    /// Forward secrecy and authenticated encryption.
    Modern,
    /// Forward secrecy with CBC.
    Dated,
    /// Broken or without forward secrecy; taken with a warning.
    Insecure,
}

/// A cipher suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cipher {
    /// The name.
    pub name: &'static str,
    /// How good it is.
    pub class: CipherClass,
    /// Whether it is one of the two suites of which HTTP/2 demands one.
    pub http2: bool,
    /// The name that says the same, for a legacy name.
    pub alias_of: Option<&'static str>,
}

/// A cipher suite by name; a name without an answer stops a component.
#[must_use]
pub fn cipher(name: &str) -> Option<&'static Cipher> {
    tables::CIPHERS.binary_search_by(|cipher| cipher.name.cmp(name)).ok().map(|index| &tables::CIPHERS[index])
}

/// Every cipher suite, sorted by name.
#[must_use]
pub fn ciphers() -> &'static [Cipher] {
    tables::CIPHERS
}

/// Whether a list that holds this suite satisfies HTTP/2. A list without one stops API server, controller manager and scheduler, unless
/// TLS 1.3 is the minimum.
#[must_use]
pub fn is_http2_cipher(name: &str) -> bool {
    cipher(name).is_some_and(|cipher| cipher.http2)
}
