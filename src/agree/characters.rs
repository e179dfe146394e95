//! No setting holds a character that nobody sees: a line break in a list of flags would begin a flag of its own.

use std::collections::BTreeSet;

use crate::{
    base::{Reason, unseen},
    plan::{FlagValue, Plan, Program, SettingKey},
};

use super::settings::{Clash, Rule, Side};

pub(super) const UNSEEN_CHARACTER: Rule = Rule {
    id: "unseen-character",
    about: "The name or the value of a setting holds a control character, an end of line, a mark that turns the direction of writing, or a \
        character without width. In a list of flags the rest of the value would be read as a flag of its own.",
    check: unseen_character,
};

fn unseen_character(plan: &Plan) -> Vec<Clash> {
    let mut clashes = Vec::new();
    for (program, component) in &plan.components {
        for (name, flag) in &component.flags {
            let mut texts = vec![name.clone(), flag.held.value.to_string()];
            texts.extend(flag.also.iter().map(|also| also.value.clone()));
            let mut reasons = flag.held.reasons.clone();
            reasons.extend(flag.also.iter().flat_map(|also| also.reasons.iter().cloned()));
            if let FlagValue::List(items) = &flag.held.value {
                reasons.extend(items.iter().flat_map(|item| item.reasons.iter().cloned()));
            }
            clashes.extend(clash(*program, &SettingKey::Flag(*program, shown(name)), &texts, reasons));
        }
        for (path, held) in &component.fields {
            let mut texts = vec![path.clone()];
            leaves(&held.value, &mut texts);
            clashes.extend(clash(*program, &SettingKey::Field(*program, shown(path)), &texts, held.reasons.clone()));
        }
        for (path, held) in &component.mounts {
            let mount = &held.value;
            let texts = [mount.name.clone(), mount.host_path.clone(), mount.mount_path.clone()];
            clashes.extend(clash(*program, &SettingKey::Mount(*program, shown(path)), &texts, held.reasons.clone()));
        }
    }
    clashes
}

fn clash(program: Program, key: &SettingKey, texts: &[String], reasons: BTreeSet<Reason>) -> Option<Clash> {
    let character = texts.iter().find_map(|text| unseen(text))?;
    Some(Clash {
        message: format!("a setting of {program} holds the character U+{:04X}, which nobody sees", character as u32),
        help: "take the character out".to_owned(),
        a: Side { text: format!("`{key}` is asked for here"), reasons },
        b: None,
    })
}

/// A name for a message.
fn shown(name: &str) -> String {
    name.chars().filter(|c| unseen(c.encode_utf8(&mut [0; 4])).is_none()).collect()
}

fn leaves(value: &serde_json::Value, texts: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => texts.push(text.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| leaves(item, texts)),
        serde_json::Value::Object(entries) => {
            for (key, value) in entries {
                texts.push(key.clone());
                leaves(value, texts);
            }
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}
