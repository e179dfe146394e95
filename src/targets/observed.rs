//! What observers saw in files, and how it differs from a plan.

use crate::plan::Plan;

/// What was seen.
#[derive(Debug, Clone, Default)]
pub struct Observed {}

impl Observed {
    /// Where the files say something else than the plan: `(file, what)`.
    #[must_use]
    pub fn differences(&self, _plan: &Plan) -> Vec<(String, String)> {
        Vec::new()
    }
}
