//! Scalars as kubectl reads them: the rules of `sigs.k8s.io/yaml` 1.6.0 over `go.yaml.in/yaml/v2` 2.4.4 (`resolve.go`),
//! then its conversion to JSON. Compared with that code on 2026-11-26.

use std::borrow::Cow;

use super::{Style, events::Tag, tree::Value};

/// A scalar that has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ScalarError {
    /// `.inf`, `.nan`: JSON has no such number.
    NotFinite,
    /// The text is not what its tag promises (`!!int abc`).
    Tag(&'static str),
    /// `!!binary` with text that is not base64.
    Base64,
}

/// What text is as a number, boolean or null; what kubectl keeps beside [`Value`] to name keys.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Float(f64),
    Text,
}

/// The value of a scalar.
pub(super) fn value(text: Cow<'_, str>, style: Style, tag: Option<Tag>) -> Result<Value, ScalarError> {
    match plain(&text, style, tag)? {
        Plain::Text if tag == Some(Tag::Binary) => base64(&text).map(Value::Str).ok_or(ScalarError::Base64),
        Plain::Text => Ok(Value::Str(text.into_owned())),
        Plain::Null => Ok(Value::Null),
        Plain::Bool(b) => Ok(Value::Bool(b)),
        Plain::Int(i) => Ok(Value::Int(i)),
        Plain::UInt(u) => Ok(Value::Float(u as f64)),
        Plain::Float(f) if f.is_finite() => Ok(number(f)),
        Plain::Float(_) => Err(ScalarError::NotFinite),
    }
}

/// The type of a scalar by its style and tag.
pub(super) fn plain(text: &str, style: Style, tag: Option<Tag>) -> Result<Plain, ScalarError> {
    let Some(tag) = tag else {
        return Ok(if style == Style::Plain { resolve(text) } else { Plain::Text });
    };
    match (tag, resolve(text)) {
        (Tag::NonSpecific | Tag::Str | Tag::Binary | Tag::Merge | Tag::Custom, _) => Ok(Plain::Text),
        (Tag::Int, found @ (Plain::Int(_) | Plain::UInt(_))) => Ok(found),
        (Tag::Int, _) => Err(ScalarError::Tag("!!int")),
        (Tag::Float, Plain::Int(i)) => Ok(Plain::Float(i as f64)),
        (Tag::Float, found @ Plain::Float(_)) => Ok(found),
        (Tag::Float, _) => Err(ScalarError::Tag("!!float")),
        (Tag::Bool, found @ Plain::Bool(_)) => Ok(found),
        (Tag::Bool, _) => Err(ScalarError::Tag("!!bool")),
        (Tag::Null, Plain::Null) => Ok(Plain::Null),
        (Tag::Null, _) => Err(ScalarError::Tag("!!null")),
        (Tag::Timestamp, _) if is_date(text) => Ok(Plain::Text),
        (Tag::Timestamp, _) => Err(ScalarError::Tag("!!timestamp")),
    }
}

/// What kubectl makes of unquoted text.
pub(super) fn resolve(text: &str) -> Plain {
    let Some(first) = text.bytes().next() else { return Plain::Null };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text).unwrap_or(Plain::Text),
        b'.' => word(text).or_else(|| dotted(text)).unwrap_or(Plain::Text),
        b'+' | b'-' | b'0'..=b'9' => word(text).or_else(|| digits(text)).unwrap_or(Plain::Text),
        _ => Plain::Text,
    }
}

/// The words of `resolveMap`.
fn word(text: &str) -> Option<Plain> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Plain::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Plain::Bool(false),
        "~" | "null" | "Null" | "NULL" => Plain::Null,
        ".nan" | ".NaN" | ".NAN" => Plain::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Plain::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Plain::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

/// `.5`: Go's ParseFloat, which takes `_` between digits.
fn dotted(text: &str) -> Option<Plain> {
    let bytes = text.as_bytes();
    let digit = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
    let sound = bytes.iter().enumerate().all(|(i, b)| *b != b'_' || (digit(i.checked_sub(1)) && digit(Some(i + 1))));
    if sound { decimal(&text.replace('_', "")) } else { None }
}

fn digits(text: &str) -> Option<Plain> {
    let bare: Cow<'_, str> = if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    integer(&bare).or_else(|| decimal(&bare))
}

/// Go's ParseInt and ParseUint with base 0.
fn integer(bare: &str) -> Option<Plain> {
    let (sign, rest) = match bare.as_bytes().first()? {
        b'-' => ("-", &bare[1..]),
        b'+' => ("", &bare[1..]),
        _ => ("", bare),
    };
    let (radix, body) = match rest.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &rest[2..]),
        [b'0', b'o' | b'O', ..] => (8, &rest[2..]),
        [b'0', b'b' | b'B', ..] => (2, &rest[2..]),
        [b'0', _, ..] => (8, &rest[1..]),
        _ => (10, rest),
    };
    // `from_str_radix` would take a second sign.
    if !body.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let signed = if sign.is_empty() {
        i64::from_str_radix(body, radix).ok()
    } else {
        i128::from_str_radix(body, radix).ok().and_then(|v| i64::try_from(-v).ok())
    };
    if let Some(value) = signed {
        return Some(Plain::Int(value));
    }
    // ParseUint takes no sign at all.
    if bare.len() == rest.len() { u64::from_str_radix(body, radix).ok().map(Plain::UInt) } else { None }
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`, within the range of a 64-bit float.
fn decimal(bare: &str) -> Option<Plain> {
    let unsigned = bare.strip_prefix(['-', '+']).unwrap_or(bare);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let sound = match mantissa.split_once('.') {
        Some((whole, part)) => all_digits(whole) && all_digits(part) && !(whole.is_empty() && part.is_empty()),
        None => !mantissa.is_empty() && all_digits(mantissa),
    };
    if !sound || exponent.is_some_and(|e| e.is_empty() || !all_digits(e)) {
        return None;
    }
    bare.parse::<f64>().ok().filter(|f| f.is_finite()).map(Plain::Float)
}

/// A float that JSON writes without point or exponent is an integer for the API machinery: the shortest digits that mean
/// the float, not its exact value (`1.2345678901234567e18` is 1234567890123456800).
fn number(value: f64) -> Value {
    if value.fract() != 0.0 || value.abs() >= 1e19 {
        return Value::Float(value);
    }
    let whole = if value.abs() < 9_007_199_254_740_992.0 { Some(value as i64) } else { value.to_string().parse().ok() };
    whole.map_or(Value::Float(value), Value::Int)
}

/// The text of a float key: Go's `FormatFloat(v, 'g', -1, 32)`.
pub(super) fn float_key(value: f64) -> String {
    let narrow = value as f32;
    if narrow.is_nan() {
        return ".nan".to_owned();
    }
    if narrow.is_infinite() {
        return if narrow > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{narrow:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>().unwrap_or(0) {
        exponent @ -4..=5 => {
            debug_assert!(exponent < 6);
            format!("{narrow}")
        }
        exponent => format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs()),
    }
}

/// The start of every form that kubectl's parser takes for a time.
fn is_date(text: &str) -> bool {
    let mut parts = text.split(['-', 'T', 't', ' ']);
    let mut digits = |least: usize, most: usize| {
        parts.next().is_some_and(|p| (least..=most).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
    };
    digits(4, 4) && digits(1, 2) && digits(1, 2)
}

/// Standard base64 with padding; line breaks are skipped, as Go does.
fn base64(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut filled, mut padding) = (0_u32, 0_u32, 0_u32);
    for byte in text.bytes().filter(|b| !matches!(b, b'\n' | b'\r')) {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if filled >= 2 => 0,
            _ => return None,
        };
        if byte == b'=' {
            padding += 1;
        } else if padding > 0 {
            return None;
        }
        group = group << 6 | u32::from(digit);
        filled += 1;
        if filled == 4 {
            let [_, a, b, c] = group.to_be_bytes();
            bytes.extend_from_slice(&[a, b, c][..3 - padding as usize]);
            (group, filled) = (0, if padding > 0 { 8 } else { 0 });
        }
    }
    // 8 marks a group that padding has closed.
    matches!(filled, 0 | 8).then(|| String::from_utf8_lossy(&bytes).into_owned())
}
