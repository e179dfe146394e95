//! Head comments: what a file is, how it is used, and which controls are behind it.

use std::collections::BTreeSet;

use crate::{
    base::{ControlId, wrapped},
    yaml::Out,
};

use super::origins;

/// Comments are wrapped before this column.
const WIDTH: usize = 116;

/// The head of a file: its purpose, one paragraph a line, and the controls behind its documents.
pub(super) fn lines(purpose: &[String], documents: &[Out]) -> Vec<String> {
    with_controls(purpose, &origins::controls(documents))
}

/// The same with the controls given.
pub(super) fn with_controls(purpose: &[String], controls: &BTreeSet<ControlId>) -> Vec<String> {
    let mut head: Vec<String> = purpose.iter().flat_map(|paragraph| wrap(paragraph)).collect();
    if !controls.is_empty() {
        let names: Vec<&str> = controls.iter().map(|control| control.0).collect();
        head.extend(wrap(&format!("Controls: {}", names.join(", "))));
    }
    head
}

/// Breaks a paragraph at blanks; an indented one (a command) stays whole.
fn wrap(paragraph: &str) -> Vec<String> {
    if paragraph.starts_with(' ') { vec![paragraph.to_owned()] } else { wrapped(paragraph, WIDTH) }
}
