//! The oldest TLS version and the cipher suites of a server: parameters and flags that several programs share.

use crate::{
    base::Cause,
    controls::{Param, ParamKind, Stricter},
    plan::{FlagValue, Held, Lowering, Program},
    resolve::Resolved,
};

/// The version from which on cipher suites cannot be chosen.
const TLS13: &[&str] = &["VersionTLS13", "TLS1.3"];

/// The oldest TLS version, in the words of the Kubernetes components.
pub(super) const MINIMUM: Param = Param {
    name: "minimum",
    kind: ParamKind::Choice(&["VersionTLS12", "VersionTLS13"]),
    stricter: Stricter::Later,
    about: "the oldest TLS version that the server speaks",
};

/// The oldest TLS version, in the words of etcd.
pub(super) const ETCD_MINIMUM: Param = Param { kind: ParamKind::Choice(&["TLS1.2", "TLS1.3"]), ..MINIMUM };

/// The cipher suites of TLS 1.2.
pub(super) const CIPHERS: Param = Param {
    name: "ciphers",
    kind: ParamKind::List,
    stricter: Stricter::Fewer,
    about: "the cipher suites of TLS 1.2; not written when the minimum is TLS 1.3, where they cannot be chosen",
};

/// The answers of a control with both parameters: the minimum, and the suites where they can be chosen.
pub(super) struct Answers {
    /// The oldest version, and what set it.
    pub(super) minimum: (String, Cause),
    /// The suites, and what set them; `None` from TLS 1.3 on.
    pub(super) ciphers: Option<(Vec<String>, Cause)>,
}

/// The answers of a control.
pub(super) fn answers(cluster: &Resolved, control: &str) -> Answers {
    let minimum = cluster.text(control, "minimum");
    let ciphers = cluster.list(control, "ciphers");
    let chosen = !TLS13.contains(&minimum.0.as_str()) && !ciphers.0.is_empty();
    Answers { minimum, ciphers: chosen.then_some(ciphers) }
}

/// Asks for both flags of a program.
pub(super) fn flags(cluster: &Resolved, out: &mut Lowering<'_>, control: &str, program: Program, names: [&str; 2]) {
    let answers = answers(cluster, control);
    let [minimum_flag, ciphers_flag] = names;
    let (minimum, cause) = answers.minimum;
    out.because(cause).flag_text(program, minimum_flag, minimum);
    if let Some((ciphers, cause)) = answers.ciphers {
        out.because(cause);
        // The whole list is one decision: joined with an owner's list it would grow weaker.
        let items: Vec<Held<String>> = ciphers.into_iter().map(|name| out.held(name)).collect();
        out.flag(program, ciphers_flag, FlagValue::List(items));
    }
}
