//! A build of many clusters that is killed leaves whole trees, each the old one or the new one.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use harden::{base::sha256_hex, report::Manifest};

use crate::support::harden;

use super::{said, small};

const CLUSTERS: usize = 300;

/// Whether a tree is whole: every file that its manifest lists, as it was written, and nothing beside.
fn whole(tree: &Path) -> Result<Manifest, String> {
    let text = fs::read_to_string(tree.join("manifest.json")).map_err(|error| format!("manifest.json: {error}"))?;
    let manifest = Manifest::read(&text)?;
    for (path, file) in &manifest.files {
        let bytes = fs::read(tree.join(path)).map_err(|error| format!("{path}: {error}"))?;
        if sha256_hex(&bytes) != file.sha256 {
            return Err(format!("{path} is torn"));
        }
    }
    Ok(manifest)
}

#[test]
fn a_killed_build_leaves_whole_trees() {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("specs");
    fs::create_dir(&specs).unwrap();
    for n in 0..CLUSTERS {
        fs::write(specs.join(format!("c{n}.yaml")), small(&format!("c{n}"))).unwrap();
    }
    let out = folder.path().join("out");
    let build = |day: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_harden"));
        command.args(["build", "specs", "--as-of", day]).current_dir(folder.path());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    // Killed while the trees are made, then while each is replaced by one for another day.
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut partly = false;
    let days = ["2026-11-20", "2026-11-21"];
    for (day, waits) in [(days[0], [150, 400, 900, 2_500]), (days[1], [150, 400, 900, 2_500])] {
        for wait in waits {
            let mut child = build(day).spawn().unwrap();
            thread::sleep(Duration::from_millis(wait));
            child.kill().unwrap();
            child.wait().unwrap();
            let mut trees = 0;
            for entry in fs::read_dir(&out).map(|entries| entries.map(Result::unwrap).collect::<Vec<_>>()).unwrap_or_default() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if !name.starts_with('c') || !entry.path().is_dir() {
                    continue;
                }
                let found = whole(&entry.path()).unwrap_or_else(|why| panic!("{name}, killed after {wait} ms: {why}"));
                assert_eq!(found.cluster, name);
                trees += 1;
                *seen.entry(found.as_of.to_string()).or_default() += 1;
            }
            partly |= trees > 0 && trees < CLUSTERS;
        }
    }
    assert!(partly, "never killed in the middle");
    assert!(seen.keys().all(|day| days.contains(&day.as_str())) && seen.len() == 2, "killed too early or too late: {seen:?}");
    // The next build completes, and leaves nothing of the killed ones behind.
    let (code, _, stderr) = said(&harden(folder.path(), &["build", "specs", "--as-of", days[1]]));
    assert_eq!(code, 0, "{stderr}");
    let names: Vec<String> =
        fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(names.len(), CLUSTERS, "{:?}", names.iter().filter(|name| !name.starts_with('c')).collect::<Vec<_>>());
    for name in &names {
        assert_eq!(whole(&out.join(name)).unwrap().as_of.to_string(), days[1], "{name}");
    }
}
