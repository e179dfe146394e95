//! Controls of authorization: service accounts, and the roles that duties need.

mod default_service_account;
mod delivery;
mod duties;
mod vocabulary;

use crate::{
    base::{Cause, SpecPath},
    kube::rbac::{Rule, Subject},
    plan::{Held, Lowering, SettingKey, Topic},
    spec::words::May,
};

pub(super) use default_service_account::CONTROL as DEFAULT_SERVICE_ACCOUNT;
pub(super) use delivery::{CONTROL as DELIVERY, refuse_cut_off as refuse_delivery_cut_off};
pub(super) use duties::{CONTROL as DUTIES, audited, impossible, named};
use vocabulary::{Reach, rules};

/// The key of the rules of the audit policy.
fn audit_key() -> SettingKey {
    SettingKey::Part(Topic::AuditPolicy, "rules".to_owned())
}

/// Lets a group do something in some namespaces (or everywhere) through a role of this name; gives the keys of the bindings.
pub(super) fn grant(
    out: &mut Lowering<'_>,
    role: &str,
    subject: &Subject,
    namespaces: Option<&[String]>,
    rules: impl Fn(Reach) -> Vec<Rule>,
    path: &SpecPath,
) -> Vec<SettingKey> {
    out.because(Cause::Spec(path.clone()));
    let scopes: Vec<Option<&str>> = match namespaces {
        Some(names) => names.iter().map(|name| Some(name.as_str())).collect(),
        None => vec![None],
    };
    let mut keys = Vec::new();
    for scope in scopes {
        let reach = if scope.is_some() { Reach::Namespace } else { Reach::Cluster };
        let held: Vec<Held<Rule>> = rules(reach).into_iter().map(|rule| out.held(rule)).collect();
        let subject = out.held(subject.clone());
        out.plan_mut().rbac.grant(role, subject, scope, held, path);
        let part = match scope {
            Some(namespace) => format!("bindings/{namespace}/{role}"),
            None => format!("cluster-bindings/{role}"),
        };
        keys.push(SettingKey::Part(Topic::Rbac, part));
    }
    keys
}

/// The rules of several words together.
pub(super) fn rules_of(words: &[May], reach: Reach) -> Vec<Rule> {
    let mut all: Vec<Rule> = Vec::new();
    for rule in words.iter().filter_map(|word| rules(*word, reach)).flatten() {
        if !all.contains(&rule) {
            all.push(rule);
        }
    }
    all
}

/// The words that no rule is written for yet.
pub(super) fn unbuilt(words: &[May]) -> Vec<&'static str> {
    words.iter().filter(|word| rules(**word, Reach::Namespace).is_none()).map(|word| word.name()).collect()
}
