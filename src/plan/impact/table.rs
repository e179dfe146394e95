//! What settings do beyond restarting their reader, as rows.

use std::{cmp::Ordering, collections::BTreeMap, sync::LazyLock};

use crate::plan::{Impact, SettingKey, strictness};

/// The rows of [`EXTRA_IMPACT`] by the first word of their keys, in their order.
pub(super) static EXTRA_BY_TOPIC: LazyLock<BTreeMap<&'static str, Vec<&'static Extra>>> = LazyLock::new(|| {
    let mut by_topic: BTreeMap<&'static str, Vec<&'static Extra>> = BTreeMap::new();
    for extra in EXTRA_IMPACT {
        let topic = extra.prefix.split_once('/').map_or(extra.prefix, |(topic, _)| topic);
        by_topic.entry(topic).or_default().push(extra);
    }
    by_topic
});

/// What a setting does beyond restarting its reader.
pub(super) struct Extra {
    /// The beginning of its key; with a `*` in it, which stands for one name, the whole of it.
    pub(super) prefix: &'static str,
    /// What holds where it is not set; empty where no value says the same.
    pub(super) unset: &'static str,
    pub(super) when: When,
    pub(super) impact: Impact,
}

/// Which changes have the impact.
pub(super) enum When {
    /// Those to a stricter value.
    Stricter,
    /// Those that take it away.
    Gone,
    /// Those that come to one of these values from another one.
    Reaches(&'static [&'static str]),
}

impl Extra {
    const fn stricter(prefix: &'static str, unset: &'static str, impact: Impact) -> Self {
        Extra { prefix, unset, when: When::Stricter, impact }
    }

    /// Whether the row is about a setting.
    pub(super) fn is_about(&self, key: &SettingKey) -> bool {
        match self.prefix.split_once('*') {
            None => key.begins_with(self.prefix),
            Some((start, end)) => key.begins_with(start) && key.text().ends_with(end),
        }
    }

    pub(super) fn arises(&self, key: &SettingKey, from: Option<&str>, to: Option<&str>) -> bool {
        match self.when {
            When::Gone => to.is_none(),
            When::Reaches(values) => {
                let reached = |value: Option<&str>| value.is_some_and(|value| values.contains(&value));
                reached(to) && !reached(from)
            }
            When::Stricter if self.unset.is_empty() && (from.is_none() || to.is_none()) => from.is_none(),
            // Values that cannot be compared may be stricter in part.
            When::Stricter => strictness(key, to.unwrap_or(self.unset), from.unwrap_or(self.unset)).is_none_or(Ordering::is_gt),
        }
    }
}

/// Settings that do more than restart their reader. Where no change is known, a key counts for its first row, and for those of the same
/// key that every stricter value has.
pub(super) const EXTRA_IMPACT: &[Extra] = &[
    Extra::stricter("admission/event-rate-limit", "", EVENTS),
    Extra::stricter("admission/pod-security/enforce", "privileged", PODS_BELOW),
    Extra::stricter(PLUGINS, "", Impact::RefusesLater("refuses or changes what its plugins look at, when it is next written")),
    Extra::stricter(
        "apiserver/flag/service-account-extend-token-expiration",
        "true",
        Impact::RefusesLater("answers 401 to clients that never read their token again, an hour after they started"),
    ),
    Extra::stricter("cloud/settings/admin_group_object_ids", "", Impact::OneWay),
    Extra::stricter(
        "cloud/settings/authentication_mode",
        "CONFIG_MAP",
        Impact::RefusesLater("in mode API nodes and people that only aws-auth knows are refused"),
    ),
    Extra::stricter("cloud/settings/authentication_mode", "CONFIG_MAP", Impact::OneWay),
    Extra::stricter("cloud/settings/authorized_ip_ranges", "0.0.0.0/0", CLOSES),
    Extra::stricter("cloud/settings/endpoint_public_access", "true", CLOSES),
    Extra::stricter(
        "cloud/settings/local_account_disabled",
        "false",
        Impact::RefusesLater("refuses kubeconfigs of local accounts, pipelines' too, as soon as it is applied"),
    ),
    Extra::stricter(
        "cloud/settings/network_data_plane",
        "",
        Impact::RefusesLater("re-images the nodes of all pools at the same time; taken back, it makes the cluster anew"),
    ),
    Extra::stricter(
        "cloud/settings/network_plugin_mode",
        "",
        Impact::RefusesLater(
            "re-images the nodes of all pools at the same time; pods are no longer reached from outside the cluster",
        ),
    ),
    Extra::stricter("cloud/settings/network_plugin_mode", "", Impact::OneWay),
    Extra::stricter("cloud/settings/network_policy", "", WAKES),
    Extra::stricter("cloud/settings/pod_cidr", "", Impact::OneWay),
    Extra::stricter("cloud/settings/private_cluster_enabled", "false", REPLACES),
    Extra::stricter("cloud/settings/public_access_cidrs", "0.0.0.0/0", CLOSES),
    Extra::stricter(
        "cloud/settings/run_command_enabled",
        "true",
        Impact::RefusesLater("refuses commands through the provider's API, pipelines' too"),
    ),
    Extra::stricter("cloud/settings/vpc_cni_configuration_values", "", WAKES),
    Extra::stricter("cloud/auto-mode/enable-network-policy-controller", "", WAKES),
    Extra::stricter("cloud/secrets-key/owner", "", Impact::OneWay),
    Extra { prefix: "encryption/stage", unset: "", when: When::Reaches(&["write", "enforce"]), impact: Impact::OneWay },
    Extra {
        prefix: "encryption/stage",
        unset: "",
        when: When::Reaches(&["enforce"]),
        impact: Impact::RefusesLater("no longer reads objects that are still stored plain"),
    },
    Extra::stricter(
        "patching/reboots",
        "",
        Impact::RefusesLater("drains and reboots the nodes whose patches need it, one after the other, in the window"),
    ),
    Extra::stricter(
        "policy/gatekeeper/constraint",
        "",
        Impact::RefusesLater("refuses what breaks the policy when it is next written, from the day on which policies deny"),
    ),
    Extra {
        prefix: "policy/gatekeeper/webhook/failure",
        unset: "",
        when: When::Reaches(&["Fail"]),
        impact: Impact::RefusesLater("refuses new pods, and who enters one, while Gatekeeper does not answer"),
    },
    Extra::stricter(
        "policy/gatekeeper/mutation",
        "",
        Impact::RefusesLater("rewrites pods when they are next created: they start only while their registry answers"),
    ),
    Extra::stricter(
        "policy/in-tree/binding/MutatingAdmissionPolicy/",
        "",
        Impact::RefusesLater("rewrites pods when they are next created: they start only while their registry answers"),
    ),
    Extra::stricter(
        "policy/in-tree/binding/ValidatingAdmissionPolicy/",
        "",
        Impact::RefusesLater("refuses what breaks the policy when it is next written, from the day on which policies deny"),
    ),
    Extra::stricter(
        "kubelet/field/imagePullCredentialsVerificationPolicy",
        "NeverVerifyPreloadedImages",
        Impact::RefusesLater("refuses kept images to pods that may not pull them, when they are next created"),
    ),
    Extra::stricter(
        "kubelet/field/podPidsLimit",
        "-1",
        Impact::RefusesLater("lets fork fail in pods created from then on, once they reach the limit"),
    ),
    Extra::stricter(
        "kubelet/field/seccompDefault",
        "false",
        Impact::RefusesLater("lets unusual system calls fail (EPERM) in pods created from then on that name no profile"),
    ),
    Extra::stricter("namespace/*/labels/pod-security.kubernetes.io/enforce", "privileged", PODS_BELOW),
    Extra::stricter("network/", "", CUTS),
    Extra::stricter(
        "rbac/accounts/",
        "",
        Impact::RefusesLater("mounts no token into pods created from then on that name no service account of their own"),
    ),
];

const CLOSES: Impact = Impact::RefusesLater("refuses connections from anywhere else as soon as it is applied");
const WAKES: Impact = Impact::RefusesLater("wakes network policies that nothing enforced until then");
const REPLACES: Impact =
    Impact::RefusesLater("may replace a running cluster when it is changed: read the plan of Terraform first");
/// What only a change shows: the setting alone says nothing of it.
pub(super) const OF_CHANGES: &[Extra] = &[
    Extra { prefix: "admission/pod-security/exempt/", unset: "", when: When::Gone, impact: PODS_BELOW },
    Extra::stricter(
        "apiserver/flag/anonymous-auth",
        "true",
        Impact::RefusesLater("answers 401 to every client without credentials"),
    ),
    Extra::stricter(
        "apiserver/flag/service-account-issuer",
        "",
        Impact::RefusesLater(
            "refuses tokens of an issuer that is no longer named; servers with the old arguments refuse those of a new one",
        ),
    ),
    Extra {
        prefix: "apiserver/flag/token-auth-file",
        unset: "",
        when: When::Gone,
        impact: Impact::RefusesLater("answers 401 to whoever signs in with a token of the file, as soon as the server restarts"),
    },
    Extra::stricter(
        "authentication/anonymous",
        "",
        Impact::RefusesLater("answers 401 to clients without credentials, but for the paths that stay open"),
    ),
    Extra::stricter("controller-manager/flag/bind-address", "0.0.0.0", SHUTS_METRICS),
    Extra::stricter("kube-proxy/field/metricsBindAddress", "127.0.0.1:10249", SHUTS_METRICS),
    Extra::stricter("scheduler/flag/bind-address", "0.0.0.0", SHUTS_METRICS),
    Extra { prefix: "network/", unset: "", when: When::Gone, impact: CUTS },
    Extra::stricter(
        "kubelet/field/authentication.anonymous.enabled",
        "false",
        Impact::RefusesLater("answers 401 to clients of the kubelet without credentials"),
    ),
    Extra::stricter(
        "kubelet/field/readOnlyPort",
        "0",
        Impact::RefusesLater("no longer answers who reads metrics and pods at the open port"),
    ),
];

pub(super) const PLUGINS: &str = "apiserver/flag/enable-admission-plugins";
const EVENTS: Impact = Impact::RefusesLater("refuses events beyond a limit");
const CUTS: Impact = Impact::RefusesLater("drops connections that no flow declares, as soon as it is applied");
const SHUTS_METRICS: Impact =
    Impact::RefusesLater("answers its own host alone: who collects its metrics over the network loses them when it restarts");
const PODS_BELOW: Impact = Impact::RefusesLater("refuses pods below the level when they are next created");

/// What each admission plugin does to what comes later.
pub(super) const PLUGIN_IMPACT: &[(&str, Impact)] = &[
    (
        "AlwaysPullImages",
        Impact::RefusesLater("rewrites pods when they are next created: they start only while their registry answers"),
    ),
    ("DenyServiceExternalIPs", Impact::RefusesLater("refuses Services that name new external addresses")),
    ("EventRateLimit", EVENTS),
    ("NodeRestriction", Impact::RefusesLater("refuses kubelets that write other nodes or pods of other nodes")),
];

/// What the plugins do that a list has more than the one before.
pub(super) fn added_plugins(from: Option<&str>, to: Option<&str>) -> Vec<Impact> {
    let items = |list: Option<&str>| list.unwrap_or_default().split(',').map(|item| item.trim().to_owned()).collect::<Vec<_>>();
    let before = items(from);
    let added = items(to).into_iter().filter(|item| !item.is_empty() && !before.contains(item));
    let impact = |item: String| PLUGIN_IMPACT.iter().find(|(name, _)| *name == item).map(|(_, impact)| *impact);
    added.filter_map(impact).collect()
}
