//! A file of the host: its lines with their origins, and how the script treats it.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    base::{Artifact, ControlId, Lines, Mode, Origin, OutPath, sha256_hex},
    targets::{head, origins},
};

use super::{Pool, Rule};

/// What the head of every file says, and by which it is known as ours.
pub(super) const BROUGHT: &str = "Brought to its place by harden-node.sh.";

/// How the script brings a file to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is the whole file.
    Whole,
    /// It is a block at the head of a file of the system.
    Head,
    /// It is a file of audit rules: watches below a missing folder are left out.
    AuditRules,
}

impl Kind {
    /// The word of the engine.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Whole => "file",
            Kind::Head => "head",
            Kind::AuditRules => "audit-rules",
        }
    }
}

/// A file of the host.
pub(super) struct HostFile {
    /// Where it lies on the host.
    pub(super) path: String,
    /// How it gets there.
    pub(super) kind: Kind,
    /// Its mode.
    pub(super) mode: &'static str,
    /// The program that judges it, as the engine names it; may be empty.
    pub(super) validator: String,
    /// What has to take it, as the engine names it; may be empty.
    pub(super) effect: &'static str,
    /// Its lines, the head comment included.
    pub(super) lines: Lines,
}

impl HostFile {
    /// A whole file, 0644, whose lines come with a head comment.
    pub(super) fn new(path: impl Into<String>, purpose: &str, body: Lines) -> Self {
        let controls = controls(&body);
        let form = form();
        let mut lines = Lines::default();
        for text in head::with_controls(&[BROUGHT.to_owned(), purpose.to_owned()], &controls) {
            lines.push(&format!("# {text}"), &form);
        }
        lines.extend(body);
        HostFile::bare(path, lines)
    }

    /// The same without a head comment, for forms that have none.
    pub(super) fn bare(path: impl Into<String>, lines: Lines) -> Self {
        HostFile { path: path.into(), kind: Kind::Whole, mode: "0644", validator: String::new(), effect: "", lines }
    }

    /// The controls behind it.
    pub(super) fn controls(&self) -> BTreeSet<ControlId> {
        controls(&self.lines)
    }

    /// The path below the folder of the pool.
    fn name(&self) -> String {
        match self.kind {
            Kind::Head => format!("files{}.head", self.path),
            Kind::Whole | Kind::AuditRules => format!("files{}", self.path),
        }
    }

    /// The file in the tree.
    pub(super) fn artifact(&self, pool: &Pool<'_>) -> Option<Artifact> {
        let path = OutPath::new(&format!("nodes/{}/{}", pool.node.name, self.name())).ok()?;
        Some(Artifact { path, mode: Mode::Plain, lines: self.lines.clone() })
    }

    /// A short digest, by which the script knows that the file beside it is its own: against mistakes, not against attackers.
    pub(super) fn digest(&self) -> String {
        sha256_hex(self.lines.text().as_bytes()).chars().take(16).collect()
    }
}

fn controls(lines: &Lines) -> BTreeSet<ControlId> {
    lines.iter().flat_map(|(_, origin)| origin.reasons.iter().filter_map(|reason| reason.control)).collect()
}

/// The origin of lines that only the reader of the file demands.
pub(super) fn form() -> Arc<Origin> {
    origins::form("host-file")
}

/// The origin of a line that carries a rule.
pub(super) fn origin(rule: &Rule<'_>) -> Arc<Origin> {
    origins::setting(&rule.key, rule.held)
}
