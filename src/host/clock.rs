//! The clock. Only the first build of a tree and `--as-of today` ask it.

use std::{
    io,
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    base::Date,
    host::{Action, HostError},
};

/// Today, by Coordinated Universal Time, so that two places of one team see the same day.
///
/// # Errors
/// When the clock stands before 1970: a date from it would make every waiver look alive.
pub fn today() -> Result<Date, HostError> {
    let unset = |_| HostError::because(Action::Read, "<clock>", "it stands before 1970-01-01");
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_err(unset)?.as_secs();
    let days = u32::try_from(seconds / 86_400)
        .map_err(|_| HostError::new(Action::Read, "<clock>", io::Error::from(io::ErrorKind::InvalidData)))?;
    Ok(Date::from_days_since_epoch(days))
}
