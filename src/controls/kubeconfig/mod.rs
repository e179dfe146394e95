//! Controls of kubeconfig files and of the modes of the files around them.

mod admin;
mod file_modes;
mod no_tokens;
mod super_admin;

use crate::{
    controls::{Applies, self_managed},
    facts,
    plan::{NodePlan, Outcome, PoolRole},
    resolve::Resolved,
};

pub(super) use admin::CONTROL as ADMIN;
pub(super) use file_modes::CONTROL as FILE_MODES;
pub(super) use no_tokens::CONTROL as NO_TOKENS;
pub(super) use super_admin::CONTROL as SUPER_ADMIN;

fn applies(cluster: &Resolved) -> Applies {
    self_managed(cluster, Outcome::NotApplicable, facts::id::MANAGED_KUBECONFIG)
}

fn runs_control_plane(pool: &NodePlan) -> bool {
    pool.role == PoolRole::ControlPlane
}
