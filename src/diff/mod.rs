//! Changes between two builds in terms of security: settings with from, to, impact and direction. Reads what `coverage.json` records.

use std::{cmp::Ordering, collections::BTreeMap, fmt};

use serde_json::{Value, json};

use crate::plan::{Impact, SettingKey, strictness};

/// What a change does to the security of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Lets in somebody or something that was kept out.
    Opens,
    /// Less is enforced.
    Weakens,
    /// The two values cannot be compared.
    Unclear,
    /// More is enforced.
    Hardens,
}

impl Direction {
    /// The stable name, as in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Direction::Opens => "opens",
            Direction::Weakens => "weakens",
            Direction::Unclear => "unclear",
            Direction::Hardens => "hardens",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A setting that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its key.
    pub key: String,
    /// The value before; `None` when it was not set.
    pub from: Option<String>,
    /// The value after; `None` when it is no longer set.
    pub to: Option<String>,
    /// What the change does to security.
    pub direction: Direction,
    /// What it does to the running cluster.
    pub impact: Vec<Impact>,
}

impl Change {
    /// The JSON of the interface.
    #[must_use]
    pub fn json(&self) -> Value {
        let impact: Vec<&str> = self.impact.iter().map(|impact| impact.name()).collect();
        json!({ "key": self.key, "from": self.from, "to": self.to, "direction": self.direction.name(), "impact": impact })
    }
}

/// A setting as `coverage.json` records it: the value, and whether a control asks for it.
struct Recorded {
    value: String,
    by_control: bool,
}

/// Compares two `coverage.json` documents; the gravest changes first.
///
/// # Errors
/// When a document records no settings.
pub fn compare(old: &Value, new: &Value) -> Result<Vec<Change>, String> {
    let (old, new) = (settings(old)?, settings(new)?);
    let mut changes = Vec::new();
    for key in old.keys().chain(new.keys().filter(|key| !old.contains_key(*key))) {
        let (from, to) = (old.get(key), new.get(key));
        if from.map(|r| &r.value) == to.map(|r| &r.value) {
            continue;
        }
        let parsed: Option<SettingKey> = key.parse().ok();
        changes.push(Change {
            direction: direction(key, parsed.as_ref(), from, to),
            impact: parsed.as_ref().map(SettingKey::impact).unwrap_or_default(),
            key: key.clone(),
            from: from.map(|r| r.value.clone()),
            to: to.map(|r| r.value.clone()),
        });
    }
    changes.sort_by(|a, b| (a.direction, &a.key).cmp(&(b.direction, &b.key)));
    Ok(changes)
}

fn settings(coverage: &Value) -> Result<BTreeMap<String, Recorded>, String> {
    let list = coverage["settings"].as_array().ok_or("coverage.json records no settings")?;
    Ok(list
        .iter()
        .filter_map(|setting| {
            let key = setting["key"].as_str()?.to_owned();
            let value = setting["value"].as_str()?.to_owned();
            let by_control = setting["controls"].as_array().is_some_and(|controls| !controls.is_empty());
            Some((key, Recorded { value, by_control }))
        })
        .collect())
}

/// Keys whose weakening lets somebody in.
const DOORS: [&str; 3] = ["access/", "authentication/anonymous", "authentication/issuers/"];

fn direction(key: &str, parsed: Option<&SettingKey>, from: Option<&Recorded>, to: Option<&Recorded>) -> Direction {
    let door = DOORS.iter().any(|prefix| key.starts_with(prefix));
    let weaker = if door { Direction::Opens } else { Direction::Weakens };
    match (from, to) {
        (Some(from), Some(to)) => match parsed.and_then(|key| strictness(key, &to.value, &from.value)) {
            Some(Ordering::Greater) => Direction::Hardens,
            Some(Ordering::Less) => weaker,
            Some(Ordering::Equal) | None => Direction::Unclear,
        },
        (None, Some(_)) if door => Direction::Opens,
        (Some(_), None) if door => Direction::Hardens,
        (None, Some(to)) if to.by_control => Direction::Hardens,
        (Some(from), None) if from.by_control => Direction::Weakens,
        _ => Direction::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(settings: &[(&str, &str)]) -> Value {
        let list: Vec<Value> =
            settings.iter().map(|(key, value)| json!({ "key": key, "value": value, "controls": ["x/y"] })).collect();
        json!({ "settings": list })
    }

    #[test]
    fn tells_the_direction_of_every_change() {
        let old = coverage(&[
            ("apiserver/flag/profiling", "true"),
            ("access/admins", "203.0.113.0/24"),
            ("kubelet/field/podPidsLimit", "1024"),
            ("apiserver/flag/advertise-address", "a"),
        ]);
        let new = coverage(&[
            ("apiserver/flag/profiling", "false"),
            ("access/admins", "203.0.113.0/24, 198.51.100.0/24"),
            ("apiserver/flag/advertise-address", "b"),
        ]);
        let found: Vec<(String, Direction)> =
            compare(&old, &new).unwrap().into_iter().map(|change| (change.key, change.direction)).collect();
        let expected = [
            ("access/admins", Direction::Opens),
            ("kubelet/field/podPidsLimit", Direction::Weakens),
            ("apiserver/flag/advertise-address", Direction::Unclear),
            ("apiserver/flag/profiling", Direction::Hardens),
        ];
        assert_eq!(found, expected.map(|(key, direction)| (key.to_owned(), direction)));
    }
}
