//! Paths into a spec: `/network/flows/web-in`. List items are addressed by name where they have one, else by index.

use std::{fmt, sync::Arc};

/// A place in `Cluster.spec`, stable when lines or unrelated items are added.
/// Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct SpecPath(Arc<str>);

impl SpecPath {
    /// The root of the spec.
    #[must_use]
    pub fn root() -> Self {
        SpecPath(Arc::from(""))
    }

    /// The path of text such as `/api/sources`; segments are escaped as in JSON pointers (`~1` for `/`).
    #[must_use]
    pub fn new(text: &str) -> Self {
        SpecPath(Arc::from(text))
    }

    /// This path with one more segment (not yet escaped).
    #[must_use]
    pub fn child(&self, segment: &str) -> Self {
        let mut text = String::with_capacity(self.0.len() + segment.len() + 3);
        text.push_str(&self.0);
        text.push('/');
        let mut rest = segment;
        while let Some(at) = rest.find(['~', '/']) {
            text.push_str(&rest[..at]);
            text.push_str(if rest[at..].starts_with('~') { "~0" } else { "~1" });
            rest = &rest[at + 1..];
        }
        text.push_str(rest);
        SpecPath(text.into())
    }

    /// This path with the index of a list item.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        SpecPath(format!("{}/{index}", self.0).into())
    }

    /// The text, `/` first; empty for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments, unescaped.
    pub fn segments(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(|s| s.replace("~1", "/").replace("~0", "~"))
    }

    /// Whether this path is `other` or lies below it.
    #[must_use]
    pub fn is_within(&self, other: &SpecPath) -> bool {
        self.0.strip_prefix(&*other.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for SpecPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "/" } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_come_back() {
        for segment in ["", "a", "a/b", "~1", "/~", "a~b/c~", "ß/ü"] {
            let path = SpecPath::root().child("x").child(segment);
            assert_eq!(path.segments().collect::<Vec<_>>(), ["x", segment]);
        }
        assert_eq!(SpecPath::root().child("a/b~c").as_str(), "/a~1b~0c");
    }
}
