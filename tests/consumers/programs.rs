//! Where the real programs are, and how to run them.

use std::{
    env,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

/// A program that was built, with the set it belongs to.
pub(crate) struct Built {
    path: PathBuf,
}

/// The program of a set (`k136`, `etcd37`), or nothing when it was not built: that is said, and fails where everything is required.
pub(crate) fn find(set: &str, program: &str) -> Option<Built> {
    let path = folder().join(set).join(program);
    if path.is_file() {
        return Some(Built { path });
    }
    skipped(&format!("{set}/{program} was not built (tests/consumers/build.sh)"));
    None
}

/// Says that a program of the system is missing; fails where everything is required.
pub(crate) fn missing(program: &str) {
    skipped(&format!("{program} is not installed"));
}

/// Says why a test is skipped; fails where everything is required.
pub(crate) fn skipped(why: &str) {
    let required = env::var_os("HARDEN_CONSUMERS_REQUIRED").is_some_and(|value| value == "1");
    assert!(!required, "required: {why}");
    // Past the capture of the test harness: a skipped test must be seen.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// Where the programs are that the consumers are built into.
pub(crate) fn folder() -> PathBuf {
    let given = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = || given("XDG_CACHE_HOME").or_else(|| given("HOME").map(|home| home.join(".cache"))).unwrap_or_default();
    given("HARDEN_CONSUMERS").unwrap_or_else(|| cache().join("harden/consumers"))
}

impl Built {
    /// Where the program is.
    pub(crate) fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Runs the program, which must succeed; gives what it says.
    pub(crate) fn must<S: AsRef<str>>(&self, arguments: &[S]) -> String {
        let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
        let run = Command::new(&self.path).args(&arguments).stdin(Stdio::null()).output();
        let run = run.unwrap_or_else(|error| panic!("{}: {error}", self.path.display()));
        let text = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{} {arguments:?}: {text}", self.path.display());
        text
    }

    /// What the program says on both streams, run without input.
    pub(crate) fn says<S: AsRef<str>>(&self, arguments: &[S]) -> String {
        let arguments = arguments.iter().map(AsRef::as_ref);
        let run = Command::new(&self.path).args(arguments).stdin(Stdio::null()).output();
        let run = run.unwrap_or_else(|error| panic!("{}: {error}", self.path.display()));
        String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr)
    }
}
