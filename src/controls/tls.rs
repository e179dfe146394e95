//! The oldest TLS version and the cipher suites of a server: parameters that several programs share, and how their flags are written.

use crate::{
    base::Cause,
    controls::{Param, ParamKind, Stricter, diagnostics::UnknownCipher, strokes},
    facts::{self, CipherClass},
    plan::{FlagValue, Held, Lowering, Outcome, Program, Scope},
    resolve::Resolved,
};

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
    stricter: Stricter::Suites,
    about: "the cipher suites of TLS 1.2; not written when the minimum is TLS 1.3, where they cannot be chosen",
};

/// Why a list of the owner is taken back.
pub(super) const NO_CHOICE: &str = "with TLS 1.3 as the minimum suites cannot be chosen";

/// Whether a version is the one from which on cipher suites cannot be chosen.
pub(super) fn is_tls13(version: &str) -> bool {
    version == "VersionTLS13" || version == "TLS1.3"
}

/// The suites that a control asks for, with what set them; none when its list is empty.
pub(super) fn ciphers(cluster: &Resolved, control: &str) -> Option<(Vec<String>, Cause)> {
    Some(cluster.list(control, "ciphers")).filter(|(names, _)| !names.is_empty())
}

/// Asks for both flags of a program: the oldest version, and the suites where they can be chosen.
pub(super) fn flags(cluster: &Resolved, out: &mut Lowering<'_>, control: &str, program: Program, names: [&str; 2]) {
    let [minimum_flag, ciphers_flag] = names;
    let (minimum, cause) = cluster.text(control, "minimum");
    out.because(cause).flag_text(program, minimum_flag, minimum);
    // The owner may have asked for a stricter version, which stays.
    if out.plan().component(program).flag_text(minimum_flag).is_some_and(|version| is_tls13(&version)) {
        strokes::take_back(out, program, ciphers_flag, NO_CHOICE);
    } else if let Some((names, cause)) = ciphers(cluster, control) {
        known(out, &names, &cause);
        out.because(cause);
        say_weak(out, &names);
        // The whole list is one decision: joined with an owner's list it would grow weaker.
        let items: Vec<Held<String>> = names.into_iter().map(|name| out.held(name)).collect();
        out.flag(program, ciphers_flag, FlagValue::List(items));
    }
}

/// Reports names that no component knows: any of them keeps its program from starting.
pub(super) fn known(out: &mut Lowering<'_>, ciphers: &[String], cause: &Cause) {
    for name in ciphers.iter().filter(|name| facts::cipher(name).is_none()) {
        let at = out.place(cause);
        out.diagnostics().push(UnknownCipher::of(name, at));
    }
}

/// Says of a list with suites that are not sound that the control is the weaker for it.
pub(super) fn say_weak(out: &mut Lowering<'_>, ciphers: &[String]) {
    let weak = |name: &&String| facts::cipher(name).is_some_and(|cipher| cipher.class > CipherClass::Modern);
    let weak: Vec<&str> = ciphers.iter().filter(weak).map(String::as_str).collect();
    if !weak.is_empty() {
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::WEAK_SUITES, weak.join(", "));
    }
}
