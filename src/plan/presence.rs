//! What it says about who gets in, and about what is held, that a setting is there at all. A setting that is not known here says
//! nothing: nobody is told that it hardens.

use super::{HostRule, Program, SettingKey, Topic};

/// What it says that a setting is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// It lets somebody or something in: a binding, an access entry, an issuer, a flow.
    LetsIn,
    /// It keeps somebody out who gets in without it: ranges of an endpoint, a rule for tokens.
    ShutsOut,
    /// It lets off some of what is asked of the rest: an exemption, a waiver, a day that has not come.
    Spares,
    /// It sends to somebody what is recorded: who that is must be looked at.
    Sends,
    /// By it something is held, where a control asks for it.
    Holds,
    /// Nothing is said by it.
    Unknown,
}

impl Presence {
    /// Whether less of it lets somebody in.
    #[must_use]
    pub const fn is_door(self) -> bool {
        matches!(self, Presence::LetsIn | Presence::ShutsOut)
    }
}

/// Flags by which the API server takes credentials, or leaves a decision to somebody else.
const DOOR_FLAGS: [&str; 8] = [
    "authentication-token-webhook-config-file",
    "authorization-webhook-config-file",
    "basic-auth-file",
    "enable-bootstrap-token-auth",
    "insecure-port",
    "oidc-ca-file",
    "oidc-issuer-url",
    "token-auth-file",
];

/// Values of the cluster resource by which its API is shut.
const SHUT_AT_THE_PROVIDER: [&str; 8] = [
    "authentication_mode",
    "authorized_ip_ranges",
    "endpoint_public_access",
    "local_account_disabled",
    "private_cluster_enabled",
    "private_cluster_public_fqdn_enabled",
    "public_access_cidrs",
    "run_command_enabled",
];

/// Values of the cluster resource by which something else is held.
const HELD_AT_THE_PROVIDER: [&str; 5] = [
    "cloudwatch_log_group_retention_in_days",
    "enabled_cluster_log_types",
    "log_analytics_retention_in_days",
    "network_policy",
    "vpc_cni_configuration_values",
];

impl SettingKey {
    /// What it says that this setting is there.
    #[must_use]
    pub fn presence(&self) -> Presence {
        match self {
            SettingKey::Flag(Program::KubeApiserver, name) if DOOR_FLAGS.contains(&name.as_str()) => Presence::LetsIn,
            SettingKey::Field(Program::Kubelet, path) if path == "staticPodURL" => Presence::LetsIn,
            SettingKey::Flag(..) | SettingKey::Field(..) | SettingKey::Mount(..) => Presence::Holds,
            SettingKey::Node(name) => {
                let rule = name.split_once('/').and_then(|(_, rule)| HostRule::of(rule));
                rule.map_or(Presence::Unknown, of_host)
            }
            SettingKey::Part(topic, part) => of_part(*topic, part),
        }
    }
}

const fn of_host(rule: HostRule<'_>) -> Presence {
    match rule {
        HostRule::FirewallAllow(..) | HostRule::FirewallMember(..) | HostRule::FirewallServices(_) => Presence::LetsIn,
        // Whose images are taken from then on is another's, with it as without.
        HostRule::Mirror(_) => Presence::Unknown,
        HostRule::Sysctl(_)
        | HostRule::ModuleLoaded(_)
        | HostRule::Absent(_)
        | HostRule::NoTokens(_)
        | HostRule::ModuleOff(_)
        | HostRule::FileMode(_)
        | HostRule::Sshd(_)
        | HostRule::Systemd(..)
        | HostRule::CoreLimit
        | HostRule::AuditWatch(_)
        | HostRule::AuditOption(_)
        | HostRule::UpgradeHold(_)
        | HostRule::UpgradeOption(_)
        | HostRule::UnitMasked(_)
        | HostRule::Program(_)
        | HostRule::There(_)
        | HostRule::FirewallMode
        | HostRule::NodePorts
        | HostRule::Runtime(..)
        | HostRule::Sudo(_)
        | HostRule::Time
        | HostRule::Swap
        | HostRule::AppArmor => Presence::Holds,
    }
}

fn of_part(topic: Topic, part: &str) -> Presence {
    use Presence::{Holds, LetsIn, Sends, ShutsOut, Spares};
    let pieces: Vec<&str> = part.split('/').collect();
    match (topic, pieces.as_slice()) {
        (Topic::Access | Topic::Impersonation, _) => LetsIn,
        (Topic::Admission, ["pod-security", "exempt", ..]) => Spares,
        (Topic::Admission, ["pod-security", "audit" | "enforce" | "version" | "warn"] | ["event-rate-limit", _]) => Holds,
        (Topic::AuditPolicy, ["rules", ..]) => Holds,
        (Topic::Authentication, ["anonymous"] | ["issuers", _, "claim-rules" | "user-rules", ..]) => ShutsOut,
        (Topic::Authentication, ["issuers", ..]) => LetsIn,
        (Topic::Cloud, _) => of_cloud(&pieces),
        (Topic::Encryption, ["provider" | "resources" | "stage"]) => Holds,
        (Topic::Logging, ["shipping", "host"] | ["collector", _] | [_, "goes"]) => Sends,
        (Topic::Logging, ["shipping", ..] | [_, "kept" | "shipped" | "volume" | "written"]) => Holds,
        (Topic::Namespace, [_, "labels", "pod-security.kubernetes.io", _]) => Holds,
        (Topic::Network, [_, _, name]) if name.starts_with("flow-") || name.starts_with("allow-") => LetsIn,
        (Topic::Network, [_, _, name]) if name.starts_with("default-deny") => Holds,
        (Topic::Patching, ["accepted", ..]) => Spares,
        (Topic::Patching, ["cluster" | "pipeline" | "reboots"] | ["deadlines", _]) => Holds,
        (Topic::Policy, ["failure"] | ["rollout", _] | ["gatekeeper", "webhook", "spares"]) => Spares,
        (Topic::Policy, ["gatekeeper", "webhook", "failure" | "mutation"] | ["gatekeeper", "sync"]) => Holds,
        (Topic::Policy, ["gatekeeper", "constraint" | "mutation" | "template", ..]) => Holds,
        (Topic::Policy, ["in-tree", "binding" | "rules", ..]) => Holds,
        (Topic::Rbac, ["accounts", ..]) => Holds,
        (Topic::Rbac, _) => LetsIn,
        (Topic::Waivers, _) => Spares,
        (
            Topic::Admission
            | Topic::AuditPolicy
            | Topic::Authentication
            | Topic::Authorization
            | Topic::Encryption
            | Topic::Logging
            | Topic::Namespace
            | Topic::Network
            | Topic::Patching
            | Topic::Policy
            | Topic::Runtime,
            _,
        ) => Presence::Unknown,
    }
}

/// The names of principals and destinations may have slashes of their own.
fn of_cloud(pieces: &[&str]) -> Presence {
    match pieces {
        ["access-entries", _, ..] if pieces.len() > 2 => Presence::LetsIn,
        ["settings", "admin_group_object_ids"] => Presence::LetsIn,
        ["settings", name] if SHUT_AT_THE_PROVIDER.contains(name) => Presence::ShutsOut,
        ["settings", name] if HELD_AT_THE_PROVIDER.contains(name) => Presence::Holds,
        ["diagnostics", "destinations", ..] | ["log-group", "forward"] => Presence::Sends,
        ["auto-mode", "enable-network-policy-controller"] | ["diagnostics", "categories", ..] => Presence::Holds,
        ["log-group", "retention"] | ["secrets-key", "owner"] => Presence::Holds,
        _ => Presence::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_new_of_any_topic_is_known_to_hold() {
        for topic in Topic::ALL {
            for part in ["something-new", "something/new", "settings/new", "new/x/y"] {
                let presence = SettingKey::Part(topic, part.to_owned()).presence();
                assert_ne!(presence, Presence::Holds, "{}/{part}", topic.name());
                assert_ne!(presence, Presence::ShutsOut, "{}/{part}", topic.name());
            }
        }
        assert_eq!(SettingKey::Node("web/something/new".to_owned()).presence(), Presence::Unknown);
    }

    #[test]
    fn principals_are_let_in_whatever_their_names() {
        for key in [
            "cloud/access-entries/arn:aws:iam::111122223333:role/evil/groups",
            "cloud/access-entries/arn:aws:iam::111122223333:role/owner/policy",
            "cloud/access-entries/arn:aws:iam::111122223333:user/a/b/policy",
            "cloud/settings/admin_group_object_ids",
            "rbac/cluster-bindings/x",
            "impersonation/x",
            "authentication/issuers/corp",
            "access/admins",
            "apiserver/flag/token-auth-file",
            "kubelet/field/staticPodURL",
        ] {
            assert_eq!(key.parse::<SettingKey>().unwrap().presence(), Presence::LetsIn, "{key}");
        }
        assert_eq!("cloud/access-entries/owner".parse::<SettingKey>().unwrap().presence(), Presence::Unknown);
    }
}
