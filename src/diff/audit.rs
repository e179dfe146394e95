//! Changes of an audit policy, rule by rule: which requests are recorded more or less fully than before.

use std::cmp::Ordering;

use crate::plan::strictness;

use super::{Change, Direction};

/// The rules that came, went or changed their level; where none did and the order is another, the first that moved.
pub(super) fn compare(old: &[String], new: &[String]) -> Vec<Change> {
    if old.is_empty() || new.is_empty() || old == new {
        return Vec::new();
    }
    let split = |rule: &String| rule.split_once(" of ").map(|(level, of)| (of.to_owned(), level.to_owned())).unwrap_or_default();
    let (before, after): (Vec<_>, Vec<_>) = (old.iter().map(split).collect(), new.iter().map(split).collect());
    let find = |list: &[(String, String)], of: &str| list.iter().find(|(known, _)| known == of).map(|(_, level)| level.clone());
    let mut changes = Vec::new();
    for (of, from) in &before {
        let to = find(&after, of);
        if to.as_ref() != Some(from) {
            changes.push(change(of, Some(from.clone()), to));
        }
    }
    for (of, to) in after.iter().filter(|(of, _)| find(&before, of).is_none()) {
        changes.push(change(of, None, Some(to.clone())));
    }
    if changes.is_empty()
        && let Some((from, to)) = old.iter().zip(new).find(|(from, to)| from != to)
    {
        changes.push(Change::new("audit-policy/order", Some(from.clone()), Some(to.clone()), Direction::Unclear));
    }
    changes
}

fn change(of: &str, from: Option<String>, to: Option<String>) -> Change {
    let key = format!("audit-policy/rules/{of}");
    let direction = match (from.as_deref(), to.as_deref()) {
        (Some(from), Some(to)) => match key.parse().ok().and_then(|key| strictness(&key, to, from)) {
            Some(Ordering::Greater) => Direction::Hardens,
            Some(Ordering::Less) => Direction::Weakens,
            Some(Ordering::Equal) | None => Direction::Unclear,
        },
        // Later rules decide instead; they keep metadata at least.
        (None, Some("None")) | (Some("Request" | "RequestResponse"), None) => Direction::Weakens,
        (Some("None"), None) | (None, Some("Request" | "RequestResponse")) => Direction::Hardens,
        (_, _) => Direction::Unclear,
    };
    Change::new(&key, from, to, direction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(old: &[&str], new: &[&str]) -> Vec<(String, Direction)> {
        let list = |rules: &[&str]| rules.iter().map(|&rule| rule.to_owned()).collect::<Vec<_>>();
        compare(&list(old), &list(new)).into_iter().map(|change| (change.key, change.direction)).collect()
    }

    #[test]
    fn levels_and_rules() {
        let old = ["None of get on core/nodes", "Request of create on core/pods", "Metadata of every verb"];
        let new = ["None of get on core/secrets", "Metadata of create on core/pods", "Metadata of every verb"];
        let expected = [
            ("audit-policy/rules/get on core/nodes", Direction::Hardens),
            ("audit-policy/rules/create on core/pods", Direction::Weakens),
            ("audit-policy/rules/get on core/secrets", Direction::Weakens),
        ];
        assert_eq!(changes(&old, &new), expected.map(|(key, direction)| (key.to_owned(), direction)));
        let moved = [old[1], old[0], old[2]];
        assert_eq!(changes(&old, &moved), [("audit-policy/order".to_owned(), Direction::Unclear)]);
        assert_eq!(changes(&old, &old), []);
    }
}
