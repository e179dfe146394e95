//! Settings and modules that the owner names: read strictly, since they become lines of files.

use crate::{base::Cause, controls::diagnostics::HostWord, plan::Lowering};

/// `KEY=VALUE` in its parts; anything else is told.
pub(super) fn setting<'a>(out: &mut Lowering<'_>, cause: &Cause, text: &'a str) -> Option<(&'a str, &'a str)> {
    let parts = text.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
    let key = |key: &str| {
        // In sysctl.d a leading `-` is no part of the key.
        key.starts_with(|c: char| c.is_ascii_lowercase())
            && !key.ends_with('.')
            && key.contains('.')
            && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
            && !key.contains("..")
    };
    let value = |value: &str| !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/, ".contains(&b));
    let sound = parts.filter(|(name, wanted)| key(name) && value(wanted));
    if sound.is_none() {
        wrong(out, cause, text, "`KEY=VALUE` of plain characters, such as `net.core.somaxconn=4096`");
    }
    sound
}

/// Whether a text is the name of a module; anything else is told.
pub(super) fn is_module(out: &mut Lowering<'_>, cause: &Cause, text: &str) -> bool {
    let sound =
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') && !text.starts_with('-');
    if !sound {
        wrong(out, cause, text, "the name of a kernel module, such as `sctp`");
    }
    sound
}

fn wrong(out: &mut Lowering<'_>, cause: &Cause, text: &str, expected: &'static str) {
    let at = out.place(cause);
    out.diagnostics().push(HostWord { text: text.to_owned(), expected, at });
}
