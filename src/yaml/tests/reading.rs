//! Documents, keys, merge keys, aliases, encodings.

use serde_json::json as j;

use crate::diag::Severity;

use super::{
    super::{Value, decode, read},
    documents, json,
};

#[test]
fn a_broken_document_does_not_hide_the_others() {
    let found = documents("a: 1\n---\nb: [1\n---\nc: 3\n---\n'x\n---\nd: 4\n");
    let good: Vec<_> = found.iter().map(|d| (d.index, d.root.is_some(), d.has_errors())).collect();
    assert_eq!(good, [(1, true, false), (2, false, true), (3, true, false), (4, false, true), (5, true, false)]);
    assert_eq!(found[1].problems[0].labels[0].place.position().line, 3);
    assert_eq!(found[4].place.position().line, 8);
}

/// kubectl takes a text that begins with `{` for JSON values one after the other.
#[test]
fn json_values_need_no_separator() {
    let values = |text: &str| -> Vec<_> {
        let found = documents(text);
        let one = |(n, d): (usize, &super::super::Document)| {
            assert_eq!(d.index, n + 1);
            (d.place.position().line, d.root.as_ref().map(super::super::Node::to_json), d.has_errors())
        };
        found.iter().enumerate().map(one).collect()
    };
    let two = [(1, Some(j!({ "a": 1 })), false), (2, Some(j!({ "b": [2] })), false)];
    assert_eq!(values("{\"a\":1}\n{\"b\":\n [2]}\n"), two);
    assert_eq!(values("{\"a\":1}\n---\n{\"b\": [2]}\n")[1].1, two[1].1);
    let found = documents("  {\"a\": {\"x\": 1}}{\"b\": 2, \"b\": 3}\n{\"c\"");
    let codes: Vec<_> = found.iter().map(|d| d.problems.iter().map(|p| p.code).collect::<Vec<_>>()).collect();
    assert_eq!(codes, [vec![], vec!["yaml-duplicate-key"], vec!["yaml-syntax"]]);
    assert_eq!(found[0].root.as_ref().and_then(|root| root.at_pointer("/a/x")).map(|x| x.place.span.start), Some(14));
    assert_eq!(found[1].place.position().column, 18);
    // What is no JSON is YAML, and a stream of YAML needs separators.
    assert_eq!(values("{a: 1}\n").len(), 1);
    assert!(values("{a: 1}\n{b: 2}\n")[1].2);
    assert_eq!(values("{\"a\":1}\n{\"b\":2}\n---\nc: 3\n").len(), 3);
}

#[test]
fn empty_documents_have_no_root() {
    assert!(documents("").is_empty());
    assert!(documents("# only a comment\n").is_empty());
    let found = documents("---\n---\na: 1\n---\n# c\n---\nnull\n");
    let roots: Vec<_> = found.iter().map(|d| d.root.as_ref().map(super::super::Node::kind_name)).collect();
    assert_eq!(roots, [None, Some("a map"), None, Some("nothing (null)")]);
}

#[test]
fn duplicates_show_both_places() {
    for (text, lines) in [
        ("a: 1\nb: 2\na: 3\n", (1, 3)),
        ("on: 1\nyes: 2\n", (1, 2)),
        ("1: a\n\n\"1\": b\n", (1, 3)),
        ("x: &x {a: 1}\n<<: *x\n<<: *x\n", (2, 3)),
        ("{\"a\": 1,\n'a': 2}", (1, 2)),
    ] {
        let found = documents(text);
        let problem = found[0].problems.iter().find(|p| p.code == "yaml-duplicate-key").expect(text);
        let at: Vec<_> = problem.labels.iter().map(|l| l.place.position().line).collect();
        assert_eq!(at, [lines.1, lines.0], "{text}");
    }
}

#[test]
fn keys_that_change_are_warned_about() {
    let found = documents("on: 1\n\"off\": 2\n8080: 3\n0x10: 4\nplain: 5\n");
    let warned: Vec<_> = found[0].problems.iter().map(|p| (p.code, p.severity, p.message.as_str())).collect();
    assert_eq!(
        warned,
        [
            ("yaml-resolved-key", Severity::Warning, "kubectl reads the key `on` as `true`"),
            ("yaml-resolved-key", Severity::Warning, "kubectl reads the key `0x10` as `16`")
        ]
    );
    assert!(!found[0].has_errors());
}

#[test]
fn merge_keys_are_applied_as_kubectl_does() {
    assert_eq!(json("x: &x {a: 1, b: 2}\nz: {<<: *x, b: 3}"), Ok(j!({ "x": { "a": 1, "b": 2 }, "z": { "a": 1, "b": 3 } })));
    assert_eq!(json("<<: {a: 2}\na: 1"), Ok(j!({ "a": 1 })));
    assert_eq!(json("<<: [{a: 1}, {a: 2, b: 2}]"), Ok(j!({ "a": 1, "b": 2 })));
    assert_eq!(json("<<: {<<: {a: 1}, b: 2}"), Ok(j!({ "a": 1, "b": 2 })));
    assert_eq!(json("!!merge <<: {a: 1}"), Ok(j!({ "a": 1 })));
    assert_eq!(json("! <<: {a: 1}"), Ok(j!({ "a": 1 })));
    assert_eq!(json("\"<<\": {a: 1}"), Ok(j!({ "<<": { "a": 1 } })));
    // kubectl answers 2, other programs 1.
    assert_eq!(json("a: 1\n<<: {a: 2}"), Err(vec!["yaml-merge"]));
    assert_eq!(json("a: 1\n<<: {b: 2}"), Ok(j!({ "a": 1, "b": 2 })));
}

#[test]
fn aliases_are_copies_that_know_both_places() {
    let found = documents("a: &x\n  b: 1\nc: *x\n*y : 1\n");
    assert_eq!(found[0].problems[0].code, "yaml-alias");
    let found = documents("a: &x\n  b: 1\nc: *x\n");
    let copy = found[0].root.as_ref().and_then(|r| r.get("c")).expect("c");
    assert_eq!((copy.place.position().line, copy.used_at().position().line), (2, 3));
    assert_eq!(json("a: &x b\n*x : c"), Ok(j!({ "a": "b", "b": "c" })));
    assert_eq!(json("&k a: &v 1\nb: *k\nc: *v"), Ok(j!({ "a": 1, "b": "a", "c": 1 })));
    assert_eq!(json("a: &x 1\nb: &x 2\nc: *x"), Ok(j!({ "a": 1, "b": 2, "c": 2 })));
}

#[test]
fn block_text_keeps_its_line_ends() {
    assert_eq!(json("a: |\n  x"), Ok(j!({ "a": "x" })));
    assert_eq!(json("a: |\n  x\n"), Ok(j!({ "a": "x\n" })));
    assert_eq!(json("a: |-\n  x\n"), Ok(j!({ "a": "x" })));
    assert_eq!(json("a: |+\n  x\n\n"), Ok(j!({ "a": "x\n\n" })));
    assert_eq!(json("a: >\n  x\n  y\n"), Ok(j!({ "a": "x y\n" })));
    assert_eq!(json("a: |\r\n  x\r\n  y\r\nb: 1\r\n"), Ok(j!({ "a": "x\ny\n", "b": 1 })));
}

#[test]
fn every_text_encoding_is_read_and_others_are_named() {
    let text = "a: ß€😀\r\nb: 2\r\n";
    let utf16 =
        |mark: u16, bytes: fn(u16) -> [u8; 2]| [mark].into_iter().chain(text.encode_utf16()).flat_map(bytes).collect::<Vec<u8>>();
    let mut marked = vec![0xef, 0xbb, 0xbf];
    marked.extend(text.bytes());
    for bytes in [text.as_bytes().to_vec(), marked, utf16(0xfeff, u16::to_le_bytes), utf16(0xfeff, u16::to_be_bytes)] {
        let source = decode("x", &bytes).expect("text");
        assert_eq!(source.text(), text);
        let root = read(&source).remove(0).root.expect("root");
        assert_eq!(root.to_json(), j!({ "a": "ß€😀", "b": 2 }));
        assert_eq!(root.place_of_key("b").map(|p| p.position().line), Some(2));
    }
    for (bytes, message) in [
        (&b"a: \xff"[..], "byte 0xff is not part of UTF-8 text"),
        (b"a: \xc3", "byte 0xc3 is not part of UTF-8 text"),
        (b"a\0:\0", "this looks like UTF-16 (little endian) without a byte order mark"),
        (b"\0a\0:", "this looks like UTF-16 (big endian) without a byte order mark"),
        (b"\xff\xfea\0:", "half a character of UTF-16 text"),
        (b"\xff\xfea\0\0\xd8b\0", "half a character of UTF-16 text"),
    ] {
        let problem = decode("x", bytes).expect_err(message);
        assert_eq!(problem.message, format!("the file cannot be read as text: {message}"));
    }
    // A mark that nobody removed, and one between documents.
    assert_eq!(json("\u{feff}a: 1"), Ok(j!({ "a": 1 })));
    assert_eq!(documents("a: 1\n---\n\u{feff}b: 1\n").len(), 2);
}

#[test]
fn line_ends_of_yaml_1_1_are_refused() {
    for c in ['\u{85}', '\u{2028}', '\u{2029}'] {
        for text in [
            format!("# x{c}privileged: true\n"),
            format!("a: 1 # x{c}b: 2\n"),
            format!("a: \"x{c}y\"\n"),
            format!("a: |\n  x{c}  y\n"),
        ] {
            assert_eq!(json(&text), Err(vec!["yaml-character"]), "{text:?}");
        }
    }
    for c in ['\0', '\u{1}', '\u{7f}', '\u{9f}', '\u{ffff}'] {
        for text in [format!("a: {c}"), format!("a: x{c}y\nb: 1"), format!("a: 1 # {c}"), format!("a: 1\n{c}\nb: 2")] {
            assert_eq!(json(&text), Err(vec!["yaml-character"]), "{text:?}");
        }
    }
    assert_eq!(json("a: \u{a0}\u{e000}\u{fffd}\u{10ffff}x"), Ok(j!({ "a": "\u{a0}\u{e000}\u{fffd}\u{10ffff}x" })));
}

/// Where a YAML 1.2 parser sees other values than kubectl, we must not guess.
#[test]
fn texts_that_parsers_read_differently_are_refused() {
    for (text, code) in [
        ("a: {?privileged: true}", "yaml-syntax"),
        ("a: [?b, c]", "yaml-syntax"),
        ("a: [http://x/?b=c]", "yaml-syntax"),
        ("a: {!t :b}", "yaml-syntax"),
        ("a: [::1]", "yaml-syntax"),
        ("a: [b\n:, c]", "yaml-syntax"),
        ("a: [!t, b]", "yaml-syntax"),
        ("a: {b: !!str, c: d}", "yaml-syntax"),
        ("a: &x:b\nc: d", "yaml-alias"),
        ("a: &x?b c", "yaml-alias"),
        ("&x:b: c", "yaml-alias"),
        ("a: &xé b", "yaml-alias"),
        ("a: 1\n---b: 2\n", "yaml-separator"),
        ("a: 1\n---#b: 2\n", "yaml-separator"),
        ("--- {a: 1}\n", "yaml-separator"),
        ("--- |\n  x\n", "yaml-separator"),
    ] {
        assert_eq!(json(text), Err(vec![code]), "{text}");
    }
    let found = documents("---\t # comment\na: b?c\nd: &x-1_Y z\ne: *x-1_Y\n---  \r\n");
    assert!(found.iter().all(|d| d.problems.is_empty()), "{found:?}");
}

#[test]
fn json_is_yaml() {
    assert_eq!(
        json("{\n\t\"a\": [1,\"b\\/\\ud83d\\ude00\"],\"c\":{\"d\":null},\n\t\"e\":1E5\n}\n"),
        Ok(j!({ "a": [1, "b/😀"], "c": { "d": null }, "e": 100_000 }))
    );
}

#[test]
fn pointers_find_nodes() {
    let found = documents("a: [{b: 1}]\n\"c/d~e\": 2\n\"\": 3\n");
    let root = found[0].root.as_ref().expect("root");
    let at = |pointer| root.at_pointer(pointer).map(|n| n.value.clone());
    assert_eq!(at("/a/0/b"), Some(Value::Int(1)));
    assert_eq!(at("/c~1d~0e"), Some(Value::Int(2)));
    assert_eq!(at("/"), Some(Value::Int(3)));
    assert_eq!(at("").as_ref(), Some(&root.value));
    for none in ["/a/1", "/a/00", "/a/+0", "/a/0/b/c", "a", "/x"] {
        assert_eq!(at(none), None, "{none}");
    }
    assert_eq!(root.nearest("/a/0/x/y").kind_name(), "a map");
    assert_eq!(root.nearest("/a/7").kind_name(), "a list");
    assert_eq!(root.nearest("/a/0/b").kind_name(), "a number");
}
