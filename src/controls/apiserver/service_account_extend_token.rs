//! Ends service-account tokens after the hour that they say, not after a year.

use crate::{
    base::{Area, Level},
    controls::{Applies, Control, by_platform},
    facts,
    plan::{Lowering, Outcome, Program},
    resolve::Resolved,
};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/service-account-extend-token",
    area: Area::Authentication,
    title: "end service-account tokens after an hour instead of a year",
    level: Level::Optional,
    doc: include_str!("service_account_extend_token.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    let eks = (Outcome::Impossible, facts::id::EKS_TOKEN_EXTENSION);
    by_platform(cluster, eks, (Outcome::Elsewhere, facts::id::AKS_TOKEN_EXTENSION))
}

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.flag_bool(Program::KubeApiserver, "service-account-extend-token-expiration", false);
}
