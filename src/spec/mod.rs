//! The spec language: YAML documents to `Spec`. In: documents of the kinds Cluster, Profile, Workspace and Waivers. Out: what was
//! written, typed, and where; nothing is defaulted.

mod characters;
mod convert;
mod diagnostics;
mod document;
mod doubts;
pub mod host;
mod intents;
mod merge;
mod mistakes;
pub mod model;
mod published;
mod ranges;
mod schema;
mod tree;
pub mod v1alpha1;
pub mod words;

pub use convert::{Decoded, Soundness, decode, decode_part};
pub use diagnostics::{ALL, holds_by_itself};
pub use document::{
    ClusterDocument, Parsed, ProfileDocument, Select, WaiversDocument, WorkspaceCheck, WorkspaceDocument, document,
};
pub use doubts::Doubts;
pub use intents::intents;
pub use merge::merge;
pub use model::Spec;
pub(crate) use model::values::is_label;
pub use published::{API_VERSION, KINDS, schemas};
pub(crate) use ranges::Ranges;
pub use tree::{Spot, locate, node_at, path_of, spot};
