//! What the rules of a template call: a template carries what is reached from its rules, and nothing else.

/// What judges an object, its pod and the old one.
pub(super) const OBJECTS: &str = include_str!("objects.rego");
/// What judges who enters a pod.
pub(super) const ENTRY: &str = include_str!("entry.rego");
/// What tells which workload a pod is of.
pub(super) const WORKLOADS: &str = include_str!("workloads.rego");
/// Everything that rules may call, in the order in which it is written.
const HELPERS: [&str; 4] =
    [include_str!("base.rego"), include_str!("ports.rego"), include_str!("paths.rego"), include_str!("images.rego")];

/// A definition of the prelude: a rule, with the comment before it.
struct Definition {
    name: &'static str,
    text: &'static str,
    /// The words that it uses.
    words: Vec<&'static str>,
}

/// The definitions that a text reaches, each after an empty line.
pub(super) fn reached_from(text: &str) -> String {
    let all: Vec<Definition> = HELPERS.iter().flat_map(|file| file.trim_end().split("\n\n")).map(definition).collect();
    let mut reached: Vec<bool> = vec![false; all.len()];
    let mut wanted: Vec<&str> = words(text);
    while let Some(word) = wanted.pop() {
        for (definition, seen) in all.iter().zip(&mut reached).filter(|(definition, _)| definition.name == word) {
            if !*seen {
                *seen = true;
                wanted.extend(&definition.words);
            }
        }
    }
    let kept = all.iter().zip(reached).filter(|(_, reached)| *reached).map(|(definition, _)| definition.text);
    kept.collect::<Vec<_>>().join("\n\n") + "\n"
}

fn definition(text: &'static str) -> Definition {
    let rule = text.trim_start_matches(|char| char != '\n').trim_start();
    let rule = if text.starts_with('#') { rule } else { text };
    let words = words(rule);
    Definition { name: words.first().copied().unwrap_or_default(), text, words }
}

/// The words of a text outside of its quoted parts.
fn words(text: &str) -> Vec<&str> {
    let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_';
    unquoted(text).into_iter().flat_map(|part| part.split(move |char| !is_part(char))).filter(|word| !word.is_empty()).collect()
}

/// The parts of a text between its quoted ones.
fn unquoted(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut inside, mut escaped) = (0, false, false);
    for (at, char) in text.char_indices() {
        match char {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' if inside => (from, inside) = (at + 1, false),
            '"' => {
                parts.push(&text[from..at]);
                inside = true;
            }
            _ => {}
        }
    }
    if !inside {
        parts.push(&text[from..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_that_nothing_calls() {
        let kept = reached_from("found := finding(x, \"mounts\", \"a \\\" word(\", \"\")");
        assert!(kept.starts_with("finding(x") && !kept.contains("mounts(") && !kept.contains("word("), "{kept}");
        let kept = reached_from("image_latest(x)");
        for needed in
            ["image_latest(ref) if", "parsed(ref) :=", "is_registry(first) if first == \"localhost\"", "hub(registry) :="]
        {
            assert!(kept.contains(needed), "{needed}: {kept}");
        }
        assert!(!kept.contains("image_from("), "{kept}");
    }

    #[test]
    fn every_helper_is_called_by_some_policy() {
        let texts: Vec<String> = crate::policy::POLICIES.iter().map(|policy| super::super::rego(policy)).collect();
        for definition in HELPERS.iter().flat_map(|file| file.trim_end().split("\n\n")).map(definition) {
            assert!(texts.iter().any(|text| text.contains(definition.text)), "{}", definition.name);
        }
        for text in texts {
            let rules = text.split_once("import future.keywords").map_or("", |(_, rules)| rules);
            for name in rules.split("\n\n").map(definition_name).filter(|name| !name.is_empty()) {
                let uses = words(rules).into_iter().filter(|word| *word == name).count();
                let own = rules.split("\n\n").filter(|rule| definition_name(rule) == name).count();
                assert!(uses > own || name == "violation", "`{name}` is never used in {text}");
            }
        }
    }

    fn definition_name(rule: &str) -> &str {
        let line = rule.lines().find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
        words(line).first().copied().unwrap_or_default()
    }
}
