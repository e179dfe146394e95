//! Values of flags and files as Go reads them.

/// A truth value in any of Go's spellings (`strconv.ParseBool`); nothing for another text.
#[must_use]
pub fn go_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// A duration in nanoseconds (`time.ParseDuration`): numbers with units one after the other, or `0`; nothing for another text, or
/// for one that is longer than Go counts (290 years).
#[must_use]
pub fn go_nanoseconds(text: &str) -> Option<i64> {
    // The longer units first: `ms` is not `m`.
    const UNITS: [(&str, i64); 8] = [
        ("ns", 1),
        ("us", 1_000),
        ("\u{b5}s", 1_000),
        ("\u{3bc}s", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ];
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if unsigned == "0" {
        return Some(0);
    }
    let mut total: i64 = 0;
    let mut rest = unsigned;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = &rest[..rest.len() - after.len()];
        let (unit, nanoseconds) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        total = total.checked_add(times(number, *nanoseconds)?)?;
        rest = &after[unit.len()..];
    }
    (!unsigned.is_empty()).then_some(sign * total)
}

/// A number with or without a fraction, times a unit; what is smaller than one is dropped.
fn times(number: &str, unit: i64) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // More digits than these are smaller than a nanosecond of an hour.
    let fraction: String = fraction.chars().take(15).collect();
    let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    let part = fraction.parse::<i128>().unwrap_or(0) * i128::from(unit) / scale;
    whole.checked_mul(unit)?.checked_add(i64::try_from(part).ok()?)
}

#[cfg(test)]
mod tests {
    use super::{go_bool, go_nanoseconds};

    #[test]
    fn truth_is_read_as_go_reads_it() {
        for (text, read) in
            [("t", Some(true)), ("True", Some(true)), ("0", Some(false)), ("F", Some(false)), ("yes", None), ("", None)]
        {
            assert_eq!(go_bool(text), read, "{text}");
        }
    }

    #[test]
    fn durations_are_read_as_go_reads_them() {
        for (text, milliseconds) in [
            ("0", 0),
            ("1m30s", 90_000),
            ("1.5h", 5_400_000),
            ("-5s", -5_000),
            ("+5s", 5_000),
            (".5s", 500),
            ("5.s", 5_000),
            ("100ms", 100),
            ("0.1000000000000000000000001s", 100),
        ] {
            assert_eq!(go_nanoseconds(text), Some(milliseconds * 1_000_000), "{text}");
        }
        for text in ["10us", "10\u{b5}s", "10\u{3bc}s"] {
            assert_eq!(go_nanoseconds(text), Some(10_000), "{text}");
        }
        for text in ["", "10", "1 minute", "5min", "1d", "s", "-", "1m 30s", "1..5s", ".s", "1e3s", "2562048h"] {
            assert_eq!(go_nanoseconds(text), None, "{text}");
        }
    }
}
