//! The AdmissionConfiguration: named and mounted by every control whose plugin reads a part of it.

use crate::plan::{Lowering, SettingKey, Topic, host_paths};

use super::strokes;

/// The name of the flag.
const FLAG: &str = "admission-control-config-file";

/// Names the file, and mounts the folder in which the files of the plugins lie beside it.
pub(super) fn open(out: &mut Lowering<'_>) {
    strokes::file_flag(out, FLAG, "admission-config", host_paths::ADMISSION);
}

/// The key of a part of the file.
pub(super) fn key(part: impl Into<String>) -> SettingKey {
    SettingKey::Part(Topic::Admission, part.into())
}
