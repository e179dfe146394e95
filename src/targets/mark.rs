//! How a file of ours is told from a user's: by its place in the tree, and by what its head says.

/// The place of a kind of file and what its head says. Trees of earlier versions are cleaned up by these too: a mark may be added or
/// loosened, never taken away.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    /// The path in the tree; `*` stands for one segment, a last `**` for one or more.
    pub path: &'static str,
    /// A part of the comment at its head, where `{path}` stands for what `**` stands for. Empty where the file has no head: the path
    /// alone tells.
    pub says: &'static str,
}

impl Mark {
    /// Whether a file at this path, with these bytes, bears the mark.
    #[must_use]
    pub fn is_on(&self, path: &str, bytes: &[u8]) -> bool {
        let Some(rest) = fits(self.path, path) else { return false };
        self.says.is_empty() || head(bytes).contains(&self.says.replace("{path}", rest))
    }
}

/// Whether a path fits a pattern; gives what the last segment of the pattern stands for.
fn fits<'p>(pattern: &str, path: &'p str) -> Option<&'p str> {
    let (mut patterns, mut rest) = (pattern.split('/').peekable(), path);
    while let Some(segment) = patterns.next() {
        if segment == "**" {
            return (!rest.is_empty()).then_some(rest);
        }
        let (first, after) = rest.split_once('/').map_or((rest, None), |(first, after)| (first, Some(after)));
        if first.is_empty() || (segment != "*" && segment != first) {
            return None;
        }
        match (patterns.peek(), after) {
            (None, None) => return Some(first),
            (Some(_), Some(after)) => rest = after,
            (None, Some(_)) | (Some(_), None) => return None,
        }
    }
    None
}

/// The comment at the head of a file as one line, without the line that names a shell.
fn head(bytes: &[u8]) -> String {
    let lines = bytes.split(|byte| *byte == b'\n').skip_while(|line| line.starts_with(b"#!"));
    let comment = lines.map_while(|line| line.strip_prefix(b"#")).map(String::from_utf8_lossy);
    comment.map(|line| line.trim().to_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (pattern, path, rest) in [
            ("REPORT.md", "REPORT.md", Some("REPORT.md")),
            ("REPORT.md", "REPORT.md/x", None),
            ("REPORT.md", "x/REPORT.md", None),
            ("a/*/b.yaml", "a/cp-1/b.yaml", Some("b.yaml")),
            ("a/*/b.yaml", "a/cp-1/c/b.yaml", None),
            ("a/*/b.yaml", "a/b.yaml", None),
            ("a/**", "a/b/c", Some("b/c")),
            ("a/**", "a", None),
            ("a/**", "b/c", None),
        ] {
            assert_eq!(fits(pattern, path), rest, "{pattern} {path}");
        }
    }

    #[test]
    fn heads() {
        let mark = Mark { path: "control-plane/**", says: "Lies at /{path} on every" };
        let text = b"#!/bin/sh\n# One. Lies at\n# /etc/x.yaml on every node.\na: 1 # Lies at /etc/y.yaml on every\n";
        assert!(mark.is_on("control-plane/etc/x.yaml", text));
        assert!(!mark.is_on("control-plane/etc/y.yaml", text));
        assert!(!mark.is_on("etc/x.yaml", text));
        assert!(!mark.is_on("control-plane/etc/x.yaml", b"a: 1\n# Lies at /etc/x.yaml on every node.\n"));
    }
}
