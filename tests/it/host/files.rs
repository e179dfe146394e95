//! Reading files and expanding patterns under a root.

use std::{fs, os::unix::fs::symlink, path::Path};

use harden::host::files::{Depth, FileError, Kind, Leaves, Root, list, read, read_folder};

use super::scratch;

fn workspace() -> (tempfile::TempDir, Root) {
    let scratch = scratch();
    let root = scratch.path().join("fleet");
    for path in [
        "clusters/b.yaml",
        "clusters/a.yaml",
        "clusters/deep/c.yaml",
        "waivers/w.yaml",
        "waivers/team/x/w.yaml",
        "waivers/.git/w.yaml",
        "live/kubeadm.yaml",
        "clusters/notes.txt",
    ] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "text").unwrap();
    }
    fs::create_dir(scratch.path().join("outside")).unwrap();
    fs::write(scratch.path().join("outside/secret.yaml"), "secret").unwrap();
    let root = Root::open(&root).unwrap();
    (scratch, root)
}

fn how(error: FileError) -> Leaves {
    match error {
        FileError::Outside { how, .. } => how,
        other => panic!("{other}"),
    }
}

fn leads(error: FileError) -> String {
    match how(error) {
        Leaves::Link { link, .. } => link.display().to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn patterns_match_as_the_workspace_says() {
    let (_scratch, root) = workspace();
    let expand = |pattern| root.expand(pattern).unwrap();
    assert_eq!(expand("clusters/*.yaml"), ["clusters/a.yaml", "clusters/b.yaml"]);
    assert_eq!(expand("./clusters/a.yaml"), ["clusters/a.yaml"]);
    assert_eq!(expand("waivers/**/*.yaml"), ["waivers/team/x/w.yaml", "waivers/w.yaml"]);
    assert_eq!(expand("waivers/**"), ["waivers/team/x/w.yaml", "waivers/w.yaml"]);
    assert_eq!(expand("**/{a,c}.yaml"), ["clusters/a.yaml", "clusters/deep/c.yaml"]);
    assert_eq!(expand("waivers/.git/*"), ["waivers/.git/w.yaml"]);
    assert_eq!(expand("clusters"), Vec::<String>::new());
    assert_eq!(expand("none/*.yaml"), Vec::<String>::new());
    for bad in ["clusters/[", "a**/b"] {
        assert!(matches!(root.expand(bad), Err(FileError::Pattern { .. })), "{bad}");
    }
}

#[test]
fn no_path_and_no_pattern_leaves_the_root() {
    let (scratch, root) = workspace();
    for named in ["/etc/passwd", "//etc/passwd"] {
        assert_eq!(how(root.read(named, 9).unwrap_err()), Leaves::Absolute);
        assert_eq!(how(root.expand(named).unwrap_err()), Leaves::Absolute);
    }
    for named in ["../outside/secret.yaml", "live/../live/kubeadm.yaml", ".."] {
        assert_eq!(how(root.read(named, 9).unwrap_err()), Leaves::Parent);
        assert_eq!(how(root.expand(named).unwrap_err()), Leaves::Parent);
    }
    symlink("../../outside/secret.yaml", root.path().join("live/secret.yaml")).unwrap();
    symlink(scratch.path().join("outside"), root.path().join("waivers/out")).unwrap();
    symlink("secret.yaml", root.path().join("live/twice.yaml")).unwrap();
    symlink("/nowhere", root.path().join("live/dangling")).unwrap();
    assert_eq!(leads(root.read("live/secret.yaml", 9).unwrap_err()), "live/secret.yaml");
    assert_eq!(leads(root.read("live/twice.yaml", 9).unwrap_err()), "live/twice.yaml");
    assert_eq!(leads(root.read("waivers/out/secret.yaml", 9).unwrap_err()), "waivers/out");
    assert_eq!(leads(root.expand("live/*.yaml").unwrap_err()), "live/secret.yaml");
    assert_eq!(leads(root.expand("waivers/**/*.yaml").unwrap_err()), "waivers/out");
    assert_eq!(leads(root.place("waivers/out/shop").unwrap_err()), "waivers/out");
    assert_eq!(leads(root.place("live/dangling").unwrap_err()), "live/dangling");
    assert!(root.place("out/shop").unwrap().ends_with("fleet/out/shop"));
    assert!(!root.path().join("out").exists());
}

#[test]
fn links_that_stay_inside_are_followed() {
    let (_scratch, root) = workspace();
    symlink("deep", root.path().join("clusters/also")).unwrap();
    symlink("../waivers/w.yaml", root.path().join("live/w.yaml")).unwrap();
    assert_eq!(root.read("clusters/also/c.yaml", 9).unwrap(), b"text");
    assert_eq!(root.read("live/w.yaml", 9).unwrap(), b"text");
    assert_eq!(root.expand("clusters/*/c.yaml").unwrap(), ["clusters/also/c.yaml", "clusters/deep/c.yaml"]);
    symlink("..", root.path().join("clusters/deep/up")).unwrap();
    assert!(
        matches!(root.expand("clusters/**/*.yaml"), Err(FileError::Loop { link }) if link == Path::new("clusters/deep/up") || link == Path::new("clusters/also/up"))
    );
}

#[test]
fn folder_links_that_fan_out_have_an_end() {
    let scratch = scratch();
    for n in 0..30 {
        let folder = scratch.path().join(format!("w/{n}"));
        fs::create_dir_all(&folder).unwrap();
        for name in ["a", "b"] {
            symlink(format!("../../w/{}", n + 1), folder.join(name)).unwrap();
        }
    }
    fs::create_dir_all(scratch.path().join("w/30")).unwrap();
    assert!(matches!(Root::open(scratch.path()).unwrap().expand("w/0/**/*.yaml"), Err(FileError::Pattern { .. })));
}

#[test]
fn only_regular_files_of_a_bearable_size_are_read() {
    let (scratch, root) = workspace();
    rustix::fs::mkfifoat(rustix::fs::CWD, root.path().join("pipe"), rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    assert!(matches!(root.read("pipe", 9), Err(FileError::NotAFile { .. })));
    assert!(matches!(root.read("live", 9), Err(FileError::NotAFile { .. })));
    assert!(matches!(root.read("", 9), Err(FileError::NotAFile { .. })));
    assert!(matches!(root.read("none.yaml", 9), Err(FileError::Missing { .. })));
    assert!(matches!(root.read("live/kubeadm.yaml/x", 9), Err(FileError::Missing { .. })));
    assert!(matches!(root.read("live/kubeadm.yaml", 3), Err(FileError::TooLarge { limit: 3, .. })));
    assert_eq!(root.read("live/kubeadm.yaml", 4).unwrap(), b"text");
    assert!(matches!(read(Path::new("/dev/zero"), 1_000), Err(FileError::TooLarge { .. })));
    assert!(matches!(read(scratch.path(), 9), Err(FileError::NotAFile { .. })));
    assert!(matches!(read(&scratch.path().join("none"), 9), Err(FileError::Missing { .. })));
    assert!(matches!(root.read("a\0b", 9), Err(FileError::Host(_))));
}

#[test]
fn folders_are_listed_in_order() {
    let (_scratch, root) = workspace();
    symlink("a.yaml", root.path().join("clusters/link")).unwrap();
    let paths = |depth| list(&root.path().join("clusters"), depth).unwrap();
    let shown: Vec<_> = paths(Depth::Folder).into_iter().map(|f| (f.path.display().to_string(), f.kind)).collect();
    let expected =
        [("a.yaml", Kind::File), ("b.yaml", Kind::File), ("deep", Kind::Folder), ("link", Kind::Link), ("notes.txt", Kind::File)];
    assert_eq!(shown, expected.map(|(path, kind)| (path.to_owned(), kind)));
    assert_eq!(paths(Depth::Below).len(), 6);
    let contents = read_folder(root.path(), 4).unwrap();
    assert_eq!(contents.len(), 8);
    assert_eq!(contents["live/kubeadm.yaml"], b"text");
    assert!(matches!(read_folder(root.path(), 3), Err(FileError::TooLarge { .. })));
    let error = list(&root.path().join("none"), Depth::Below).unwrap_err();
    assert!(error.to_string().starts_with("cannot list `"), "{error}");
}
