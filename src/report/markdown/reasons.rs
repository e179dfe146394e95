//! The verdicts as tables: first what is not held, each reason once, then every area with what holds, where it stands and what it does.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write as _},
};

use crate::{
    base::{Area, ControlId},
    facts,
    plan::{ControlVerdict, Ground, Impact, Outcome, Plan, PoolRole, Scope, SettingKey, Settings, Verdict, values_of},
};

use super::{
    FilesOfControls,
    cells::{cell, code, prose},
    line,
};

/// Of more settings behind one verdict only these many are shown.
const MOST_SETTINGS: usize = 4;
/// Longer values are not shown: the files and `coverage.json` hold them.
const LONGEST_VALUE: usize = 100;
/// Of more files only these many are named.
const MOST_FILES: usize = 3;

/// What the verdicts of a plan rest on.
pub(super) struct Reasons<'a> {
    plan: &'a Plan,
    settings: &'a Settings,
    /// The files with lines of a control.
    files: &'a FilesOfControls<'a>,
    /// The settings of a control.
    keys: BTreeMap<ControlId, Vec<&'a SettingKey>>,
    /// What the controls come to, in the order of the plan.
    rows: Vec<(&'a ControlVerdict, Vec<Row<'a>>)>,
    /// What is not held; the first is number 1.
    not_held: Vec<NotHeld>,
}

/// A reason for which something is not held, with all that it touches.
struct NotHeld {
    lack: Lack,
    says: String,
    /// The controls, each with the detail of its verdict.
    controls: Vec<(String, String)>,
}

/// Why something is not held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lack {
    /// The platform or something else of the cluster forbids it.
    Forbidden,
    /// This version of harden does not write it.
    Unwritten,
    /// Something weaker takes its place.
    Weaker,
    /// A waiver takes it back.
    Waived,
}

impl Lack {
    const ALL: [Lack; 4] = [Lack::Forbidden, Lack::Unwritten, Lack::Weaker, Lack::Waived];

    fn of(row: &Row<'_>) -> Option<Self> {
        match row.outcome {
            Outcome::Impossible if row.unwritten => Some(Lack::Unwritten),
            Outcome::Impossible => Some(Lack::Forbidden),
            Outcome::Weaker => Some(Lack::Weaker),
            Outcome::Waived => Some(Lack::Waived),
            Outcome::Enforced | Outcome::Elsewhere | Outcome::Provider | Outcome::NotApplicable => None,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Lack::Forbidden => "Forbidden by the platform, or by what the spec declares",
            Lack::Unwritten => "Not written by this version of harden",
            Lack::Weaker => "Weaker than it is asked for",
            Lack::Waived => "Waived",
        }
    }

    fn outcome(self) -> Outcome {
        match self {
            Lack::Forbidden | Lack::Unwritten => Outcome::Impossible,
            Lack::Weaker => Outcome::Weaker,
            Lack::Waived => Outcome::Waived,
        }
    }
}

impl fmt::Display for NotHeld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Controls of one detail together, then details of the same controls.
        let mut groups: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
        for (control, detail) in &self.controls {
            match groups.iter_mut().find(|(_, details)| details == &[detail.as_str()]) {
                Some((controls, _)) => controls.push(control),
                None => groups.push((vec![control], vec![detail])),
            }
        }
        let mut joined: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
        for (controls, details) in groups {
            match joined.iter_mut().find(|(same, _)| *same == controls) {
                Some((_, more)) => more.extend(details),
                None => joined.push((controls, details)),
            }
        }
        let bracket = |details: &[&str]| {
            let told: Vec<&str> = details.iter().filter(|detail| !detail.is_empty()).copied().collect();
            if told.is_empty() { String::new() } else { format!(" ({})", told.join("; ")) }
        };
        match joined.as_slice() {
            [(controls, details)] => write!(f, "{}{}: {}", self.says, bracket(details), controls.join(", ")),
            several => {
                let each = several.iter().map(|(controls, details)| format!("{}{}", controls.join(", "), bracket(details)));
                write!(f, "{}: {}", self.says, each.collect::<Vec<_>>().join("; "))
            }
        }
    }
}

/// Verdicts of one control that come to the same, in several scopes.
struct Row<'a> {
    outcome: Outcome,
    unwritten: bool,
    how: How,
    scopes: Vec<&'a Scope>,
}

/// What a row rests on.
#[derive(Default)]
struct How {
    /// In words.
    says: String,
    /// More words, of this verdict alone.
    detail: String,
    /// What is not held, by its numbers.
    not_held: Vec<usize>,
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        if self.not_held.is_empty() {
            return Ok(());
        }
        let numbers: Vec<String> = self.not_held.iter().map(ToString::to_string).collect();
        let but = if self.says.is_empty() { "" } else { ", but " };
        write!(f, "{but}number {} of [what is not held](#not-held-here)", numbers.join(", "))
    }
}

impl<'a> Reasons<'a> {
    pub(super) fn of(plan: &'a Plan, files: &'a FilesOfControls<'a>, settings: &'a Settings) -> Self {
        let mut keys: BTreeMap<ControlId, Vec<&SettingKey>> = BTreeMap::new();
        for (key, held) in settings {
            let controls: BTreeSet<ControlId> = held.reasons.iter().filter_map(|reason| reason.control).collect();
            for control in controls {
                keys.entry(control).or_default().push(key);
            }
        }
        let mut out = Reasons { plan, settings, files, keys, rows: Vec::new(), not_held: Vec::new() };
        out.rows = plan.verdicts.iter().map(|control| (control, out.rows_of(control))).collect();
        out.number();
        out
    }

    /// Numbers what is not held: what is forbidden first, then what is not written, weaker or waived, in the order of the controls.
    fn number(&mut self) {
        for lack in Lack::ALL {
            for (control, rows) in &mut self.rows {
                for row in rows.iter_mut().filter(|row| Lack::of(row) == Some(lack)) {
                    let How { says, detail, .. } = std::mem::take(&mut row.how);
                    let present = self.not_held.iter().position(|other| other.lack == lack && other.says == says);
                    let at = present.unwrap_or(self.not_held.len());
                    if at == self.not_held.len() {
                        self.not_held.push(NotHeld { lack, says, controls: Vec::new() });
                    }
                    self.not_held[at].controls.push((format!("`{}`{}", control.id, suffix(&row.scopes)), detail));
                    row.how.not_held = vec![at + 1];
                }
            }
        }
        for (_, rows) in &mut self.rows {
            *rows = merged(std::mem::take(rows));
        }
    }

    /// What does not hold as it is asked for, each reason once.
    pub(super) fn not_held(&self, out: &mut String) {
        if self.not_held.is_empty() {
            return;
        }
        line(out, "\n## Not held here");
        let mut before = None;
        for (number, reason) in self.not_held.iter().enumerate() {
            let lack = reason.lack;
            if before.replace(lack) != Some(lack) {
                let _ = writeln!(out, "\n### {}\n", lack.title());
            }
            let _ = writeln!(out, "{}. **{}**: {reason}", number + 1, lack.outcome());
        }
    }

    pub(super) fn areas(&self, out: &mut String) {
        for area in Area::ALL {
            let controls: Vec<_> = self.rows.iter().filter(|(control, _)| control.area == area).collect();
            let _ = writeln!(out, "\n## {}\n", area.name());
            if controls.is_empty() {
                line(out, "No control of this area is built yet.");
                continue;
            }
            let _ = writeln!(out, "{}.\n", counts(controls.iter().map(|(control, _)| *control)));
            let mut idle: BTreeMap<String, Vec<String>> = BTreeMap::new();
            let mut table = String::new();
            for (control, row) in controls.iter().flat_map(|(control, rows)| rows.iter().map(move |row| (*control, row))) {
                if row.outcome == Outcome::NotApplicable {
                    idle.entry(row.how.to_string()).or_default().push(format!("`{}`{}", control.id, suffix(&row.scopes)));
                } else {
                    self.row(control, row, &mut table);
                }
            }
            if !table.is_empty() {
                line(out, "| control | outcome | by what, and what a change does | in which files | benchmark |");
                line(out, "|---|---|---|---|---|");
                out.push_str(&table);
            }
            for (n, (how, controls)) in idle.iter().enumerate() {
                let _ = writeln!(out, "{}- **not-applicable**: {how}: {}", if n == 0 { "\n" } else { "" }, controls.join(", "));
            }
        }
    }

    fn row(&self, control: &ControlVerdict, row: &Row<'_>, out: &mut String) {
        let impacts = if row.outcome == Outcome::Waived { String::new() } else { self.impacts(control.id) };
        let _ = writeln!(
            out,
            "| `{}`: {}{} | **{}** | {}{impacts} | {} | {} |",
            control.id,
            cell(control.title),
            suffix(&row.scopes),
            row.outcome,
            row.how,
            self.places(control.id, &row.scopes),
            self.benchmarks(control.id, &row.scopes),
        );
    }

    /// The verdicts of a control, those that say the same together.
    fn rows_of(&self, control: &'a ControlVerdict) -> Vec<Row<'a>> {
        let mut rows: Vec<(&Verdict, (String, String), Vec<&Scope>)> = Vec::new();
        for verdict in &control.verdicts {
            let how = self.how(verdict);
            match rows.iter_mut().find(|(first, same, _)| first.outcome == verdict.outcome && *same == how) {
                Some((_, _, scopes)) => scopes.push(&verdict.scope),
                None => rows.push((verdict, how, vec![&verdict.scope])),
            }
        }
        let row = |(verdict, (says, detail), scopes): (&Verdict, (String, String), Vec<&'a Scope>)| Row {
            outcome: verdict.outcome,
            unwritten: verdict.is_unwritten(),
            how: How { says, detail, not_held: Vec::new() },
            scopes,
        };
        rows.into_iter().map(row).collect()
    }

    /// What a verdict rests on, and what is particular to it, as parts of a table cell.
    fn how(&self, verdict: &Verdict) -> (String, String) {
        let mut text = String::with_capacity(128);
        match &verdict.ground {
            Ground::Fact(fact) => text.push_str(&cell(facts::sentence(*fact, self.plan.cluster.minor()))),
            Ground::Waiver(id) => text.extend(["waiver ", &prose(id)]),
            // What is short of what was asked for is said by the words; the settings behind it are in `coverage.json`.
            Ground::Settings(_) if verdict.outcome == Outcome::Weaker && !verdict.detail.is_empty() => {
                return (cell(&verdict.detail).into_owned(), String::new());
            }
            Ground::Settings(keys) => {
                let shown = self.shown(keys);
                text.push_str(&shown.iter().take(MOST_SETTINGS).map(String::as_str).collect::<Vec<_>>().join("; "));
                if let Some(more) = shown.len().checked_sub(MOST_SETTINGS).filter(|more| *more > 0) {
                    let _ = write!(text, "; {more} more in `coverage.json`");
                }
            }
        }
        (text, cell(&verdict.detail).into_owned())
    }

    /// Settings with their values; those that are the same in several node pools once.
    fn shown(&self, keys: &[SettingKey]) -> Vec<String> {
        let mut shown: Vec<String> = Vec::new();
        for key in keys {
            let mut text = code(&name(key));
            let value = self.settings.get(key).map(|held| held.value.as_str());
            if let Some(value) = value.filter(|value| value.len() <= LONGEST_VALUE) {
                text.extend([" = ", &code(value)]);
            }
            if !shown.contains(&text) {
                shown.push(text);
            }
        }
        shown
    }

    /// What the settings of a control do when they change, each once.
    fn impacts(&self, control: ControlId) -> String {
        let mut seen: Vec<Impact> = Vec::new();
        let kept = self.keys.get(&control).into_iter().flatten().flat_map(|key| self.plan.impact(key, Some(control)));
        for impact in kept.chain(self.plan.impact_of_taking(control)) {
            if impact != Impact::None && !seen.contains(&impact) {
                seen.push(impact);
            }
        }
        emphasised(seen.iter().map(ToString::to_string))
    }

    fn places(&self, control: ControlId, scopes: &[&Scope]) -> String {
        let files = together(&self.files.with(control, scopes));
        let shown: Vec<String> = files.iter().take(MOST_FILES).map(|file| code(file)).collect();
        let more = files.len().saturating_sub(MOST_FILES);
        shown.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() }
    }

    fn benchmarks(&self, control: ControlId, scopes: &[&Scope]) -> String {
        let values = |name: &str| values_of(self.settings, name);
        let mut by_name: Vec<(&str, Vec<&str>)> = Vec::new();
        let ids = facts::benchmarks::ids_with(control.0, self.plan.cluster.minor(), &values);
        // Section 1.1 of the CIS benchmark is about files of control-plane nodes.
        let elsewhere = |id: &str| id.starts_with("1.1.") && self.of_workers(scopes);
        for id in ids.iter().filter(|id| !elsewhere(id.id)) {
            match by_name.last_mut().filter(|(name, _)| *name == id.benchmark) {
                Some((_, ids)) => ids.push(id.id),
                None => by_name.push((id.benchmark, vec![id.id])),
            }
        }
        by_name.iter().map(|(name, ids)| format!("{name}: {}", ids.join(", "))).collect::<Vec<_>>().join("; ")
    }

    /// Whether a row is about pools of workers alone.
    fn of_workers(&self, scopes: &[&Scope]) -> bool {
        let of_worker = |scope: &&Scope| match scope {
            Scope::Pool(name) => self.plan.pools.get(name).is_some_and(|pool| pool.role == PoolRole::Worker),
            Scope::Cluster | Scope::Namespace(_) | Scope::Workload(..) => false,
        };
        !scopes.is_empty() && scopes.iter().all(of_worker)
    }

    /// What the spec asks for, each reason once.
    pub(super) fn intents(&self, out: &mut String) {
        line(out, "\n## What the spec asks for\n");
        line(out, "| outcome | by what | where the spec says it |");
        line(out, "|---|---|---|");
        let mut groups: Vec<(Outcome, String, Vec<String>)> = Vec::new();
        for intent in &self.plan.intents {
            for verdict in &intent.verdicts {
                let (says, detail) = self.how(verdict);
                let mut how = How { says, detail, not_held: Vec::new() }.to_string();
                if let Ground::Settings(keys) = &verdict.ground {
                    how.push_str(&self.impacts_of(keys));
                }
                let scope = suffix(&[&verdict.scope]);
                let place = format!("{}{scope}", code(intent.path.as_str()));
                match groups.iter_mut().find(|(outcome, same, _)| *outcome == verdict.outcome && *same == how) {
                    Some((_, _, places)) => places.push(place),
                    None => groups.push((verdict.outcome, how, vec![place])),
                }
            }
        }
        for (outcome, how, places) in groups {
            let _ = writeln!(out, "| **{outcome}** | {how} | {} |", places.join(", "));
        }
    }

    fn impacts_of(&self, keys: &[SettingKey]) -> String {
        let found: BTreeSet<String> = keys
            .iter()
            .flat_map(|key| self.plan.impact(key, None))
            .filter(|impact| *impact != Impact::None)
            .map(|impact| impact.to_string())
            .collect();
        emphasised(found)
    }
}

/// What changes do, behind the words of a cell.
fn emphasised(texts: impl IntoIterator<Item = String>) -> String {
    let texts = texts.into_iter().collect::<Vec<_>>().join("; ");
    if texts.is_empty() { String::new() } else { format!(". *{texts}*") }
}

/// The rows of a control: in the same scopes what is not held is one row with its numbers, and so is what holds but for them; and what others
/// hold is one row with every reason.
fn merged(rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    let mut out: Vec<Row<'_>> = Vec::with_capacity(rows.len());
    for row in rows {
        let short = |one: &Row<'_>, other: &Row<'_>| one.outcome == Outcome::Enforced && other.outcome == Outcome::Weaker;
        let same = out.iter_mut().find(|other| {
            let elsewhere = row.outcome == Outcome::Elsewhere && other.how.not_held.is_empty() && row.how.not_held.is_empty();
            let alike = other.outcome == row.outcome && (elsewhere || !other.how.not_held.is_empty());
            other.scopes == row.scopes && (alike || short(other, &row) || (short(&row, other) && other.how.says.is_empty()))
        });
        match same {
            Some(other) if row.outcome == Outcome::Elsewhere && other.outcome == row.outcome => {
                other.how = How { says: format!("{}; {}", other.how, row.how), ..How::default() };
            }
            Some(other) => {
                other.outcome = if other.outcome == row.outcome { other.outcome } else { Outcome::Weaker };
                let known = std::mem::take(&mut other.how.not_held);
                other.how.not_held = known.into_iter().chain(row.how.not_held).collect::<BTreeSet<_>>().into_iter().collect();
                if other.how.says.is_empty() {
                    (other.how.says, other.how.detail) = (row.how.says, row.how.detail);
                }
            }
            None => out.push(row),
        }
    }
    out
}

/// How many controls have each outcome as their worst.
fn counts<'v>(controls: impl Iterator<Item = &'v ControlVerdict>) -> String {
    let controls: Vec<&ControlVerdict> = controls.collect();
    let of = |outcome| (outcome, controls.iter().filter(|control| control.outcome() == outcome).count());
    let parts: Vec<String> = Outcome::ALL
        .into_iter()
        .map(of)
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    let noun = if controls.len() == 1 { "control" } else { "controls" };
    format!("{} {noun}: {}", controls.len(), parts.join(", "))
}

/// Where a verdict holds, but for the whole cluster.
fn suffix(scopes: &[&Scope]) -> String {
    let texts: Vec<String> =
        scopes.iter().filter(|scope| ***scope != Scope::Cluster).map(|scope| prose(&scope.to_string())).collect();
    if texts.is_empty() { String::new() } else { format!(" ({})", texts.join(", ")) }
}

/// The name of a setting; that of a node without its pool.
fn name(key: &SettingKey) -> String {
    match key {
        SettingKey::Node(path) => path.split_once('/').map_or(path.as_str(), |(_, rest)| rest).to_owned(),
        SettingKey::Flag(..) | SettingKey::Field(..) | SettingKey::Mount(..) | SettingKey::Part(..) => key.text(),
    }
}

/// Paths that differ in one folder alone become one, with `*` in its place.
fn together(files: &[&str]) -> Vec<String> {
    let mut left: Vec<Vec<&str>> = files.iter().map(|file| file.split('/').collect()).collect();
    let deepest = left.iter().map(Vec::len).max().unwrap_or(0);
    for at in 1..deepest.saturating_sub(1) {
        left.sort_unstable_by(|one, other| starred(one, at).cmp(starred(other, at)));
        left = left
            .chunk_by(|one, other| starred(one, at).eq(starred(other, at)))
            .map(|alike| if alike.len() > 1 { starred(&alike[0], at).collect() } else { alike[0].clone() })
            .collect();
    }
    let mut paths: Vec<String> = left.iter().map(|segments| segments.join("/")).collect();
    paths.sort_unstable();
    paths
}

/// The segments of a path, one folder of it as `*`.
fn starred<'a>(segments: &[&'a str], at: usize) -> impl Iterator<Item = &'a str> {
    let last = segments.len() - 1;
    segments.iter().enumerate().map(move |(n, segment)| if n == at && n < last { "*" } else { segment })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_nodes_are_put_together() {
        let files = ["kubeadm/init.yaml", "control-plane/a/manifests/x.yaml", "control-plane/b/manifests/x.yaml"];
        assert_eq!(together(&files), ["control-plane/*/manifests/x.yaml", "kubeadm/init.yaml"]);
    }
}
