//! YAML as kubectl reads it, with the place of every value; and the one writer of YAML and JSON.

mod bare;
mod build;
mod decode;
mod diagnostics;
mod events;
mod limits;
mod map;
mod out;
mod quote;
mod reader;
mod scalar;
mod spans;
mod stream;
mod tree;
mod write;
mod write_json;

pub use decode::{decode, too_large};
pub use diagnostics::ALL;
pub use limits::{MAX_BYTES, MAX_COPIES, MAX_DEPTH, MAX_NODES, MAX_PROBLEMS};
pub use out::{Out, OutValue};
pub use reader::read;
pub use tree::{Document, Entry, Node, Style, Value};
pub use write::write;
pub use write_json::write_json;

#[cfg(test)]
mod tests;
