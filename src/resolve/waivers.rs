//! Waivers and dates: which count on the day, which have ended, what has become due.

use std::collections::BTreeSet;

use crate::{
    base::{Cause, Date, SpecPath},
    diag::{Diagnostics, Place},
    facts,
    plan::{Ground, Locate, Outcome, Plan, SettingKey, Settings, Topic, Verdict},
    spec::{
        Doubts,
        model::{self, Spec},
    },
};

use super::{
    Resolved, Surroundings,
    diagnostics::{NoEffect, UnusedWaiver, WaiverExpired, WaiverForUnknownNamespace},
};

/// What a waiver is on the day of the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaiverState {
    /// It counts.
    Active,
    /// It expired, and a recorded reprieve keeps it until this day.
    Graced(Date),
    /// It expired.
    Expired,
}

/// A waiver with its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Its id.
    pub id: String,
    /// The control it waives.
    pub control: String,
    /// The namespace it is limited to.
    pub namespace: Option<String>,
    /// The workload it is limited to.
    pub workload: Option<String>,
    /// The node pool it is limited to.
    pub pool: Option<String>,
    /// The vulnerability it is limited to.
    pub vulnerability: Option<String>,
    /// What it is limited to, for people; `None` where it holds in the whole cluster.
    pub narrow: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day it counts.
    pub expires: Date,
    /// Its state on the day.
    pub state: WaiverState,
    /// Where it stands.
    pub path: SpecPath,
}

impl Waiver {
    /// The last day it counts, a recorded reprieve included.
    #[must_use]
    pub fn last_day(&self) -> Date {
        match self.state {
            WaiverState::Graced(until) => until,
            WaiverState::Active | WaiverState::Expired => self.expires,
        }
    }

    /// The namespace that it holds for as a whole; nothing where it holds for more, or for a part alone.
    #[must_use]
    pub fn whole_namespace(&self) -> Option<&str> {
        let is_whole = self.workload.is_none() && self.pool.is_none() && self.vulnerability.is_none();
        self.namespace.as_deref().filter(|_| is_whole)
    }

    /// The workload that it holds for, as kind and name; nothing where it holds for more, or for a part alone.
    #[must_use]
    pub fn whole_workload(&self) -> Option<(&str, &str)> {
        let is_whole = self.pool.is_none() && self.vulnerability.is_none();
        self.workload.as_deref().filter(|_| is_whole)?.split_once('/')
    }

    /// Whether its control can be left out in such a part of the cluster by itself. Of a node those are the rules of its host: the
    /// configuration of its kubelet is one document for all pools, and the driver of control groups is a matter of both.
    #[must_use]
    pub fn holds_by_itself(&self) -> bool {
        let (topic, name) = self.control.split_once('/').unwrap_or_default();
        let of_namespaces = matches!(
            (topic, name),
            ("admission", "pod-security") | ("network", "default-deny") | ("rbac", "default-service-account")
        );
        match (&self.pool, &self.workload, &self.namespace, &self.vulnerability) {
            (Some(_), None, None, None) => {
                matches!(topic, "node" | "runtime" | "kubeconfig") && self.control != "runtime/cgroup-driver"
            }
            (None, Some(_), _, None) => topic == "policy",
            (None, None, Some(_), None) => topic == "policy" || of_namespaces,
            (None, None, None, Some(_)) => topic == "images",
            (..) => false,
        }
    }

    /// Whether it counts on the day.
    #[must_use]
    pub fn counts(&self) -> bool {
        match self.state {
            WaiverState::Active | WaiverState::Graced(_) => true,
            WaiverState::Expired => false,
        }
    }
}

/// Something dated that has come since the recorded date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// The day it became due.
    pub date: Date,
    /// What it is: `waiver W-7 expired`, `policies begin to deny`.
    pub what: String,
    /// Where the date stands in the spec.
    pub path: SpecPath,
}

/// Whether a waiver is meant for a cluster.
pub(super) fn is_for(waiver: &model::Waiver, cluster: &str) -> bool {
    waiver.scope.cluster.as_deref().is_none_or(|pattern| name_fits(pattern, cluster))
}

/// What a scope leaves of the cluster.
fn narrow(scope: &model::Scope) -> Option<String> {
    let parts = [
        ("namespace", &scope.namespace),
        ("pool", &scope.pool),
        ("workload", &scope.workload),
        ("vulnerability", &scope.vulnerability),
    ];
    let parts: Vec<String> = parts.iter().filter_map(|(what, of)| Some(format!("{what} `{}`", of.as_ref()?))).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Judges every waiver of the spec; an expired one is an error.
pub(super) fn judge(
    spec: &Spec,
    doubts: &Doubts,
    around: &Surroundings<'_>,
    at: &dyn Fn(&str) -> Option<Place>,
    diags: &mut Diagnostics,
) -> Vec<Waiver> {
    let mut waivers = Vec::new();
    for written in &spec.waivers {
        let path = SpecPath::new("/waivers").child(&written.id);
        let state = match around.graces.get(&written.id) {
            _ if written.expires >= around.as_of => WaiverState::Active,
            Some(until) if *until >= around.as_of => WaiverState::Graced(*until),
            Some(_) | None => WaiverState::Expired,
        };
        if state == WaiverState::Expired {
            diags.push(WaiverExpired {
                id: written.id.clone(),
                expires: written.expires,
                as_of: around.as_of,
                reprieve: around.graces.get(&written.id).copied(),
                at: at(path.child("expires").as_str()),
            });
        }
        let unknown =
            |name: &&String| spec.namespaces.iter().all(|known| known.name != **name) && !facts::is_system_namespace(name);
        if let Some(namespace) = written.scope.namespace.as_ref().filter(unknown)
            && !doubts.hide_names(&SpecPath::new("/namespaces"))
        {
            diags.push(WaiverForUnknownNamespace {
                waiver: written.id.clone(),
                namespace: namespace.clone(),
                known: spec.namespaces.iter().map(|known| known.name.clone()).collect(),
                at: at(path.child("scope").child("namespace").as_str()),
            });
        }
        waivers.push(Waiver {
            id: written.id.clone(),
            control: written.control.clone(),
            namespace: written.scope.namespace.clone(),
            workload: written.scope.workload.clone(),
            pool: written.scope.pool.clone(),
            vulnerability: written.scope.vulnerability.clone(),
            narrow: narrow(&written.scope),
            owner: written.owner.clone(),
            reason: written.reason.clone(),
            expires: written.expires,
            state,
            path,
        });
    }
    waivers
}

/// Whether a name fits a pattern in which `*` stands for any text.
#[must_use]
pub fn name_fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Every dated event of the spec: the first day on which it counts.
pub(super) fn dates(spec: &Spec, waivers: &[Waiver]) -> Vec<Due> {
    let mut dates: Vec<Due> = waivers
        .iter()
        .map(|waiver| Due {
            date: waiver.last_day().next(),
            what: format!("waiver {} has ended", waiver.id),
            path: waiver.path.child("expires"),
        })
        .collect();
    let steps = [
        ("warn", spec.policies.rollout.warn, "policies begin to warn"),
        ("deny", spec.policies.rollout.deny, "policies begin to deny"),
    ];
    for (step, date, what) in steps {
        dates.extend(date.map(|date| Due { date, what: what.to_owned(), path: SpecPath::new("/policies/rollout").child(step) }));
    }
    dates.sort();
    dates
}

/// What has become due after the date of the build, up to today.
pub(super) fn due(dates: &[Due], around: &Surroundings<'_>) -> Vec<Due> {
    dates.iter().filter(|due| due.date > around.as_of && due.date <= around.today).cloned().collect()
}

/// The first day after the date of the build on which something dated changes.
pub(super) fn until(dates: &[Due], as_of: Date) -> Option<Date> {
    dates.iter().map(|due| due.date).find(|date| *date > as_of)
}

/// Warns about waivers that nothing took up: no choice, no verdict, no value; the plan says of each that it waives nothing.
pub fn report_unused_waivers(cluster: &Resolved, plan: &mut Plan, settings: &Settings, diags: &mut Diagnostics) {
    if cluster.waivers.is_empty() {
        return;
    }
    let verdicts = plan.verdicts.iter().flat_map(|control| &control.verdicts);
    let intents = plan.intents.iter().flat_map(|intent| &intent.verdicts);
    let mut used: BTreeSet<&str> = cluster.used_waivers.iter().map(String::as_str).collect();
    used.extend(verdicts.chain(intents).filter_map(|verdict| match &verdict.ground {
        Ground::Waiver(id) => Some(id.as_str()),
        Ground::Fact(_) | Ground::Settings(_) => None,
    }));
    let mut unused = BTreeSet::new();
    let told = |path: &SpecPath| {
        let settled = |verdict: &Verdict| verdict.ground != Ground::Fact(facts::id::SELECTS_CONTROLS);
        plan.intents.iter().any(|intent| intent.path == *path && intent.verdicts.iter().any(settled))
    };
    // That a waiver is there is recorded of every one.
    let taken = settings.iter().filter(|(key, _)| !matches!(key, SettingKey::Part(Topic::Waivers, _)));
    let causes: Vec<&Cause> = taken.flat_map(|(_, held)| &held.reasons).map(|reason| &reason.cause).collect();
    for waiver in &cluster.waivers {
        let a_value = causes.iter().any(|cause| matches!(cause, Cause::Spec(path) if path.is_within(&waiver.path)));
        if !used.contains(waiver.id.as_str()) && !a_value && !told(&waiver.path) {
            unused.insert(waiver.path.clone());
            diags.push(UnusedWaiver {
                id: waiver.id.clone(),
                control: waiver.control.clone(),
                why: no_effect(plan, waiver),
                at: cluster.locate(&Cause::Spec(waiver.path.clone())),
            });
        }
    }
    for intent in plan.intents.iter_mut().filter(|intent| unused.contains(&intent.path)) {
        for verdict in &mut intent.verdicts {
            verdict.outcome = Outcome::NotApplicable;
            verdict.ground = Ground::Fact(facts::id::WAIVER_WITHOUT_EFFECT);
        }
    }
}

/// Why a waiver that nothing took up has no effect.
fn no_effect(plan: &Plan, waiver: &Waiver) -> NoEffect {
    let verdict = plan.verdicts.iter().find(|verdict| verdict.id.0 == waiver.control);
    let nowhere = [Outcome::NotApplicable, Outcome::Provider, Outcome::Impossible];
    let outcome = verdict.filter(|verdict| verdict.verdicts.iter().all(|one| nowhere.contains(&one.outcome)));
    match (outcome, &waiver.narrow) {
        (Some(verdict), _) => NoEffect::NotApplied(verdict.outcome().name()),
        (None, None) => NoEffect::Unnamed,
        (None, Some(_)) if !waiver.holds_by_itself() => NoEffect::HeldAsOne,
        (None, Some(narrow)) => NoEffect::NothingThere(narrow.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_cluster_names() {
        for (pattern, name, fits) in [
            ("shop-*", "shop-prod", true),
            ("*", "x", true),
            ("shop", "shop-prod", false),
            ("*-prod", "shop-prod", true),
            ("s*-p*d", "shop-prod", true),
            ("shop-*-eu", "shop-prod", false),
        ] {
            assert_eq!(name_fits(pattern, name), fits, "{pattern} {name}");
        }
    }
}
