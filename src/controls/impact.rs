//! What a control costs where it is applied: the impacts of everything that it writes, on every platform.

/// A line for each control and impact, written by the test that lowers every control (`tests/it/controls.rs`).
const TABLE: &str = include_str!("impacts.txt");

/// What applying a control restarts, rolls, refuses later or makes one-way, in sentences; nothing where it does none of these.
pub fn impacts(id: &str) -> impl Iterator<Item = &'static str> {
    let id = id.to_owned();
    TABLE.lines().filter_map(move |line| line.split_once('\t').filter(|(control, _)| *control == id).map(|(_, impact)| impact))
}
