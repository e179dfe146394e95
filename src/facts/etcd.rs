//! Flags of etcd by its own version, and the etcd that kubeadm deploys.

use std::fmt;

use super::{
    Lookup, ValueKind,
    row::{ByMinor, Period, nearest, value_at},
    tables,
};
use crate::base::{KubeVersion, Minor};

/// A version of etcd 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EtcdVersion {
    /// The minor: 6 for 3.6.
    pub minor: u16,
    /// The patch release.
    pub patch: u16,
}

impl fmt::Display for EtcdVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "3.{}.{}", self.minor, self.patch)
    }
}

impl std::str::FromStr for EtcdVersion {
    type Err = ();

    /// Reads `3.6.8`, also with the suffix of an image tag (`3.6.8-0`).
    fn from_str(text: &str) -> Result<Self, ()> {
        let plain = text.split_once('-').map_or(text, |(version, _)| version);
        let (minor, patch) = plain.strip_prefix("3.").and_then(|rest| rest.split_once('.')).ok_or(())?;
        let number = |digits: &str| digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
        Ok(EtcdVersion { minor: number(minor).ok_or(())?, patch: number(patch).ok_or(())? })
    }
}

/// A flag of etcd as one version knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EtcdFlag {
    /// The name, without dashes.
    pub name: &'static str,
    /// What it takes.
    pub kind: ValueKind,
    /// The default, as the help prints it; nothing where it prints none.
    pub default: Option<&'static str>,
    /// Whether this version marks it deprecated.
    pub deprecated: bool,
}

/// A row of the table; the minors are those of etcd.
#[derive(Debug)]
pub(super) struct EtcdFlagRow {
    pub(super) name: &'static str,
    pub(super) kind: ValueKind,
    pub(super) since: Minor,
    pub(super) until: Option<Minor>,
    /// The first patch release that has the flag, for minors that got it later than with their first release.
    pub(super) patches: &'static [(u16, u16)],
    pub(super) defaults: ByMinor<&'static str>,
    pub(super) deprecated: Option<Period>,
    pub(super) instead: Option<&'static str>,
}

impl EtcdFlagRow {
    fn first_patch(&self, minor: u16) -> u16 {
        self.patches.iter().find(|(found, _)| *found == minor).map_or(0, |(_, patch)| *patch)
    }

    fn first(&self, minor: u16) -> EtcdVersion {
        EtcdVersion { minor, patch: self.first_patch(minor) }
    }

    fn at(&'static self, version: EtcdVersion) -> Lookup<EtcdFlag, EtcdVersion> {
        let minor = Minor(version.minor);
        if let Some(until) = self.until
            && minor >= until
        {
            return Lookup::Removed { in_: EtcdVersion { minor: until.0, patch: 0 }, replacement: self.instead };
        }
        if minor < self.since {
            return Lookup::NotYet { since: self.first(self.since.0) };
        }
        if version < self.first(version.minor) {
            return Lookup::NotYet { since: self.first(version.minor) };
        }
        Lookup::Known(EtcdFlag {
            name: self.name,
            kind: self.kind,
            default: value_at(self.defaults, minor),
            deprecated: self.deprecated.is_some_and(|period| period.holds(minor)),
        })
    }
}

/// What a version of etcd knows of a flag, named without dashes. A patch release newer than those that were read is taken as its minor.
#[must_use]
pub fn etcd_flag(name: &str, version: EtcdVersion) -> Lookup<EtcdFlag, EtcdVersion> {
    let table = &tables::ETCD;
    if !(table.oldest.0..=table.newest.0).contains(&version.minor) {
        return Lookup::NotCovered;
    }
    match table.rows.binary_search_by(|row| row.name.cmp(name)) {
        Ok(index) => table.rows[index].at(version),
        Err(_) => Lookup::Unknown { nearest: nearest(name, etcd_flags(version).map(|flag| flag.name)) },
    }
}

/// Every flag of a version of etcd, sorted; none where the table does not cover it.
pub fn etcd_flags(version: EtcdVersion) -> impl Iterator<Item = EtcdFlag> {
    let covered = (tables::ETCD.oldest.0..=tables::ETCD.newest.0).contains(&version.minor);
    tables::ETCD.rows.iter().filter(move |_| covered).filter_map(move |row| row.at(version).known())
}

/// The etcd that a kubeadm deploys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EtcdImage {
    /// The version.
    pub version: EtcdVersion,
    /// The tag of the image.
    pub tag: &'static str,
    /// Whether that was read for this very release of kubeadm, or lies between two equal ones; else it is the nearest that was read.
    pub exact: bool,
}

/// The etcd that the newest kubeadm of a minor deploys beside a control plane of the same minor; nothing where that was not read.
#[must_use]
pub fn etcd_for(minor: Minor) -> Option<EtcdVersion> {
    reads(minor)?.last().map(|(_, version, _)| *version)
}

/// The etcd image that a kubeadm of this version deploys; without a patch, the newest that was read.
#[must_use]
pub fn etcd_image(version: KubeVersion) -> Option<EtcdImage> {
    let reads = reads(version.minor)?;
    let patch = version.patch.or(reads.last().map(|(patch, ..)| *patch))?;
    let below = reads.iter().rev().find(|(read, ..)| *read <= patch);
    let above = reads.iter().find(|(read, ..)| *read >= patch);
    let (_, etcd, tag) = below.or(above)?;
    let exact = below.zip(above).is_some_and(|(below, above)| below.2 == above.2);
    Some(EtcdImage { version: *etcd, tag, exact })
}

/// A minor of kubeadm, and its patch releases that were read with the etcd that each deploys.
pub(super) type EtcdReads = (Minor, &'static [(u16, EtcdVersion, &'static str)]);

fn reads(minor: Minor) -> Option<&'static [(u16, EtcdVersion, &'static str)]> {
    tables::KUBEADM_ETCD.rows.iter().find(|(found, _)| *found == minor).map(|(_, reads)| *reads)
}
