//! The hand-written guide is true: its specs build, its commands exist, its links lead somewhere.
//!
//! A YAML block is a file. A line such as "`live/kubeadm.yaml`:" before it names the file; without one a block that begins with
//! `apiVersion: harden.dev/` is `cluster.yaml`, and any other is a fragment. The files below one heading of level 2 lie in one folder.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use clap::error::ErrorKind;

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

/// Every page that people read: the guide, the hand-written ones, and those that the program writes.
fn all_pages() -> Vec<PathBuf> {
    let others = ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/facts.md", "docs/controls.md", "docs/errors.md"];
    pages().into_iter().chain(others.map(|name| root().join(name))).collect()
}

/// Splits a text into words as a shell does, as far as the docs need it: quotes keep words together, and what ends a command is a word.
fn shell_words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            words.push(std::mem::take(word));
        }
    };
    for letter in text.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None, ' ' | '\t') => end(&mut word),
            (None, '|' | '&' | ';' | '>' | '<' | '(' | ')') => {
                end(&mut word);
                end(&mut letter.to_string());
            }
            (Some(_) | None, _) => word.push(letter),
        }
    }
    end(&mut word);
    words
}

/// The calls of harden in a line of shell: their words, without what comes before and after.
fn calls(line: &str) -> Vec<Vec<String>> {
    let words = shell_words(&line.replace("cargo run --locked -- ", "harden "));
    let starts = |at: usize| match at.checked_sub(1).map(|before| words[before].as_str()) {
        // A prompt, a key of a pipeline file, the end of another command, a condition.
        Some("$" | "run:" | "entry:" | "-" | "|" | "&" | ";" | "(" | "if" | "!" | "then" | "do") | None => true,
        Some(_) => false,
    };
    let found = words.iter().enumerate().filter(|(at, word)| *word == "harden" && starts(*at));
    let call = |at: usize| words[at..].iter().take_while(|word| !"#|&;><()".contains(word.as_str())).cloned().collect();
    found.map(|(at, _)| call(at)).collect()
}

/// The calls in code within sentences: a form such as `harden verify DIR [--spec FILE]` counts with all of its words.
fn calls_in_prose(page: &str) -> Vec<Vec<String>> {
    let mut fenced = false;
    let mut found = Vec::new();
    let mut prose = String::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            prose.push_str(line);
            prose.push(' ');
        }
    }
    for span in prose.split('`').skip(1).step_by(2).filter(|span| span.starts_with("harden ")) {
        let form = span.replace("\\|DIR", "").replace("\\|", "|").replace("...", "").replace(['[', ']'], "");
        found.extend(calls(&form));
    }
    found
}

#[test]
fn every_command_of_the_docs_exists() {
    let (mut wrong, mut shell, mut prose) = (Vec::new(), 0, 0);
    for page in all_pages() {
        let text = fs::read_to_string(&page).unwrap();
        let fenced: Vec<Vec<String>> = blocks(&text)
            .iter()
            .filter(|block| matches!(block.language.as_str(), "sh" | "console" | "yaml" | "bash"))
            .flat_map(|block| block.text.replace("\\\n", " ").lines().flat_map(calls).collect::<Vec<_>>())
            .collect();
        let spoken = calls_in_prose(&text);
        (shell, prose) = (shell + fenced.len(), prose + spoken.len());
        // `harden diff` in a sentence names the command.
        let names = |error: &clap::Error, call: &[String]| error.kind() == ErrorKind::MissingRequiredArgument && call.len() == 2;
        for (call, in_prose) in fenced.into_iter().map(|call| (call, false)).chain(spoken.into_iter().map(|call| (call, true))) {
            if let Err(error) = harden::cli::command().try_get_matches_from(&call) {
                let told = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
                let fine = told || (in_prose && names(&error, &call));
                if !fine {
                    wrong.push(format!("{}: `{}`: {error}", name_of(&page), call.join(" ")));
                }
            }
        }
    }
    none(&wrong);
    assert!(shell >= 25 && prose >= 25, "{shell} calls in blocks, {prose} in sentences");
}

/// The reading of the docs sees calls wherever a shell would.
#[test]
fn calls_are_found() {
    let joined = |line: &str| calls(line).iter().map(|call| call.join(" ")).collect::<Vec<_>>();
    assert_eq!(joined("$ harden build 'a b.yaml' > log # harden plan"), ["harden build a b.yaml"]);
    assert_eq!(
        joined("cd x && harden plan || harden --format json verify out/x | jq ."),
        ["harden plan", "harden --format json verify out/x"]
    );
    assert_eq!(joined("  run: harden build --check"), ["harden build --check"]);
    assert_eq!(joined("source <(harden completions bash)"), ["harden completions bash"]);
    assert_eq!(joined("cargo run --locked -- build x   # builds"), ["harden build x"]);
    assert_eq!(joined("echo harden build"), Vec::<String>::new());
    let page = "Say `harden verify DIR [--spec FILE]` or `harden explain FILE:LINE \\| CODE`.\n```sh\nharden plan `x`\n```\n`harden\nbuild`";
    let found: Vec<String> = calls_in_prose(page).iter().map(|call| call.join(" ")).collect();
    assert_eq!(found, ["harden verify DIR --spec FILE", "harden explain FILE:LINE", "harden build"]);
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

/// The tree that the first screen shows has every stage of objects, in the order in which they are applied.
#[test]
fn the_readme_shows_every_stage() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("  k8s/{").expect("the stages");
    let (shown, _) = rest.split_once('}').expect("the end of the stages");
    assert_eq!(shown.split(',').collect::<Vec<_>>(), harden::targets::stage_names());
}
