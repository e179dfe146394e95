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

/// A duration in seconds (`time.ParseDuration`): numbers with units one after the other, or `0`; nothing for another text.
#[must_use]
pub fn go_seconds(text: &str) -> Option<f64> {
    // The longer units first: `ms` is not `m`.
    const UNITS: [(&str, f64); 8] = [
        ("ns", 1e-9),
        ("us", 1e-6),
        ("\u{b5}s", 1e-6),
        ("\u{3bc}s", 1e-6),
        ("ms", 1e-3),
        ("s", 1.0),
        ("m", 60.0),
        ("h", 3_600.0),
    ];
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if unsigned == "0" {
        return Some(0.0);
    }
    let mut total = 0.0;
    let mut rest = unsigned;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number: f64 = rest[..rest.len() - after.len()].parse().ok()?;
        let (unit, seconds) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        total += number * seconds;
        rest = &after[unit.len()..];
    }
    (!unsigned.is_empty()).then_some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::{go_bool, go_seconds};

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
        for (text, seconds) in
            [("0", 0.0), ("1m30s", 90.0), ("1.5h", 5_400.0), ("-5s", -5.0), ("+5s", 5.0), (".5s", 0.5), ("100ms", 0.1)]
        {
            let read = go_seconds(text).unwrap();
            assert!((read - seconds).abs() < 1e-9, "{text}: {read}");
        }
        for text in ["10us", "10\u{b5}s", "10\u{3bc}s", "0s"] {
            assert!(go_seconds(text).is_some(), "{text}");
        }
        for text in ["", "10", "1 minute", "5min", "1d", "s", "-", "1m 30s", "1..5s"] {
            assert!(go_seconds(text).is_none(), "{text}");
        }
    }
}
