//! What controls cannot say.

use crate::diag::Entry;

/// Every kind of diagnostic of this stage.
pub const ALL: &[Entry] = &[];
