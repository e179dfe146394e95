//! What a control costs where it changes something: the impacts of everything that it writes, on every platform.

/// A line for each control and impact, written by the test that lowers every control (`tests/it/controls.rs`).
const TABLE: &str = include_str!("impacts.txt");

/// What applying a control restarts, rolls, refuses later or makes one-way, in sentences; nothing where it does none of these.
pub fn impacts(id: &str) -> impl Iterator<Item = &'static str> {
    let id = id.to_owned();
    TABLE.lines().filter_map(move |line| line.split_once('\t').filter(|(control, _)| *control == id).map(|(_, impact)| impact))
}

/// The same as a paragraph and a list.
#[must_use]
pub fn impact_text(id: &str) -> String {
    let list: String = impacts(id).map(|impact| format!("- {impact}\n")).collect();
    if list.is_empty() {
        return "No setting of its own restarts a program, rolls nodes or refuses anything later.\n".to_owned();
    }
    format!(
        "What it does where it changes a value, over all platforms and forms; a cluster that has the value already is left alone:\n\n{list}"
    )
}
