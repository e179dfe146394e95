//! How nodes and images are kept up to date.

use std::collections::BTreeMap;

use crate::base::Date;

use super::{Held, Plan, SettingKey, Topic};

/// When nodes may reboot: once a week, in universal time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebootWindow {
    /// The day in two letters, as kured writes it: `su`.
    pub day: String,
    /// `02:00`.
    pub start: String,
    /// `06:00`; at most the end of the day.
    pub end: String,
}

/// A hole that a waiver accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedVulnerability {
    /// Its id.
    pub id: String,
    /// Why, by whom.
    pub statement: String,
    /// The last day it is accepted.
    pub until: Date,
}

/// Everything about patching and scanning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatchPlan {
    /// When kured may reboot nodes.
    pub reboots: Option<Held<RebootWindow>>,
    /// Days until a hole must be closed, by severity in capitals.
    pub deadlines: BTreeMap<String, Held<u16>>,
    /// Where the pipeline runs that scans images: `github`, `gitlab`.
    pub pipeline: Option<Held<String>>,
    /// What scans running images: `trivy-operator`.
    pub cluster: Option<Held<String>>,
    /// Holes that waivers accept, sorted by id.
    pub accepted: Vec<Held<AcceptedVulnerability>>,
}

impl PatchPlan {
    /// The severities with a deadline, the gravest first.
    pub fn severities(&self) -> impl Iterator<Item = (&'static str, &Held<u16>)> {
        ["CRITICAL", "HIGH", "MEDIUM", "LOW"].into_iter().filter_map(|name| Some((name, self.deadlines.get(name)?)))
    }
}

/// The key of a part of patching.
#[must_use]
pub fn patching_key(part: &str) -> SettingKey {
    SettingKey::Part(Topic::Patching, part.to_owned())
}

/// Adds the settings of patching to the list of all settings.
pub(super) fn settings(plan: &Plan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    let patching = &plan.patching;
    let mut put = |part: String, held: Held<String>| {
        out.insert(patching_key(&part), held);
    };
    if let Some(window) = &patching.reboots {
        put("reboots".to_owned(), window.as_ref().map(|window| format!("{} {}-{} UTC", window.day, window.start, window.end)));
    }
    for (severity, days) in &patching.deadlines {
        put(format!("deadlines/{}", severity.to_lowercase()), days.as_ref().map(|days| format!("{days}d")));
    }
    for (part, held) in [("pipeline", &patching.pipeline), ("cluster", &patching.cluster)] {
        if let Some(held) = held {
            put(part.to_owned(), held.clone());
        }
    }
    for accepted in &patching.accepted {
        put(format!("accepted/{}", accepted.value.id), accepted.as_ref().map(|hole| format!("until {}", hole.until)));
    }
}
