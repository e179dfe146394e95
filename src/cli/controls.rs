//! `harden controls`: the catalogue.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{
    base::Area,
    controls::{CATALOGUE, Control, impacts, nearest},
};

use super::{Done, Exit, Failed, Screen};

/// Arguments of `harden controls`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only those with this text in their id, area or title
    filter: Option<String>,
}

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    let has = |control: &Control, text: &str| {
        [control.id, control.area.name(), control.title]
            .into_iter()
            .any(|part| part.to_lowercase().contains(&text.to_lowercase()))
    };
    let wanted: Vec<_> =
        CATALOGUE.iter().filter(|control| args.filter.as_deref().is_none_or(|text| has(control, text))).collect();
    if wanted.is_empty() {
        let text = args.filter.as_deref().unwrap_or_default();
        let help = format!("did you mean `{}`? without a text every control is listed", nearest(text));
        return Err(Failed::usage(format!("no control has `{text}` in its id, area or title"), help));
    }
    if screen.json() {
        let list: Vec<Value> = wanted
            .iter()
            .map(|control| {
                let params: Vec<Value> =
                    control.params.iter().map(|param| json!({ "name": param.name, "about": param.about })).collect();
                json!({
                    "id": control.id,
                    "area": control.area.name(),
                    "level": control.level.name(),
                    "title": control.title,
                    "parameters": params,
                    "impacts": impacts(control.id).collect::<Vec<_>>(),
                })
            })
            .collect();
        screen.result_json(&json!({ "schemaVersion": 1, "controls": list }))?;
        return Ok(Exit::Success);
    }
    let mut text = String::new();
    for area in Area::ALL {
        for control in wanted.iter().filter(|control| control.area == area) {
            let _ = writeln!(text, "{:<15} {:<11} {:<46} {}", area.name(), control.level.name(), control.id, control.title);
        }
    }
    screen.result(&text)?;
    Ok(Exit::Success)
}
