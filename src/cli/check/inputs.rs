//! The files of a call: named, found in folders, given on standard input, or staged in git.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{
    check::{Content, File, folders_of_nodes, is_kustomization},
    host::{
        files::{self, FileError, Found, Kind},
        git::{self, InIndex, Other},
    },
    yaml,
};

use super::{super::Failed, Args};

/// No manifest comes near this size: a larger file cannot be read, by us.
const LIMIT: u64 = yaml::MAX_BYTES as u64;

/// How standard input is called.
pub(super) const STDIN: &str = "<stdin>";

const LINK_TO_FOLDER: &str = "it is a link to a folder, and links to folders are not followed: name that folder itself";

/// Whether a file of a folder is read, by its name.
type Wanted<'w> = &'w dyn Fn(&str) -> bool;

/// Reads what the call names, in the order named; then the folders in which kubelets among it are told to look for drop-ins and static
/// pods, which a drop-in may tell.
pub(super) fn read(args: &Args) -> Result<Vec<File>, Failed> {
    let mut found = gathered(args, true, &wanted)?;
    let mut read: Vec<String> = Vec::new();
    loop {
        let mut folders = folders_of_nodes(&found);
        folders.retain(|folder| !wanted(folder) && !read.contains(folder));
        if folders.is_empty() {
            return Ok(found);
        }
        let in_one = |name: &str| {
            let mut inside = folders.iter().filter_map(|folder| name.strip_prefix(folder.as_str()));
            inside.any(|rest| !rest.contains('/') || rest.ends_with(".conf"))
        };
        let known: BTreeSet<String> = found.iter().map(|file| file.name.clone()).collect();
        found.extend(gathered(args, false, &in_one)?.into_iter().filter(|file| !known.contains(&file.name)));
        read.extend(folders);
    }
}

/// The files that the call means; standard input can be read once.
fn gathered(args: &Args, with_stdin: bool, wanted: Wanted<'_>) -> Result<Vec<File>, Failed> {
    if args.staged {
        return staged(&args.paths, wanted);
    }
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() { &here[..] } else { &args.paths };
    let mut found: Vec<File> = Vec::new();
    for path in paths {
        let is_stdin = path.as_os_str() == "-";
        if is_stdin && !with_stdin {
            continue;
        }
        let more = if is_stdin { vec![stdin()?] } else { named(path, wanted)? };
        for file in more {
            if !found.iter().any(|other| other.name == file.name) {
                found.push(file);
            }
        }
    }
    Ok(found)
}

fn stdin() -> Result<File, Failed> {
    let content = match files::read_stdin(LIMIT) {
        Ok(bytes) => content(STDIN, &bytes),
        Err(FileError::TooLarge { .. }) => too_large(STDIN),
        Err(error) => return Err(error.into()),
    };
    Ok(File { name: STDIN.to_owned(), named: true, content })
}

fn too_large(name: &str) -> Content {
    Content::Unreadable(Box::new(yaml::too_large(name)))
}

fn content(name: &str, bytes: &[u8]) -> Content {
    match yaml::decode(name, bytes) {
        Ok(source) => Content::Text(source),
        Err(problem) => Content::Unreadable(Box::new(problem)),
    }
}

/// A path that the call names: a file, or what a folder holds.
fn named(path: &Path, wanted: Wanted<'_>) -> Result<Vec<File>, Failed> {
    let shown = |path: &Path| path.to_string_lossy().trim_start_matches("./").to_owned();
    if !files::is_folder(path) {
        return match files::read(path, LIMIT) {
            Ok(bytes) => Ok(vec![File { name: shown(path), named: true, content: content(&shown(path), &bytes) }]),
            Err(FileError::TooLarge { .. }) => {
                Ok(vec![File { name: shown(path), named: true, content: too_large(&shown(path)) }])
            }
            Err(FileError::Missing { path }) => Err(Failed::usage(
                format!("no file or folder at `{}`", path.display()),
                "name files or folders that exist, or `-` for standard input",
            )),
            Err(error) => Err(error.into()),
        };
    }
    let mut out = Vec::new();
    let mut entries = files::walk(path)?;
    match git::tracked(path) {
        Ok(tracked) => add_tracked(path, tracked, &mut entries),
        Err(error) => out.push(File {
            name: shown(path),
            named: false,
            content: Content::Left(format!("files that git tracks although it ignores them are not known: {error}")),
        }),
    }
    for entry in entries {
        let full = path.join(&entry.path);
        let name = shown(&full);
        let content = match entry.kind {
            Kind::Folder => continue,
            Kind::Link if files::is_folder(&full) => Content::Left(LINK_TO_FOLDER.to_owned()),
            _ if !wanted(&name) => continue,
            Kind::Special => Content::Left("it is a pipe, socket or device".to_owned()),
            Kind::Link if !files::is_file(&full) => Content::Left("it is a link that leads to no file".to_owned()),
            Kind::File | Kind::Link => match files::read(&full, LIMIT) {
                Ok(bytes) => content(&name, &bytes),
                Err(FileError::TooLarge { .. }) => too_large(&name),
                Err(error) => Content::Left(error.to_string()),
            },
        };
        out.push(File { name, named: false, content });
    }
    Ok(out)
}

/// Adds what git tracks although `.gitignore` names it: a fresh clone has it, and whoever applies the folder applies it.
fn add_tracked(folder: &Path, tracked: Vec<PathBuf>, entries: &mut Vec<Found>) {
    let known: BTreeSet<PathBuf> = entries.iter().map(|entry| entry.path.clone()).collect();
    let more: BTreeSet<PathBuf> = tracked.into_iter().filter(|path| !known.contains(path)).collect();
    let there = more.into_iter().filter(|path| files::is_file(&folder.join(path)));
    entries.extend(there.map(|path| Found { path, kind: Kind::File }));
    entries.sort_by(|a, b| a.path.cmp(&b.path));
}

/// Whether a file of a folder is read: by its ending as kubectl takes them, or by its place on a node.
fn wanted(name: &str) -> bool {
    const ENDINGS: [&str; 4] = [".yaml", ".yml", ".json", ".flags"];
    const PLACES: [&str; 6] = [
        "etc/kubernetes/",
        "var/lib/kubelet/",
        "etc/default/kubelet",
        "etc/sysconfig/kubelet",
        "/kubelet.service",
        "kubelet.service.d/",
    ];
    ENDINGS.iter().any(|ending| name.ends_with(ending))
        || is_kustomization(name)
        || PLACES.iter().any(|place| on_a_node(name, place))
}

/// Whether a place of a node stands in a path, at the beginning of a segment.
fn on_a_node(name: &str, place: &str) -> bool {
    let Some(at) = name.find(place) else { return false };
    // Certificates and volumes of pods hold nothing that is judged.
    let rest = &name[at..];
    let judged = !rest.starts_with("etc/kubernetes/pki/") && !rest.starts_with("var/lib/kubelet/p") && !rest.ends_with(".key");
    let begins = place.starts_with('/') || at == 0 || name.as_bytes().get(at - 1) == Some(&b'/');
    judged && begins
}

/// What git is about to commit, below the named paths where there are some.
fn staged(paths: &[PathBuf], wanted: Wanted<'_>) -> Result<Vec<File>, Failed> {
    let staged = match git::staged(LIMIT)? {
        InIndex::Files(staged) => staged,
        InIndex::NoRepository => {
            return Err(Failed::usage("there is no git repository here", "run it inside a repository, or name files instead"));
        }
    };
    let under = |name: &str, folder: &str| {
        folder.is_empty() || name == folder || name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    let mut below = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            return Err(Failed::usage("standard input is not staged", "leave `--staged` out, or `-`"));
        }
        let inside = git::inside(&staged.top, path)?.ok_or_else(|| {
            Failed::usage(format!("`{}` lies outside the repository", path.display()), "name paths of the repository")
        })?;
        let mut names = staged.files.keys().chain(&staged.too_large).chain(staged.others.keys());
        if !files::exists(path) && !names.any(|name| under(name, &inside)) {
            let what = format!("no file or folder at `{}`, and nothing is staged there", path.display());
            return Err(Failed::usage(what, "name paths that exist or are staged, or none for everything that is staged"));
        }
        below.push(inside);
    }
    let is_meant = |name: &str| below.is_empty() || below.iter().any(|folder| under(name, folder));
    let file = |name: &str, content: Content| File { name: name.to_owned(), named: false, content };
    let is_read = |name: &&String| is_meant(name) && wanted(name);
    let texts = staged.files.iter().filter(|(name, _)| is_read(name)).map(|(name, bytes)| file(name, content(name, bytes)));
    let large = staged.too_large.iter().filter(is_read).map(|name| file(name, too_large(name)));
    let others = staged.others.iter().filter(|(name, _)| is_meant(name)).map(|(name, other)| file(name, left(other)));
    let mut out: Vec<File> = texts.chain(large).chain(others).collect();
    out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(out)
}

/// What holds no text of its own is said, whatever its name.
fn left(other: &Other) -> Content {
    Content::Left(match other {
        Other::LinkToFolder(folder) => {
            format!("it is a link to the folder `{folder}`: what is staged there is judged under its own path")
        }
        Other::LinkToNothing(target) => format!("it is a link to `{target}`, and that is no file of this repository"),
        Other::Submodule => "it is a submodule: what it holds is staged in a repository of its own".to_owned(),
        Other::Unmerged => "it is not merged: git has several versions of it, and commits none".to_owned(),
    })
}
