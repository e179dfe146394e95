//! Files meant to use up time, memory or the stack.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{
    super::{MAX_BYTES, MAX_DEPTH, decode, read},
    documents, json,
};
use crate::diag::Source;

/// The code of the only error; the time is generous for slow machines, the point is that nothing is quadratic.
fn refused(text: &str, code: &str) {
    #[expect(clippy::disallowed_methods, reason = "measures the reader")]
    let started = Instant::now();
    let found = documents(text);
    let spent = started.elapsed();
    assert!(found.iter().any(|d| d.problems.iter().any(|p| p.code == code)), "{:?}", found.last().map(|d| &d.problems));
    assert!(spent < Duration::from_secs(3), "{spent:?}");
}

#[test]
fn brackets() {
    refused(&"[".repeat(200_000), "yaml-limit");
    refused(&"{".repeat(200_000), "yaml-limit");
    refused(&"[{a: ".repeat(50_000), "yaml-limit");
    refused(&"- ".repeat(100_000), "yaml-limit");
    refused(&"? ".repeat(100_000), "yaml-limit");
    refused(&"]".repeat(200_000), "yaml-syntax");
    refused(&(0..2_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect::<String>(), "yaml-limit");
}

#[test]
fn depth_is_exact() {
    let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
    assert!(json(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(json(&nested(MAX_DEPTH + 1)), Err(vec!["yaml-limit"]));
    let half = MAX_DEPTH / 2;
    assert_eq!(json(&format!("{}{}", "- ".repeat(half), nested(half + 1))), Err(vec!["yaml-limit"]));
    assert_eq!(
        json(&format!("a: &a {}\nb: {}", nested(half), "[".repeat(half) + "*a" + &"]".repeat(half))),
        Err(vec!["yaml-limit"])
    );
}

#[test]
fn laughs() {
    let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for n in 1..10 {
        text += &format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "));
    }
    refused(&text, "yaml-limit");
    let mut merges = String::from("a0: &a0 {k: v}\n");
    for n in 1..40 {
        merges += &format!("a{n}: &a{n} {{l: *a{}, r: *a{}}}\n", n - 1, n - 1);
    }
    refused(&merges, "yaml-limit");
}

#[test]
fn wide_maps_and_many_problems() {
    let keys: String = (0..200_000).map(|n| format!("k{n}: v\n")).collect();
    assert!(json(&keys).is_ok());
    let same = "k: v\n".repeat(200_000);
    let found = documents(&same);
    assert_eq!(found[0].problems.len(), super::super::MAX_PROBLEMS);
    refused(&"\u{2028}".repeat(100_000), "yaml-character");
    refused(&"--- [\n".repeat(50_000), "yaml-syntax");
}

#[test]
fn bytes_are_bounded() {
    let large = "a".repeat(MAX_BYTES + 1);
    assert_eq!(decode("x", large.as_bytes()).expect_err("too large").code, "yaml-limit");
    assert_eq!(json(&large), Err(vec!["yaml-limit"]));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(source) = decode("x", &bytes) {
            let _ = read(&source);
        }
    }

    #[test]
    fn no_text_panics(text in "[-\\[\\]{}:,#&*!|>'\"%@` \t\r\n?<~a1.xé\u{feff}\u{2028}\u{0}]{0,80}") {
        for document in read(&Source::new("x", text)) {
            for problem in &document.problems {
                for label in &problem.labels {
                    // Labels lie within the text and on character borders.
                    let span = label.place.span;
                    prop_assert!(label.place.source.text().get(span.start..span.end).is_some(), "{problem:?}");
                }
                prop_assert!(!problem.help.is_empty());
            }
            if let Some(root) = &document.root {
                let _ = root.to_json();
                prop_assert!(root.place.source.text().get(root.place.span.start..root.place.span.end).is_some());
            }
        }
    }
}
