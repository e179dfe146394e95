//! Streams of JSON values, which need no separator between them: where the first thing in a text is `{`, kubectl takes it for one
//! (apimachinery, util/yaml: `GuessJSONStream`, read in public source 2026-11-27).

use std::ops::Range;

use serde::de::IgnoredAny;

/// The parts of a text that are parsed one by one: the values of a stream of JSON and what follows them; of any other text the whole.
pub(super) fn parts(text: &str) -> Vec<Range<usize>> {
    let whole = 0..text.len();
    if !text.trim_start().starts_with('{') {
        return vec![whole];
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let mut parts = Vec::new();
    let mut end = 0;
    while let Some(Ok(_)) = values.next() {
        parts.push(end..values.byte_offset());
        end = values.byte_offset();
    }
    let rest = text[end..].trim_start();
    if parts.is_empty() || parts.len() == 1 && !rest.starts_with('{') {
        return vec![whole];
    }
    if !rest.is_empty() {
        parts.push(end..text.len());
    }
    parts
}
