//! Artifacts: text files with the origin of every line.

use std::{fmt, sync::Arc};

use super::Origin;

/// A path inside the output folder of one cluster: relative, with plain segments only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct OutPath(String);

/// A text that is no path inside the output folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutPathError(pub String);

impl fmt::Display for OutPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no path inside the output folder", self.0)
    }
}

impl OutPath {
    /// Checks and takes a path.
    ///
    /// # Errors
    /// When a segment is empty, `.` or `..`, starts with `-`, or holds anything but letters, digits, `.`, `_`, `-`, `+`.
    pub fn new(text: &str) -> Result<Self, OutPathError> {
        let plain = |segment: &str| {
            !matches!(segment, "" | "." | "..")
                && !segment.starts_with('-')
                && segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+'))
        };
        if text.split('/').all(plain) { Ok(OutPath(text.to_owned())) } else { Err(OutPathError(text.to_owned())) }
    }

    /// The path as text, `/` between segments.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OutPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The file mode an artifact is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// 0644.
    Plain,
    /// 0600: the file has a place for secrets or reads like one.
    Private,
    /// 0755.
    Executable,
}

impl Mode {
    /// The permission bits.
    #[must_use]
    pub fn bits(self) -> u32 {
        match self {
            Mode::Plain => 0o644,
            Mode::Private => 0o600,
            Mode::Executable => 0o755,
        }
    }
}

/// One line of an artifact, without its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The text.
    pub text: String,
    /// Why it is there.
    pub origin: Arc<Origin>,
}

/// A text file of the output tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Where it is written.
    pub path: OutPath,
    /// With which mode.
    pub mode: Mode,
    /// Its lines; the file ends with a line end.
    pub lines: Vec<Line>,
}

impl Artifact {
    /// The bytes of the file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.lines.iter().map(|l| l.text.len() + 1).sum());
        for line in &self.lines {
            text.push_str(&line.text);
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leaves_the_folder() {
        for bad in ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/./b", "a/-rf", "a b", "a\nb", "C:\\x", "a/\u{202e}b"] {
            assert!(OutPath::new(bad).is_err(), "{bad}");
        }
        assert!(OutPath::new("control-plane/cp-1/manifests/kube-apiserver.yaml").is_ok());
    }
}
