//! `harden explain`: why a line is there, what a control is, what a message means.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    base::{Minor, SpecPath, sha256_hex},
    controls::{self, Control, ParamKind},
    diag::{Diagnostics, Position, Severity},
    facts::{
        self,
        benchmarks::{BenchmarkId, Condition},
    },
    host::{
        files::{self, SPEC_LIMIT},
        tree::MANIFEST,
    },
    report::{Explained, Manifest, Provenance},
    resolve::{Profiles, whole_spec},
    spec,
    yaml::Node,
};

use super::{
    Done, Exit, Failed, Screen,
    load::{WORKSPACE, load_one},
    outcome::WITHOUT_PLACE,
};

/// Arguments of `harden explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = "  harden explain out/shop-prod/kubeadm/init.yaml:60
  harden explain apiserver/anonymous-access
  harden explain waiver-expired")]
pub(super) struct Args {
    /// A line of a written file (FILE:LINE), the id of a control, or the code of a message
    #[arg(value_name = "FILE:LINE|CONTROL|CODE")]
    what: String,
    /// The spec or workspace that the tree was built from: shows the line behind a cause
    #[arg(long, value_name = "FILE|DIR")]
    spec: Option<PathBuf>,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    if let Some(control) = controls::control(&args.what) {
        return of_control(control, screen);
    }
    if let Some(entry) = crate::codes::find(&args.what) {
        return told(entry.code, entry.severity, entry.meaning, screen);
    }
    if let Some((code, meaning)) = WITHOUT_PLACE.iter().find(|(code, _)| *code == args.what) {
        return told(code, Severity::Error, meaning, screen);
    }
    if let Some((file, line)) = args.what.rsplit_once(':')
        && let Ok(line) = line.parse::<usize>()
    {
        return of_line(args, Path::new(file), line, screen);
    }
    if files::is_file(Path::new(&args.what)) {
        return Err(Failed::usage(
            format!("`{}` is a file: which line of it is meant?", args.what),
            format!("add the number of the line, such as `{}:12`", args.what),
        ));
    }
    Err(Failed::usage(
        format!("`{}` is no line, control or code", args.what),
        format!("did you mean `{}`? Write FILE:LINE, the id of a control or the code of a message", nearest(&args.what)),
    ))
}

/// The control or code that resembles a text most.
fn nearest(text: &str) -> &'static str {
    let ids = controls::CATALOGUE.iter().map(|control| control.id);
    let codes = crate::codes::all().into_iter().map(|entry| entry.code);
    controls::nearest_of(ids.chain(codes), text)
}

fn of_control(control: &Control, screen: &Screen) -> Done {
    if screen.json() {
        screen.result_json(&json!({
            "schemaVersion": 1,
            "control": control.id,
            "area": control.area.name(),
            "level": control.level.name(),
            "title": control.title,
            "doc": control.doc,
            "impacts": controls::impacts(control.id).collect::<Vec<_>>(),
            "benchmarks": of_catalogue(control.id),
        }))?;
        return Ok(Exit::Success);
    }
    let mut text = String::new();
    let _ = writeln!(text, "{}: {}", control.id, control.title);
    let _ = writeln!(text, "area {}, level {}", control.area, control.level.name());
    for param in control.params {
        let _ = writeln!(text, "parameter {} ({}): {}", param.name, kind_text(param.kind), param.about);
    }
    for (id, when) in facts::benchmarks::conditional_ids(control.id, facts::NEWEST) {
        let only = when.map_or_else(String::new, |condition| format!(" (where {condition})"));
        let _ = writeln!(text, "{} {}{only}", id.benchmark, id.id);
    }
    let _ = writeln!(text, "\n{}\n\n# Impact\n", control.doc.trim_end());
    text.push_str(&controls::impact_text(control.id));
    screen.result(&text)?;
    Ok(Exit::Success)
}

fn kind_text(kind: ParamKind) -> String {
    match kind {
        ParamKind::Bool => "true or false".to_owned(),
        ParamKind::Int { min, max } => format!("{min} to {max}"),
        ParamKind::Choice(words) => words.join(" | "),
        ParamKind::List => "a list".to_owned(),
    }
}

/// The items that a control can answer to, each with what must be set.
fn of_catalogue(control: &str) -> Vec<Value> {
    let item = |(id, when): (BenchmarkId, Option<Condition>)| {
        let mut item = json!({ "benchmark": id.benchmark, "id": id.id });
        if let (Some(condition), Some(fields)) = (when, item.as_object_mut()) {
            fields.insert("when".to_owned(), Value::String(condition.to_string()));
        }
        item
    };
    facts::benchmarks::conditional_ids(control, facts::NEWEST).into_iter().map(item).collect()
}

/// The items that a control answers to in a build, as it records them.
fn benchmarks(control: &str, coverage: &Value) -> Vec<Value> {
    let controls = coverage["controls"].as_array().map_or(&[][..], Vec::as_slice);
    let found = controls.iter().find(|covered| covered["id"].as_str() == Some(control));
    found.and_then(|covered| covered["benchmarks"].as_array()).cloned().unwrap_or_default()
}

/// What a message means, by its code.
fn told(code: &str, severity: Severity, meaning: &str, screen: &Screen) -> Done {
    if screen.json() {
        screen.result_json(&json!({
            "schemaVersion": 1,
            "code": code,
            "severity": severity.name(),
            "meaning": meaning,
        }))?;
    } else {
        screen.result(&format!("{code} ({})\n{meaning}\n", severity.name()))?;
    }
    Ok(Exit::Success)
}

fn of_line(args: &Args, file: &Path, line: usize, screen: &Screen) -> Done {
    if !files::is_file(file) {
        return Err(Failed::usage(format!("there is no file `{}`", file.display()), "name a file below out/<cluster>/"));
    }
    let tree = tree_of(file)?;
    let read = |name: &str| -> Result<String, Failed> {
        let bytes = files::read(&tree.join(name), SPEC_LIMIT)?;
        String::from_utf8(bytes).map_err(|_| Failed::usage(format!("`{name}` is no text"), "build the tree again"))
    };
    let broken =
        |name: &str, why: String| Failed::usage(format!("`{name}` of this tree cannot be used: {why}"), "build the tree again");
    let manifest = Manifest::read(&read(MANIFEST)?).map_err(|why| broken(MANIFEST, why))?;
    let provenance = Provenance::read(&read("provenance.json")?).map_err(|why| broken("provenance.json", why))?;
    let coverage: Value =
        serde_json::from_str(&read("coverage.json")?).map_err(|error| broken("coverage.json", error.to_string()))?;
    let name = inside(&tree, file)?;
    let text = read(&name)?;
    let content = line.checked_sub(1).and_then(|n| text.lines().nth(n)).ok_or_else(|| {
        Failed::usage(format!("`{}` has {} lines", file.display(), text.lines().count()), "name one of its lines, from 1")
    })?;
    let Some(explained) = provenance.explain(&name, line) else {
        return Err(Failed::usage(
            format!("`{}` was not written by harden", file.display()),
            "name a file that manifest.json lists",
        ));
    };
    let places = Places::load(args, &tree, &manifest);
    let minor = coverage["kubernetesVersion"].as_str().and_then(|v| v.parse::<crate::base::KubeVersion>().ok());
    let minor = minor.map_or(facts::NEWEST, |version| version.minor);
    let edited = manifest.files.get(&name).is_some_and(|known| known.sha256 != sha256_hex(text.as_bytes()));
    let line = Line { file: &name, number: line, content, edited, explained };
    if screen.json() {
        screen.result_json(&json_of(&line, &coverage, minor, &places))?;
    } else {
        screen.result(&text_of(&line, &coverage, minor, &places))?;
    }
    Ok(Exit::Success)
}

/// A line that is asked about.
struct Line<'a> {
    /// Its file, from the tree.
    file: &'a str,
    /// 1-based.
    number: usize,
    content: &'a str,
    /// Whether the file is not as it was written.
    edited: bool,
    explained: &'a Explained,
}

/// The tree around a file: the nearest folder above it with a manifest.
fn tree_of(file: &Path) -> Result<PathBuf, Failed> {
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    files::ancestors(folder)?.into_iter().find(|above| files::is_file(&above.join(MANIFEST))).ok_or_else(|| {
        Failed::usage(format!("`{}` lies in no tree of harden", file.display()), "name a file below out/<cluster>/")
    })
}

/// The path of a file inside its tree.
fn inside(tree: &Path, file: &Path) -> Result<String, Failed> {
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let full = files::ancestors(folder)?.into_iter().next().unwrap_or_default();
    let name = full.join(file.file_name().unwrap_or_default());
    Ok(name.strip_prefix(tree).unwrap_or(&name).to_string_lossy().into_owned())
}

/// Where causes stand in the spec and its profiles, when they can be found.
struct Places {
    /// The spec with everything that profiles and files of waivers say, and the profiles themselves.
    found: Option<(Node, Profiles)>,
}

impl Places {
    /// Loads the spec named by the call, else the one that the manifest names, beside or above the tree.
    fn load(args: &Args, tree: &Path, manifest: &Manifest) -> Self {
        let mut candidates: Vec<PathBuf> = args.spec.iter().cloned().collect();
        if candidates.is_empty() {
            let bases = [PathBuf::from(".")].into_iter().chain(tree.ancestors().skip(1).map(Path::to_owned));
            // From its workspace every file has the name that the workspace gives it.
            let (workspaces, others): (Vec<&String>, Vec<&String>) =
                manifest.inputs.keys().partition(|input| *input == WORKSPACE);
            for base in bases {
                let inputs = workspaces.iter().chain(&others).map(|input| base.join(input));
                candidates.extend(inputs.filter(|path| files::is_file(path)));
            }
        }
        for candidate in candidates {
            let mut diags = Diagnostics::default();
            let Ok(loaded) = load_one(&candidate, &mut diags) else { continue };
            let is_input = |file: &&PathBuf| args.spec.is_some() || manifest.inputs.keys().any(|input| file.ends_with(input));
            for file in loaded.files.iter().filter(is_input) {
                let Ok(jobs) = loaded.clusters(file, &mut diags) else { continue };
                if let Some(job) = jobs.into_iter().find(|job| job.cluster.name == manifest.cluster) {
                    let spec = whole_spec(&job.cluster, &job.profiles, &mut diags);
                    return Places { found: Some((spec, job.profiles.into_owned())) };
                }
            }
        }
        Places { found: None }
    }

    /// The file and position behind a cause as provenance writes it; nothing where no file says exactly that.
    fn position(&self, cause: &str) -> Option<(String, Position)> {
        let (spec, profiles) = self.found.as_ref()?;
        let (tree, path) = match cause.split_once(' ')? {
            ("spec", path) => (spec, path),
            ("profile", rest) => {
                let (profile, path) = rest.split_once(' ')?;
                (profiles.tree(profile)?, path)
            }
            _ => return None,
        };
        let place = spec::spot(tree, &SpecPath::new(path)).filter(|spot| spot.exact)?.value;
        Some((place.source.name().to_owned(), place.position()))
    }
}

/// The waiver behind a line: one for the whole cluster, or one for the namespace that the setting names. Of a pool that a waiver takes out
/// there is no line.
fn waiver_of<'a>(coverage: &'a Value, control: &str, setting: Option<&str>) -> Option<&'a str> {
    let controls = coverage["controls"].as_array()?;
    let control = controls.iter().find(|c| c["id"] == control)?;
    let about = |scope: &str| match scope.strip_prefix("namespace ") {
        Some(namespace) => setting.is_some_and(|key| key.ends_with(&format!("/exempt/{namespace}"))),
        None => scope == "cluster",
    };
    let verdicts = control["verdicts"].as_array()?.iter();
    verdicts
        .filter(|verdict| verdict["scope"].as_str().is_some_and(about))
        .find_map(|verdict| verdict["reason"]["waiver"].as_str())
}

/// The sentence of a fact that a cause names.
fn fact_sentence(cause: &str, minor: Minor) -> Option<(String, &'static str)> {
    let id = cause.strip_prefix("shape ")?;
    let sentence = facts::sentence(facts::fact(id)?, minor);
    Some((id.to_owned(), sentence))
}

/// The answer about a line: what its first control says, everything that its reasons cite, and each reason by itself.
fn json_of(line: &Line<'_>, coverage: &Value, minor: Minor, places: &Places) -> Value {
    let explained = line.explained;
    let controls: Vec<&str> = explained.reasons.iter().filter_map(|(control, _)| control.as_deref()).collect();
    let first = explained.reasons.iter().find(|(control, _)| control.is_some()).or(explained.reasons.first());
    let mut facts: Vec<Value> = Vec::new();
    let mut reasons = Vec::new();
    for (control, cause) in &explained.reasons {
        let at = places.position(cause).map(|(file, at)| json!({ "file": file, "line": at.line, "column": at.column }));
        if let Some((id, sentence)) = fact_sentence(cause, minor) {
            facts.push(json!({ "id": id, "sentence": sentence }));
        }
        reasons.push(json!({ "control": control, "cause": cause, "at": at }));
    }
    let mut ids: Vec<Value> = Vec::new();
    for id in controls.iter().flat_map(|control| benchmarks(control, coverage)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    json!({
        "schemaVersion": 1,
        "file": line.file,
        "line": line.number,
        "edited": line.edited,
        "control": first.and_then(|(control, _)| control.as_deref()),
        "cause": first.map(|(_, cause)| cause),
        "setting": explained.setting,
        "facts": facts,
        "benchmarks": ids,
        "waiver": controls.iter().find_map(|control| waiver_of(coverage, control, explained.setting.as_deref())),
        "reasons": reasons,
    })
}

fn text_of(line: &Line<'_>, coverage: &Value, minor: Minor, places: &Places) -> String {
    let mut out = String::new();
    let explained = line.explained;
    let _ = writeln!(out, "{}:{}: {}", line.file, line.number, line.content.trim());
    if line.edited {
        let _ = writeln!(out, "note       the file was changed after it was written: the line may be another one");
    }
    if let Some(setting) = &explained.setting {
        let _ = writeln!(out, "setting    {setting}");
    }
    for (control, cause) in &explained.reasons {
        if let Some(found) = control.as_deref().and_then(controls::control) {
            let _ = writeln!(out, "control    {}: {}", found.id, found.title);
            let text = |item: &Value| Some(format!("{} {}", item["benchmark"].as_str()?, item["id"].as_str()?));
            let ids: Vec<String> = benchmarks(found.id, coverage).iter().filter_map(text).collect();
            if !ids.is_empty() {
                let _ = writeln!(out, "benchmark  {}", ids.join(", "));
            }
            if let Some(waiver) = waiver_of(coverage, found.id, explained.setting.as_deref()) {
                let _ = writeln!(out, "waiver     {waiver}");
            }
        }
        match places.position(cause) {
            Some((file, at)) => {
                let _ = writeln!(out, "cause      {cause} ({file}:{}:{})", at.line, at.column);
            }
            None => {
                let _ = writeln!(out, "cause      {cause}");
            }
        }
        if let Some((_, sentence)) = fact_sentence(cause, minor) {
            let _ = writeln!(out, "fact       {sentence}");
        }
    }
    out
}
