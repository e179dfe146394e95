//! What the tests share: running the program, folders of cases, comparing with expectations.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use harden::{
    diag::{Diagnostics, Source},
    plan::EncryptionRecord,
    resolve::{Cluster, LastBuild, Profiles, Purpose, Surroundings},
    spec::{self, Parsed},
    yaml,
};

/// The day that every golden is built for.
pub(crate) const DAY: &str = "2026-11-26";

/// Where the program keeps what it built, in place of the user's cache.
pub(crate) const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/cache");

/// The root of the project.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the program in a folder, without colours or the caller's settings.
pub(crate) fn harden(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_harden"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .env("XDG_CACHE_HOME", CACHE)
        .env("HARDEN_TODAY", DAY)
        .output()
        .expect("the program starts")
}

/// Whether expectations are to be rewritten.
pub(crate) fn blessing() -> bool {
    std::env::var_os("HARDEN_BLESS").is_some_and(|value| value == "1")
}

/// The calls of a case of `golden/diag`, without the folder of trees that they share; the last one is judged. `arguments.txt` holds one a
/// line where it is not the usual one.
pub(crate) fn diag_calls(case: &Path) -> Vec<Vec<String>> {
    let lines = fs::read_to_string(case.join("arguments.txt")).unwrap_or_else(|_| format!("--as-of {DAY}"));
    let call = |line: &str| ["build", "harden.yaml"].into_iter().chain(line.split_whitespace()).map(str::to_owned).collect();
    lines.lines().map(call).collect()
}

/// Runs the calls of a case of `golden/diag`, the last one with more arguments.
pub(crate) fn run_diag(case: &Path, out: &Path, more: &[&str]) -> Output {
    let calls = diag_calls(case);
    let run = |call: &Vec<String>, more: &[&str]| {
        let words = call.iter().map(String::as_str).chain(["--out", out.to_str().unwrap()]).chain(more.iter().copied());
        harden(case, &words.collect::<Vec<_>>())
    };
    let (last, before) = calls.split_last().unwrap();
    for call in before {
        assert!(run(call, &[]).status.success(), "{}: {call:?}", case.display());
    }
    run(last, more)
}

/// The case folders of a kind, sorted.
pub(crate) fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = root().join("golden").join(kind);
    let mut found: Vec<PathBuf> =
        fs::read_dir(&folder).map(|entries| entries.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

/// Every file below a folder by its relative path.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    if !folder.exists() {
        return found;
    }
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            found.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    found
}

/// Compares a folder with what it should hold, or rewrites it; gives what differs.
pub(crate) fn compare_folder(expected: &Path, actual: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    if blessing() {
        if expected.exists() {
            fs::remove_dir_all(expected).unwrap();
        }
        for (name, bytes) in actual {
            let path = expected.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        return Vec::new();
    }
    let wanted = files(expected);
    let mut wrong = Vec::new();
    for (name, bytes) in actual {
        match wanted.get(name) {
            None => wrong.push(format!("{}: not expected", expected.join(name).display())),
            Some(expected_bytes) if expected_bytes != bytes => {
                wrong.push(difference(&expected.join(name), expected_bytes, bytes));
            }
            Some(_) => {}
        }
    }
    wrong.extend(
        wanted
            .keys()
            .filter(|name| !actual.contains_key(*name))
            .map(|name| format!("{}: missing", expected.join(name).display())),
    );
    wrong
}

/// Compares a file with its expected text, or rewrites it; gives what differs.
pub(crate) fn compare_file(expected: &Path, actual: &str) -> Vec<String> {
    if blessing() {
        fs::create_dir_all(expected.parent().unwrap()).unwrap();
        fs::write(expected, actual).unwrap();
        return Vec::new();
    }
    match fs::read(expected) {
        Err(_) => vec![format!("{}: not there; run HARDEN_BLESS=1 cargo test", expected.display())],
        Ok(bytes) if bytes == actual.as_bytes() => Vec::new(),
        Ok(bytes) => vec![difference(expected, &bytes, actual.as_bytes())],
    }
}

fn difference(path: &Path, expected: &[u8], actual: &[u8]) -> String {
    let (old, new) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(actual));
    let diff = similar::TextDiff::from_lines(old.as_ref(), new.as_ref());
    format!("{}:\n{}", path.display(), diff.unified_diff().context_radius(1))
}

/// Fails with everything that differs.
pub(crate) fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Does something with the first cluster of a text, with the built-in profiles, on the day of the goldens; every file that the spec names
/// holds what the owner wrote. Nothing where the text holds no cluster.
pub(crate) fn with_cluster<T>(
    text: &str,
    owner: &str,
    last_encryption: Option<EncryptionRecord>,
    diags: &mut Diagnostics,
    work: impl FnOnce(&Cluster, &Profiles, &Surroundings<'_>, &mut Diagnostics) -> Option<T>,
) -> Option<T> {
    let profiles = Profiles::built_in(diags);
    let source = Source::new("harden.yaml", text);
    let cluster = yaml::read(&source).iter().find_map(|document| match spec::document(document, diags) {
        Some(Parsed::Cluster(found)) => Some(Cluster {
            name: found.name,
            name_place: found.name_place,
            spec: found.spec,
            file: "harden.yaml".to_owned(),
            waivers: Vec::new(),
            inputs: BTreeMap::new(),
        }),
        _ => None,
    });
    let day = DAY.parse().unwrap();
    let around = Surroundings {
        purpose: Purpose::Build,
        as_of: day,
        today: day,
        last: LastBuild { encryption: last_encryption, ..LastBuild::default() },
        graces: BTreeMap::new(),
        read: &|name| Ok(Source::new(name, owner)),
    };
    work(&cluster?, &profiles, &around, diags)
}
