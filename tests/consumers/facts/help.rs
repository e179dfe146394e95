//! Reads what `--help` of a Kubernetes program lists.

use std::collections::BTreeMap;

use crate::programs::Built;

/// A flag as the help lists it.
pub(super) struct Shown {
    /// The word for the value; empty for a switch.
    pub(super) word: String,
    /// The text, its lines joined by blanks.
    pub(super) text: String,
}

/// The flags that the help of a program lists, by name.
pub(super) fn read(program: &Built) -> BTreeMap<String, Shown> {
    let mut flags = BTreeMap::new();
    let mut last: Option<String> = None;
    for line in program.says(&["--help"]).lines() {
        if let Some((name, shown)) = flag(line) {
            last = Some(name.clone());
            flags.insert(name, shown);
        } else if let Some(shown) = last.as_ref().filter(|_| line.starts_with("       ")).and_then(|name| flags.get_mut(name)) {
            shown.text = format!("{} {}", shown.text, line.trim());
        } else {
            last = None;
        }
    }
    assert!(flags.len() > 20, "the help lists only {} flags", flags.len());
    flags
}

/// `      --name word   text` or `  -x, --name word   text`.
fn flag(line: &str) -> Option<(String, Shown)> {
    let indented = line.strip_prefix("  ")?;
    let rest = indented.trim_start();
    let rest = match rest.strip_prefix('-').filter(|rest| !rest.starts_with('-')) {
        Some(short) => short.split_once(", ")?.1,
        None => rest,
    };
    let rest = rest.strip_prefix("--")?;
    let (head, text) = rest.split_once("  ").map_or((rest, ""), |(head, text)| (head, text.trim()));
    let (name, word) = head.split_once([' ', '[']).unwrap_or((head, ""));
    Some((name.to_owned(), Shown { word: word.to_owned(), text: text.to_owned() }))
}

impl Shown {
    /// Whether the help marks the flag deprecated.
    pub(super) fn deprecated(&self) -> bool {
        self.text.contains("DEPRECATED")
    }

    /// The default that the help prints, without quotes; nothing for a default that it does not print (the zero of the type).
    pub(super) fn default(&self) -> Option<&str> {
        let text = self.text.split(" (DEPRECATED").next().unwrap_or_default().trim_end();
        let start = text.rfind("(default ")?;
        let inner = text[start..].strip_prefix("(default ")?.strip_suffix(')')?;
        Some(inner.trim_matches('"').trim_start_matches('[').trim_end_matches(']'))
    }
}
