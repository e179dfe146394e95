//! Keeps files of passwords and tokens away from the API server.

use crate::{
    base::{Area, Level},
    controls::{Applies, Control, by_platform},
    facts,
    plan::{Ground, Lowering, Outcome, Program, Scope},
    resolve::Resolved,
};

use super::strokes;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/no-token-file",
    area: Area::Authentication,
    title: "read no files of passwords or tokens",
    level: Level::Baseline,
    doc: include_str!("no_token_file.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    let eks = (Outcome::Provider, facts::id::PROVIDER_RUNS_CONTROL_PLANE);
    by_platform(cluster, eks, (Outcome::Impossible, facts::id::AKS_TOKEN_FILE))
}

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    let why = "tokens in a file never end, and a change needs a restart; give people an issuer or client certificates";
    let dropped = strokes::take_back(out, Program::KubeApiserver, "token-auth-file", why);
    let detail = dropped.map_or_else(String::new, |path| format!("the owner's `--token-auth-file={path}` is taken out"));
    out.verdict_on(Scope::Cluster, Outcome::Enforced, Ground::Fact(facts::id::TOKEN_FILE_ABSENT), detail);
}
