//! What is told of each cluster: to people, and as JSON.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    cli::{Done, Exit, Failed, Screen, outcome::usage_json},
    diag::{self, Diagnostics},
    host::tree::{self, NewFile},
    report::Manifest,
};

use super::{Args, Work};

/// What became of one cluster.
pub(super) struct Told {
    pub(super) name: String,
    pub(super) out: String,
    pub(super) written: Vec<String>,
    pub(super) unchanged: Vec<String>,
    pub(super) removed: Vec<String>,
    pub(super) kept: Vec<String>,
    pub(super) due: Vec<String>,
    pub(super) diagnostics: Diagnostics,
    /// Why its file was not read or its tree left as it is, and what to do: something on the disk is in the way.
    pub(super) refused: Option<(String, String)>,
    pub(super) exit: Exit,
}

impl Told {
    pub(super) fn new(name: String) -> Self {
        Told {
            name,
            out: String::new(),
            written: Vec::new(),
            unchanged: Vec::new(),
            removed: Vec::new(),
            kept: Vec::new(),
            due: Vec::new(),
            diagnostics: Diagnostics::default(),
            refused: None,
            exit: Exit::Success,
        }
    }

    pub(super) fn mistakes(name: String, diagnostics: Diagnostics) -> Self {
        Told { diagnostics, exit: Exit::Mistake, ..Told::new(name) }
    }

    pub(super) fn refused(name: String, message: String, help: String) -> Self {
        Told { refused: Some((message, help)), exit: Exit::Mistake, ..Told::new(name) }
    }

    /// The number of errors that kept it from being written.
    fn errors(&self) -> usize {
        self.diagnostics.errors() + usize::from(self.refused.is_some())
    }

    fn json(&self) -> Value {
        let mut diagnostics = diag::json(self.diagnostics.list());
        if let (Some((message, help)), Some(list)) = (&self.refused, diagnostics.as_array_mut()) {
            list.push(usage_json(message, help));
        }
        json!({
            "name": self.name,
            "out": self.out,
            "written": self.written,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "kept": self.kept,
            "due": self.due,
            "diagnostics": diagnostics,
        })
    }
}

/// What is said of a manifest that differs from the one that a build would write in the digests of inputs alone: nothing that the inputs
/// say of the cluster is another.
pub(in crate::cli) fn inputs_alone(present: &[u8], wanted: &[u8]) -> Option<String> {
    let read = |bytes: &[u8]| Manifest::read(std::str::from_utf8(bytes).ok()?).ok();
    let (present, wanted) = (read(present)?, read(wanted)?);
    let names: Vec<&str> = present.other_inputs_alone(&wanted)?.into_iter().collect();
    Some(format!("differs in the digest of {} alone, and nothing else of the tree would: build again", names.join(", ")))
}

/// A difference of `--check` for people; `files` are those that would be written.
pub(super) fn difference_text(difference: &tree::Difference, files: &[NewFile]) -> String {
    let wanted = || files.iter().find(|file| file.path.as_str() == tree::MANIFEST && difference.path == tree::MANIFEST);
    let what = match &difference.what {
        tree::What::Missing => "is missing".to_owned(),
        tree::What::Differs(present) => {
            let alone = present.as_deref().zip(wanted()).and_then(|(present, wanted)| inputs_alone(present, &wanted.bytes));
            alone.unwrap_or_else(|| "differs".to_owned())
        }
        tree::What::Executable { wanted: true } => "should be executable".to_owned(),
        tree::What::Executable { wanted: false } => "should not be executable".to_owned(),
        tree::What::Left => "left the plan".to_owned(),
        tree::What::Blocked(foreign) => foreign.why.to_string(),
    };
    format!("{} {what}", difference.path)
}

/// The mistake of a call that means no cluster.
pub(in crate::cli) fn no_cluster<'p>(files: impl Iterator<Item = &'p Path>) -> Failed {
    let named: Vec<String> = files.map(|path| path.display().to_string()).collect();
    Failed::usage(
        format!("no cluster spec in {}", if named.is_empty() { "this folder".to_owned() } else { named.join(", ") }),
        "name a file with `kind: Cluster`, or start one with `harden init`",
    )
}

pub(super) fn show(args: &Args, screen: &Screen, diags: &Diagnostics, told: &[Told], work: &[Work<'_>]) -> Done {
    let exit = told.iter().map(|t| t.exit).max().unwrap_or(Exit::Success);
    if told.is_empty() {
        return Err(no_cluster(work.iter().map(|work| work.file)));
    }
    if screen.json() {
        let clusters: Vec<Value> = told.iter().map(Told::json).collect();
        screen.result_json(&json!({ "schemaVersion": 1, "clusters": clusters, "diagnostics": diag::json(diags.list()) }))?;
        return Ok(exit);
    }
    screen.diagnostics(diags.list())?;
    let mut text = String::new();
    for cluster in told {
        screen.diagnostics(cluster.diagnostics.list())?;
        if let Some((message, help)) = &cluster.refused {
            screen.mistake(message, help)?;
        }
        text.push_str(&line(args, cluster));
    }
    screen.result(&text)?;
    if exit == Exit::Mistake {
        let errors: usize = told.iter().map(Told::errors).sum();
        let what = if errors == 1 { "error" } else { "errors" };
        screen.say(&format!("{errors} {what}; nothing was written for {}", names_of_failed(told)))?;
    }
    Ok(exit)
}

fn names_of_failed(told: &[Told]) -> String {
    told.iter().filter(|t| t.exit == Exit::Mistake).map(|t| format!("`{}`", t.name)).collect::<Vec<_>>().join(", ")
}

/// What became of a cluster, for people.
fn line(args: &Args, told: &Told) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    if told.exit == Exit::Mistake {
        return text;
    }
    if args.check {
        if told.written.is_empty() {
            let _ = writeln!(text, "{}: {} is up to date", told.name, told.out);
        }
        for difference in &told.written {
            let _ = writeln!(text, "{}: {difference}", told.name);
        }
    } else if told.exit == Exit::Success {
        let _ = writeln!(
            text,
            "{}: {} ({} written, {} unchanged, {} removed); read {}/REPORT.md",
            told.name,
            told.out,
            told.written.len(),
            told.unchanged.len(),
            told.removed.len(),
            told.out
        );
        for kept in &told.kept {
            let _ = writeln!(text, "{}: kept {kept}, which harden did not write, or not so", told.name);
        }
    }
    for due in &told.due {
        let _ = writeln!(text, "{}: due {due}", told.name);
    }
    text
}
