//! Limits TLS 1.2 to suites with forward secrecy and authenticated encryption.

use std::cmp::Ordering;

use crate::{
    base::{Area, Level},
    controls::{Control, tls},
    facts,
    plan::{FlagValue, Held, Lowering, Outcome, Program, Scope, strictness},
    resolve::Resolved,
};

use super::{applies, strokes, tls_minimum};

const ID: &str = "apiserver/tls-ciphers";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Authentication,
    title: "limit TLS 1.2 to suites with forward secrecy and authenticated encryption",
    level: Level::Baseline,
    doc: include_str!("tls_ciphers.md"),
    params: &[tls::CIPHERS],
    applies,
    lower,
};

const FLAG: &str = "tls-cipher-suites";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    if least_version(cluster, out).as_deref() == Some("VersionTLS13") {
        let why = "with TLS 1.3 as the minimum suites cannot be chosen";
        strokes::take_back(out, Program::KubeApiserver, FLAG, why);
        out.verdict(Scope::Cluster, Outcome::Elsewhere, facts::id::TLS13_SUITES, "");
        return;
    }
    let (ciphers, cause) = cluster.list(ID, "ciphers");
    tls::known(out, &ciphers, &cause);
    out.because(cause);
    tls::say_weak(out, &ciphers);
    // The whole list is one decision: joined with an owner's list it would grow weaker.
    let items: Vec<Held<String>> = ciphers.into_iter().map(|name| out.held(name)).collect();
    out.flag(Program::KubeApiserver, FLAG, FlagValue::List(items));
}

/// The oldest TLS version that will be planned: its control comes after this one, and the owner may have asked for a stricter one.
fn least_version(cluster: &Resolved, out: &Lowering<'_>) -> Option<String> {
    let asked = cluster.selects(tls_minimum::ID).then(|| cluster.text(tls_minimum::ID, "version").0);
    let present = out.plan().component(Program::KubeApiserver).flag_text("tls-min-version");
    match (asked, present) {
        (Some(asked), Some(present)) => {
            let stricter = strictness(&strokes::flag_key("tls-min-version"), &present, &asked) == Some(Ordering::Greater);
            Some(if stricter { present } else { asked })
        }
        (asked, present) => asked.or(present),
    }
}
