//! Where the files that the API server reads lie on a control-plane node. Flags, mounts and back ends name them from here.
//!
//! Each file has a folder of its own, mounted whole and read-only: a file that is replaced is seen by the running server, and the folder of
//! keys can have its own mode. The audit log's folder alone is writable: rotation renames the file in it.

use super::KubeadmCluster;

/// The audit policy.
pub const AUDIT_POLICY: &str = "/etc/kubernetes/audit/policy.yaml";
/// The audit log.
pub const AUDIT_LOG: &str = "/var/log/kubernetes/audit/audit.log";
/// The AdmissionConfiguration; the files of its plugins lie beside it.
pub const ADMISSION: &str = "/etc/kubernetes/admission/admission.yaml";
/// The AuthenticationConfiguration.
pub const AUTHENTICATION: &str = "/etc/kubernetes/authentication/authentication.yaml";
/// The AuthorizationConfiguration.
pub const AUTHORIZATION: &str = "/etc/kubernetes/authorization/authorization.yaml";
/// The EncryptionConfiguration; it holds the key and is made on the node from a template beside it.
pub const ENCRYPTION: &str = "/etc/kubernetes/encryption/encryption.yaml";
/// The kubeconfig that a joining node discovers the cluster with; made by hand, with credentials that end soon.
pub const DISCOVERY: &str = "/etc/kubernetes/discovery.conf";
/// The folder of kubeadm's patches, where the owner names none.
pub const PATCHES: &str = "/etc/kubernetes/patches";

/// The folder of kubeadm's patches: kubeadm reads one only, so the owner's is taken where there is one.
#[must_use]
pub fn patches(kubeadm: &KubeadmCluster) -> &str {
    kubeadm.owner_text("InitConfiguration", "/patches/directory").unwrap_or(PATCHES)
}

/// A path from the root on in its shortest form, as Go's `filepath.Clean` leaves it.
#[must_use]
pub fn clean(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = kept.pop(),
            part => kept.push(part),
        }
    }
    format!("/{}", kept.join("/"))
}

/// The folder of a file.
#[must_use]
pub fn folder(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn paths_are_cleaned_as_go_does() {
        for (path, shortest) in [
            ("/etc/kubernetes/pki/../../foo/e.yaml", "/etc/foo/e.yaml"),
            ("/etc/kubernetes/pki/../pki/ca.crt", "/etc/kubernetes/pki/ca.crt"),
            ("/etc//kubernetes/./pki/", "/etc/kubernetes/pki"),
            ("/../a", "/a"),
            ("/", "/"),
        ] {
            assert_eq!(clean(path), shortest);
        }
    }
}
