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
mod exempt;
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
pub use entry::UNKNOWN_POD;
pub use exempt::{CONTROLLERS, is_told_apart};
pub use image::Image;
pub use ir::{Check, Const, Exemption, Field, ImageTest, List, Of, Over, Piece, Policy, Rule, Subject, Test};
pub use judge::{Violation, judge, judge_entry, pod_spec, pod_spec_way};
pub use params::{AllowedPath, Param, ParamKind, ParamValue, Params, PortSpan, WorkloadName};

/// Every policy, sorted by name.
pub const POLICIES: &[&Policy] = &[
    ALLOWED_IMAGES,
    ALLOWED_PORTS,
    ALWAYS_PULL,
    ESCALATED_ENTRY,
    HOST_FILESYSTEM,
    PRIVILEGE_ESCALATION,
    PRIVILEGED,
    SERVICE_ACCOUNT_TOKEN,
];

/// Images of known registries.
pub const ALLOWED_IMAGES: &Policy = &allowed_images::POLICY;
/// Ports of the node.
pub const ALLOWED_PORTS: &Policy = &allowed_ports::POLICY;
/// Images pulled at every start.
pub const ALWAYS_PULL: &Policy = &always_pull::POLICY;
/// Exec and attach.
pub const ESCALATED_ENTRY: &Policy = &entry::POLICY;
/// Volumes of the node.
pub const HOST_FILESYSTEM: &Policy = &host_filesystem::POLICY;
/// Containers that gain privileges.
pub const PRIVILEGE_ESCALATION: &Policy = &privilege_escalation::POLICY;
/// Pods that are as good as processes of the node.
pub const PRIVILEGED: &Policy = &privileged::POLICY;
/// Tokens in pods.
pub const SERVICE_ACCOUNT_TOKEN: &Policy = &service_account_token::POLICY;

/// The policy of a name.
#[must_use]
pub fn policy(name: &str) -> Option<&'static Policy> {
    POLICIES.iter().copied().find(|policy| policy.name == name)
}
