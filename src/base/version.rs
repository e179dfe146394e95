//! Kubernetes versions: a minor (`1.36`) and, where known, its patch (`1.36.3`).

use std::{fmt, str::FromStr};

/// A minor release of Kubernetes 1; `Minor(36)` is 1.36.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minor(pub u16);

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

impl FromStr for Minor {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let version: KubeVersion = text.parse()?;
        match version.patch {
            None => Ok(version.minor),
            Some(_) => Err(VersionError::PatchGiven),
        }
    }
}

/// A Kubernetes version as the spec writes it: a minor, with a patch for self-managed clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubeVersion {
    /// The minor release.
    pub minor: Minor,
    /// The patch release, where the spec gives one.
    pub patch: Option<u16>,
}

/// Why a text is no Kubernetes version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionError {
    /// Neither `1.MINOR` nor `1.MINOR.PATCH`.
    Shape,
    /// A patch was given where a minor is expected.
    PatchGiven,
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            VersionError::Shape => "expected a version such as 1.36 or 1.36.3",
            VersionError::PatchGiven => "expected a minor such as 1.36, without a patch",
        })
    }
}

impl fmt::Display for KubeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.patch {
            Some(patch) => write!(f, "{}.{patch}", self.minor),
            None => write!(f, "{}", self.minor),
        }
    }
}

impl FromStr for KubeVersion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut parts = text.split('.');
        if parts.next() != Some("1") {
            return Err(VersionError::Shape);
        }
        let minor = parts.next().and_then(number).ok_or(VersionError::Shape)?;
        let patch = match parts.next() {
            None => None,
            Some(part) => Some(number(part).ok_or(VersionError::Shape)?),
        };
        if parts.next().is_some() {
            return Err(VersionError::Shape);
        }
        Ok(KubeVersion { minor: Minor(minor), patch })
    }
}

/// A decimal number without sign or leading zeros.
fn number(text: &str) -> Option<u16> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_minors_and_patches_and_nothing_else() {
        assert_eq!("1.36".parse(), Ok(KubeVersion { minor: Minor(36), patch: None }));
        assert_eq!("v1.36.3".parse(), Ok(KubeVersion { minor: Minor(36), patch: Some(3) }));
        for bad in ["", "1", "1.", "1.036", "2.1", "1.36.3.1", "1.36-beta", "1.36.", "1.-3", "1.99999", "1.３"] {
            assert_eq!(bad.parse::<KubeVersion>(), Err(VersionError::Shape), "{bad}");
        }
        assert_eq!("1.36.3".parse::<Minor>(), Err(VersionError::PatchGiven));
    }
}
