//! `harden verify`: a tree against its manifest, and against the spec it was built from.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{
    base::visible,
    build::Built,
    diag::Diagnostics,
    host::{
        clock,
        files::{self, Depth, Kind, SPEC_LIMIT},
        tree::{self, Listed, MANIFEST},
    },
    report::Manifest,
    verify::{observe_files, observe_tree},
};

use super::{
    Done, Exit, Failed, Screen,
    build::{Dates, NO_MANIFEST, compile, inputs_alone, new_files, tree_failed},
    load::load_one,
};

/// Arguments of `harden verify`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A tree that `harden build` wrote
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The spec or workspace it was built from: also compares with what would be written now, for the recorded date
    #[arg(long, value_name = "FILE|DIR")]
    spec: Option<PathBuf>,
}

/// One difference.
struct Finding {
    file: String,
    what: String,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    if !files::is_file(&args.dir.join(MANIFEST)) {
        return Err(Failed::usage(
            format!("`{}` is no tree of harden: it has no `manifest.json`", args.dir.display()),
            "name a folder that `harden build` wrote, such as out/<cluster>",
        ));
    }
    let bytes = files::read(&args.dir.join(MANIFEST), SPEC_LIMIT)?;
    let text = String::from_utf8_lossy(&bytes);
    let manifest = Manifest::read(&text).map_err(|why| {
        Failed::usage(format!("`{}` is no manifest of harden: {why}", args.dir.join(MANIFEST).display()), NO_MANIFEST)
    })?;
    let (mut findings, modes) = hashes(&args.dir, &manifest)?;
    let (strays, foreign): (Vec<_>, Vec<_>) =
        foreign(&args.dir, &manifest)?.into_iter().partition(|path| tree::goes_to_a_host(path));
    findings.extend(strays.into_iter().map(|file| Finding { file, what: STRAY.to_owned() }));
    if let Some(spec) = &args.spec {
        findings.extend(against_spec(args, spec, &manifest)?);
    }
    let exit = if findings.is_empty() { Exit::Success } else { Exit::Findings };
    if screen.json() {
        let list: Vec<Value> = findings.iter().map(|f| json!({ "file": f.file, "what": f.what })).collect();
        screen.result_json(&json!({
            "schemaVersion": 1, "cluster": manifest.cluster, "files": manifest.files.len(), "findings": list, "foreign": foreign,
            "modes": modes,
        }))?;
        return Ok(exit);
    }
    let mut out = String::new();
    for finding in &findings {
        out.push_str(&format!("{}: {}\n", visible(&finding.file), finding.what));
    }
    for file in &foreign {
        out.push_str(&format!("{}: not written by harden, left alone\n", visible(file)));
    }
    if !modes.is_empty() {
        let (files, have) = if modes.len() == 1 { ("file", "has") } else { ("files", "have") };
        out.push_str(&format!(
            "{}: {} {files} {have} another mode than written, as in every clone: git keeps none\n",
            manifest.cluster,
            modes.len()
        ));
    }
    if findings.is_empty() {
        let how = if args.spec.is_some() {
            "equal to their hashes, to the spec's build, and to the plan when read back"
        } else {
            "equal to their hashes"
        };
        out.push_str(&format!("{}: {} files are {how}\n", manifest.cluster, manifest.files.len()));
    }
    screen.result(&out)?;
    Ok(exit)
}

/// Files that are missing or changed since they were written, and those whose mode alone is another, as git leaves it. A link is none of
/// them, wherever it leads: `build` writes through none.
fn hashes(dir: &Path, manifest: &Manifest) -> Result<(Vec<Finding>, Vec<String>), Failed> {
    let mut modes = Vec::new();
    let paths = manifest.files.keys().map(String::as_str);
    let found = tree::listed(&files::real(dir)?, paths, SPEC_LIMIT).map_err(|error| tree_failed(&error))?;
    let mut what = |(path, listed): (&str, Listed)| {
        let file = manifest.files.get(path)?;
        let what = match listed {
            Listed::Missing => "is missing".to_owned(),
            Listed::Blocked(foreign) if foreign.path == path => foreign.why.to_string(),
            Listed::Blocked(foreign) => format!("is reached through `{}`, which {}", visible(&foreign.path), foreign.why),
            Listed::File { sha256, .. } if sha256 != file.sha256 => CHANGED.to_owned(),
            Listed::TooLarge => CHANGED.to_owned(),
            Listed::File { mode, .. } if mode != file.mode && tree::as_git_keeps(file.mode, mode) => {
                modes.push(path.to_owned());
                return None;
            }
            Listed::File { mode, .. } if mode != file.mode => format!("has another mode than {:04o}", file.mode),
            Listed::File { .. } => return None,
        };
        Some(Finding { file: path.to_owned(), what })
    };
    let findings = found.into_iter().filter_map(&mut what).collect();
    Ok((findings, modes))
}

/// What is said of a file that is none of ours where whole folders are copied from.
pub(super) const STRAY: &str = "was not written by harden, and who copies the folder to a host copies it too";
const CHANGED: &str = "was changed after it was written";

/// Files that the manifest does not list.
fn foreign(dir: &Path, manifest: &Manifest) -> Result<Vec<String>, Failed> {
    let found = files::list(dir, Depth::Below)?;
    Ok(found
        .into_iter()
        .filter(|entry| entry.kind != Kind::Folder)
        .map(|entry| entry.path.to_string_lossy().into_owned())
        .filter(|path| path != MANIFEST && !manifest.files.contains_key(path))
        .collect())
}

/// Builds again for the recorded date and compares; then reads the files back and compares with the plan. When not even what would be
/// written says what is planned, the mistake is ours.
fn against_spec(args: &Args, spec: &Path, manifest: &Manifest) -> Result<Vec<Finding>, Failed> {
    let mut diags = Diagnostics::default();
    let loaded = load_one(spec, &mut diags)?;
    let mut built: Option<Built> = None;
    for file in &loaded.files {
        for job in loaded.clusters(file, &mut diags)? {
            if job.cluster.name == manifest.cluster {
                built = compile(&loaded, &job, &args.dir, &Dates::default(), clock::today()?, &mut diags)?;
            }
        }
    }
    if diags.has_errors() {
        return Err(Failed::Mistakes(diags));
    }
    let built = built.ok_or_else(|| {
        Failed::usage(
            format!("no cluster `{}` in `{}`", manifest.cluster, spec.display()),
            "name the spec that the tree was built from",
        )
    })?;
    if let Some((file, what)) = observe_tree(&built.plan, &built.artifacts).into_iter().next() {
        return Err(Failed::Bug(format!("`{file}` does not say what was planned: {what}")));
    }
    let mut findings = Vec::new();
    let mut edited = Vec::new();
    for file in new_files(&built) {
        let full = args.dir.join(file.path.as_str());
        if !files::is_file(&full) {
            continue;
        }
        let bytes = files::read(&full, SPEC_LIMIT)?;
        if bytes != file.bytes {
            let alone = (file.path.as_str() == MANIFEST).then(|| inputs_alone(&bytes, &file.bytes)).flatten();
            let what = alone.unwrap_or_else(|| "differs from what the spec gives".to_owned());
            findings.push(Finding { file: file.path.to_string(), what });
            edited.push((file.path.to_string(), String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    findings.extend(read_back(&built, &edited));
    findings.extend(unplanned(&built, manifest));
    Ok(findings)
}

/// What the files on disk say otherwise than the plan: the edited ones as they are now, the others as they were written.
fn read_back(built: &Built, edited: &[(String, String)]) -> Vec<Finding> {
    let of = |path: &str| edited.iter().find(|(name, _)| name == path).map(|(_, text)| text.clone());
    let on_disk = built.artifacts.iter().map(|artifact| {
        let path = artifact.path.as_str();
        (path.to_owned(), of(path).unwrap_or_else(|| artifact.text().to_string()))
    });
    let differences = observe_files(&built.plan, on_disk);
    differences.into_iter().map(|(file, what)| Finding { file, what }).collect()
}

/// Files that the manifest lists and the spec no longer gives.
fn unplanned(built: &Built, manifest: &Manifest) -> Vec<Finding> {
    let given = |path: &str| built.artifacts.iter().any(|artifact| artifact.path.as_str() == path);
    let left = manifest.files.keys().filter(|path| !given(path));
    left.map(|path| Finding { file: path.clone(), what: "is not given by the spec".to_owned() }).collect()
}
