//! What people decided that lets something off, or puts it off: days from which on policies act, what happens without their
//! engine, and waivers. No file of the cluster says it before its day; a change of it is one of security all the same.

use std::collections::BTreeMap;

use crate::base::Date;

use super::{Held, Plan, SettingKey, Topic};

/// A step of the rollout of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Violations are warned about.
    Warn,
    /// Violations are refused.
    Deny,
}

impl Step {
    /// The word of the spec.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Step::Warn => "warn",
            Step::Deny => "deny",
        }
    }
}

/// A waiver, as far as it says what is let off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverPlan {
    /// The control.
    pub control: String,
    /// What it is limited to, for people; nothing where it holds in the whole cluster.
    pub narrow: Option<String>,
    /// The last day it counts.
    pub until: Date,
}

/// What people decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// The steps that are still to come, each with its day; nothing where no day is given for it.
    pub steps: BTreeMap<Step, Held<Option<Date>>>,
    /// The steps whose day has come, each with it: nothing is put off by them any more, so they are no settings.
    pub come: BTreeMap<Step, Date>,
    /// That everything is to pass while the engine of policies is away, also from the day on which they refuse.
    pub fails_open: Option<Held<()>>,
    /// The waivers that count, by their ids.
    pub waivers: BTreeMap<String, Held<WaiverPlan>>,
}

/// What stands for the day of a step that never comes.
pub(super) const NEVER: &str = "never";

/// What stands before the last day of a waiver.
pub(super) const UNTIL: &str = "until ";

/// Adds the decisions to the list of all settings.
pub(super) fn settings(plan: &Plan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    let Decisions { steps, come: _, fails_open, waivers } = &plan.decisions;
    for (step, day) in steps {
        let key = SettingKey::Part(Topic::Policy, format!("rollout/{}", step.name()));
        out.insert(key, day.as_ref().map(|day| day.map_or_else(|| NEVER.to_owned(), |day| day.to_string())));
    }
    if let Some(open) = fails_open {
        out.insert(SettingKey::Part(Topic::Policy, "failure".to_owned()), open.as_ref().map(|()| "open".to_owned()));
    }
    for (id, waiver) in waivers {
        let text = |waiver: &WaiverPlan| {
            let narrow = waiver.narrow.as_ref().map_or_else(String::new, |narrow| format!(" for {narrow}"));
            format!("{}{narrow}, {UNTIL}{}", waiver.control, waiver.until)
        };
        out.insert(SettingKey::Part(Topic::Waivers, id.clone()), waiver.as_ref().map(text));
    }
}
