//! What is written reads back equal, looks as kubectl writes it, and knows its origins.

use std::sync::Arc;

use proptest::prelude::*;

use crate::{
    base::{FactId, Lines, Origin},
    diag::Source,
};

use super::super::{Out, OutValue, read, write, write_json};

fn origin(name: &'static str) -> Arc<Origin> {
    Origin::shape(FactId(name))
}

fn lines_text(lines: &Lines) -> String {
    lines.text().to_owned()
}

fn yaml(out: &Out) -> String {
    lines_text(&write(std::slice::from_ref(out), &[], &origin("test")))
}

/// Reads documents back; nothing may be wrong or worth a warning.
fn back(text: &str) -> Vec<serde_json::Value> {
    let documents = read(&Source::new("out.yaml", text));
    for document in &documents {
        assert!(document.problems.is_empty(), "{text}\n{:?}", document.problems);
    }
    documents.iter().map(|d| d.root.as_ref().map_or(serde_json::Value::Null, super::super::Node::to_json)).collect()
}

/// Texts that readers take for something else, or that break files.
#[rustfmt::skip]
const TEXTS: &[&str] = &[
    "", " ", "  ", "a", "y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF",
    "true", "True", "TRUE", "false", "False", "FALSE", "null", "Null", "NULL", "~", "tRue", "nUll", "yEs", "0", "1", "-1", "+1",
    "0755", "0o755", "0x1F", "0b101", "1_000", "08", "1e3", "1.", ".5", "1.30", "1.2.3", "1:30", "1:30:45.5", "2001-01-01",
    "2001-12-14t21:59:43.10-05:00", "1e400", ".inf", "-.inf", ".nan", ".Inf", "Infinity", "NaN", "18446744073709551616", "<<",
    "=", "-", "--", "---", "--- x", "---x", "...", "... x", "- a", "-a", "--flag=v", "?", "? a", "?a", ":", ": a", ":a", "a:",
    "a: b", "a:b", "::", "::1", "fe80::", "2001:db8::/32", "10.0.0.0/8", "192.0.2.1", "#", "# a", "a #b", "a#b", "a # b", "&a",
    "*a", "!a", "!!str a", "|", "|a", ">", ">-", "'", "'a'", "\"", "\"a\"", "a'b", "a\"b", "\\", "a\\b", "\\n", "%", "%YAML",
    "@a", "`a`", "[", "]", "[]", "[a]", "{", "}", "{}", "{a: b}", ",", "a, b", "a,b", "{{ x }}", "$(X)", "${x}", "a b", " a",
    "a ", "\ta", "a\t", "a\tb", "\n", "\n\n", "a\n", "a\nb", "a\nb\n", "a\nb\n\n", "\na", "\n\na\n", " a\nb", "a\n b\n",
    "a \nb", "a\n\nb\n", "a\r\nb\r\n", "a\rb", "a\n\tb\n", "\ta\nb\n", "a\n# b\n", "# a\nb\n", "- a\n- b\n", "a: b\nc: d\n",
    "---\na\n", "a\n---\nb\n", "a\n...\n", "\0", "a\0b", "\u{1}", "\u{7}\u{8}\u{b}\u{c}\u{1b}", "\u{7f}", "\u{80}", "a\u{85}b",
    "\u{a0}", "a\u{a0}b", "\u{ad}", "a\u{2028}b", "a\u{2029}b\nc", "\u{200b}a", "\u{202e}abc", "\u{feff}", "\u{feff}a",
    "a\u{feff}\nb\n", "\u{fffe}", "\u{ffff}", "\u{fffd}", "ß", "日本語", "😀", "a😀\nb", "\u{1fffe}", "\u{e0001}", "\u{10ffff}",
    "system:masters", "oidc:dev", "a/b:c@sha256:0", "*.example.com", "6443:tcp", "7d", "30s", "1h", "12e", "0xg", "e3", "_1",
    "1_", "1__", "._5", "0o8", "12:34:56", "190:20:30", "1.5:30", "null ", "true#", "~a", "yes please", "no\n", "on\nx",
];

#[test]
fn texts_come_back_as_value_key_item_and_document() {
    for text in TEXTS {
        let out = Out::map([
            ("value", Out::str(*text)),
            ("list", Out::list([Out::str(*text), Out::list([*text, "z"]), Out::map([(*text, *text)])])),
            ("map", Out::map([(*text, Out::map([(*text, Out::list([*text]))])), ("~z", Out::str("end"))])),
        ]);
        assert_eq!(back(&yaml(&out)), [out.to_json()], "{text:?}");
        assert_eq!(back(&yaml(&Out::str(*text))), [serde_json::json!(text)], "{text:?}");
        let json = lines_text(&write_json(&out, &origin("test")));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).expect("JSON"), out.to_json(), "{text:?}");
        assert_eq!(back(&json), [out.to_json()], "{text:?}");
    }
}

#[test]
fn plain_is_for_what_every_reader_agrees_on() {
    for plain in [
        "a",
        "kube-apiserver",
        "--profiling=false",
        "--tls-cipher-suites=A,B",
        "10.244.0.0/16",
        "192.0.2.1",
        "1.36.3",
        "v1.36.3",
        "node.k8s.io/x",
        "system:masters",
        "/etc/kubernetes/pki/ca.crt",
        "7d",
        "a b",
        "it's",
        "日本語",
        "fe80::1",
        "registry:5000/a@b",
        "Node,RBAC",
        "a#b",
        "tRue",
        "$(POD_IP)",
    ] {
        assert_eq!(yaml(&Out::str(plain)), format!("{plain}\n"));
    }
    for quoted in [
        "y",
        "1.30",
        "1:30",
        "2001-01-01",
        "0755",
        "1e400",
        "0o8",
        "=",
        "<<",
        "a:",
        "::",
        "null",
        "",
        "-",
        "a: b",
        "a #b",
        "12_3",
        "\u{a0}",
    ] {
        assert!(yaml(&Out::str(quoted)).starts_with('"'), "{quoted}");
    }
}

#[test]
fn looks_as_kubectl_writes_it() {
    let out = Out::map([
        ("apiVersion", Out::str("v1")),
        ("kind", Out::str("Pod")),
        ("metadata", Out::map([("labels", Out::empty_map()), ("name", Out::str("on"))])),
        (
            "spec",
            Out::map([
                (
                    "containers",
                    Out::list([
                        Out::map([("name", Out::str("a")), ("args", Out::list(["--x=1", "y"]))]),
                        Out::map([("name", Out::str("b")), ("script", Out::str("set -e\n\nexit 1\n"))]).note("second"),
                    ]),
                ),
                (
                    "lists",
                    Out::list([Out::list([1_i64, 2]), Out::list([Out::map([("a", Out::list(["b"]))])]), Out::list([""; 0])]),
                ),
                ("port", Out::int(443)),
                ("ratio", OutValue::Float(1.5).into()),
                ("on", Out::bool(true).note("why\nindeed").note("")),
                ("none", Out::null()),
            ]),
        ),
    ]);
    let head = ["by harden".to_owned(), "a\nb: c\u{2028}d".to_owned()];
    let want = "\
# by harden
# a
# b: c
# d
apiVersion: v1
kind: Pod
metadata:
  labels: {}
  name: \"on\"
spec:
  containers:
  - name: a
    args:
    - --x=1
    - \"y\"
  # second
  - name: b
    script: |
      set -e

      exit 1
  lists:
  - - 1
    - 2
  - - a:
      - b
  - []
  port: 443
  ratio: 1.5
  # why
  # indeed
  #
  \"on\": true
  none: null
---
[]
";
    let lines = write(&[out.clone(), Out::list([""; 0])], &head, &origin("test"));
    assert_eq!(lines_text(&lines), want);
    assert_eq!(back(want), [out.to_json(), serde_json::json!([])]);
}

#[test]
fn json_is_indented_by_two() {
    let out =
        Out::map([("a", Out::list([Out::int(1), Out::map([("b", "\u{1}\u{e0001}\"")]).note("lost")])), ("c", Out::empty_map())]);
    let want = "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"\\u0001\\udb40\\udc01\\\"\"\n    }\n  ],\n  \"c\": {}\n}\n";
    assert_eq!(lines_text(&write_json(&out, &origin("test"))), want);
}

#[test]
fn every_line_has_the_nearest_origin() {
    let names = ["default", "own", "item", "block"];
    let [default, own, item, block] = names.map(origin);
    let out = Out::map([
        ("a", Out::str("x")),
        (
            "b",
            Out::map([
                ("c", Out::list([Out::str("d").with(&item).note("n"), Out::str("e")])),
                ("f", Out::str("g\nh\n").with(&block)),
            ])
            .with(&own),
        ),
        ("i", Out::int(1)),
    ]);
    let name =
        |origin: &Arc<Origin>| names[[&default, &own, &item, &block].iter().position(|o| Arc::ptr_eq(o, origin)).expect("known")];
    let show = |lines: Lines| lines.iter().map(|(text, of)| format!("{:8}{text}\n", name(of))).collect::<String>();
    assert_eq!(
        show(write(&[out.clone(), Out::null()], &["h".to_owned()], &default)),
        "\
default # h
default a: x
own     b:
own       c:
item      # n
item      - d
own       - e
block     f: |
block       g
block       h
default i: 1
default ---
default null
"
    );
    assert_eq!(
        show(write_json(&out, &default)),
        "\
default {
default   \"a\": \"x\",
own       \"b\": {
own         \"c\": [
item          \"d\",
own           \"e\"
own         ],
block       \"f\": \"g\\nh\\n\"
own       },
default   \"i\": 1
default }
"
    );
}

#[test]
fn no_comment_breaks_out() {
    for bad in [
        "\nx: y",
        "\rx: y",
        "\u{85}x: y",
        "\u{2028}x: y",
        "\u{2029}x: y",
        "\u{b}x: y",
        "\u{c}x: y",
        "\0x: y",
        "\u{feff}x: y",
        "\u{202e}x",
    ] {
        let out = Out::map([("a", Out::list([Out::map([("b", Out::int(1).note(bad))]).note(bad)]).note(bad))]).note(bad);
        let lines = write(std::slice::from_ref(&out), &[bad.to_owned()], &origin("test"));
        assert!(lines.iter().all(|(l, _)| !l.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}', '\0'])));
        assert_eq!(back(&lines_text(&lines)), [serde_json::json!({ "a": [{ "b": 1 }] })], "{bad:?}");
    }
}

#[test]
fn long_keys_and_texts_come_back() {
    for length in [900, 996, 1_000, 1_001, 1_024, 1_025, 5_000] {
        let long = "k".repeat(length);
        let euro = "€\"".repeat(length);
        for key in [&long, &euro] {
            let inner = Out::map([(key.as_str(), Out::list([key.as_str(), "x\ny\n"])), ("z", Out::int(1))]);
            let out = Out::map([
                (key.as_str(), inner.clone()),
                ("list", Out::list([inner])),
                ("e", Out::map([(key.as_str(), Out::empty_map())])),
            ]);
            assert_eq!(back(&yaml(&out)), [out.to_json()], "{length}");
        }
    }
}

#[test]
fn owners_values_are_carried() {
    let text = "mode: 0400\nbig: 18446744073709551615\nhuge: 1e30\non: yes\nquoted: \"0400\"\nref: &a [1.50]\nagain: *a\nnone:\ndate: 2001-01-01\n";
    let root = read(&Source::new("in.yaml", text)).remove(0).root.expect("root");
    let want = "mode: 256\nbig: 18446744073709551615\nhuge: 1e30\n\"true\": true\nquoted: \"0400\"\nref:\n- 1.5\nagain:\n- 1.5\nnone: null\ndate: \"2001-01-01\"\n";
    assert_eq!(yaml(&root.to_out()), want);
    assert_eq!(back(want), [root.to_json()]);
}

#[test]
fn maps_are_changed_in_place() {
    let mut out = Out::map([("a", 1), ("b", 2)]);
    out.set("a", "x");
    out.set("c", true);
    if let Some(b) = out.get_mut("b") {
        *b = Out::null();
    }
    assert_eq!(yaml(&out), "a: x\nb: null\nc: true\n");
    assert_eq!(out.remove("a"), Some(Out::str("x")));
    assert_eq!(out.get("a"), None);
    assert_eq!(out.remove("a"), None);
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "[-?:,\\[\\]{}#&*!|>'\"%@`=<~.0-9a-fxo_ \t\n\r+e]{0,8}",
        proptest::collection::vec(any::<char>(), 0..8).prop_map(|c| c.into_iter().collect()),
        "[\u{0}-\u{a0}\u{2028}\u{2029}\u{feff}\n ab]{0,10}",
        "([a-z# :-]{0,6}\n){1,4}[a-z ]{0,3}",
        proptest::sample::select(TEXTS).prop_map(str::to_owned),
        "[a-z ]{200,300}",
    ]
}

fn any_out() -> impl Strategy<Value = Out> {
    let leaf = prop_oneof![
        4 => any_text().prop_map(Out::str),
        1 => any::<i64>().prop_map(Out::int),
        1 => any::<bool>().prop_map(Out::bool),
        1 => any::<u64>().prop_map(|u| i64::try_from(u).map_or(OutValue::UInt(u), OutValue::Int).into()),
        1 => Just(Out::null()),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let noted = (inner, proptest::option::weighted(0.2, any_text()))
            .prop_map(|(out, note)| match note {
                Some(note) => out.note(note),
                None => out,
            })
            .boxed();
        prop_oneof![
            proptest::collection::vec(noted.clone(), 0..5).prop_map(Out::list::<Vec<Out>>),
            proptest::collection::btree_map(any_text(), noted, 0..5).prop_map(Out::map),
        ]
    })
}

proptest! {
    #[test]
    fn trees_come_back(documents in proptest::collection::vec(any_out(), 1..4), head in proptest::collection::vec(any_text(), 0..3)) {
        let lines = write(&documents, &head, &origin("test"));
        prop_assert!(lines.iter().count() == lines.count() && lines.text().lines().count() == lines.count());
        let want: Vec<_> = documents.iter().map(Out::to_json).collect();
        prop_assert_eq!(back(&lines_text(&lines)), want);
    }

    #[test]
    fn json_comes_back(out in any_out()) {
        let json = lines_text(&write_json(&out, &origin("test")));
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&json).expect("JSON"), out.to_json());
        prop_assert_eq!(back(&json), [out.to_json()]);
    }

    #[test]
    fn floats_come_back(value in any::<f64>()) {
        let out = Out::list([Out::from(OutValue::Float(value))]);
        let read = back(&yaml(&out)).remove(0)[0].as_f64();
        prop_assert_eq!(read, value.is_finite().then_some(value));
    }
}
