//! Labels of Pod Security that come or go: beside them stands what holds without them, the default of the cluster.

use std::cmp::Ordering;

use crate::plan::strictness;

use super::{Direction, Side};

/// Without a configuration of the plugin every pod passes.
const NOTHING: &str = "privileged";

/// The levels that a namespace enforced before and after, where a setting is the label of that: without one the default of the
/// cluster holds.
pub(super) fn levels(key: &str, old: &Side, new: &Side) -> Option<(String, String)> {
    key.strip_prefix("namespace/")?.strip_suffix("/labels/pod-security.kubernetes.io/enforce")?;
    let value = |side: &Side, key: &str| side.settings.get(key).map(|found| found.value.clone());
    let level = |side: &Side| {
        value(side, key).or_else(|| value(side, "admission/pod-security/enforce")).unwrap_or_else(|| NOTHING.to_owned())
    };
    Some((level(old), level(new)))
}

/// The direction of a label that one of two builds alone has; nothing for settings of another kind.
pub(super) fn direction(key: &str, old: &Side, new: &Side) -> Option<Direction> {
    let (namespace, label) = key.strip_prefix("namespace/")?.split_once("/labels/pod-security.kubernetes.io/")?;
    let mode = label.strip_suffix("-version").unwrap_or(label);
    // The version of the rules says as much as the level that they are those of.
    let level = format!("namespace/{namespace}/labels/pod-security.kubernetes.io/{mode}");
    let value = |side: &Side, key: &str| side.settings.get(key).map(|found| found.value.clone());
    let (from, to) = (value(old, &level), value(new, &level));
    let said = match (&from, &to) {
        (None, Some(level)) | (Some(level), None) => level,
        (Some(_), Some(_)) | (None, None) => return None,
    };
    let default = value(new, &format!("admission/pod-security/{mode}")).unwrap_or_else(|| NOTHING.to_owned());
    let stricter = level.parse().ok().and_then(|key| strictness(&key, said, &default));
    let comes = match stricter {
        Some(Ordering::Less) => Direction::Weakens,
        // A label that asks for nothing where nothing is asked changes nothing; any other stays when the default goes.
        Some(Ordering::Equal) | None if said == NOTHING => Direction::Unclear,
        Some(Ordering::Equal | Ordering::Greater) => Direction::Hardens,
        None => Direction::Unclear,
    };
    Some(match (to.is_some(), comes) {
        (false, Direction::Weakens) => Direction::Hardens,
        (false, Direction::Hardens) => Direction::Weakens,
        (_, comes) => comes,
    })
}
