//! Controls of impersonation: who may act as whom.

mod limited;

pub(super) use limited::CONTROL as LIMITED;
