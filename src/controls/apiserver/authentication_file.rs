//! The AuthenticationConfiguration: opened by every control that writes into it, with its flag and its mount.

use crate::{
    controls::diagnostics::OidcFlagsBesideFile,
    plan::{AuthenticationPlan, Lowering, Program, SettingKey, host_paths},
};

use super::strokes;

/// The name of the flag.
pub(super) const FLAG: &str = "authentication-config";

/// The file as planned so far; asks for its flag and its mount. The server does not start when flags of the old form stand beside it.
pub(super) fn open<'p>(out: &'p mut Lowering<'_>) -> &'p mut AuthenticationPlan {
    refuse_oidc_flags(out);
    strokes::file_flag(out, FLAG, FLAG, host_paths::AUTHENTICATION);
    out.plan_mut().authentication.get_or_insert_default()
}

/// The key of a part of the file.
pub(super) fn key(part: &str) -> SettingKey {
    SettingKey::File("authentication", part.to_owned())
}

fn refuse_oidc_flags(out: &mut Lowering<'_>) {
    let flags = &out.plan().component(Program::KubeApiserver).flags;
    let found: Vec<_> = flags.iter().filter(|(name, _)| name.starts_with("oidc-")).collect();
    let names: Vec<String> = found.iter().map(|(name, _)| (*name).clone()).collect();
    if names.is_empty() {
        return;
    }
    let at = found.iter().flat_map(|(_, flag)| &flag.held.reasons).find_map(|reason| out.place(&reason.cause));
    out.diagnostics().push(OidcFlagsBesideFile { names, at });
}
