//! Values in text and in configuration, and how they are compared.

use serde_json::Value;

use crate::facts::benchmarks::{Expect, Test};

/// The value of a flag in the text of a process list: `--flag=value`, `flag: value`, or `true` for a flag alone. A value behind a blank is
/// only looked for where the test compares, for `--switch next` looks the same.
pub(super) fn flag_value(text: &str, test: &Test) -> Option<String> {
    let text = text.trim_end_matches([' ', '\n']);
    let at = text.find(test.flag)?;
    let value = word(separated(&text[at + test.flag.len()..]));
    if !value.is_empty() {
        return Some(value.to_owned());
    }
    let compares = !matches!(test.expect, Expect::Present | Expect::Absent);
    if let Some(value) = after_blank(text, test.flag).filter(|_| compares) {
        return Some(value.to_owned());
    }
    Some(if test.flag.starts_with("--") { "true" } else { test.flag }.to_owned())
}

/// The text behind any number of `=` and `: `.
fn separated(mut rest: &str) -> &str {
    loop {
        if let Some(next) = rest.strip_prefix('=') {
            rest = next;
        } else if let Some(next) = rest.strip_prefix(':') {
            rest = next.trim_start_matches(' ');
        } else {
            return rest;
        }
    }
}

fn word(rest: &str) -> &str {
    rest.split(char::is_whitespace).next().unwrap_or("")
}

/// The word behind the first occurrence of the flag that is followed by a blank and no other flag.
fn after_blank<'a>(text: &'a str, flag: &str) -> Option<&'a str> {
    text.match_indices(flag).find_map(|(at, _)| {
        let rest = &text[at + flag.len()..];
        let value = word(rest.trim_start());
        let follows = rest.starts_with(char::is_whitespace) && !value.is_empty() && !value.starts_with('-');
        follows.then_some(value)
    })
}

/// The value at a path of a configuration, as text; a list at `[:]` is joined by commas.
pub(super) fn config_value(config: &Value, path: &str) -> Option<String> {
    let (path, joined) = path.strip_suffix("[:]").map_or((path, false), |path| (path, true));
    let found = path.split('.').filter(|key| !key.is_empty()).try_fold(config, |value, key| value.get(key))?;
    let text = match found {
        Value::Array(list) if joined => list.iter().map(scalar).collect::<Vec<_>>().join(","),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => scalar(found),
    };
    Some(text).filter(|text| !text.is_empty())
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether what was found is what is expected.
pub(super) fn holds(expect: Expect, found: Option<&str>) -> bool {
    let Some(value) = found else { return expect == Expect::Absent };
    match expect {
        Expect::Present => true,
        Expect::Absent => false,
        Expect::Eq(wanted) => same(value, wanted),
        Expect::NotEq(unwanted) => !same(value, unwanted),
        Expect::Has(part) => value.contains(part),
        Expect::HasNot(part) => !value.contains(part),
        Expect::AtLeast(least) => value.trim().parse::<i64>().is_ok_and(|number| number >= least),
        Expect::Above(bound) => value.trim().parse::<i64>().is_ok_and(|number| number > bound),
        Expect::SubsetOf(allowed) => subset(value, allowed),
    }
}

/// Booleans are compared in any case.
fn same(value: &str, wanted: &str) -> bool {
    let lower = value.to_lowercase();
    if matches!(lower.as_str(), "true" | "false") { lower == wanted } else { value == wanted }
}

pub(super) fn subset(value: &str, allowed: &[&str]) -> bool {
    let list = value.trim().trim_end_matches(',');
    !list.is_empty() && list.split(',').all(|element| allowed.contains(&element.trim()))
}

/// An expectation in words.
pub(super) fn describe(test: &Test) -> String {
    let name = test.path.map_or_else(|| format!("`{}`", test.flag), |path| format!("`{}` or `{path}`", test.flag));
    match test.expect {
        Expect::Present => format!("{name} is set"),
        Expect::Absent => format!("{name} is not set"),
        Expect::Eq(wanted) => format!("{name} is `{wanted}`"),
        Expect::NotEq(unwanted) => format!("{name} is set and not `{unwanted}`"),
        Expect::Has(part) => format!("{name} holds `{part}`"),
        Expect::HasNot(part) => format!("{name} is set without `{part}`"),
        Expect::AtLeast(least) => format!("{name} is at least {least}"),
        Expect::Above(bound) => format!("{name} is above {bound}"),
        Expect::SubsetOf(allowed) => format!("{name} holds nothing but {}", allowed.join(", ")),
    }
}
