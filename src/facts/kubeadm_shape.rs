//! What kubeadm itself writes into static pods, by the version of kubeadm.

use super::{
    row::{Table, value_at},
    tables,
};
use crate::base::{KubeVersion, Minor};

/// Something that kubeadm does from a version on, or until one.
#[derive(Debug)]
pub(super) struct StepRow {
    pub(super) name: &'static str,
    /// First minors with the patch release that begins it; empty for "always".
    pub(super) since: &'static [(u16, u16)],
    /// The first minor without it.
    pub(super) until: Option<Minor>,
}

/// The images of etcd that the patch releases of one minor deploy.
#[derive(Debug)]
pub(super) struct EtcdRow {
    /// The tag by first patch release.
    pub(super) images: &'static [(u16, &'static str)],
}

impl StepRow {
    fn holds(&self, version: KubeVersion) -> bool {
        let begun = match self.since.iter().rev().find(|(minor, _)| *minor <= version.minor.0) {
            Some((minor, patch)) => *minor < version.minor.0 || version.patch.is_none_or(|given| given >= *patch),
            None => self.since.is_empty(),
        };
        begun && self.until.is_none_or(|until| version.minor < until)
    }
}

fn step(name: &str, version: KubeVersion) -> bool {
    let table: &Table<StepRow> = &tables::KUBEADM_STEPS;
    (table.oldest..=table.newest).contains(&version.minor) && table.rows.iter().any(|row| row.name == name && row.holds(version))
}

fn of_minor(minor: Minor) -> KubeVersion {
    KubeVersion { minor, patch: None }
}

/// Whether extra arguments follow kubeadm's own in the order of the document; else all are sorted by name and value.
#[must_use]
pub fn kubeadm_keeps_argument_order(version: KubeVersion) -> bool {
    step("keeps-argument-order", version)
}

/// Whether the controller manager gets the folder of flexvolume plugins.
#[must_use]
pub fn kubeadm_mounts_flexvolume(minor: Minor) -> bool {
    step("mounts-flexvolume", of_minor(minor))
}

/// Whether probes name the port `probe-port` that the container declares; else they carry the number.
#[must_use]
pub fn kubeadm_names_probe_port(minor: Minor) -> bool {
    step("names-probe-port", of_minor(minor))
}

/// Whether the scheduler is probed on `/livez` and `/readyz`; else on `/healthz` alone.
#[must_use]
pub fn kubeadm_probes_scheduler_readiness(minor: Minor) -> bool {
    step("probes-scheduler-readiness", of_minor(minor))
}

/// The tag of the etcd image that kubeadm of this version deploys; nothing for minors without a row.
#[must_use]
pub fn kubeadm_etcd_image(version: KubeVersion) -> Option<&'static str> {
    let table: &Table<EtcdRow> = &tables::KUBEADM_SHAPE_ETCD;
    let row = table.rows.get(usize::from(version.minor.0.checked_sub(table.oldest.0)?))?;
    let reached = |patch: u16| version.patch.is_none_or(|given| patch <= given);
    row.images.iter().rev().find(|(patch, _)| reached(*patch)).map(|(_, tag)| *tag)
}

/// What kubeadm adds to etcd's arguments beside those that every minor writes, as name and value.
#[must_use]
pub fn kubeadm_etcd_arguments(minor: Minor) -> &'static [(&'static str, &'static str)] {
    value_at(tables::KUBEADM_ETCD_ARGUMENTS, minor).unwrap_or(&[])
}

/// The folders of certificates beside `/etc/ssl/certs` that kubeadm mounts on this operating system; nothing where that is not known.
#[must_use]
pub fn kubeadm_ca_folders(os: &str) -> Option<&'static [&'static str]> {
    tables::CA_FOLDERS.binary_search_by(|(name, _)| (*name).cmp(os)).ok().map(|index| tables::CA_FOLDERS[index].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> KubeVersion {
        text.parse().unwrap()
    }

    #[test]
    fn steps_are_taken_at_patch_releases() {
        for (text, keeps) in [
            ("1.31.14", false),
            ("1.32.11", false),
            ("1.32.12", true),
            ("1.33.7", false),
            ("1.34.3", false),
            ("1.34.4", true),
            ("1.35.0", false),
            ("1.35.1", true),
            ("1.36.0", true),
            ("1.37.2", true),
            ("1.38.0", false),
        ] {
            assert_eq!(kubeadm_keeps_argument_order(version(text)), keeps, "{text}");
        }
        assert!(kubeadm_mounts_flexvolume(Minor(35)) && !kubeadm_mounts_flexvolume(Minor(36)));
        assert!(!kubeadm_names_probe_port(Minor(33)) && kubeadm_names_probe_port(Minor(34)));
    }

    #[test]
    fn etcd_follows_the_patch_release() {
        assert_eq!(kubeadm_etcd_image(version("1.34.1")), Some("3.6.4-0"));
        assert_eq!(kubeadm_etcd_image(version("1.34.2")), Some("3.6.5-0"));
        assert_eq!(kubeadm_etcd_image(version("1.37")), Some("3.7.0-0"));
        assert_eq!(kubeadm_etcd_image(version("1.30.1")), None);
        assert_eq!(kubeadm_etcd_image(version("1.38.0")), None);
        assert_eq!(kubeadm_etcd_arguments(Minor(33))[0].0, "experimental-initial-corrupt-check");
        assert_eq!(kubeadm_etcd_arguments(Minor(37))[1], ("watch-progress-notify-interval", "5s"));
    }

    #[test]
    fn folders_are_those_of_the_system() {
        assert_eq!(kubeadm_ca_folders("debian-12").map(<[_]>::len), Some(3));
        assert_eq!(kubeadm_ca_folders("other"), None);
    }
}
