//! Agreement: contradictions between settings, each with both places.

use crate::{
    diag::{Diagnostics, Entry},
    plan::{Locate, Plan},
};

/// Every kind of diagnostic of this stage.
pub const ALL: &[Entry] = &[];

/// Reports every contradiction between the settings of a plan.
pub fn agree(_plan: &Plan, _places: &dyn Locate, _diags: &mut Diagnostics) {}
