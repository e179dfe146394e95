//! The encryption configuration: which key, which resources, how far. What a key is, is never shown.

use crate::{
    plan::Topic,
    targets::observed::{Leaves, Sighting, Written, written},
    yaml::Node,
};

use super::{super::configuration::PLACEHOLDER, key};

/// What stands for a key that a file holds.
const HIDDEN: &str = "a key";

pub(super) fn observe(mut sighting: Sighting, root: &Node, mut leaves: Leaves) -> Sighting {
    let names: Vec<(String, &Node)> = providers(root);
    let first = |wanted: &str| names.iter().position(|(name, _)| name == wanted);
    let plain = first("identity");
    if let Some((at, (name, node))) = names.iter().enumerate().find(|(_, (name, _))| name != "identity") {
        sighting.set(key(Topic::Encryption, "provider"), Written { text: name.clone(), ..written(node) });
        let stage = match plain {
            Some(plain) if plain < at => "prepare",
            Some(_) => "write",
            None => "enforce",
        };
        sighting.set(key(Topic::Encryption, "stage"), Written { text: stage.to_owned(), ..written(node) });
    }
    let resources = leaves.take_below("/resources/0/resources");
    if let Some(one) = resources.first() {
        let texts: Vec<&str> = resources.iter().map(|leaf| leaf.written.text.as_str()).collect();
        sighting.set(key(Topic::Encryption, "resources"), Written { text: texts.join(", "), ..one.written.clone() });
    }
    if let Some(plain) = plain {
        leaves.take(&format!("/resources/0/providers/{plain}/identity"));
    }
    sighting.keep(leaves);
    for (pointer, value) in &mut sighting.others {
        if pointer.ends_with("/secret") && value.text != PLACEHOLDER {
            value.text = HIDDEN.to_owned();
        }
    }
    sighting
}

/// The providers of the first entry, by name; an entry with several names is none.
fn providers(root: &Node) -> Vec<(String, &Node)> {
    let list = root.at_pointer("/resources/0/providers").and_then(Node::as_seq).unwrap_or(&[]);
    let name = |node: &Node| match node.as_map() {
        Some([one]) => one.key.clone(),
        Some(_) | None => String::new(),
    };
    list.iter().map(|node| (name(node), node)).collect()
}
