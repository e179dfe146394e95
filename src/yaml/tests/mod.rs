//! Reading and writing against tables of what kubectl's own code answers.

mod hostile;
mod reading;
mod scalars;
mod spans;
mod writing;

use serde_json::Value as Json;

use crate::diag::{Severity, Source};

use super::{Document, read};

fn documents(text: &str) -> Vec<Document> {
    read(&Source::new("test.yaml", text))
}

/// The only document as JSON, or the codes of its errors.
fn json(text: &str) -> Result<Json, Vec<&'static str>> {
    let documents = documents(text);
    assert!(documents.len() < 2, "{text:?}");
    let errors: Vec<_> =
        documents.iter().flat_map(|d| &d.problems).filter(|p| p.severity == Severity::Error).map(|p| p.code).collect();
    if errors.is_empty() {
        Ok(documents.first().and_then(|d| d.root.as_ref()).map_or(Json::Null, super::Node::to_json))
    } else {
        Err(errors)
    }
}
