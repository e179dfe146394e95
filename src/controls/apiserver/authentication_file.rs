//! The AuthenticationConfiguration: opened by every control that writes into it, with its flag and its mount.

use crate::plan::{AuthenticationPlan, Lowering, SettingKey, Topic, host_paths};

use super::strokes;

/// The name of the flag.
pub(super) const FLAG: &str = "authentication-config";

/// The file as planned so far; asks for its flag and its mount.
pub(super) fn open<'p>(out: &'p mut Lowering<'_>) -> &'p mut AuthenticationPlan {
    strokes::file_flag(out, FLAG, FLAG, host_paths::AUTHENTICATION);
    out.plan_mut().authentication.get_or_insert_default()
}

/// The key of a part of the file.
pub(super) fn key(part: &str) -> SettingKey {
    SettingKey::Part(Topic::Authentication, part.to_owned())
}
