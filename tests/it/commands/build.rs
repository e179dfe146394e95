//! `harden build`: dates, several clusters, what is in the way, and what `--check` says.

use std::{collections::BTreeMap, fs};

use harden::report::Manifest;

use crate::support::{DAY, files, harden, root};

use super::{Example, copy, mistake, said, small};

const TREE: &str = "out/shop-prod";

fn manifest(example: &Example) -> Manifest {
    Manifest::read(&fs::read_to_string(example.file("out/shop-prod/manifest.json")).unwrap()).unwrap()
}

#[test]
fn check_writes_nothing_and_tells_every_difference() {
    let example = Example::new();
    let check = ["build", "cluster.yaml", "--check", "--as-of", "2026-11-26"];
    let (code, stdout, _) = example.said(&check);
    assert_eq!(code, 1);
    assert!(stdout.contains("shop-prod: REPORT.md is missing"), "{stdout}");
    assert!(!example.file("out").exists(), "--check wrote something");
    assert_eq!(example.said(&["build", "cluster.yaml", "--as-of", "2026-11-26"]).0, 0);
    let (code, stdout, _) = example.said(&["build", "cluster.yaml", "--check"]);
    assert_eq!((code, stdout.as_str()), (0, "shop-prod: out/shop-prod is up to date\n"));
    example.edit("out/shop-prod/kubeadm/init.yaml", |text| text.replace("readOnlyPort: 0", "readOnlyPort: 10255"));
    let before = files(&example.file("out"));
    let (code, stdout, _) = example.said(&["build", "cluster.yaml", "--check"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("shop-prod: kubeadm/init.yaml differs"), "{stdout}");
    assert_eq!(files(&example.file("out")), before, "--check wrote something");
}

#[test]
fn the_recorded_date_counts_until_it_is_moved() {
    let example = Example::new();
    assert_eq!(example.said(&["build", "cluster.yaml", "--as-of", "2026-11-20"]).0, 0);
    assert_eq!(manifest(&example).as_of.to_string(), "2026-11-20");
    let before = files(&example.file("out"));
    let (code, stdout, _) = example.said(&["build", "cluster.yaml"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("(0 written, "), "{stdout}");
    assert_eq!(files(&example.file("out")), before);
    assert_eq!(example.said(&["build", "cluster.yaml", "--as-of", "2026-12-02"]).0, 0);
    assert_eq!(manifest(&example).as_of.to_string(), "2026-12-02");
    // The rollout warns from 2026-12-01 on: a dated change comes with the date alone.
    assert_ne!(files(&example.file("out")), before);
    let (code, _, _) = example.said(&["build", "cluster.yaml", "--as-of", "today"]);
    assert!(code == 0 || code == 2, "waivers of the example may have ended");
    mistake(&example.run(&["build", "cluster.yaml", "--as-of", "tomorrow"]), "--as-of tomorrow");
    mistake(&example.run(&["build", "cluster.yaml", "--as-of", "2026-02-30"]), "--as-of 2026-02-30");
}

/// The first build takes today: the day in whose place the tests name one, or that of the clock.
#[test]
fn the_first_build_takes_today() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("c.yaml"), small("small")).unwrap();
    let recorded = |out: &str| {
        let text = fs::read_to_string(folder.path().join(out).join("small/manifest.json")).unwrap();
        Manifest::read(&text).unwrap().as_of
    };
    assert_eq!(said(&harden(folder.path(), &["build", "c.yaml"])).0, 0);
    if cfg!(debug_assertions) {
        assert_eq!(recorded("out").to_string(), DAY);
    }
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_harden"));
    let output = command.args(["build", "c.yaml", "--out", "now"]).current_dir(folder.path()).env_clear().output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let days = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() / 86_400;
    assert_eq!(recorded("now"), harden::base::Date::from_days_since_epoch(u32::try_from(days).unwrap()));
}

/// A day on which something in the spec has become due, for a tree that was built for a day long before.
fn overdue() -> Example {
    let example = Example::new();
    example.edit("cluster.yaml", |text| {
        text.replace("warn: 2026-12-01", "warn: 2020-02-01").replace("deny: 2027-01-15", "deny: 2099-01-15")
    });
    let (code, _, stderr) = example.said(&["build", "cluster.yaml", "--as-of", "2020-01-01"]);
    assert_eq!(code, 0, "{stderr}");
    example
}

#[test]
fn what_is_due_is_told_and_can_fail() {
    let example = overdue();
    let (code, stdout, _) = example.said(&["build", "cluster.yaml"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("shop-prod: due 2020-02-01: policies begin to warn"), "{stdout}");
    let (code, stdout, _) = example.said(&["build", "cluster.yaml", "--check", "--due", "error"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("is up to date") && stdout.contains("due 2020-02-01"), "{stdout}");
    let before = files(&example.file("out"));
    assert_eq!(example.said(&["build", "cluster.yaml", "--due", "error"]).0, 1);
    assert_eq!(files(&example.file("out")), before, "nothing is written when something due is an error");
    assert_eq!(example.said(&["build", "cluster.yaml", "--as-of", "2020-02-02", "--due", "error"]).0, 0, "moved past the date");
}

#[test]
fn a_waiver_that_ended_and_its_reprieve() {
    let example = Example::new();
    let late = ["build", "cluster.yaml", "--as-of", "2027-02-01"];
    let (code, _, stderr) = example.said(&late);
    assert_eq!(code, 2);
    assert!(stderr.contains("waiver-expired") && stderr.contains("W-9"), "{stderr}");
    assert!(!example.file(TREE).exists());
    let (code, _, stderr) = example.said(&[&late[..], &["--grace", "W-1=2027-02-20"]].concat());
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("no waiver has this id"), "{stderr}");
    assert!(!example.file(TREE).exists());
    let (code, _, stderr) = example.said(&[&late[..], &["--grace", "W-9=2027-02-20"]].concat());
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(manifest(&example).graces, BTreeMap::from([("W-9".to_owned(), "2027-02-20".parse().unwrap())]));
    let report = fs::read_to_string(example.file("out/shop-prod/REPORT.md")).unwrap();
    assert!(report.contains("expired, reprieve until 2027-02-20"), "{report}");
    assert_eq!(example.said(&["build", "cluster.yaml"]).0, 0, "the reprieve is recorded");
    assert_eq!(example.said(&["build", "cluster.yaml", "--as-of", "2027-02-21"]).0, 2, "it ends");
    for wrong in ["W-9", "W-9=soon", "=2027-01-01"] {
        let (code, _, stderr) = example.said(&["build", "cluster.yaml", "--grace", wrong]);
        assert_eq!(code, 2, "--grace {wrong}: {stderr}");
    }
}

#[test]
fn several_files_a_folder_a_workspace() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        fs::create_dir_all(folder.path().join("specs").join(name)).unwrap();
        fs::write(folder.path().join(format!("specs/{name}.yaml")), small(name)).unwrap();
        fs::write(folder.path().join(format!("specs/{name}/cluster.yaml")), small(&format!("deep-{name}"))).unwrap();
    }
    let built = |out: &str, arguments: &[&str]| {
        let output = harden(folder.path(), &[&["build"][..], arguments, &["--out", out, "--as-of", "2026-11-26"]].concat());
        let (code, _, stderr) = said(&output);
        assert_eq!(code, 0, "{stderr}");
        let found = fs::read_dir(folder.path().join(out)).unwrap();
        let mut names: Vec<String> = found.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(built("one", &["specs/a.yaml", "specs/b.yaml"]), ["a", "b"]);
    assert_eq!(built("two", &["specs"]), ["a", "b", "c"]);
    assert_eq!(built("three", &["specs/a.yaml", "./specs/a.yaml", "specs/../specs/a.yaml"]), ["a"]);
    assert_eq!(built("four", &["specs/a/cluster.yaml", "specs/b/cluster.yaml"]), ["deep-a", "deep-b"]);
    let stream = format!("{}---\n{}", small("left"), small("right"));
    fs::write(folder.path().join("stream.yaml"), stream).unwrap();
    assert_eq!(built("five", &["stream.yaml"]), ["left", "right"]);
    copy(&root().join("examples/workspace"), &folder.path().join("fleet"));
    let fleet = ["aws-prod", "azure-prod", "eu-prod", "us-prod"];
    assert_eq!(built("six", &["fleet"]), fleet);
    assert_eq!(built("seven", &["fleet/harden.yaml"]), fleet);
    assert_eq!(built("eight", &["fleet/clusters/us.yaml"]), ["us-prod"]);
    assert_eq!(files(&folder.path().join("six/us-prod")), files(&folder.path().join("eight/us-prod")));
    // Each lone spec reads what it names from its own folder.
    let one = fs::read(folder.path().join("four/deep-b/manifest.json")).unwrap();
    let manifest = Manifest::read(&String::from_utf8(one).unwrap()).unwrap();
    assert_eq!(manifest.inputs.keys().collect::<Vec<_>>(), ["cluster.yaml"]);
}

/// The files that a spec names lie beside it, in whichever order the specs are named.
#[test]
fn lone_specs_of_two_folders() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["one", "two"] {
        let to = folder.path().join(name);
        copy(&root().join("examples/kubeadm"), &to);
        let spec = fs::read_to_string(to.join("cluster.yaml")).unwrap().replace("name: shop-prod", &format!("name: {name}"));
        fs::write(to.join("cluster.yaml"), spec).unwrap();
    }
    let live = folder.path().join("two/live/kubeadm.yaml");
    let text = fs::read_to_string(&live).unwrap();
    fs::write(&live, text.replace("maxPods: 150", "maxPods: 151")).unwrap();
    for order in [["one/cluster.yaml", "two/cluster.yaml"], ["two/cluster.yaml", "one/cluster.yaml"]] {
        let output = harden(folder.path(), &[&["build", "--as-of", "2026-11-26"][..], &order].concat());
        assert_eq!(said(&output).0, 0, "{output:?}");
        let pods = |name: &str| {
            let text = fs::read_to_string(folder.path().join(format!("out/{name}/kubeadm/init.yaml"))).unwrap();
            text.lines().find(|line| line.starts_with("maxPods: ")).unwrap().to_owned()
        };
        assert_eq!((pods("one"), pods("two")), ("maxPods: 150".to_owned(), "maxPods: 151".to_owned()));
    }
}

#[test]
fn two_clusters_of_one_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), small("same")).unwrap();
    fs::write(folder.path().join("b.yaml"), small("same")).unwrap();
    fs::write(folder.path().join("c.yaml"), small("other")).unwrap();
    for paths in [&["a.yaml", "b.yaml", "c.yaml"][..], &["."]] {
        let output = harden(folder.path(), &[&["build"][..], paths].concat());
        mistake(&output, "two clusters are called `same`");
        assert!(!folder.path().join("out").exists(), "something was written");
    }
    fs::write(folder.path().join("d.yaml"), format!("{}---\n{}", small("twice"), small("twice"))).unwrap();
    let output = harden(folder.path(), &["build", "d.yaml"]);
    mistake(&output, "two clusters are called `twice`");
    let (_, _, stderr) = super::said(&output);
    assert!(stderr.contains("cluster-twice") && stderr.contains("one of them") && stderr.contains("another one"), "{stderr}");
    assert!(!folder.path().join("out").exists(), "something was written");
}

#[test]
fn nothing_of_the_users_is_lost() {
    let example = Example::built();
    let put = |name: &str, text: &str| {
        let path = example.file(TREE).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("notes.md", "mine");
    put("kubeadm/mine.yaml", "mine too");
    put("mine/deep/er.txt", "and this");
    example.edit("cluster.yaml", |text| text.replace("limit: 2048", "limit: 1024"));
    let (code, stdout, stderr) = example.said(&["build", "cluster.yaml"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(!stdout.contains("(0 written"), "{stdout}");
    let tree = files(&example.file(TREE));
    for (name, text) in [("notes.md", "mine"), ("kubeadm/mine.yaml", "mine too"), ("mine/deep/er.txt", "and this")] {
        assert_eq!(tree.get(name).map(Vec::as_slice), Some(text.as_bytes()), "{name}");
    }
}

/// A manifest that lists files of the user's with their hashes, as somebody could write it into a change, takes none of them away.
#[test]
fn a_forged_manifest_deletes_and_replaces_nothing() {
    let example = Example::built();
    let put = |name: &str| {
        let path = example.file(TREE).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "mine").unwrap();
    };
    let listed = ["notes.md", "kubeadm/mine.yaml", "kubeadm/patches/mine.yaml", "control-plane/etc/kubernetes/pki/ca.key"];
    let forge = |names: &[&str]| {
        example.edit("out/shop-prod/manifest.json", |text| {
            let mut manifest: serde_json::Value = serde_json::from_str(text).unwrap();
            for name in names {
                let entry = serde_json::json!({ "sha256": harden::base::sha256_hex(b"mine"), "mode": "0644" });
                manifest["files"][*name] = entry;
            }
            manifest.to_string()
        });
    };
    listed.iter().for_each(|name| put(name));
    forge(&listed);
    let (code, stdout, _) = example.said(&["build", "cluster.yaml", "--check"]);
    assert_eq!((code, stdout.contains("left the plan")), (1, false), "{stdout}");
    let (code, stdout, stderr) = example.said(&["build", "cluster.yaml"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("0 removed"), "{stdout}");
    for name in listed {
        assert_eq!(fs::read_to_string(example.file(TREE).join(name)).unwrap(), "mine", "{name}");
        assert!(stdout.contains(&format!("kept {name}, which")), "{stdout}");
    }
    // The documented copy would carry one of them onto hosts, and that alone is a difference.
    let (code, stdout, _) = example.said(&["build", "cluster.yaml", "--check"]);
    let told = listed.map(|name| stdout.contains(name));
    assert_eq!((code, told), (1, [false, false, false, true]), "{stdout}");
    // Where a file is wanted, one without our head is not replaced either.
    put("kubeadm/init.yaml");
    forge(&["kubeadm/init.yaml"]);
    mistake(&example.run(&["build", "cluster.yaml"]), "`kubeadm/init.yaml` was not written by harden");
    assert_eq!(fs::read_to_string(example.file(TREE).join("kubeadm/init.yaml")).unwrap(), "mine");
}

/// A file of the user's that stands where one of ours must go stops the build before anything is written.
#[test]
fn a_file_in_the_way_stops_the_build() {
    let example = Example::new();
    let target = example.file("out/shop-prod/kubeadm/init.yaml");
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    fs::write(&target, "mine").unwrap();
    let output = example.run(&["build", "cluster.yaml", "--as-of", "2026-11-26"]);
    mistake(&output, "kubeadm/init.yaml");
    assert_eq!(files(&example.file("out")), BTreeMap::from([("shop-prod/kubeadm/init.yaml".to_owned(), b"mine".to_vec())]));
}

/// What stands in the way of one tree keeps no other from being built, and is told with the name of its cluster.
#[test]
fn a_tree_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        fs::write(folder.path().join(format!("{name}.yaml")), small(name)).unwrap();
    }
    fs::create_dir_all(folder.path().join("out/a")).unwrap();
    fs::create_dir_all(folder.path().join("out/b")).unwrap();
    fs::write(folder.path().join("out/a/REPORT.md"), "mine").unwrap();
    fs::write(folder.path().join("out/b/manifest.json"), "{}").unwrap();
    let build = ["build", ".", "--as-of", "2026-11-26"];
    let (code, stdout, stderr) = said(&harden(folder.path(), &build));
    assert_eq!(code, 2);
    assert!(stdout.starts_with("c: out/c ") && stdout.lines().count() == 1, "{stdout}");
    for text in [
        "error: the tree of cluster `a` was left as it is: `REPORT.md` was not written by harden",
        "error: the tree of cluster `b` was left as it is: `out/b/manifest.json` was not written by this program",
        "2 errors; nothing was written for `a`, `b`",
    ] {
        assert!(stderr.contains(text), "not `{text}`, but:\n{stderr}");
    }
    let (code, stdout, _) = said(&harden(folder.path(), &[&build[..], &["--format", "json"]].concat()));
    let value: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, value["clusters"][0]["name"].as_str()), (2, Some("a")));
    assert!(value["clusters"][0]["diagnostics"][0]["message"].as_str().unwrap().contains("`REPORT.md`"), "{value}");
}

/// Exit codes: 0 done, 1 differences, 2 a mistake in the input, 3 a failure of the machine.
#[test]
fn exit_codes() {
    let example = Example::built();
    fs::write(example.file("broken.yaml"), small("x").replace("kind: Cluster", "kind: Clutser")).unwrap();
    fs::write(example.file("empty.yaml"), "").unwrap();
    fs::write(example.file("occupied"), "a file").unwrap();
    for (arguments, code) in [
        (&["build", "cluster.yaml", "--check"][..], 0),
        (&["--help"], 0),
        (&["build", "--help"], 0),
        (&["--version"], 0),
        (&["build", "cluster.yaml", "--check", "--out", "elsewhere", "--as-of", "2026-11-26"], 1),
        (&["build", "broken.yaml"], 2),
        (&["build", "empty.yaml"], 2),
        (&["build", "nothing.yaml"], 2),
        (&["build", "cluster.yaml", "--no-such-option"], 2),
        (&["no-such-command"], 2),
        (&["plan", "live"], 2),
        (&["controls", "no-such-control"], 2),
        (&["profiles", "no-such-profile"], 2),
        (&["schema", "no-such-schema"], 2),
        (&[], 2),
        (&["build", "cluster.yaml", "--out", "occupied", "--as-of", "2026-11-26"], 2),
        (&["build", "cluster.yaml", "--out", "/proc/nowhere", "--as-of", "2026-11-26"], 3),
    ] {
        let (found, stdout, stderr) = example.said(arguments);
        assert_eq!(found, code, "{arguments:?}:\n{stdout}{stderr}");
        if code >= 2 {
            assert!(!stderr.is_empty(), "{arguments:?} says nothing");
        }
    }
}

/// A mistake in one file of several: the others are built, the exit code says that one was not.
#[test]
fn a_broken_spec_does_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), small("a")).unwrap();
    fs::write(folder.path().join("b.yaml"), small("b").replace("criSocket", "x").replace("runtime:", "runtimes:")).unwrap();
    let (code, stdout, stderr) = said(&harden(folder.path(), &["build", ".", "--as-of", "2026-11-26"]));
    assert_eq!(code, 2, "{stderr}");
    assert!(stdout.starts_with("a: out/a"), "{stdout}");
    assert!(stderr.contains("did you mean") && stderr.contains("nothing was written for"), "{stderr}");
    assert!(folder.path().join("out/a/REPORT.md").exists() && !folder.path().join("out/b").exists());
}

/// A folder is built with the specs that it links to; a link that leads nowhere is no silence.
#[test]
fn links_to_specs_are_built() {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("specs");
    fs::create_dir(&specs).unwrap();
    fs::create_dir(folder.path().join("shared")).unwrap();
    fs::write(specs.join("a.yaml"), small("one")).unwrap();
    fs::write(folder.path().join("shared/b.yaml"), small("two")).unwrap();
    std::os::unix::fs::symlink("../shared/b.yaml", specs.join("b.yaml")).unwrap();
    let (code, stdout, stderr) = super::said(&harden(folder.path(), &["build", "specs"]));
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("one: out/one") && stdout.contains("two: out/two"), "{stdout}");
    std::os::unix::fs::symlink("../shared/nothing.yaml", specs.join("c.yaml")).unwrap();
    let (code, _, stderr) = super::said(&harden(folder.path(), &["build", "specs"]));
    assert!(code == 2 && stderr.contains("c.yaml"), "{code} {stderr}");
}

/// A reprieve that nobody wants any more is taken back, and until then told with the file that keeps it.
#[test]
fn a_reprieve_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let waiver = |expires: &str| {
        format!(
            "  controls: {{ scheduler/profiling: {{ apply: false, waiver: W-1 }} }}\n  waivers: [{{ id: W-1, control: scheduler/profiling, owner: o, reason: r, expires: {expires} }}]\n"
        )
    };
    let write = |expires: &str| fs::write(folder.path().join("c.yaml"), small("t") + &waiver(expires)).unwrap();
    let build = |arguments: &[&str]| {
        let (code, _, stderr) = super::said(&harden(folder.path(), &[&["build", "c.yaml"][..], arguments].concat()));
        (code, stderr)
    };
    write("2026-11-20");
    assert_eq!(build(&["--grace", "W-1=2030-01-01"]).0, 0);
    let (code, stderr) = build(&[]);
    assert!(code == 0 && stderr.contains("graces of out/t/manifest.json") && stderr.contains("--grace W-1=none"), "{stderr}");
    write("2027-11-20");
    assert_eq!(build(&["--grace", "W-1=none"]), (0, String::new()));
    assert_eq!(build(&[]), (0, String::new()));
    write("2026-11-20");
    let (code, stderr) = build(&["--grace", "W-1=2026-11-21"]);
    assert!(
        code == 2 && stderr.contains("its reprieve on 2026-11-21") && stderr.contains("for a day from 2026-11-26 on"),
        "{stderr}"
    );
    let (code, stderr) = build(&["--grace", "W-1"]);
    assert!(code == 2 && stderr.contains("write ID=DATE"), "{stderr}");
}

/// A comment in an input changes the digest of that input alone: the check says so.
#[test]
fn a_comment_is_no_other_cluster() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("c.yaml"), small("t")).unwrap();
    assert!(harden(folder.path(), &["build", "c.yaml"]).status.success());
    fs::write(folder.path().join("c.yaml"), format!("# more words\n{}", small("t"))).unwrap();
    let (code, stdout, _) = super::said(&harden(folder.path(), &["build", "c.yaml", "--check"]));
    assert_eq!(code, 1);
    assert_eq!(
        stdout,
        "t: manifest.json differs in the digest of c.yaml alone, and nothing else of the tree would: build again\n"
    );
    let (_, stdout, _) = super::said(&harden(folder.path(), &["verify", "out/t", "--spec", "c.yaml"]));
    assert!(stdout.contains("manifest.json: differs in the digest of c.yaml alone"), "{stdout}");
}

/// What this version does not have yet says what does part of its work.
#[test]
fn commands_of_a_later_version_teach() {
    let folder = tempfile::tempdir().unwrap();
    for (command, help) in
        [("drift", "harden check"), ("import", "harden init --from"), ("upgrade", "kubernetesVersion"), ("man", "harden help")]
    {
        let output = harden(folder.path(), &[command, "--dump", "x"]);
        mistake(&output, &format!("this version of harden has no `{command}` yet"));
        let (_, _, stderr) = super::said(&output);
        assert!(stderr.contains(help), "{stderr}");
    }
}
