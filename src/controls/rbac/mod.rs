//! Controls of authorization: service accounts, and the roles that duties need.

mod default_service_account;
mod delivery;
mod duties;
mod prefixes;
mod strength;
mod vocabulary;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{Cause, Minor, SpecPath},
    kube::rbac::{Rule, Subject},
    plan::{Held, Lowering, SettingKey, Topic},
    spec::words::May,
};

pub(super) use default_service_account::CONTROL as DEFAULT_SERVICE_ACCOUNT;
pub(super) use delivery::{CONTROL as DELIVERY, refuse_cut_off as refuse_delivery_cut_off, warn as warn_of_delivery};
pub(super) use duties::{CONTROL as DUTIES, audited, impossible, members, named};
pub(super) use prefixes::warn as warn_of_prefixes;
pub(super) use strength::{Holder, WHILE_ACTING, tell as tell_of_strength, warn as warn_of_strength};
pub(super) use vocabulary::Reach;
use vocabulary::rules;

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

/// The rules of several words together at a minor: every resource stands in one rule, with all that may be done to it.
pub(super) fn rules_of(words: &[May], reach: Reach, minor: Minor) -> Vec<Rule> {
    let mut verbs: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for rule in words.iter().filter_map(|word| rules(*word, reach, minor)).flatten() {
        for (group, resource) in rule.api_groups.iter().flat_map(|group| rule.resources.iter().map(move |name| (group, name))) {
            verbs.entry((group.clone(), resource.clone())).or_default().extend(rule.verbs.iter().cloned());
        }
    }
    let mut all: Vec<Rule> = Vec::new();
    for ((group, resource), verbs) in verbs {
        let verbs: Vec<String> = verbs.into_iter().collect();
        let groups = vec![group];
        match all.iter_mut().find(|rule| rule.api_groups == groups && rule.verbs == verbs) {
            Some(rule) => rule.resources.push(resource),
            None => all.push(Rule { api_groups: groups, resources: vec![resource], verbs, ..Rule::default() }),
        }
    }
    all
}

/// The control of the levels of Pod Security.
const POD_SECURITY: &str = "admission/pod-security";

/// The words that no rule is written for yet.
pub(super) fn unbuilt(words: &[May], minor: Minor) -> Vec<&'static str> {
    words.iter().filter(|word| rules(**word, Reach::Namespace, minor).is_none()).map(|word| word.name()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{facts::NEWEST, kube::rbac::Permission};

    fn permissions<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Vec<Permission> {
        rules.into_iter().flat_map(|rule| rule.permissions(Some("shop"))).collect()
    }

    /// Words that overlap come to rules that do not: the same permissions, each once.
    #[test]
    fn words_that_overlap_come_to_rules_that_do_not() {
        let mut overlaps = 0;
        for one in May::ALL {
            for other in May::ALL {
                for reach in [Reach::Namespace, Reach::Cluster] {
                    let written: Vec<Rule> =
                        [*one, *other].iter().filter_map(|word| rules(*word, reach, NEWEST)).flatten().collect();
                    let together = rules_of(&[*one, *other], reach, NEWEST);
                    let found = permissions(&together);
                    let once: BTreeSet<&Permission> = found.iter().collect();
                    assert_eq!(once.len(), found.len(), "{} and {}", one.name(), other.name());
                    let expected = permissions(&written);
                    assert_eq!(once, expected.iter().collect(), "{} and {}", one.name(), other.name());
                    overlaps += usize::from(expected.len() > found.len());
                    let resources: Vec<(&String, &String)> =
                        together.iter().flat_map(|rule| rule.resources.iter().map(|name| (&rule.api_groups[0], name))).collect();
                    assert_eq!(resources.iter().collect::<BTreeSet<_>>().len(), resources.len());
                }
            }
        }
        assert!(overlaps > 10, "{overlaps}");
    }
}
