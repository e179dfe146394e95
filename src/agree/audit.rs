//! The audit log: a policy and a place to write to belong together; one without the other records nothing and gives no error.

use crate::plan::{Plan, Program, SettingKey, Topic};

use super::settings::{Clash, Rule, Side, text};

const SERVER: Program = Program::KubeApiserver;

/// Flags that give the audit log somewhere to go.
const BACKENDS: [&str; 2] = ["audit-log-path", "audit-webhook-config-file"];

pub(super) const POLICY_WITHOUT_BACKEND: Rule = Rule {
    id: "audit-policy-without-backend",
    about: "There is an audit policy, and neither a log file nor a webhook that events could go to. The API server starts and records \
        nothing, without a message.",
    check: policy_without_backend,
};

fn policy_without_backend(plan: &Plan) -> Vec<Clash> {
    let rules = plan.audit_rules.as_ref().map(|held| Side::of(&SettingKey::Part(Topic::AuditPolicy, "rules".to_owned()), held));
    let Some(policy) = Side::flag(plan, SERVER, "audit-policy-file").or(rules) else { return Vec::new() };
    if BACKENDS.iter().any(|flag| text(plan, SERVER, flag).is_some()) {
        return Vec::new();
    }
    vec![Clash {
        message: "an audit policy is set, but no place that events are written to: nothing would be recorded".to_owned(),
        help: "set `audit-log-path` or `audit-webhook-config-file` too, or select `apiserver/audit-log`".to_owned(),
        a: policy,
        b: Side::absent(plan, "apiserver/audit-log"),
    }]
}

pub(super) const BACKEND_WITHOUT_POLICY: Rule = Rule {
    id: "audit-backend-without-policy",
    about: "There is an audit log or an audit webhook, and no policy that says what is recorded. The API server starts and records \
        nothing, without a message.",
    check: backend_without_policy,
};

fn backend_without_policy(plan: &Plan) -> Vec<Clash> {
    if text(plan, SERVER, "audit-policy-file").is_some() {
        return Vec::new();
    }
    let clash = |flag: &&str| {
        Some(Clash {
            message: format!("`--{flag}` is set, but no audit policy: nothing would be recorded"),
            help: "set `audit-policy-file` too, or select `apiserver/audit-policy`".to_owned(),
            a: Side::flag(plan, SERVER, flag)?,
            b: Side::absent(plan, "apiserver/audit-policy"),
        })
    };
    BACKENDS.iter().filter_map(clash).collect()
}
