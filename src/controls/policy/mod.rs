//! Controls of policies: what engines refuse of workloads. Pod Security labels come first; policies say what labels cannot.

mod allowed_images;
mod allowed_ports;
mod engine;
mod host_filesystem;
mod levels;
mod privilege_escalation;
mod privileged;
mod service_account_token;
mod spared;
mod undeclared;
mod version;
mod waived;
mod webhook;
mod wide;

pub(super) use allowed_images::CONTROL as ALLOWED_IMAGES;
pub(super) use allowed_ports::CONTROL as ALLOWED_PORTS;
pub(super) use host_filesystem::CONTROL as HOST_FILESYSTEM;
pub(super) use privilege_escalation::CONTROL as PRIVILEGE_ESCALATION;
pub(super) use privileged::CONTROL as PRIVILEGED;
pub(super) use service_account_token::CONTROL as SERVICE_ACCOUNT_TOKEN;

pub(super) use engine::{Asked, is_in_tree, without_engine, write};
pub(super) use undeclared::warn as warn_of_undeclared;
pub(super) use version::judge as judge_version;
