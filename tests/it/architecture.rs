//! The conventions of the code as tests: layers, complete lists, references.

use std::{collections::BTreeMap, fs};

use crate::support::root;

/// The layer of each module; a module imports only from lower layers (or itself).
const LAYERS: &[(&str, u8)] = &[
    ("base", 0),
    ("diag", 1),
    ("yaml", 2),
    ("hcl", 2),
    ("facts", 3),
    ("kube", 4),
    ("policy", 4),
    ("spec", 5),
    ("plan", 5),
    ("resolve", 6),
    ("semantics", 6),
    ("controls", 7),
    ("targets", 7),
    ("agree", 8),
    ("check", 8),
    ("verify", 8),
    ("diff", 8),
    ("report", 9),
    ("build", 10),
    ("codes", 10),
    ("host", 11),
    ("cli", 12),
];

/// Imports that look upward and are decided so, with the reason.
const DECIDED: &[(&str, &str, &str)] = &[];

#[test]
fn layers() {
    let layers: BTreeMap<&str, u8> = LAYERS.iter().copied().collect();
    let mut wrong = Vec::new();
    for entry in walkdir::WalkDir::new(root().join("src")).into_iter().map(Result::unwrap) {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let relative = path.strip_prefix(root().join("src")).unwrap().to_string_lossy().into_owned();
        let module = relative.split(['/', '.']).next().unwrap_or_default().to_owned();
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let Some(own) = layers.get(module.as_str()) else {
            wrong.push(format!("{relative}: module `{module}` has no layer"));
            continue;
        };
        let text = fs::read_to_string(path).unwrap();
        for imported in imports(&text) {
            let Some(layer) = layers.get(imported.as_str()) else { continue };
            let decided = DECIDED.iter().any(|(from, to, _)| *from == module && *to == imported);
            if imported != module && layer >= own && !decided {
                wrong.push(format!("{relative}: `{module}` (layer {own}) imports `{imported}` (layer {layer})"));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The modules of the crate that a file names, in imports or paths.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 && (c.is_alphanumeric() || c == '_') {
                    word.push(c);
                } else if depth == 0 {
                    if !word.is_empty() && (c == ':' || c == ',' || c == '\n') {
                        found.push(std::mem::take(&mut word));
                    }
                    word.clear();
                } else if !word.is_empty() {
                    found.push(std::mem::take(&mut word));
                }
            }
            found.push(word);
        } else {
            found.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    found
}

/// Only `facts` compares versions.
#[test]
fn only_facts_compare_versions() {
    let mut wrong = Vec::new();
    for entry in walkdir::WalkDir::new(root().join("src")).into_iter().map(Result::unwrap) {
        let path = entry.path();
        let relative = path.strip_prefix(root().join("src")).unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|e| e != "rs") || relative.starts_with("facts") || relative.starts_with("base") {
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (n, line) in text.lines().enumerate() {
            let compares =
                ["<", ">"].iter().any(|op| line.contains(&format!("minor {op}")) || line.contains(&format!("minor() {op}")));
            if compares || line.contains("Minor(3") || line.contains("Minor(2") {
                wrong.push(format!("src/{relative}:{}: {}", n + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "versions are facts:\n{}", wrong.join("\n"));
}

/// Every kind of diagnostic is in the list of its stage, and its code is in the append-only list.
#[test]
fn codes_are_listed() {
    let mut declared = Vec::new();
    for entry in walkdir::WalkDir::new(root().join("src")).into_iter().map(Result::unwrap) {
        if entry.path().extension().is_none_or(|e| e != "rs") {
            continue;
        }
        let text = fs::read_to_string(entry.path()).unwrap();
        for (at, _) in text.match_indices("const CODE: &'static str = \"") {
            let rest = &text[at + "const CODE: &'static str = \"".len()..];
            declared.push(rest.split('"').next().unwrap_or_default().to_owned());
        }
    }
    let all: Vec<String> = harden::codes::all().iter().map(|entry| entry.code.to_owned()).collect();
    let unlisted: Vec<&String> = declared.iter().filter(|code| !all.contains(code)).collect();
    assert!(unlisted.is_empty(), "declared, and in no stage's list: {unlisted:?}");
    let twice: Vec<&String> = all.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
    assert!(twice.is_empty(), "one code for two kinds of message: {twice:?}");
    let listed = fs::read_to_string(root().join("schemas/codes.txt")).unwrap();
    let repeated: Vec<&str> = listed
        .lines()
        .enumerate()
        .filter(|(n, line)| listed.lines().take(*n).any(|other| other == *line))
        .map(|(_, line)| line)
        .collect();
    assert!(repeated.is_empty(), "twice in schemas/codes.txt: {repeated:?}");
    let silent: Vec<&str> = listed.lines().filter(|code| harden::codes::find(code).is_none()).collect();
    assert!(silent.is_empty(), "in schemas/codes.txt, and `explain` knows nothing of them: {silent:?}");
    let missing: Vec<&String> = all.iter().filter(|code| !listed.lines().any(|line| line == code.as_str())).collect();
    if crate::support::blessing() && !missing.is_empty() {
        let more: String = missing.iter().map(|code| format!("{code}\n")).collect();
        fs::write(root().join("schemas/codes.txt"), format!("{listed}{more}")).unwrap();
        return;
    }
    assert!(missing.is_empty(), "not in schemas/codes.txt: {missing:?}");
}

/// Messages follow the rules of wording.
#[test]
fn meanings_are_worded() {
    for entry in harden::codes::all() {
        let meaning = entry.meaning;
        assert!(
            meaning.starts_with(|c: char| c.is_uppercase() || c == '`')
                || ["kube", "etcd"].iter().any(|name| meaning.starts_with(name)),
            "{}: {meaning}",
            entry.code
        );
        assert!(meaning.trim_end().ends_with('.'), "{}: {meaning}", entry.code);
        assert!(!meaning.to_lowercase().contains("please"), "{}", entry.code);
    }
}

/// Every control has its four headings.
#[test]
fn controls_are_documented() {
    for control in harden::controls::CATALOGUE {
        let headings: Vec<&str> = control.doc.lines().filter(|line| line.starts_with("# ")).collect();
        assert_eq!(headings, ["# Why", "# What harden does", "# How to verify", "# When to waive"], "{}", control.id);
        assert!(!control.title.ends_with('.') && control.title.starts_with(|c: char| c.is_lowercase()), "{}", control.title);
        let file = format!("src/controls/{}.rs", control.id.replace('-', "_"));
        assert!(root().join(&file).exists(), "{} is not in {file}", control.id);
    }
}

/// Files that the docs name exist.
#[test]
fn docs_name_existing_files() {
    let mut wrong = Vec::new();
    for name in ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/facts.md"] {
        let text = fs::read_to_string(root().join(name)).unwrap_or_default();
        assert!(!text.is_empty(), "{name} is missing");
        for part in text.split('`').skip(1).step_by(2) {
            let looks =
                ["src/", "docs/", "examples/", "golden/", "schemas/", "tests/", "profiles/"].iter().any(|p| part.starts_with(p));
            if looks && !part.contains(['<', '*', '{', ' ', '$']) && !root().join(part.trim_end_matches('/')).exists() {
                wrong.push(format!("{name}: {part}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
