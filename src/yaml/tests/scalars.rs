//! Answers of `sigs.k8s.io/yaml` 1.6.0 (YAMLToJSON) over `go.yaml.in/yaml/v2` 2.4.3, asked on 2026-11-26.

use serde_json::{Value as Json, json as j};

use super::json;

/// Values of the key `a`.
fn table() -> Vec<(&'static str, Json)> {
    let mut table = Vec::new();
    for word in ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"] {
        table.push((word, j!(true)));
    }
    for word in ["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"] {
        table.push((word, j!(false)));
    }
    for word in ["", "~", "null", "Null", "NULL", "!!null", "!!null ''"] {
        table.push((word, j!(null)));
    }
    let same = [
        "tRue",
        "yEs",
        "nUll",
        "oN",
        "nO",
        "YeS",
        "1:30",
        "2001-01-01",
        "2001-12-14t21:59:43.10-05:00",
        "1e400",
        "-1e400",
        "0x",
        "0b",
        "0b2",
        "0o8",
        "0x1p4",
        "._5",
        ".5_",
        ".",
        "..",
        "-",
        "+",
        "-.",
        "1.2.3",
        "1.2e",
        "_1",
        "e3",
        "Infinity",
        "NaN",
        "inf",
        "0xG",
        "--1",
        "+-1",
        "0x-1",
        "1 2",
        "192.0.2.1",
        "10.0.0.0/8",
        "fe80::1",
        "a:b",
        "a#b",
        "<<",
        "=",
        "a\tb",
        "@",
        "`",
        "%",
    ];
    table.extend(same.into_iter().filter(|s| !matches!(*s, "@" | "`" | "%" | "-")).map(|s| (s, j!(s))));
    table.extend([
        ("0755", j!(493)),
        ("0o755", j!(493)),
        ("0O755", j!(493)),
        ("-0755", j!(-493)),
        ("0400", j!(256)),
        ("0x1F", j!(31)),
        ("0X1f", j!(31)),
        ("-0x1F", j!(-31)),
        ("+0x1F", j!(31)),
        ("0b101", j!(5)),
        ("-0b101", j!(-5)),
        ("+0b101", j!(5)),
        ("1_000", j!(1000)),
        ("1__0", j!(10)),
        ("1_", j!(1)),
        ("0x_1F", j!(31)),
        ("+_1", j!(1)),
        ("1_0.5", j!(10.5)),
        ("08", j!(8)),
        ("09", j!(9)),
        ("-08", j!(-8)),
        ("08.5", j!(8.5)),
        ("+12", j!(12)),
        ("-12", j!(-12)),
        ("0", j!(0)),
        ("-0", j!(0)),
        ("00", j!(0)),
        ("1e3", j!(1000)),
        ("1E+3", j!(1000)),
        ("1e-3", j!(0.001)),
        ("1.", j!(1)),
        ("1.0", j!(1)),
        ("1.30", j!(1.3)),
        (".5", j!(0.5)),
        ("-.5", j!(-0.5)),
        ("+.5", j!(0.5)),
        (".5_0", j!(0.5)),
        ("1.e1", j!(10)),
        ("1e-400", j!(0)),
        ("9223372036854775807", j!(9_223_372_036_854_775_807_i64)),
        ("-9223372036854775808", j!(i64::MIN)),
        ("9223372036854775808", j!(9_223_372_036_854_775_808_u64)),
        ("18446744073709551615", j!(u64::MAX)),
        ("0xffffffffffffffff", j!(u64::MAX)),
        ("18446744073709551616", j!(18_446_744_073_709_552_000_f64)),
        ("-9223372036854775809", j!(-9_223_372_036_854_775_808_f64)),
        ("1e21", j!(1e21)),
        ("1.2345678901234567e18", j!(1_234_567_890_123_456_800_i64)),
        ("!!str on", j!("on")),
        ("!!str 12", j!("12")),
        ("!!str", j!("")),
        ("! 12", j!("12")),
        ("!x 12", j!("12")),
        ("!Ref x", j!("x")),
        ("!!int \"12\"", j!(12)),
        ("!!int '0x1F'", j!(31)),
        ("!!float 12", j!(12)),
        ("!!float 1.5", j!(1.5)),
        ("!!bool yes", j!(true)),
        ("!!bool 'on'", j!(true)),
        ("!!binary aGk=", j!("hi")),
        ("!!binary |\n  aG\n  k=", j!("hi")),
        ("!!binary \"/w==\"", j!("\u{fffd}")),
        ("!!timestamp 2001-01-01", j!("2001-01-01")),
        ("!<tag:yaml.org,2002:int> \"3\"", j!(3)),
        ("\"on\"", j!("on")),
        ("'12'", j!("12")),
        ("\"\"", j!("")),
        ("''", j!("")),
        ("|\n  12", j!("12")),
        (">\n  on", j!("on")),
        ("\"\\x01\\u2028\\ud83d\\ude00\"", j!("\u{1}\u{2028}\u{1f600}")),
        ("[2001:db8::]", j!(["2001:db8::"])),
        ("[2001:db8::, fe80::, a:]", j!(["2001:db8::", "fe80::", "a:"])),
        ("[2001:db8::/32, 'a': b]", j!(["2001:db8::/32", {"a": "b"}])),
        ("[a: , b]", j!([{"a": null}, "b"])),
        ("{a:}", j!({"a:": null})),
        ("{a:, b: 1}", j!({"a:": null, "b": 1})),
        ("{a  :}", j!({"a  :": null})),
        ("[a :, b]", j!(["a :", "b"])),
        ("[? a:]", j!([{"a:": null}])),
        ("{a:1}", j!({"a:1": null})),
        ("{\"a\":1}", j!({"a": 1})),
        ("!!set {a, b}", j!({"a": null, "b": null})),
    ]);
    table
}

#[test]
fn values_are_what_kubectl_reads() {
    for (text, want) in table() {
        assert_eq!(json(&format!("a: {text}")), Ok(j!({ "a": want })), "{text}");
    }
}

#[test]
fn list_items_are_what_kubectl_reads() {
    for (text, want) in table() {
        assert_eq!(json(&format!("- x\n- {text}")), Ok(j!(["x", want])), "{text}");
    }
}

#[test]
fn keys_are_what_kubectl_reads() {
    let table = [
        ("y", "true"),
        ("on", "true"),
        ("No", "false"),
        ("1", "1"),
        ("0x10", "16"),
        ("0755", "493"),
        ("1_000", "1000"),
        ("08", "8"),
        ("1.5", "1.5"),
        ("1.30", "1.3"),
        ("1.0", "1"),
        ("1e3", "1000"),
        ("1e10", "1e+10"),
        ("1234567.5", "1.2345675e+06"),
        ("0.00001", "1e-05"),
        ("0.0001", "0.0001"),
        ("123456.5", "123456.5"),
        ("16777217.0", "1.6777216e+07"),
        (".inf", ".inf"),
        ("-.INF", "-.inf"),
        (".nan", ".nan"),
        ("!!int \"5\"", "5"),
        ("!!str on", "on"),
        ("\"on\"", "on"),
        ("'1'", "1"),
        ("\"<<\"", "<<"),
        ("!!str <<", "<<"),
        ("a b", "a b"),
        ("tRue", "tRue"),
        ("2001-01-01", "2001-01-01"),
        ("!!binary aGk=", "hi"),
        ("? x\n", "x"),
    ];
    for (text, want) in table {
        assert_eq!(json(&format!("{text}: v")), Ok(j!({ want: "v" })), "{text}");
    }
    assert_eq!(json("{x: 1, y: 2}"), Ok(j!({ "x": 1, "true": 2 })));
    for bad in ["~: a", "null: a", ": a", "[1]: a", "{a: b}: c", "? [a]\n: b", "18446744073709551615: a", "!!null x: a"] {
        assert!(json(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_kubectl_refuses_is_an_error() {
    let table = [
        (".inf", "yaml-value"),
        ("-.Inf", "yaml-value"),
        ("+.INF", "yaml-value"),
        (".nan", "yaml-value"),
        ("!!int abc", "yaml-value"),
        ("!!int 1.0", "yaml-value"),
        ("!!bool 1", "yaml-value"),
        ("!!null x", "yaml-value"),
        ("!!float x", "yaml-value"),
        ("!!timestamp foo", "yaml-value"),
        ("!!binary x", "yaml-value"),
        ("!!binary a===", "yaml-value"),
        ("*b", "yaml-alias"),
        ("&b [*b]", "yaml-alias"),
        ("{<<: 1}", "yaml-merge"),
        ("{<<: [1]}", "yaml-merge"),
    ];
    for (text, code) in table {
        assert_eq!(json(&format!("a: {text}")), Err(vec![code]), "{text}");
    }
}

#[test]
fn raw_text_is_kept() {
    for (text, raw) in [("1.30", "1.30"), ("\"1.30\"", "\"1.30\""), ("0755  # mode", "0755"), ("!!str on", "on"), ("&a x", "x")] {
        let documents = super::documents(&format!("a: {text}"));
        let root = documents[0].root.as_ref().expect("root");
        assert_eq!(root.get("a").and_then(|n| n.raw()), Some(raw));
    }
}
