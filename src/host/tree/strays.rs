//! Files of a tree that harden did not write and that whoever applies it copies to a host with the others.

use std::path::Path;

use crate::host::{
    HostError,
    files::{self, Depth, Kind},
};

/// Whether a path lies where a whole folder is copied: a file below `etc/kubernetes/manifests` is then a static pod.
#[must_use]
pub fn goes_to_a_host(path: &str) -> bool {
    let of_node = |rest: &str| rest.split_once('/').is_some_and(|(_, rest)| rest.starts_with("files/"));
    path.starts_with("control-plane/") || path.strip_prefix("nodes/").is_some_and(of_node)
}

/// The paths that go to a host and are none of ours; anything but a folder counts, a link too.
///
/// # Errors
/// When a folder cannot be listed.
pub fn strays(dir: &Path, is_ours: impl Fn(&str) -> bool) -> Result<Vec<String>, HostError> {
    let mut found = Vec::new();
    for top in ["control-plane", "nodes"] {
        let folder = dir.join(top);
        if !files::is_folder(&folder) {
            continue;
        }
        let entries = files::list(&folder, Depth::Below)?.into_iter().filter(|entry| entry.kind != Kind::Folder);
        let paths = entries.map(|entry| format!("{top}/{}", entry.path.to_string_lossy()));
        found.extend(paths.filter(|path| goes_to_a_host(path) && !is_ours(path)));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_whole() {
        for path in ["control-plane/etc/kubernetes/manifests/kube-x.yaml", "nodes/web/files/etc/cron.d/x"] {
            assert!(goes_to_a_host(path), "{path}");
        }
        for path in ["k8s/control-plane/x.yaml", "nodes/web/notes.md", "nodes/files/x", "notes.md"] {
            assert!(!goes_to_a_host(path), "{path}");
        }
    }
}
