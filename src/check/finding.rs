//! What was found, in the shape of the interface.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    diag::{Place, Severity},
    facts::benchmarks::BenchmarkId,
};

use super::{Against, waivers};

/// The object that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Object {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// Its namespace; nothing where it names none.
    pub namespace: Option<String>,
    /// Its name; nothing where the cluster makes one up.
    pub name: Option<String>,
    /// What such a name begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generate_name: Option<String>,
}

impl Object {
    /// The name as people read it; nothing where it has none.
    #[must_use]
    pub fn shown_name(&self) -> Option<String> {
        self.name.clone().or_else(|| self.generate_name.as_ref().map(|start| format!("{start}*")))
    }
}

/// Something that is not as it should be, or that cannot be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The control that asks for it, else the code of what is wrong with the text; nothing where the spec itself or only the installer asks.
    pub control: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong; lower case, no full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// 1-based among the documents of the file.
    pub document: usize,
    /// The object, where the file holds objects.
    pub object: Option<Object>,
    /// The namespace that the object goes to, where that is told and the object itself need not say it.
    pub namespace: Option<String>,
    /// The container, where it is about one.
    pub container: Option<String>,
    /// Where in the document, as a JSON pointer.
    pub path: String,
    /// The numbers of the control in the benchmark of the version.
    pub benchmarks: Vec<BenchmarkId>,
    /// What to do.
    pub fix: String,
    /// The waiver that covers it, or covered it until it expired.
    pub waiver: Option<String>,
}

/// Something that was not judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Skipped {
    /// The file.
    pub file: String,
    /// The document in it; nothing for the whole file.
    pub document: Option<usize>,
    /// Its first line.
    pub line: Option<usize>,
    /// Why, and what would be needed.
    pub reason: String,
}

/// What a file held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// Documents.
    pub documents: usize,
    /// Objects and configurations that were judged.
    pub objects: usize,
}

/// How much was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files.
    pub files: usize,
    /// What each file held.
    pub held: BTreeMap<String, Held>,
    /// What was not judged.
    pub skipped: Vec<Skipped>,
    /// What is asked of no object of a kind that was read, in words.
    pub not_asked: BTreeSet<&'static str>,
}

impl Summary {
    /// Documents in all files.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.held.values().map(|held| held.documents).sum()
    }

    /// Objects and configurations that were judged, in all files.
    #[must_use]
    pub fn objects(&self) -> usize {
        self.held.values().map(|held| held.objects).sum()
    }

    /// Takes what was read for another cluster; a file that was read for both counts once.
    fn merge(&mut self, other: Summary) {
        for (file, more) in other.held {
            let held = self.held.entry(file).or_default();
            held.documents = held.documents.max(more.documents);
            held.objects = held.objects.max(more.objects);
        }
        self.skipped.extend(other.skipped);
        self.not_asked.extend(other.not_asked);
    }
}

/// Everything that was found, each list in the order of files and places.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// What is not as it must be.
    pub findings: Vec<Finding>,
    /// The same, covered by a waiver.
    pub waived: Vec<Finding>,
    /// What is worth saying and fails nothing.
    pub notices: Vec<Finding>,
    /// What cannot be told.
    pub unknown: Vec<Finding>,
    /// How much was read.
    pub summary: Summary,
}

impl Findings {
    /// Says something about the call that fails nothing.
    pub fn notice(&mut self, place: Place, message: String, fix: &str) {
        self.notices.push(Finding {
            control: None,
            severity: Severity::Notice,
            message,
            place,
            document: 1,
            object: None,
            namespace: None,
            container: None,
            path: String::new(),
            benchmarks: Vec::new(),
            fix: fix.to_owned(),
            waiver: None,
        });
    }

    /// Adds a whole file that was not judged.
    pub fn unjudged(&mut self, file: &str, reason: &str) {
        self.skip(file, None, reason);
    }

    /// Adds something that was not judged.
    pub(super) fn skip(&mut self, file: &str, document: Option<(usize, usize)>, reason: impl Into<String>) {
        let (document, line) = document.unzip();
        self.summary.skipped.push(Skipped { file: file.to_owned(), document, line, reason: reason.into() });
    }

    /// Counts a document of a file.
    pub(super) fn document(&mut self, file: &str) {
        self.summary.held.entry(file.to_owned()).or_default().documents += 1;
    }

    /// Counts objects of a file that were judged.
    pub(super) fn objects(&mut self, file: &str, count: usize) {
        self.summary.held.entry(file.to_owned()).or_default().objects += count;
    }

    /// Lets waivers cover what they cover, sorts every list and drops what is said twice.
    pub(super) fn settle(&mut self, against: &Against<'_>) {
        for mut finding in std::mem::take(&mut self.findings) {
            if waivers::cover(&mut finding, against) { self.waived.push(finding) } else { self.findings.push(finding) }
        }
        self.sort();
    }

    /// Takes what was found for another cluster in the same files; what is said of both is said once.
    pub fn merge(&mut self, other: Findings) {
        self.findings.extend(other.findings);
        self.waived.extend(other.waived);
        self.notices.extend(other.notices);
        self.unknown.extend(other.unknown);
        self.summary.merge(other.summary);
        self.sort();
    }

    fn sort(&mut self) {
        for list in [&mut self.findings, &mut self.waived, &mut self.notices, &mut self.unknown] {
            list.sort_by(|a, b| order(a).cmp(&order(b)));
            list.dedup();
        }
        self.summary.skipped.sort();
        self.summary.skipped.dedup();
    }
}

/// By file, place, control, message.
fn order(finding: &Finding) -> (&str, usize, usize, Option<&str>, &str) {
    let Finding { place, control, message, .. } = finding;
    (place.source.name(), place.span.start, place.span.end, control.as_deref(), message)
}
