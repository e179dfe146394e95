//! What an owner's own kubeadm configuration carries at a risk: where it stands, when it is one, and why.

use super::{
    Program, Stage, flag, gate,
    row::{Period, Row},
    tables,
};
use crate::base::{Minor, go_nanoseconds};

/// A risk that is carried.
#[derive(Debug)]
pub struct Risk {
    /// Its name.
    pub name: &'static str,
    /// The places where it can stand (`*/apiServer/extraArgs/audit-log-format`); `*` is any one segment.
    pub at: &'static [&'static str],
    /// When what stands there is a risk.
    pub when: RiskWhen,
    /// A place and the value that must stand there too.
    pub beside: Option<(&'static str, &'static str)>,
    /// The control that is hollowed out by it.
    pub breaks: Option<&'static str>,
    /// Why; `{}` stands for the item.
    pub why: &'static str,
    /// Who says so.
    pub source: &'static str,
    pub(super) since: Minor,
    pub(super) until: Option<Minor>,
}

/// When an item at a place is a risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RiskWhen {
    /// Whatever it is.
    Set,
    /// It is one of these.
    AnyOf(&'static [&'static str]),
    /// It is none of these.
    OtherThan(&'static [&'static str]),
    /// It begins with one of these.
    Begins(&'static [&'static str]),
    /// It holds this text.
    Holds(&'static str),
    /// It is a duration of more than these seconds.
    Longer(i64),
    /// It is more than the default of the flag.
    AboveDefault,
    /// It is less than the default of the flag.
    BelowDefault,
    /// It is a version that is not of the minor.
    OtherMinor,
    /// It switches on a gate that is alpha in the minor.
    AlphaGate,
    /// It is a registry that the spec does not name.
    UndeclaredRegistry,
}

impl Row for Risk {
    fn name(&self) -> &'static str {
        self.name
    }
    fn life(&self) -> Period {
        Period { from: self.since, until: self.until }
    }
}

impl Risk {
    /// Whether an item is the risk, of the flag where it is of one; `false` where what a spec says beside it decides.
    #[must_use]
    pub fn arises(&self, text: &str, of: Option<(Program, &str)>, minor: Minor) -> bool {
        let is = |known: &&str| known.eq_ignore_ascii_case(text);
        let beyond = || {
            let (program, name) = of?;
            Some((amount(text)?, amount(flag(program, name, minor).known()?.default?)?))
        };
        match self.when {
            RiskWhen::Set => !text.is_empty(),
            RiskWhen::AnyOf(known) => {
                known.iter().any(is) || text == "1" && known.contains(&"true") || text == "0" && known.contains(&"false")
            }
            RiskWhen::OtherThan(known) => !text.is_empty() && !known.iter().any(is),
            RiskWhen::Begins(known) => known.iter().any(|start| text.starts_with(start)),
            RiskWhen::Holds(part) => text.contains(part),
            RiskWhen::Longer(seconds) => duration(value(text)).is_some_and(|found| found > seconds.saturating_mul(1_000_000_000)),
            RiskWhen::AboveDefault => beyond().is_some_and(|(found, default)| found > default),
            RiskWhen::BelowDefault => beyond().is_some_and(|(found, default)| found < default),
            RiskWhen::OtherMinor => {
                !text.is_empty() && text.trim_start_matches("kube=").trim_start_matches('v') != minor.to_string()
            }
            RiskWhen::AlphaGate => is_alpha(text, minor),
            RiskWhen::UndeclaredRegistry => false,
        }
    }

    /// Whether it can stand at a place.
    #[must_use]
    pub fn stands_at(&self, place: &str) -> bool {
        self.at.iter().any(|pattern| matches(pattern, place))
    }

    /// Whether what must stand beside it is among items, each with its place.
    pub fn is_accompanied<'a>(&self, mut items: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
        let Some((pattern, wanted)) = self.beside else { return true };
        items.any(|(place, text)| matches(pattern, place) && (text == wanted || text == "1" && wanted == "true"))
    }
}

/// An item of the value of a flag as Kubernetes reads it: truth in any of Go's spellings, a gate without the name of the component.
#[must_use]
pub fn risk_item(value: &str) -> String {
    let value = value.trim();
    let (head, last) = value.rsplit_once('=').map_or((None, value), |(head, last)| (Some(head), last));
    let last = match last {
        "t" | "T" | "TRUE" | "True" => "true",
        "f" | "F" | "FALSE" | "False" => "false",
        "1" if head.is_some() => "true",
        "0" if head.is_some() => "false",
        other => other,
    };
    head.map_or_else(|| last.to_owned(), |head| format!("{}={last}", head.strip_prefix("kube:").unwrap_or(head)))
}

/// What stands behind the name of an item.
fn value(item: &str) -> &str {
    item.rsplit('=').next().unwrap_or(item)
}

/// A number, or the nanoseconds of a duration.
fn amount(item: &str) -> Option<i64> {
    let text = value(item);
    text.parse().ok().or_else(|| duration(text))
}

/// Nanoseconds; a duration that is too long to be counted is longer than any.
fn duration(text: &str) -> Option<i64> {
    let is_one = text.ends_with(['h', 'm', 's']) && text.starts_with(|c: char| c.is_ascii_digit());
    go_nanoseconds(text).or_else(|| is_one.then_some(i64::MAX))
}

fn is_alpha(item: &str, minor: Minor) -> bool {
    let Some((name, "true")) = item.split_once('=') else { return false };
    name != "AllAlpha" && gate(name, minor).known().is_some_and(|gate| gate.stage == Stage::Alpha)
}

fn matches(pattern: &str, place: &str) -> bool {
    let (mut pattern, mut place) = (pattern.split('/'), place.split('/'));
    loop {
        match (pattern.next(), place.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == "*" || wanted == found => {}
            (Some(_) | None, Some(_) | None) => return false,
        }
    }
}

/// Every risk that a minor knows, sorted by name.
pub fn risks(minor: Minor) -> impl Iterator<Item = &'static Risk> {
    tables::RISKS.at(minor)
}
