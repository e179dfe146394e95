//! Public names of settings (`apiserver/flag/profiling`) and what a change of one costs.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
    sync::LazyLock,
};

use crate::base::Reason;
pub use crate::facts::Program;

use crate::base::ControlId;

use super::{AccessPlan, Flag, FlagValue, Held, HostRule, Plan, Topic, WhenAway, cloud::Owner, strictness, webhook_key};

/// The public, documented name of one setting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SettingKey {
    /// A command line flag of a program, without dashes.
    Flag(Program, String),
    /// A field of a program's configuration file, dotted path.
    Field(Program, String),
    /// A folder or file of the host that a program's container sees, by its path in the container.
    Mount(Program, String),
    /// A part of what has a subject of its own: a file that the API server reads, objects of the cluster, the provider.
    Part(Topic, String),
    /// A rule for files on the node: `kubeconfig/super-admin.conf/mode` and the like.
    Node(String),
}

impl fmt::Display for SettingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().into_iter().try_for_each(|piece| f.write_str(piece))
    }
}

impl SettingKey {
    /// The name as one text, as `to_string` gives it.
    #[must_use]
    pub fn text(&self) -> String {
        self.pieces().concat()
    }

    /// What the name is put together from.
    fn pieces(&self) -> [&str; 3] {
        match self {
            SettingKey::Flag(program, name) => [topic(*program), "/flag/", name],
            SettingKey::Field(program, path) => [topic(*program), "/field/", path],
            SettingKey::Mount(program, path) => [topic(*program), "/mount", path],
            SettingKey::Part(topic, part) => [topic.name(), "/", part],
            SettingKey::Node(name) => ["node", "/", name],
        }
    }

    /// Whether this is its name.
    fn is(&self, text: &str) -> bool {
        let pieces = self.pieces();
        pieces.iter().map(|piece| piece.len()).sum::<usize>() == text.len() && self.begins_with(text)
    }

    fn begins_with(&self, text: &str) -> bool {
        let mut rest = text;
        for piece in self.pieces() {
            match rest.strip_prefix(piece) {
                Some(more) => rest = more,
                None => return piece.starts_with(rest),
            }
        }
        rest.is_empty()
    }
}

/// The topic of a program in setting keys and control ids.
fn topic(program: Program) -> &'static str {
    match program {
        Program::KubeApiserver => "apiserver",
        Program::KubeControllerManager => "controller-manager",
        Program::KubeScheduler => "scheduler",
        Program::Etcd => "etcd",
        Program::Kubelet => "kubelet",
        Program::KubeProxy => "kube-proxy",
    }
}

/// What the change of a setting does to a running cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// Nothing is restarted or refused.
    None,
    /// Restarts a component on each control-plane node.
    Restarts(Program),
    /// Restarts the kubelet (or kube-proxy) of every node: roll the pools one node at a time.
    Rolls(Program),
    /// Restarts the container runtime of a node: drain it first.
    RollsRuntime,
    /// What runs stays; something fails later, as the words say.
    RefusesLater(&'static str),
    /// Cannot be undone by taking the setting back.
    OneWay,
}

impl Impact {
    /// The stable name, as in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Impact::None => "none",
            Impact::Restarts(_) => "restarts",
            Impact::Rolls(_) | Impact::RollsRuntime => "rolls",
            Impact::RefusesLater(_) => "refuses-later",
            Impact::OneWay => "one-way",
        }
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Impact::None => f.write_str("none"),
            Impact::Restarts(program) => write!(f, "restarts {} on each control-plane node", program.name()),
            Impact::Rolls(program) => write!(f, "restarts {} on every node: roll the pools", program.name()),
            Impact::RollsRuntime => f.write_str("restarts the container runtime of every node: drain one after the other"),
            Impact::RefusesLater(what) => f.write_str(what),
            Impact::OneWay => f.write_str("cannot be undone by taking the setting back"),
        }
    }
}

impl SettingKey {
    /// What a change of this setting does, the gravest first, whatever its value; [`Plan::impact`] knows more.
    #[must_use]
    pub fn impact(&self) -> Vec<Impact> {
        let mut impacts = match self {
            SettingKey::Flag(program, _) | SettingKey::Field(program, _) | SettingKey::Mount(program, _) => match program {
                Program::Kubelet | Program::KubeProxy => vec![Impact::Rolls(*program)],
                Program::KubeApiserver | Program::KubeControllerManager | Program::KubeScheduler | Program::Etcd => {
                    vec![Impact::Restarts(*program)]
                }
            },
            SettingKey::Part(topic, _) => vec![topic.impact()],
            SettingKey::Node(name) => {
                let rule = name.split_once('/').and_then(|(_, rule)| HostRule::of(rule));
                rule.map_or_else(|| vec![Impact::None], HostRule::impact)
            }
        };
        let mut rows = self.extra_impacts().filter(|extra| self.begins_with(extra.prefix));
        if let Some(first) = rows.next() {
            let alike = rows.filter(|extra| extra.prefix == first.prefix && matches!(extra.when, When::Stricter));
            let extra: Vec<Impact> = std::iter::once(first).chain(alike).map(|extra| extra.impact).collect();
            impacts.splice(0..0, extra);
        }
        impacts
    }

    /// The rows that may be about the setting: those of its topic.
    fn extra_impacts(&self) -> impl Iterator<Item = &'static Extra> {
        let [topic, ..] = self.pieces();
        EXTRA_BY_TOPIC.get(topic).into_iter().flatten().copied()
    }

    /// What a change of this setting from one value to another does, the gravest first; `None` stands for "not set".
    #[must_use]
    pub fn impact_of_change(&self, from: Option<&str>, to: Option<&str>) -> Vec<Impact> {
        let restarts = self.impact().into_iter().filter(|impact| !EXTRA_IMPACT.iter().any(|extra| extra.impact == *impact));
        let extra = self.extra_impacts().chain(OF_CHANGES).filter(|extra| self.begins_with(extra.prefix));
        let mut impacts: Vec<Impact> = match self.begins_with(PLUGINS) {
            true => added_plugins(from, to),
            false => extra.filter(|extra| extra.arises(self, from, to)).map(|extra| extra.impact).collect(),
        };
        impacts.extend(restarts);
        impacts
    }
}

/// The rows of [`EXTRA_IMPACT`] by the first word of their keys, in their order.
static EXTRA_BY_TOPIC: LazyLock<BTreeMap<&'static str, Vec<&'static Extra>>> = LazyLock::new(|| {
    let mut by_topic: BTreeMap<&'static str, Vec<&'static Extra>> = BTreeMap::new();
    for extra in EXTRA_IMPACT {
        let topic = extra.prefix.split_once('/').map_or(extra.prefix, |(topic, _)| topic);
        by_topic.entry(topic).or_default().push(extra);
    }
    by_topic
});

/// What a setting does beyond restarting its reader.
struct Extra {
    /// The beginning of its key.
    prefix: &'static str,
    /// What holds where it is not set; empty where no value says the same.
    unset: &'static str,
    when: When,
    impact: Impact,
}

/// Which changes have the impact.
enum When {
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

    fn arises(&self, key: &SettingKey, from: Option<&str>, to: Option<&str>) -> bool {
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
const EXTRA_IMPACT: &[Extra] = &[
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
const OF_CHANGES: &[Extra] = &[
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
    Extra::stricter(
        "authentication/anonymous",
        "",
        Impact::RefusesLater("answers 401 to clients without credentials, but for the paths that stay open"),
    ),
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

const PLUGINS: &str = "apiserver/flag/enable-admission-plugins";
const EVENTS: Impact = Impact::RefusesLater("refuses events beyond a limit");
const CUTS: Impact = Impact::RefusesLater("drops connections that no flow declares, as soon as it is applied");
const PODS_BELOW: Impact = Impact::RefusesLater("refuses pods below the level when they are next created");

/// What each admission plugin does to what comes later.
const PLUGIN_IMPACT: &[(&str, Impact)] = &[
    (
        "AlwaysPullImages",
        Impact::RefusesLater("rewrites pods when they are next created: they start only while their registry answers"),
    ),
    ("DenyServiceExternalIPs", Impact::RefusesLater("refuses Services that name new external addresses")),
    ("EventRateLimit", EVENTS),
    ("NodeRestriction", Impact::RefusesLater("refuses kubelets that write other nodes or pods of other nodes")),
];

/// What the plugins do that a list has more than the one before.
fn added_plugins(from: Option<&str>, to: Option<&str>) -> Vec<Impact> {
    let items = |list: Option<&str>| list.unwrap_or_default().split(',').map(|item| item.trim().to_owned()).collect::<Vec<_>>();
    let before = items(from);
    let added = items(to).into_iter().filter(|item| !item.is_empty() && !before.contains(item));
    let impact = |item: String| PLUGIN_IMPACT.iter().find(|(name, _)| *name == item).map(|(_, impact)| *impact);
    added.filter_map(impact).collect()
}

impl Plan {
    /// What a setting of the plan does to a running cluster: nothing where what runs has the same by itself. That is what the owner's own
    /// configuration says, else what the installer writes. In a list of plugins only those count that the control asks for.
    #[must_use]
    pub fn impact(&self, key: &SettingKey, control: Option<ControlId>) -> Vec<Impact> {
        let now = self.value_of(key);
        if let Some(before) = self.before.get(key) {
            return match now {
                Some(now) if now == *before => vec![Impact::None],
                now => self.impact_over(key, before, now.as_deref(), control),
            };
        }
        let is_installers_own = match key {
            SettingKey::Flag(program, name) => self.component(*program).flags.get(name).is_some_and(Flag::is_installers_own),
            SettingKey::Field(program, path) => self.component(*program).is_installers_own_field(path),
            SettingKey::Mount(program, path) => {
                self.component(*program).mounts.get(path).is_some_and(|mount| mount.value.installer)
            }
            SettingKey::Part(..) | SettingKey::Node(_) => false,
        };
        if is_installers_own {
            return vec![Impact::None];
        }
        let installer = match key {
            SettingKey::Flag(program, name) => {
                self.component(*program).flags.get(name).and_then(|flag| flag.installer.as_deref()).unwrap_or_default()
            }
            SettingKey::Field(..) | SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => "",
        };
        self.impact_beyond(key, installer, control)
    }

    /// What it does that a control takes flags of the owner's away.
    pub fn impact_of_taking(&self, control: ControlId) -> impl Iterator<Item = Impact> {
        let taken = self.taken.iter().filter(move |(_, (by, _))| *by == control);
        taken.flat_map(|(key, (_, value))| key.impact_of_change(Some(value), None))
    }

    /// What a setting of the plan does where a cluster has another value, whoever writes it now.
    #[must_use]
    pub fn impact_where_new(&self, key: &SettingKey, control: Option<ControlId>) -> Vec<Impact> {
        let stricter = OF_CHANGES.iter().filter(|extra| matches!(extra.when, When::Stricter) && key.begins_with(extra.prefix));
        stricter.map(|extra| extra.impact).chain(self.impact_beyond(key, "", control)).collect()
    }

    /// What a setting does whose value the owner's configuration has differently.
    fn impact_over(&self, key: &SettingKey, before: &str, now: Option<&str>, control: Option<ControlId>) -> Vec<Impact> {
        match (control, key.begins_with(PLUGINS)) {
            (Some(_), true) => self.impact_beyond(key, before, control),
            (None, _) | (_, false) => key.impact_of_change(Some(before), now),
        }
    }

    /// What a setting does; of a list of the API server's, that of the items which a control adds to those that are there.
    fn impact_beyond(&self, key: &SettingKey, present: &str, control: Option<ControlId>) -> Vec<Impact> {
        match key {
            SettingKey::Flag(program, name) => match self.component(*program).flags.get(name) {
                Some(flag) => flag_impact(key, flag, present, control),
                None => key.impact(),
            },
            SettingKey::Part(..) if self.leaves_key(key) => vec![Impact::None],
            SettingKey::Part(..) if self.refuses_no_pod(key) => vec![Impact::Restarts(Program::KubeApiserver)],
            SettingKey::Part(..) if self.lets_pass(key) => vec![Impact::None],
            SettingKey::Node(name) if self.counts(name) => vec![Impact::None],
            SettingKey::Field(..) | SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => key.impact(),
        }
    }

    /// The value of a flag or field as text, as the list of all settings has it.
    fn value_of(&self, key: &SettingKey) -> Option<String> {
        match key {
            SettingKey::Flag(program, name) => {
                self.component(*program).flags.get(name).map(|flag| with_others(&flag.held.value, &flag.also))
            }
            SettingKey::Field(program, path) => {
                self.component(*program).fields.get(path).map(|held| super::lowering::plain(&held.value))
            }
            SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => None,
        }
    }

    /// Writes down what the owner's own configuration sets a flag or field to.
    pub fn was(&mut self, key: SettingKey, value: &OwnerValue<'_>) {
        let text = match value {
            OwnerValue::Flag(values) => values.join(", then "),
            OwnerValue::Field(value) => super::lowering::plain(value),
        };
        self.before.insert(key, text);
    }

    /// Whether a key is that of what happens while Gatekeeper does not answer, and everything passes then.
    fn lets_pass(&self, key: &SettingKey) -> bool {
        *key == webhook_key("failure") && self.gatekeeper_away.as_ref().is_some_and(|away| away.value == WhenAway::LetsPass)
    }

    /// Whether a rule is one of a firewall that counts and drops nothing.
    fn counts(&self, name: &str) -> bool {
        let Some((pool, rule)) = name.split_once('/') else { return false };
        let of_firewall = matches!(HostRule::of(rule), Some(HostRule::FirewallMode | HostRule::FirewallAllow(..)));
        let mode = self.pools.get(pool).and_then(|pool| pool.file_rules.get("firewall/mode"));
        of_firewall && mode.is_some_and(|mode| mode.value == "count")
    }

    /// Whether a key is that of the owner of the key of Secrets, and the key stays what it is.
    fn leaves_key(&self, key: &SettingKey) -> bool {
        let owner = self.cloud.as_ref().and_then(|cloud| cloud.secrets_key.as_ref());
        key.is("cloud/secrets-key/owner") && owner.is_some_and(|owner| owner.value != Owner::Harden)
    }

    /// Whether a key is that of the enforced level of Pod Security, and the level asks for nothing.
    fn refuses_no_pod(&self, key: &SettingKey) -> bool {
        let level = self.pod_security.as_ref().map(|levels| levels.enforce.value.as_str());
        key.is("admission/pod-security/enforce") && level == Some("privileged")
    }
}

/// A value of the owner's own configuration.
#[derive(Debug, Clone, Copy)]
pub enum OwnerValue<'a> {
    /// That of a flag, and those that follow under its name.
    Flag(&'a [String]),
    /// That of a field.
    Field(&'a serde_json::Value),
}

/// The impact of a flag; of a list of plugins, that of the items that a control adds to those that are there.
fn flag_impact(key: &SettingKey, flag: &Flag, present: &str, control: Option<ControlId>) -> Vec<Impact> {
    let (FlagValue::List(items), Some(control)) = (&flag.held.value, control) else { return key.impact() };
    let present: Vec<&str> = present.split(',').map(str::trim).collect();
    let asked = items.iter().filter(|item| item.reasons.iter().any(|reason| reason.control == Some(control)));
    let added: Vec<&str> = asked.map(|item| item.value.as_str()).filter(|item| !present.contains(item)).collect();
    if added.is_empty() {
        return vec![Impact::None];
    }
    let by_plugin = |plugin: &&str| PLUGIN_IMPACT.iter().find(|(name, _)| name == plugin).map(|(_, impact)| *impact);
    let restarts = key.impact().into_iter().filter(|impact| !matches!(impact, Impact::RefusesLater(_)));
    added.iter().filter_map(by_plugin).chain(restarts).collect()
}

impl FromStr for SettingKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (head, rest) = text.split_once('/').ok_or(())?;
        if head == "node" {
            return Ok(SettingKey::Node(rest.to_owned()));
        }
        if let Some(topic) = Topic::from_name(head) {
            return Ok(SettingKey::Part(topic, rest.to_owned()));
        }
        let program = Program::ALL.into_iter().find(|p| topic(*p) == head).ok_or(())?;
        let (kind, name) = rest.split_once('/').ok_or(())?;
        match kind {
            "flag" => Ok(SettingKey::Flag(program, name.to_owned())),
            "field" => Ok(SettingKey::Field(program, name.to_owned())),
            "mount" => Ok(SettingKey::Mount(program, format!("/{name}"))),
            _ => Err(()),
        }
    }
}

/// The values of the settings under a name: `apiserver/flag/profiling`, or every one that matches `namespace/*/labels/x`.
#[must_use]
pub fn values_of(settings: &super::Settings, name: &str) -> Vec<String> {
    if let Some((head, tail)) = name.split_once('*') {
        let matches = |key: &SettingKey| key.begins_with(head) && key.text().ends_with(tail);
        return settings.iter().filter(|(key, _)| matches(key)).map(|(_, held)| held.value.clone()).collect();
    }
    let found = name.parse().ok().and_then(|key: SettingKey| settings.get(&key));
    found.map(|held| held.value.clone()).into_iter().collect()
}

/// Every setting of a plan as text.
pub(super) fn all(plan: &Plan) -> BTreeMap<SettingKey, Held<String>> {
    let mut out = BTreeMap::new();
    for (program, component) in &plan.components {
        for (name, flag) in &component.flags {
            out.insert(SettingKey::Flag(*program, name.clone()), flag.held.as_ref().map(|v| with_others(v, &flag.also)));
        }
        for (path, field) in &component.fields {
            out.insert(SettingKey::Field(*program, path.clone()), field.as_ref().map(super::lowering::plain));
        }
        for (path, mount) in &component.mounts {
            out.insert(SettingKey::Mount(*program, path.clone()), mount.as_ref().map(|m| m.to_string()));
        }
    }
    super::files::settings(plan, &mut out);
    super::namespaces::settings(plan, &mut out);
    super::patching::settings(plan, &mut out);
    super::policies::settings(plan, &mut out);
    super::webhook::settings(plan, &mut out);
    super::network::settings(plan, &mut out);
    super::logging::settings(plan, &mut out);
    super::rbac::settings(plan, &mut out);
    access(&plan.access, &mut out);
    super::cloud::settings(plan, &mut out);
    for pool in plan.pools.values() {
        for (name, rule) in &pool.file_rules {
            out.insert(SettingKey::Node(format!("{}/{name}", pool.name)), rule.clone());
        }
    }
    out
}

/// The value of a flag, and those that follow under its name.
fn with_others(value: &FlagValue, also: &[Held<String>]) -> String {
    also.iter().fold(value.to_string(), |text, other| format!("{text}, then {}", other.value))
}

/// The sources that may reach the API server.
fn access(plan: &AccessPlan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    for (part, ranges) in [("admins", &plan.admins), ("load-balancer", &plan.load_balancer), ("egress", &plan.egress)] {
        let reasons: BTreeSet<Reason> = ranges.iter().flat_map(|range| range.reasons.iter().cloned()).collect();
        let value = ranges.iter().map(|range| range.value.to_string()).collect::<Vec<_>>().join(", ");
        if !ranges.is_empty() {
            out.insert(SettingKey::Part(Topic::Access, part.to_owned()), Held { value, reasons });
        }
    }
    if let (Some(preserves), Some(first)) = (plan.preserves_client_ip, plan.load_balancer.first()) {
        let key = SettingKey::Part(Topic::Access, "load-balancer/preserves-client-ip".to_owned());
        out.insert(key, Held { value: preserves.to_string(), reasons: first.reasons.clone() });
    }
}
