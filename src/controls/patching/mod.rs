//! Controls of patching: what still gets fixes, and when nodes take them up.

mod reboots;
mod supported_releases;

pub(super) use reboots::CONTROL as REBOOTS;
pub(super) use supported_releases::CONTROL as SUPPORTED_RELEASES;
