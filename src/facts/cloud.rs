//! What the providers of managed clusters take: allowed values and limits.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::base::Minor;

/// The log types of an EKS control plane (EKS API reference, LogSetup, read 2026-11-23).
pub const EKS_LOG_TYPES: [&str; 5] = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/// The first minor in which EKS answers anonymous requests to the health endpoints alone (EKS user guide, release notes of 1.32, read
/// 2026-11-26).
const EKS_LIMITS_ANONYMOUS: Minor = Minor(32);

/// Whether EKS answers anonymous requests to the health endpoints alone.
#[must_use]
pub fn eks_limits_anonymous(minor: Minor) -> bool {
    minor >= EKS_LIMITS_ANONYMOUS
}

/// The addresses at which the agent of EKS Pod Identity answers pods on their own node, on port 80 (EKS user guide, pod identities; read
/// 2026-11-27).
pub const EKS_POD_IDENTITY: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)), IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23))];

/// The most ranges of the public endpoint of EKS (AWS General Reference, read 2026-11-23; not adjustable).
pub const EKS_MOST_RANGES: usize = 40;

/// The most authorized ranges of AKS without API Server VNet integration (Azure documentation, read 2026-11-23).
pub const AKS_MOST_RANGES: usize = 200;

/// What the Kubernetes groups of an EKS access entry may not begin with (EKS user guide, access entries, read 2026-11-26).
pub const EKS_RESERVED_GROUPS: [&str; 5] = ["amazon:", "aws:", "eks:", "iam:", "system:"];

/// The partitions of AWS but the public one, by what the names of their regions begin with (AWS SDK for JavaScript, partitions.json, read
/// 2026-11-27).
const AWS_PARTITIONS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
];

/// The partition of AWS that a region lies in. Accounts, roles and streams of another one are not to be had there.
#[must_use]
pub fn aws_partition(region: &str) -> &'static str {
    AWS_PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

/// The days that CloudWatch Logs keeps events for, rising (CloudWatch Logs API, PutRetentionPolicy, read 2026-11-23).
const CLOUDWATCH_DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// The days that a Log Analytics workspace keeps events for, from and to (Azure documentation, read 2026-11-23).
const WORKSPACE_DAYS: (u32, u32) = (30, 730);

/// The least retention of CloudWatch that holds so many days; 0, for ever, where no other is long enough.
#[must_use]
pub fn cloudwatch_days(wanted: u32) -> u32 {
    CLOUDWATCH_DAYS.into_iter().find(|days| *days >= wanted).unwrap_or(0)
}

/// The retention of a Log Analytics workspace that comes nearest to so many days.
#[must_use]
pub fn workspace_days(wanted: u32) -> u32 {
    wanted.clamp(WORKSPACE_DAYS.0, WORKSPACE_DAYS.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_rounded_up() {
        for (wanted, kept) in [(1, 1), (2, 3), (30, 30), (100, 120), (181, 365), (365, 365), (366, 400), (3653, 3653), (3654, 0)]
        {
            assert_eq!(cloudwatch_days(wanted), kept, "{wanted}");
        }
        assert_eq!([7, 365, 1000].map(workspace_days), [30, 365, 730]);
    }
}
