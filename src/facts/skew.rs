//! Which minors of programs go with an API server of one minor.
//! Origin: version skew policy of kubernetes.io (source of 2026, read 2026-11-26; the older rule for kubelet and kube-proxy below 1.25 ends
//! before the oldest API server that is built for); CRI-O README, "Compatibility matrix" (read 2026-11-26); constants.go of kubeadm
//! 1.31.14, 1.32.13, 1.33.13, 1.34.4, 1.35.4, 1.36.3 and 1.37.2 (`MinExternalEtcdVersion`, the least etcd that its checks let through).

use std::fmt;

use super::{EtcdVersion, etcd_for, etcd_image};
use crate::base::{KubeVersion, Minor};

/// A way between two versions that no cluster takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misstep {
    /// A minor is left out; this one comes next.
    Skips(Minor),
    /// It goes down.
    Back,
}

/// What is wrong with the way of a cluster from one version to another: up, one minor at a time, is all that kubeadm and the providers do.
#[must_use]
pub fn misstep(from: KubeVersion, to: KubeVersion) -> Option<Misstep> {
    let next = Minor(from.minor.0 + 1);
    if to.minor > next { Some(Misstep::Skips(next)) } else { (to < from).then_some(Misstep::Back) }
}

/// How far the minor of a program may lie from that of the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skew {
    /// The program: `kubelet`.
    pub program: &'static str,
    /// How many minors older it may be.
    pub older: u16,
    /// How many minors newer it may be.
    pub newer: u16,
}

const fn skew(program: &'static str, older: u16, newer: u16) -> Skew {
    Skew { program, older, newer }
}

/// Every program whose minor is counted like that of the API server. A second API server is a program of its own: within one minor.
pub const SKEWS: &[Skew] = &[
    skew("other API servers", 1, 1),
    skew("kube-controller-manager", 1, 0),
    skew("kube-scheduler", 1, 0),
    skew("cloud-controller-manager", 1, 0),
    skew("kubelet", 3, 0),
    skew("kube-proxy", 3, 0),
    skew("kubectl", 1, 1),
    skew("CRI-O", 0, 0),
];

impl Skew {
    /// Whether a minor of the program goes with an API server.
    #[must_use]
    pub fn holds(&self, program: Minor, api_server: Minor) -> bool {
        (api_server.0.saturating_sub(self.older)..=api_server.0 + self.newer).contains(&program.0)
    }

    /// The minors that go with an API server, as reports print them: `1.33 to 1.36`.
    #[must_use]
    pub fn range(&self, api_server: Minor) -> String {
        let (first, last) = (Minor(api_server.0.saturating_sub(self.older)), Minor(api_server.0 + self.newer));
        if first == last { first.to_string() } else { format!("{first} to {last}") }
    }
}

/// How far a program may lie from the API server; nothing where no row names it.
#[must_use]
pub fn program_skew(program: &str) -> Option<&'static Skew> {
    SKEWS.iter().find(|row| row.program == program)
}

/// The least etcd that the newest kubeadm of a minor lets through.
const ETCD_LEAST: &[(Minor, EtcdVersion)] = &[
    (Minor(31), EtcdVersion { minor: 5, patch: 24 }),
    (Minor(32), EtcdVersion { minor: 5, patch: 24 }),
    (Minor(33), EtcdVersion { minor: 5, patch: 24 }),
    (Minor(34), EtcdVersion { minor: 5, patch: 24 }),
    (Minor(35), EtcdVersion { minor: 5, patch: 24 }),
    (Minor(36), EtcdVersion { minor: 5, patch: 24 }),
    (Minor(37), EtcdVersion { minor: 5, patch: 24 }),
];

/// The versions of etcd that go with an API server: from the least that kubeadm lets through to the minor that it deploys itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EtcdRange {
    least: EtcdVersion,
    newest: u16,
}

impl EtcdRange {
    /// Whether an etcd is within.
    #[must_use]
    pub fn holds(&self, etcd: EtcdVersion) -> bool {
        etcd >= self.least && etcd.minor <= self.newest
    }
}

impl fmt::Display for EtcdRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.least.minor == self.newest {
            return write!(f, "{} or a later 3.{}", self.least, self.newest);
        }
        write!(f, "{} to 3.{}", self.least, self.newest)
    }
}

/// The versions of etcd that go with an API server; nothing where that was not read. What kubeadm of that very version
/// deploys goes with it, though a later one of the minor lets it through no more.
#[must_use]
pub fn etcd_range(api_server: KubeVersion) -> Option<EtcdRange> {
    let (_, least) = ETCD_LEAST.iter().find(|(minor, _)| *minor == api_server.minor)?;
    let own = etcd_image(api_server)?.version;
    Some(EtcdRange { least: own.min(*least), newest: etcd_for(api_server.minor)?.minor })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{OLDEST_BUILD, build_minors};

    /// The examples of the published policy, and both edges of each row.
    #[test]
    fn rows_are_the_published_policy() {
        let server = Minor(36);
        let expected = [
            ("other API servers", 35, 37),
            ("kube-controller-manager", 35, 36),
            ("kube-scheduler", 35, 36),
            ("cloud-controller-manager", 35, 36),
            ("kubelet", 33, 36),
            ("kube-proxy", 33, 36),
            ("kubectl", 35, 37),
            ("CRI-O", 36, 36),
        ];
        assert_eq!(SKEWS.len(), expected.len());
        for (program, first, last) in expected {
            let row = program_skew(program).unwrap_or_else(|| panic!("no row for {program}"));
            for minor in 30..40 {
                assert_eq!(row.holds(Minor(minor), server), (first..=last).contains(&minor), "{program} 1.{minor}");
            }
        }
        assert_eq!(program_skew("kubelet").unwrap().range(server), "1.33 to 1.36");
    }

    /// kubelet and kube-proxy below 1.25 may be two minors older only; no API server that is built for reaches them.
    #[test]
    fn the_older_rule_is_out_of_reach() {
        let farthest = SKEWS.iter().map(|row| row.older).max().unwrap();
        assert!(OLDEST_BUILD.0 - farthest >= 25);
    }

    #[test]
    fn every_minor_has_an_etcd() {
        let newest = |minor| KubeVersion { minor, patch: None };
        for minor in build_minors() {
            let range = etcd_range(newest(minor)).unwrap_or_else(|| panic!("no etcd for {minor}"));
            assert!(range.holds(etcd_for(minor).unwrap()), "{minor}: what kubeadm deploys is outside {range}");
        }
        let range = etcd_range(newest(Minor(36))).unwrap();
        let within = |text: &str| range.holds(text.parse().unwrap());
        assert_eq!(["3.5.23", "3.5.24-0", "3.6.8-0", "3.7.0"].map(within), [false, true, true, false]);
        assert_eq!(range.to_string(), "3.5.24 to 3.6");
        assert_eq!(etcd_range(newest(Minor(33))).unwrap().to_string(), "3.5.24 or a later 3.5");
        let old = KubeVersion { minor: Minor(33), patch: Some(4) };
        assert_eq!(etcd_range(old).unwrap().to_string(), "3.5.21 or a later 3.5");
    }
}
