//! Compiles one cluster for the dates that the call, the last manifest or today gives.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use crate::{
    base::{Date, sha256_hex},
    build::{Built, build, memo::Asked},
    cli::{
        Failed,
        load::{Job, Loaded},
    },
    diag::Diagnostics,
    host::{
        files::{self, SPEC_LIMIT},
        tree,
    },
    plan::EncryptionRecord,
    report::Manifest,
    resolve::{AskedDates, LastBuild, Purpose, Surroundings, report_dates},
    yaml,
};

/// The dates of a build.
#[derive(Debug, Clone, Default, clap::Args)]
pub(in crate::cli) struct Dates {
    /// The day to build for: `today` or a date (default: the recorded one)
    #[arg(long, value_name = "today|DATE")]
    as_of: Option<String>,
    /// A reprieve for an expired waiver, as ID=DATE; it is recorded, and ID=none takes it back
    #[arg(long, value_name = "ID=DATE|ID=none")]
    grace: Vec<String>,
}

/// Makes sure that every reprieve is for a waiver of some cluster of the call: a mistyped id would be recorded and do nothing.
pub(in crate::cli) fn known_graces(dates: &Dates, loaded: &[Loaded]) -> Result<(), Failed> {
    if dates.grace.is_empty() {
        return Ok(());
    }
    let ids: BTreeSet<String> = loaded.iter().flat_map(|one| one.files.iter().flat_map(|file| one.waiver_ids(file))).collect();
    let unknown = dates.grace.iter().find(|grace| !ids.contains(grace.split_once('=').map_or(grace.as_str(), |(id, _)| id)));
    match unknown {
        None => Ok(()),
        Some(grace) => {
            let known = ids.iter().cloned().collect::<Vec<_>>().join(", ");
            let help =
                if known.is_empty() { "no cluster here has a waiver".to_owned() } else { format!("the waivers are {known}") };
            Err(Failed::usage(format!("--grace {grace}: no waiver has this id"), help))
        }
    }
}

/// Compiles a cluster for the date that the call, the last manifest or today gives.
pub(in crate::cli) fn compile(
    loaded: &Loaded,
    job: &Job<'_>,
    dir: &Path,
    dates: &Dates,
    today: Date,
    diags: &mut Diagnostics,
) -> Result<Option<Built>, Failed> {
    Ok(compile_noting(loaded, job, dir, dates, today, diags, &RefCell::default())?.map(|(built, _)| built))
}

/// Reprieves: waiver id to the last day.
type Graces = BTreeMap<String, Date>;

/// The same; notes the digest of every file that the spec names, and gives the reprieves too.
pub(super) fn compile_noting(
    loaded: &Loaded,
    job: &Job<'_>,
    dir: &Path,
    dates: &Dates,
    today: Date,
    diags: &mut Diagnostics,
    noted: &RefCell<BTreeMap<String, String>>,
) -> Result<Option<(Built, Graces)>, Failed> {
    let last = last_manifest(dir)?;
    let asked = asked(dates, today)?;
    let as_of = asked.as_of.unwrap_or_else(|| last.as_ref().map_or(today, |manifest| manifest.as_of));
    let mut graces = last.as_ref().map(|manifest| manifest.graces.clone()).unwrap_or_default();
    let recorded = last.as_ref().map(|manifest| manifest.as_of);
    let named = asked.graces.keys().cloned().collect();
    graces.extend(asked.graces);
    graces.retain(|id, _| !asked.taken_back.contains(id));
    // A recorded reprieve is told as well as one of the call: the manifest is a file that few people read.
    let on_call = AskedDates {
        as_of: asked.as_of,
        recorded,
        today: Some(today),
        graces: graces.clone(),
        manifest: dir.join(tree::MANIFEST).display().to_string(),
        on_call: named,
    };
    let read = |named: &str| {
        let bytes = loaded.root.read(named, SPEC_LIMIT).map_err(|error| error.to_string())?;
        noted.borrow_mut().insert(named.to_owned(), sha256_hex(&bytes));
        yaml::decode(named, &bytes).map_err(|diagnostic| diagnostic.message)
    };
    let around = Surroundings {
        purpose: Purpose::Build,
        as_of,
        today,
        graces,
        last: last.map(last_build).unwrap_or_default(),
        read: &read,
    };
    let built = build(&job.cluster, &job.profiles, &around, diags);
    if let Some(built) = &built {
        // Of a spec with mistakes nothing is written, and its mistakes are what there is to tell.
        if let Some(first) = built.disagreements.first().filter(|_| !diags.has_errors()) {
            return Err(Failed::Bug(first.clone()));
        }
        report_dates(&built.cluster, &on_call, diags);
    }
    Ok(built.map(|built| (built, around.graces)))
}

/// What a later build has to know of an earlier one.
fn last_build(manifest: Manifest) -> LastBuild {
    LastBuild {
        encryption: Some(manifest.encryption.unwrap_or_else(EncryptionRecord::none)),
        issuers: manifest.service_account_issuers,
        version: manifest.kubernetes_version,
    }
}

/// The dates that a call asks for.
pub(in crate::cli) fn asked(dates: &Dates, today: Date) -> Result<Asked, Failed> {
    let as_of = match dates.as_of.as_deref() {
        Some("today") => Some(today),
        Some(text) => {
            let day = text.parse();
            Some(day.map_err(|error| Failed::usage(format!("--as-of {text}: {error}"), "write `today` or a day"))?)
        }
        None => None,
    };
    let (mut graces, mut taken_back) = (BTreeMap::new(), BTreeSet::new());
    for grace in &dates.grace {
        let wrong =
            || Failed::usage(format!("--grace {grace}"), "write ID=DATE, such as W-7=2027-03-01, or ID=none to take it back");
        match grace.split_once('=').ok_or_else(wrong)? {
            (id, "none") => _ = taken_back.insert(id.to_owned()),
            (id, day) => _ = graces.insert(id.to_owned(), day.parse::<Date>().map_err(|_| wrong())?),
        }
    }
    Ok(Asked { as_of, graces, taken_back })
}

/// What to do about a manifest that cannot be read: a build over it would know nothing of dates, reprieves and keys.
pub(in crate::cli) const NO_MANIFEST: &str = "restore it from version control, or move the folder away and build again";

/// The manifest of the last build of a tree, where there is one.
fn last_manifest(dir: &Path) -> Result<Option<Manifest>, Failed> {
    tree::recover(dir)?;
    let file = dir.join(tree::MANIFEST);
    if !files::is_file(&file) {
        return Ok(None);
    }
    match String::from_utf8(files::read(&file, tree::MANIFEST_LIMIT)?) {
        Err(_) => Ok(None),
        Ok(text) => Manifest::read(&text).map(Some).map_err(|why| {
            Failed::usage(format!("`{}` was not written by this program: {why}", dir.join(tree::MANIFEST).display()), NO_MANIFEST)
        }),
    }
}

/// The files of a tree as they are written.
pub(in crate::cli) fn new_files(built: &Built) -> Vec<tree::NewFile> {
    built.artifacts.iter().map(tree::NewFile::from).collect()
}
