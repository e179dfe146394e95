//! Places are exact.

use super::{
    super::{Node, Value},
    documents,
};

/// Every key and value of a document as it is written, depth first.
fn texts(text: &str) -> Vec<String> {
    let found = documents(text);
    assert!(!found[0].has_errors(), "{:?}", found[0].problems);
    let mut out = Vec::new();
    walk(found[0].root.as_ref().expect("root"), &mut out);
    out
}

fn walk(node: &Node, out: &mut Vec<String>) {
    out.push(node.place.source.slice(node.place.span).to_owned());
    match &node.value {
        Value::Seq(items) => items.iter().for_each(|i| walk(i, out)),
        Value::Map(entries) => {
            for entry in entries {
                out.push(entry.key_raw().to_owned());
                walk(&entry.value, out);
            }
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => {}
    }
}

#[test]
fn flow_and_scalars() {
    assert_eq!(texts("[a, 'b', \"c\" ] # d"), ["[a, 'b', \"c\" ]", "a", "'b'", "\"c\""]);
    assert_eq!(texts("{ß: €, \"k\": [] }"), ["{ß: €, \"k\": [] }", "ß", "€", "\"k\"", "[]"]);
    assert_eq!(texts("a: !!str &x b  # c\n"), ["a: !!str &x b", "a", "b"]);
    assert_eq!(texts("[2001:db8::]"), ["[2001:db8::]", "2001:db8::"]);
}

#[test]
fn block_collections() {
    assert_eq!(
        texts("a:\n- b\n- c: d\n  e:\n  - f\n# end\n"),
        ["a:\n- b\n- c: d\n  e:\n  - f", "a", "- b\n- c: d\n  e:\n  - f", "b", "c: d\n  e:\n  - f", "c", "d", "e", "- f", "f"]
    );
    assert_eq!(texts("- - a\n  - b\n-\n  c: d\n"), ["- - a\n  - b\n-\n  c: d", "- a\n  - b", "a", "b", "c: d", "c", "d"]);
    assert_eq!(texts("a: &x-y # - c\n- !t-u b\n"), ["a: &x-y # - c\n- !t-u b", "a", "- !t-u b", "b"]);
    assert_eq!(texts("a:\n-\n- b"), ["a:\n-\n- b", "a", "-\n- b", "", "b"]);
}

#[test]
fn block_scalars() {
    assert_eq!(texts("a: |\n  x\n  y\nb: 1\n"), ["a: |\n  x\n  y\nb: 1", "a", "|\n  x\n  y", "b", "1"]);
    assert_eq!(
        texts("- a: !!str >- # c | d\n    x\n\n\n- |+\n  y\n\n"),
        ["- a: !!str >- # c | d\n    x\n\n\n- |+\n  y", "a: !!str >- # c | d\n    x", "a", ">- # c | d\n    x", "|+\n  y"]
    );
    assert_eq!(texts("a: &pq |2\n    x\nb:\n"), ["a: &pq |2\n    x\nb", "a", "|2\n    x", "b", ""]);
    assert_eq!(texts("a: |\r\n  x\r\n\r\nb: |\r\n  z"), ["a: |\r\n  x\r\n\r\nb: |\r\n  z", "a", "|\r\n  x", "b", "|\r\n  z"]);
    assert_eq!(texts("a: |\nb: >\n"), ["a: |\nb: >", "a", "|", "b", ">"]);
}

#[test]
fn several_lines() {
    assert_eq!(texts("a: x\n  y \n\nb: 'p\n  q'\n"), ["a: x\n  y \n\nb: 'p\n  q'", "a", "x\n  y", "b", "'p\n  q'"]);
}
