//! Rules for people whose every request is of interest.

use super::{ExplainedRule, Goal, Level, Rule};

/// Records every request of a group with its body, behind the rules that leave out what the cluster's own programs do and those that keep
/// the bodies of secrets out. A group that is watched already is not watched twice.
pub fn watch_group(rules: &mut Vec<ExplainedRule>, group: &str, why: &'static str) {
    let rule = Rule { user_groups: vec![group.to_owned()], ..Rule::everything(Level::Request) };
    if rules.iter().any(|present| present.rule == rule) {
        return;
    }
    let confidential = rules.iter().position(|present| present.rule.level == Level::Metadata).map_or(rules.len(), |at| at + 1);
    let goals = rules.get(confidential).map_or_else(Vec::new, |next| next.goals.clone());
    let goals = goals.into_iter().filter(|goal| *goal == Goal::Impersonation).collect();
    rules.insert(confidential, ExplainedRule { rule, why, goals });
}
