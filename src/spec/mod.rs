//! The spec language: YAML documents to `Spec`. In: documents of the kinds Cluster, Profile, Workspace and Waivers. Out: what was
//! written, typed, and where; nothing is defaulted.

mod schema;
pub mod v1alpha1;
pub mod words;

pub use schema::schemas;
