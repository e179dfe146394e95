//! The entries of a map: merge keys applied where they stand, as kubectl does, and duplicate keys found.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Place};

use super::{
    Style,
    diagnostics::{DuplicateKey, UnusableMerge},
    tree::{Entry, Node, Value},
};

/// What stands in a map.
pub(super) enum Part {
    Entry(Entry),
    /// `<<` and its value.
    Merge(Place, Node),
    /// A key that ends in the `:` of a flow collection.
    Glued(String, Place, Node),
}

/// The entries of a map, each key once.
pub(super) fn entries(parts: Vec<Part>, problems: &mut Vec<Diagnostic>) -> Vec<Entry> {
    let merges = parts.iter().filter(|p| matches!(p, Part::Merge(..))).count();
    if merges > 0 {
        return merged(parts, problems);
    }
    let entries = parts
        .into_iter()
        .filter_map(|part| match part {
            Part::Entry(entry) => Some(entry),
            Part::Glued(key, key_place, value) => Some(Entry { key, key_place, key_style: Style::Plain, value }),
            Part::Merge(..) => None,
        })
        .collect();
    unique(entries, problems)
}

/// Keeps the first of equal keys. Sorting positions is linear work for memory and needs no copies of keys.
fn unique(entries: Vec<Entry>, problems: &mut Vec<Diagnostic>) -> Vec<Entry> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| entries[*a].key.cmp(&entries[*b].key).then(a.cmp(b)));
    let mut again: Vec<(usize, usize)> = Vec::new();
    let mut first = 0;
    for position in 1..order.len() {
        if entries[order[first]].key == entries[order[position]].key {
            again.push((order[position], order[first]));
        } else {
            first = position;
        }
    }
    if again.is_empty() {
        return entries;
    }
    again.sort_unstable();
    for (second, first) in &again {
        problems.push(duplicate(&entries[*first], &entries[*second]));
    }
    let mut drop = again.iter().map(|(second, _)| *second).peekable();
    entries.into_iter().enumerate().filter(|(i, _)| drop.next_if_eq(i).is_none()).map(|(_, e)| e).collect()
}

fn duplicate(first: &Entry, second: &Entry) -> Diagnostic {
    DuplicateKey { key: second.key.clone(), first: first.key_place.clone(), second: second.key_place.clone() }.into()
}

/// A map with merge keys: position of every key, and whether it came by merging.
struct Merged {
    entries: Vec<Entry>,
    keys: BTreeMap<String, (usize, bool)>,
    merge: Option<Place>,
}

fn merged(parts: Vec<Part>, problems: &mut Vec<Diagnostic>) -> Vec<Entry> {
    let mut map = Merged { entries: Vec::new(), keys: BTreeMap::new(), merge: None };
    for part in parts {
        match part {
            Part::Entry(entry) => map.own(entry, problems),
            Part::Glued(key, key_place, value) => map.own(Entry { key, key_place, key_style: Style::Plain, value }, problems),
            Part::Merge(place, value) => map.merge(place, value, problems),
        }
    }
    map.entries
}

impl Merged {
    fn own(&mut self, entry: Entry, problems: &mut Vec<Diagnostic>) {
        match self.keys.get(&entry.key).copied() {
            Some((at, true)) => {
                self.keys.insert(entry.key.clone(), (at, false));
                self.entries[at] = entry;
            }
            Some((at, false)) => problems.push(duplicate(&self.entries[at], &entry)),
            None => self.push(entry, false),
        }
    }

    fn push(&mut self, entry: Entry, merged: bool) {
        self.keys.insert(entry.key.clone(), (self.entries.len(), merged));
        self.entries.push(entry);
    }

    fn merge(&mut self, place: Place, value: Node, problems: &mut Vec<Diagnostic>) {
        if let Some(first) = self.merge.replace(place.clone()) {
            problems.push(DuplicateKey { key: "<<".to_owned(), first, second: place }.into());
            return;
        }
        let maps = match value.value {
            Value::Map(entries) => vec![entries],
            Value::Seq(items) if items.iter().all(|i| i.as_map().is_some()) => items
                .into_iter()
                .filter_map(|item| if let Value::Map(entries) = item.value { Some(entries) } else { None })
                .collect(),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Seq(_) => {
                problems.push(
                    UnusableMerge {
                        what: "the merge key `<<` needs a map or a list of maps".to_owned(),
                        help: "give it an alias of a map, or quote the key if the text is meant",
                        place,
                        other: None,
                    }
                    .into(),
                );
                return;
            }
        };
        for entry in maps.into_iter().flatten() {
            match self.keys.get(&entry.key).copied() {
                // Of several merged maps the earlier one wins.
                Some((_, true)) => {}
                Some((at, false)) => problems.push(
                    UnusableMerge {
                        what: format!(
                            "`<<` brings the key `{}`, which stands before it: programs differ in which one counts",
                            entry.key
                        ),
                        help: "move `<<` to the top of the map",
                        place: place.clone(),
                        other: Some(self.entries[at].key_place.clone()),
                    }
                    .into(),
                ),
                None => self.push(entry, true),
            }
        }
    }
}
