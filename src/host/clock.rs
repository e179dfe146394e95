//! The clock. It decides the date of the first build of a tree and of `--as-of today`, and what has become due.

use std::{
    env, io,
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    base::Date,
    host::{Action, HostError},
};

/// In builds for tests, `HARDEN_TODAY` stands in for the clock, so that they pass on any day. A released program asks the clock alone.
const STAND_IN: &str = "HARDEN_TODAY";

/// Today, by Coordinated Universal Time, so that two places of one team see the same day.
///
/// # Errors
/// When the clock stands before 1970: a date from it would make every waiver look alive.
pub fn today() -> Result<Date, HostError> {
    let stand_in = env::var(STAND_IN).ok().filter(|_| cfg!(debug_assertions)).and_then(|day| day.parse().ok());
    stand_in.map_or_else(by_the_clock, Ok)
}

fn by_the_clock() -> Result<Date, HostError> {
    let unset = |_| HostError::because(Action::Read, "<clock>", "it stands before 1970-01-01");
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_err(unset)?.as_secs();
    let days = u32::try_from(seconds / 86_400)
        .map_err(|_| HostError::new(Action::Read, "<clock>", io::Error::from(io::ErrorKind::InvalidData)))?;
    Ok(Date::from_days_since_epoch(days))
}
