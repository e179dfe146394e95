//! What a call asks of dates, judged: days that go back, reprieves that are too long or for nothing. All are warnings: a date is an input.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{Cause, Date},
    diag::{Diagnostics, Place, Source, Span},
    plan::Locate,
};

use super::{
    Resolved, Waiver,
    diagnostics::{DateInThePast, DateMovedBack, GraceTooFar, GraceWithoutEffect},
};

/// What a call asks of dates, beside what is recorded.
#[derive(Debug, Clone, Default)]
pub struct AskedDates {
    /// The day that the call names, if it does.
    pub as_of: Option<Date>,
    /// The day that the tree was last built for.
    pub recorded: Option<Date>,
    /// Today.
    pub today: Option<Date>,
    /// The reprieves: those that the call names, and those that are recorded.
    pub graces: BTreeMap<String, Date>,
    /// The file that records them.
    pub manifest: String,
    /// The waivers whose reprieve the call names.
    pub on_call: BTreeSet<String>,
}

/// Warns about dates of a call that undo what has happened, or hide it for long.
pub fn report_dates(cluster: &Resolved, asked: &AskedDates, diags: &mut Diagnostics) {
    if let Some(as_of) = asked.as_of {
        let place = || argument("--as-of", &as_of.to_string());
        if let Some(recorded) = asked.recorded.filter(|recorded| as_of < *recorded) {
            diags.push(DateMovedBack { as_of, recorded, asked: place() });
        }
        if asked.today.is_some_and(|today| as_of < today) && !cluster.due.is_empty() {
            let place_of = |path| cluster.locate(&Cause::Spec(path));
            let due = cluster.due.iter().map(|due| (due.date, due.what.clone(), place_of(due.path.clone()))).collect();
            diags.push(DateInThePast { as_of, asked: place(), due });
        }
    }
    for (id, until) in &asked.graces {
        if let Some(waiver) = cluster.waivers.iter().find(|waiver| waiver.id == *id) {
            grace(cluster, waiver, *until, asked, diags);
        }
    }
}

fn grace(cluster: &Resolved, waiver: &Waiver, until: Date, dates: &AskedDates, diags: &mut Diagnostics) {
    let recorded = !dates.on_call.contains(&waiver.id);
    let asked = match recorded {
        true => recorded_at(&dates.manifest, &waiver.id, until),
        false => argument("--grace", &format!("{}={until}", waiver.id)),
    };
    let at = cluster.locate(&Cause::Spec(waiver.path.child("expires")));
    let (id, as_of, expires) = (waiver.id.clone(), cluster.as_of, waiver.expires);
    if until <= expires {
        diags.push(GraceWithoutEffect { id, expires, recorded, asked, at });
    } else if until > as_of.next_year() {
        diags.push(GraceTooFar { id, until, as_of, recorded, asked, at });
    }
}

/// The place of the value of an option on the command line.
fn argument(option: &str, value: &str) -> Place {
    let text = format!("{option} {value}");
    let span = Span::new(option.len() + 1, text.len());
    Source::new("command line", text).place(span)
}

/// The place of a reprieve that the manifest of the tree records.
fn recorded_at(manifest: &str, id: &str, until: Date) -> Place {
    let text = format!("{id}: {until}");
    let span = Span::new(0, text.len());
    Source::new(format!("graces of {manifest}"), text).place(span)
}
