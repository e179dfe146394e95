//! The table of rules, and how a clash becomes a diagnostic.

use std::collections::BTreeSet;

use crate::{
    base::{Cause, Reason, SpecPath},
    diag::{Diagnostic, Diagnostics, Entry, Label, Severity},
    plan::{FlagValue, Ground, Held, Locate, Outcome, Plan, Program, SettingKey},
};

use super::{
    access, audit, characters, flags, gates, hosts, kubelet, kubelet_fields, mounts, network, nodes, plugins, proxy, tls,
};

/// Something that settings must not do together. A later layer adds rows.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The code of the diagnostic.
    pub id: &'static str,
    /// What the rule means and what breaks, one to three sentences: the text of `harden explain CODE`.
    pub about: &'static str,
    /// Finds every clash in a plan.
    pub check: fn(&Plan) -> Vec<Clash>,
}

/// Every rule, in the order in which clashes are reported.
pub const RULES: &[Rule] = &[
    audit::POLICY_WITHOUT_BACKEND,
    audit::BACKEND_WITHOUT_POLICY,
    access::ANONYMOUS_FLAG_BESIDE_BLOCK,
    access::OIDC_FLAGS_BESIDE_FILE,
    access::AUTHORIZATION_FILE_BESIDE_FLAGS,
    access::SHARED_FRONT_PROXY_CA,
    access::SHARED_ETCD_CA,
    access::LOOPBACK_ADVERTISED,
    plugins::NODE_RESTRICTION_LOST,
    plugins::PLUGIN_ENABLED_AND_DISABLED,
    plugins::PLUGIN_WITHOUT_CONFIGURATION,
    flags::FLAGS_EXCLUDE_EACH_OTHER,
    flags::FLAG_NEEDS_ANOTHER,
    mounts::FILE_NOT_MOUNTED,
    mounts::AUDIT_LOG_MOUNTED_AS_FILE,
    mounts::AUDIT_LOG_MOUNTED_READ_ONLY,
    tls::TLS13_WITH_CIPHERS,
    tls::CIPHERS_WITHOUT_HTTP2,
    tls::UNKNOWN_CIPHER_SUITE,
    gates::UNKNOWN_GATE,
    gates::LOCKED_GATE,
    kubelet::FIELD_WITHOUT_GATE,
    kubelet::VALUE_REFUSED,
    kubelet_fields::FIELDS_DISAGREE,
    nodes::KUBELET_CA_WITHOUT_SERVING_CERTIFICATES,
    nodes::SERVING_CERTIFICATES_WITHOUT_APPROVER,
    nodes::KERNEL_DEFAULTS_WITHOUT_SYSCTLS,
    hosts::HOST_NEED_BROKEN,
    proxy::NODE_PORT_ADDRESS_REFUSED,
    network::FLOW_NOT_MATCHED,
    network::POLICIES_NOT_ENFORCED,
    characters::UNSEEN_CHARACTER,
];

const ENTRIES: [Entry; RULES.len()] = {
    let mut entries = [Entry { code: "", severity: Severity::Error, meaning: "" }; RULES.len()];
    let mut at = 0;
    while at < RULES.len() {
        entries[at] = Entry { code: RULES[at].id, severity: Severity::Error, meaning: RULES[at].about };
        at += 1;
    }
    entries
};

/// Every kind of diagnostic of this stage: one for each rule.
pub const ALL: &[Entry] = &ENTRIES;

/// Settings that do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// What is wrong, with the names and values of the case.
    pub message: String,
    /// What to do.
    pub help: String,
    /// One side.
    pub a: Side,
    /// The other side: a setting, or what keeps a missing one away.
    pub b: Option<Side>,
}

/// One side of a clash: what stands there, and everything that asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// What is to be seen at the places.
    pub text: String,
    /// Everything that asked for it.
    pub reasons: BTreeSet<Reason>,
}

impl Side {
    /// A setting.
    #[must_use]
    pub fn of<T>(key: &SettingKey, held: &Held<T>) -> Self {
        Side { text: format!("`{key}` is asked for here"), reasons: held.reasons.clone() }
    }

    /// A flag of a program; `None` where the plan has none, or an empty one.
    #[must_use]
    pub fn flag(plan: &Plan, program: Program, name: &str) -> Option<Self> {
        let flag = plan.component(program).flags.get(name)?;
        let given = !flag.held.value.to_string().is_empty();
        given.then(|| Side::of(&SettingKey::Flag(program, name.to_owned()), &flag.held))
    }

    /// An item of a list flag; the whole flag where the plan does not know the items apart.
    #[must_use]
    pub fn item(plan: &Plan, program: Program, name: &str, item: &str) -> Option<Self> {
        let whole = Side::flag(plan, program, name)?;
        let FlagValue::List(items) = &plan.component(program).flags.get(name)?.held.value else { return Some(whole) };
        let reasons = items.iter().find(|held| held.value == item).map(|held| held.reasons.clone());
        Some(Side { text: format!("`{item}` stands here"), reasons: reasons? })
    }

    /// A field of the spec.
    #[must_use]
    pub fn spec(path: &str, text: impl Into<String>) -> Self {
        let cause = Cause::Spec(SpecPath::new(path));
        Side { text: text.into(), reasons: BTreeSet::from([Reason { control: None, cause }]) }
    }

    /// A control that would bring what is missing: where it is waived, or the profiles that do not select it.
    #[must_use]
    pub fn absent(plan: &Plan, control: &str) -> Option<Self> {
        let verdict = plan.verdicts.iter().find(|verdict| verdict.id.0 == control)?.verdicts.first()?;
        let text = match (&verdict.ground, verdict.outcome) {
            (Ground::Waiver(_), _) => format!("`{control}` is not applied here"),
            (Ground::Fact(_), Outcome::NotApplicable) => format!("nothing here selects `{control}`"),
            (Ground::Fact(_) | Ground::Settings(_), _) => return None,
        };
        let reason = Reason { control: None, cause: verdict.cause.clone() };
        Some(Side { text, reasons: BTreeSet::from([reason]) })
    }

    /// The version of the cluster, for clashes that only some versions know.
    #[must_use]
    pub fn version(plan: &Plan) -> Self {
        Side::spec(&format!("/platform/{}/kubernetesVersion", plan.cluster.platform), "the version is set here")
    }
}

/// Reports every clash of a plan.
pub fn agree(plan: &Plan, places: &dyn Locate, diags: &mut Diagnostics) {
    for rule in RULES {
        for clash in (rule.check)(plan) {
            let mut labels = labels(&clash.a, places);
            labels.extend(clash.b.iter().flat_map(|side| self::labels(side, places)));
            diags.push(Diagnostic {
                code: rule.id,
                severity: Severity::Error,
                message: clash.message,
                help: clash.help,
                labels,
                tells: 1,
            });
        }
    }
}

/// The places of a side; what an installer writes by itself has none. A profile that selects a control says nothing of a value: its
/// place is shown only where there is no better one.
fn labels(side: &Side, places: &dyn Locate) -> Vec<Label> {
    let selection = |cause: &Cause| matches!(cause, Cause::Profile { path, .. } if path.as_str().starts_with("/select"));
    let found = |wanted: bool| {
        let causes = side.reasons.iter().map(|reason| &reason.cause).filter(move |cause| selection(cause) == wanted);
        causes.filter_map(|cause| places.locate(cause)).collect::<Vec<_>>()
    };
    let mut better = found(false);
    if better.is_empty() {
        better = found(true);
    }
    let mut labels: Vec<Label> = Vec::new();
    for place in better {
        let label = Label::new(place, side.text.clone());
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

/// The value of a flag as text; `None` where the plan has none, or an empty one.
pub(super) fn text(plan: &Plan, program: Program, name: &str) -> Option<String> {
    plan.component(program).flag_text(name).filter(|text| !text.is_empty())
}

/// Whether a control is not applied in the whole cluster through a waiver: what it guards is then the owner's decision.
pub(super) fn waived(plan: &Plan, control: &str) -> bool {
    plan.verdicts.iter().any(|verdict| verdict.id.0 == control && verdict.of_cluster() == Outcome::Waived)
}
