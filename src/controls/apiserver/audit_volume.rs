//! How much an audit log takes: what files of a size hold, against what a rate of events writes.

/// A typical event at level Metadata, one line of JSON, in bytes; events with bodies are larger.
const EVENT_BYTES: i64 = 2_000;
const DAY: i64 = 86_400;
const MEGABYTE: i64 = 1_000_000;

/// Megabytes that a rate of events writes in a day, at least 1.
pub(in crate::controls) fn a_day(events_per_second: i64) -> i64 {
    (events_per_second.saturating_mul(EVENT_BYTES).saturating_mul(DAY) / MEGABYTE).max(1)
}

/// How many rotated files of a size hold so many days.
pub(in crate::controls) fn files(events_per_second: i64, days: i64, megabytes_each: i64) -> i64 {
    let needed = a_day(events_per_second).saturating_mul(days);
    needed.div_euclid(megabytes_each.max(1)).saturating_add(1)
}

/// How long so many files hold, for people: days, below two days hours.
pub(in crate::controls) fn holds(events_per_second: i64, files: i64, megabytes_each: i64) -> String {
    let hours = files.saturating_mul(megabytes_each).saturating_mul(24) / a_day(events_per_second);
    if hours < 48 { format!("{hours} hours") } else { format!("{} days", hours / 24) }
}

/// The gigabytes of a day, with how they come about, for people.
pub(in crate::controls) fn arithmetic(events_per_second: i64) -> String {
    let (megabytes, rate) = (a_day(events_per_second), events_per_second);
    let (whole, hundredths) = (megabytes / 1_000, megabytes % 1_000 / 10);
    format!("{whole}.{hundredths:02} GB a day: {rate} events a second x {EVENT_BYTES} bytes x {DAY} seconds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_how_long_files_last() {
        assert_eq!(a_day(20), 3_456);
        assert_eq!(arithmetic(20), "3.45 GB a day: 20 events a second x 2000 bytes x 86400 seconds");
        assert_eq!(files(20, 365, 100), 12_615);
        assert_eq!(holds(20, 100, 100), "2 days");
        assert_eq!(holds(20, 10, 100), "6 hours");
        assert_eq!(files(i64::MAX, i64::MAX, 0), i64::MAX);
    }
}
