//! Texts as rsyslog reads them in the parameters of its configuration.

/// A text between double quotes, whatever stands in it: rsyslog reads `\\` and `\"` as the characters behind the
/// backslash, refuses `\$` here, and puts no value in the place of a `$`.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '\\' | '"') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_end_its_quotes() {
        assert_eq!(quoted("siem.example.com"), r#""siem.example.com""#);
        assert_eq!(quoted(r#"a" b\ $c `d`"#), r#""a\" b\\ $c `d`""#);
    }
}
