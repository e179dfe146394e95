//! What a call asks of dates, judged: days that go back, reprieves that are too long or for nothing. All are warnings: a date is an input.

use std::collections::BTreeMap;

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
    /// The reprieves that the call names.
    pub graces: BTreeMap<String, Date>,
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
            grace(cluster, waiver, *until, diags);
        }
    }
}

fn grace(cluster: &Resolved, waiver: &Waiver, until: Date, diags: &mut Diagnostics) {
    let asked = argument("--grace", &format!("{}={until}", waiver.id));
    let at = cluster.locate(&Cause::Spec(waiver.path.child("expires")));
    let (id, as_of, expires) = (waiver.id.clone(), cluster.as_of, waiver.expires);
    if until <= expires {
        diags.push(GraceWithoutEffect { id, expires, asked, at });
    } else if until > as_of.next_year() {
        diags.push(GraceTooFar { id, until, as_of, asked, at });
    }
}

/// The place of the value of an option on the command line.
fn argument(option: &str, value: &str) -> Place {
    let text = format!("{option} {value}");
    let span = Span::new(option.len() + 1, text.len());
    Source::new("command line", text).place(span)
}
