//! First-match evaluation of an audit policy, as the API server does it.

mod request;
mod simulate;
mod version;

pub use request::{Caller, Request, Served, Target};
pub use simulate::{Decision, decide};
pub use version::group_wildcard;
