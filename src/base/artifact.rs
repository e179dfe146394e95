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

/// Lines of text, each with the reason for it: one text, and the runs of lines that share an origin.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    text: String,
    runs: Vec<Run>,
}

/// Neighbouring lines of one origin.
#[derive(Debug, Clone)]
pub struct Run {
    /// The number of the last of them; the first line of a text is number 1.
    pub to: usize,
    /// Why they are there.
    pub origin: Arc<Origin>,
}

impl Lines {
    /// Every line of a text with one origin; the last line end may be missing.
    #[must_use]
    pub fn of(mut text: String, origin: &Arc<Origin>) -> Self {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let to = line_ends(text.as_bytes());
        let runs = if to > 0 { vec![Run { to, origin: Arc::clone(origin) }] } else { Vec::new() };
        Lines { text, runs }
    }

    /// Adds a line.
    pub fn push(&mut self, line: &str, origin: &Arc<Origin>) {
        self.text.push_str(line);
        self.end(origin);
    }

    /// The text, to begin or to continue the last line of it: nothing but its characters, which hold no line end.
    pub fn begun(&mut self) -> &mut String {
        &mut self.text
    }

    /// Ends the last line.
    pub fn end(&mut self, origin: &Arc<Origin>) {
        self.text.push('\n');
        match self.runs.last_mut() {
            Some(run) if Arc::ptr_eq(&run.origin, origin) => run.to += 1,
            last => {
                let to = last.map_or(1, |run| run.to + 1);
                self.runs.push(Run { to, origin: Arc::clone(origin) });
            }
        }
    }

    /// Adds the lines of another text.
    pub fn extend(&mut self, other: Self) {
        let count = self.count();
        self.text.push_str(&other.text);
        self.runs.extend(other.runs.into_iter().map(|run| Run { to: run.to + count, origin: run.origin }));
    }

    /// How many lines there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.runs.last().map_or(0, |run| run.to)
    }

    /// The runs, in the order of the text; neighbours may share an origin.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Each line without its line end, and why it is there.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<Origin>)> {
        let mut from = 0;
        let origins = self.runs.iter().flat_map(move |run| {
            let times = run.to - std::mem::replace(&mut from, run.to);
            std::iter::repeat_n(&run.origin, times)
        });
        self.text.split_terminator('\n').zip(origins)
    }

    /// The bytes of the file; every line is ended.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Counts in short pieces, which the compiler does many bytes at a time.
fn line_ends(bytes: &[u8]) -> usize {
    let piece = |piece: &[u8]| usize::from(piece.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>());
    bytes.chunks(usize::from(u8::MAX)).map(piece).sum()
}

/// A text file of the output tree.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Where it is written.
    pub path: OutPath,
    /// With which mode.
    pub mode: Mode,
    /// Its lines.
    pub lines: Lines,
}

impl Artifact {
    /// The bytes of the file.
    #[must_use]
    pub fn text(&self) -> &str {
        self.lines.text()
    }

    /// The bytes of the file, taken out.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.lines.text.into_bytes()
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

    #[test]
    fn lines_keep_their_origins() {
        let (one, two) = (Origin::shape(crate::base::FactId("one")), Origin::shape(crate::base::FactId("two")));
        let mut lines = Lines::of("a\nb".to_owned(), &one);
        lines.push("c", &one);
        lines.begun().push('d');
        lines.end(&two);
        lines.extend(Lines::of("\n".to_owned(), &two));
        let seen: Vec<(&str, bool)> = lines.iter().map(|(text, origin)| (text, Arc::ptr_eq(origin, &one))).collect();
        assert_eq!(seen, [("a", true), ("b", true), ("c", true), ("d", false), ("", false)]);
        assert_eq!((lines.count(), lines.text()), (5, "a\nb\nc\nd\n\n"));
        assert_eq!(Lines::of(String::new(), &one).count(), 0);
    }
}
