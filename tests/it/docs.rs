//! The hand-written guide is true: its specs build, its commands exist, its links lead somewhere.
//!
//! A YAML block is a file. A line such as "`live/kubeadm.yaml`:" before it names the file; without one a block that begins with
//! `apiVersion: harden.dev/` is `cluster.yaml`, and any other is a fragment. The files below one heading of level 2 lie in one folder.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::support::{DAY, harden, none, root};

const OURS: &str = "apiVersion: harden.dev/";

/// The pages of the guide, and the index.
fn pages() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(root().join("docs/guide")).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.push(root().join("docs/README.md"));
    found.sort();
    found
}

fn name_of(page: &Path) -> String {
    page.strip_prefix(root()).unwrap().display().to_string()
}

/// A fenced block of a page.
struct Block {
    language: String,
    /// The heading of level 2 above it.
    section: String,
    /// The name that the line before it gives it.
    named: Option<String>,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let (mut section, mut before) = (String::new(), "");
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let text: String = lines.by_ref().take_while(|line| line.trim() != "```").map(|line| format!("{line}\n")).collect();
            let named = before.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:")).filter(|name| !name.contains('`'));
            found.push(Block { language: language.to_owned(), section: section.clone(), named: named.map(str::to_owned), text });
            before = "";
        } else if let Some(title) = line.strip_prefix("## ") {
            title.clone_into(&mut section);
        } else if !line.trim().is_empty() {
            before = line;
        }
    }
    found
}

/// The files of each section of a page that holds a spec.
fn sections(page: &str, wrong: &mut Vec<String>) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for block in blocks(page).into_iter().filter(|block| block.language == "yaml") {
        let spec = block.text.starts_with(OURS);
        let Some(name) = block.named.or_else(|| spec.then(|| "cluster.yaml".to_owned())) else { continue };
        if found.entry(block.section.clone()).or_default().insert(name.clone(), block.text).is_some() {
            wrong.push(format!("{}: two blocks are `{name}`", block.section));
        }
    }
    found
}

#[test]
fn every_spec_of_the_guide_builds() {
    let (mut wrong, mut built) = (Vec::new(), 0);
    for page in pages() {
        for (section, files) in sections(&fs::read_to_string(&page).unwrap(), &mut wrong) {
            let folder = tempfile::tempdir().unwrap();
            for (name, text) in files {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            let output = harden(folder.path(), &["build", "--as-of", DAY]);
            built += fs::read_dir(folder.path().join("out")).map_or(0, Iterator::count);
            if !output.status.success() || !output.stderr.is_empty() {
                let told = String::from_utf8_lossy(&output.stderr).into_owned();
                wrong.push(format!("{}, \"{section}\":\n{told}", name_of(&page)));
            }
        }
    }
    none(&wrong);
    assert!(built >= 9, "{built} clusters");
}

#[test]
fn every_command_of_the_guide_exists() {
    let (mut wrong, mut read) = (Vec::new(), 0);
    for page in pages() {
        for block in blocks(&fs::read_to_string(&page).unwrap()) {
            if block.language != "console" {
                continue;
            }
            for line in block.text.lines().filter(|line| line.starts_with("$ harden ")) {
                let words = line[2..].split_whitespace().take_while(|word| !matches!(*word, "#" | ">" | "|" | "||" | "&&"));
                if let Err(error) = harden::cli::command().try_get_matches_from(words) {
                    wrong.push(format!("{}: `{line}`: {error}", name_of(&page)));
                }
                read += 1;
            }
        }
    }
    none(&wrong);
    assert!(read >= 20, "{read} commands");
}

#[test]
fn every_link_of_the_guide_leads_somewhere() {
    let mut wrong = Vec::new();
    for page in pages().into_iter().chain([root().join("README.md")]) {
        let text = fs::read_to_string(&page).unwrap();
        for rest in text.split("](").skip(1) {
            let target = rest.split(')').next().unwrap().split('#').next().unwrap();
            if !target.is_empty() && !target.contains("://") && !page.parent().unwrap().join(target).exists() {
                wrong.push(format!("{}: `{target}` does not exist", name_of(&page)));
            }
        }
    }
    let index = fs::read_to_string(root().join("docs/README.md")).unwrap();
    for page in pages() {
        let file = page.file_name().unwrap().to_string_lossy().into_owned();
        if file != "README.md" && !index.contains(&format!("(guide/{file})")) {
            wrong.push(format!("docs/README.md does not name guide/{file}"));
        }
    }
    none(&wrong);
}
