//! `REPORT.md`: what holds where and why, for the engineer who applies the tree. Ordered by the ten areas.

use std::{borrow::Cow, fmt::Write as _};

use crate::{
    base::{Area, Artifact, ControlId, Date, Minor, shortened, visible},
    facts,
    plan::{ControlVerdict, Ground, Impact, Outcome, OwnerField, Plan, SettingKey, Settings, Verdict, values_of},
    resolve::{Waiver, WaiverState},
};

use super::{Finding, text_artifact};

/// A list of steps under a title.
pub struct StepList {
    /// What they are for.
    pub title: &'static str,
    /// Markdown sentences, in order.
    pub steps: Vec<String>,
}

/// What the report tells beside the plan.
pub struct Extras<'a> {
    /// Every setting of the plan.
    pub settings: &'a Settings,
    /// The day of the build.
    pub as_of: Date,
    /// Every waiver with its state.
    pub waivers: &'a [Waiver],
    /// What kube-bench will say on a control-plane node, and why.
    pub benchmark: &'a [Finding],
    /// The benchmark used, and whether it is mapped to this minor.
    pub benchmark_name: (&'a str, bool),
    /// Steps that a person must take, in order.
    pub steps: &'a [StepList],
}

/// Makes the file.
#[must_use]
pub fn report(plan: &Plan, artifacts: &[Artifact], extras: &Extras<'_>) -> Artifact {
    let mut text = String::with_capacity(64 * 1024);
    head(&mut text, plan, extras);
    steps(&mut text, extras);
    areas(&mut text, plan, extras.settings);
    intents(&mut text, plan, extras.settings);
    owner(&mut text, plan);
    waivers(&mut text, extras);
    benchmark(&mut text, extras);
    files(&mut text, artifacts);
    text_artifact("REPORT.md", text)
}

/// Whether nothing but printable ASCII stands in a text, and none of these.
fn is_plain(text: &str, but: &[u8; 3]) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !but.contains(&byte))
}

/// Our own words in a table cell: no pipe or line end can break out of it.
fn cell(text: &str) -> Cow<'_, str> {
    if is_plain(text, b"|<&") {
        return Cow::Borrowed(text);
    }
    let text = text.replace(['\n', '\r'], " ");
    Cow::Owned(visible(&text).replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|"))
}

/// Words of the user's in a table cell: neither links nor code, images or emphasis come out of them.
fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in cell(&text.replace('\\', "\\\\")).chars() {
        if matches!(c, '`' | '[' | ']' | '*' | '_' | '!' | '(' | ')') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A value as a code span that nothing in it can end.
fn code(text: &str) -> String {
    if is_plain(text, b"||`") {
        return ["`", text, "`"].concat();
    }
    let text = visible(&text.replace(['\n', '\r'], " ")).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    if longest == 0 {
        return format!("`{text}`");
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

/// Of more settings behind one verdict only these many are shown.
const MOST_SETTINGS: usize = 12;

/// Longer values are cut in tables; the files and `coverage.json` hold them whole.
const LONGEST_VALUE: usize = 120;

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn head(out: &mut String, plan: &Plan, extras: &Extras<'_>) {
    let _ = writeln!(out, "# Hardening report of cluster {}\n", code(&plan.cluster.name));
    let _ =
        writeln!(out, "Platform {}, Kubernetes {}, built for {}.\n", plan.cluster.platform, plan.cluster.version, extras.as_of);
    line(out, "Each control and each intent of the spec counts once, by its worst verdict:\n");
    line(out, "| outcome | controls | intents of the spec |");
    line(out, "|---|---:|---:|");
    for outcome in Outcome::ALL {
        let controls = plan.verdicts.iter().filter(|v| v.outcome() == outcome).count();
        let intents = plan.intents.iter().filter(|v| v.outcome() == outcome).count();
        let _ = writeln!(out, "| {outcome} | {controls} | {intents} |");
    }
    line(out, "");
    line(out, "`harden explain FILE:LINE` tells why a line of this tree is there.");
}

fn steps(out: &mut String, extras: &Extras<'_>) {
    if extras.steps.is_empty() {
        return;
    }
    line(out, "\n## How to apply");
    for list in extras.steps {
        let _ = writeln!(out, "\n### {}\n", list.title);
        for (n, step) in list.steps.iter().enumerate() {
            let _ = writeln!(out, "{}. {step}", n + 1);
        }
    }
}

fn areas(out: &mut String, plan: &Plan, settings: &Settings) {
    let minor = plan.cluster.minor();
    for area in Area::ALL {
        let controls: Vec<&ControlVerdict> = plan.verdicts.iter().filter(|v| v.area == area).collect();
        let _ = writeln!(out, "\n## {}\n", area.name());
        if controls.is_empty() {
            line(out, "No control of this area is built yet.");
            continue;
        }
        line(out, "| control | scope | outcome | reason | benchmark |");
        line(out, "|---|---|---|---|---|");
        for control in controls {
            let ids = facts::benchmarks::ids_with(control.id.0, minor, &|name| values_of(settings, name));
            let ids: Vec<String> = ids.iter().map(|id| format!("{} {}", id.benchmark, id.id)).collect();
            for verdict in &control.verdicts {
                let _ = writeln!(
                    out,
                    "| `{}`: {} | {} | **{}** | {} | {} |",
                    control.id,
                    cell(control.title),
                    prose(&verdict.scope.to_string()),
                    verdict.outcome,
                    reason(verdict, plan, Some(control.id), settings),
                    ids.join(", ")
                );
            }
        }
    }
}

/// The reason of a verdict in plain words, for the terminal.
#[must_use]
pub fn reason_text(verdict: &Verdict, settings: &Settings, minor: Minor) -> String {
    let ground = match &verdict.ground {
        Ground::Fact(fact) => facts::sentence(*fact, minor).to_owned(),
        Ground::Waiver(id) => format!("waiver {id}"),
        Ground::Settings(keys) => {
            let shown = keys.iter().take(MOST_SETTINGS);
            let texts: Vec<String> = shown
                .map(|key| settings.get(key).map_or_else(|| key.to_string(), |held| format!("{key}={}", held.value)))
                .collect();
            texts.join(", ") + &others(keys)
        }
    };
    if verdict.detail.is_empty() { ground } else { format!("{ground} ({})", verdict.detail) }
}

/// The reason of a verdict as one table cell.
fn reason(verdict: &Verdict, plan: &Plan, control: Option<ControlId>, settings: &Settings) -> String {
    let minor = plan.cluster.minor();
    let mut text = String::with_capacity(256);
    match &verdict.ground {
        Ground::Fact(fact) => text.push_str(&cell(facts::sentence(*fact, minor))),
        Ground::Waiver(id) => text.extend(["waiver ", &prose(id)]),
        Ground::Settings(keys) => {
            for (n, key) in keys.iter().take(MOST_SETTINGS).enumerate() {
                text.extend([if n > 0 { "; " } else { "" }, &code(&key.text())]);
                if let Some(held) = settings.get(key) {
                    text.extend([" = ", &code(&shortened(&held.value, LONGEST_VALUE))]);
                }
            }
            text.push_str(&others(keys));
        }
    }
    if !verdict.detail.is_empty() {
        text.extend([" (", &cell(&verdict.detail), ")"]);
    }
    if let Ground::Settings(keys) = &verdict.ground {
        text.push_str(&impacts(plan, control, keys));
    }
    text
}

/// How many settings stand behind a verdict and are not shown.
fn others(keys: &[SettingKey]) -> String {
    match keys.len().saturating_sub(MOST_SETTINGS) {
        0 => String::new(),
        more => format!(" and {more} more, all in coverage.json"),
    }
}

/// What the settings do when they change, each once.
fn impacts(plan: &Plan, control: Option<ControlId>, keys: &[SettingKey]) -> String {
    let mut seen: Vec<Impact> = Vec::new();
    for impact in keys.iter().flat_map(|key| plan.impact(key, control)) {
        if impact != Impact::None && !seen.contains(&impact) {
            seen.push(impact);
        }
    }
    let texts: Vec<String> = seen.iter().map(ToString::to_string).collect();
    if seen.is_empty() { String::new() } else { format!(" *{}*", texts.join("; ")) }
}

fn intents(out: &mut String, plan: &Plan, settings: &Settings) {
    line(out, "\n## What the spec asks for\n");
    line(out, "| intent | scope | outcome | reason |");
    line(out, "|---|---|---|---|");
    for intent in &plan.intents {
        for verdict in &intent.verdicts {
            let _ = writeln!(
                out,
                "| {} | {} | **{}** | {} |",
                code(intent.path.as_str()),
                prose(&verdict.scope.to_string()),
                verdict.outcome,
                reason(verdict, plan, None, settings)
            );
        }
    }
}

fn owner(out: &mut String, plan: &Plan) {
    if plan.owner.is_empty() {
        return;
    }
    line(out, "\n## Your own kubeadm configuration\n");
    line(out, "| field | fate | value | why |");
    line(out, "|---|---|---|---|");
    for note in &plan.owner {
        let fate = match note.fate {
            OwnerField::Carried => "carried",
            OwnerField::Overridden => "overridden",
            OwnerField::Refused => "refused",
        };
        let why = note.why.as_deref().unwrap_or("");
        let _ = writeln!(out, "| {} | {fate} | {} | {} |", code(&note.field), code(&note.value), cell(why));
    }
}

fn waivers(out: &mut String, extras: &Extras<'_>) {
    if extras.waivers.is_empty() {
        return;
    }
    line(out, "\n## Waivers\n");
    line(out, "| id | control | scope | owner | reason | expires | state |");
    line(out, "|---|---|---|---|---|---|---|");
    for waiver in extras.waivers {
        let scope = match (&waiver.namespace, &waiver.pool) {
            (Some(namespace), _) => format!("namespace {namespace}"),
            (None, Some(pool)) => format!("pool {pool}"),
            (None, None) => "cluster".to_owned(),
        };
        let state = match waiver.state {
            WaiverState::Active => "active".to_owned(),
            WaiverState::Graced(until) => format!("expired, reprieve until {until}"),
            WaiverState::Expired => "expired".to_owned(),
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {state} |",
            prose(&waiver.id),
            code(&waiver.control),
            prose(&scope),
            prose(&waiver.owner),
            prose(&waiver.reason),
            waiver.expires
        );
    }
}

fn benchmark(out: &mut String, extras: &Extras<'_>) {
    if extras.benchmark.is_empty() {
        return;
    }
    let (name, exact) = extras.benchmark_name;
    let _ = writeln!(out, "\n## What kube-bench will report ({name})\n");
    if !exact {
        let _ = writeln!(
            out,
            "No published benchmark is mapped to this minor; {name} is used, as kube-bench does with its newest file.\n"
        );
    }
    line(out, "Every FAIL and every missed WARN that its tests give on control-plane nodes with these artifacts, and why:\n");
    line(out, "| id | result | on | topic | seen | why |");
    line(out, "|---|---|---|---|---|---|");
    for finding in extras.benchmark {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            finding.id,
            finding.printed,
            finding.on,
            cell(finding.topic),
            cell(&finding.observed),
            cell(&finding.why)
        );
    }
}

fn files(out: &mut String, artifacts: &[Artifact]) {
    line(out, "\n## Files\n");
    line(out, "| file | mode | lines |");
    line(out, "|---|---|---:|");
    for artifact in artifacts {
        let _ = writeln!(out, "| `{}` | {:04o} | {} |", artifact.path, artifact.mode.bits(), artifact.lines.count());
    }
}
