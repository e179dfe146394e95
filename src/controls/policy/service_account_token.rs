//! Refuses tokens of the default service account in pods.

use crate::{
    base::{Area, Level},
    controls::{Applies, Control},
    plan::Lowering,
    policy::{self, ParamValue},
    resolve::Resolved,
};

use super::{Asked, write};

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Policies,
    title: "refuse pods that mount the token of the default service account",
    level: Level::Restricted,
    doc: include_str!("service_account_token.md"),
    params: &[],
    applies: |_| Applies::Yes,
    lower,
};

const ID: &str = "policy/service-account-token";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let params = vec![("everyAccount", ParamValue::Flag(false), out.reason().cause)];
    let asked = Asked { policy: policy::SERVICE_ACCOUNT_TOKEN, params, places: Vec::new(), but: None, unseen: "" };
    write(cluster, out, ID, &asked);
}
