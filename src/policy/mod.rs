//! Admission policies, one folder each: what is refused as a small language of tests ([`Rule`]), the parameters, cases, and the native
//! evaluation. Every engine is a lowering of the same rules.

/// A case of the folder of the file that names it.
macro_rules! case {
    ($name:literal) => {
        case!($name, 0)
    };
    ($name:literal, $set:literal) => {
        Case { name: $name, text: include_str!(concat!("cases/", $name, ".yaml")), set: $set }
    };
}

mod allowed_images;
mod allowed_ports;
mod always_pull;
mod case;
mod entry;
mod host_filesystem;
mod image;
mod ir;
mod json;
mod judge;
mod params;
mod privilege_escalation;
mod privileged;
mod service_account_token;

pub use case::{Case, Request};
pub use image::Image;
pub use ir::{Check, Const, Field, ImageTest, List, Of, Over, Piece, Policy, Rule, Subject, Test};
pub use judge::{Violation, judge, judge_entry, pod_spec};
pub use params::{AllowedPath, Param, ParamKind, ParamValue, Params, PortSpan};

/// Every policy, sorted by name.
pub const POLICIES: &[&Policy] = &[
    &allowed_images::POLICY,
    &allowed_ports::POLICY,
    &always_pull::POLICY,
    &entry::POLICY,
    &host_filesystem::POLICY,
    &privilege_escalation::POLICY,
    &privileged::POLICY,
    &service_account_token::POLICY,
];

/// The policy of a name.
#[must_use]
pub fn policy(name: &str) -> Option<&'static Policy> {
    POLICIES.iter().copied().find(|policy| policy.name == name)
}
