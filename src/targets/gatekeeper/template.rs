//! Constraint templates.

use crate::{
    policy::{ParamKind, Policy},
    yaml::Out,
};

use super::{kind, rego, template_name};

/// The template of a policy.
pub(in crate::targets) fn template(policy: &Policy) -> Out {
    let annotations = Out::map([
        ("description", Out::str(format!("Refuses {}.", policy.title))),
        ("metadata.gatekeeper.sh/title", Out::str(policy.name)),
        ("metadata.gatekeeper.sh/version", Out::str("1.0.0")),
    ]);
    let metadata = Out::map([("name", Out::str(template_name(policy))), ("annotations", annotations)]);
    let crd = Out::map([("spec", Out::map([("names", Out::map([("kind", kind(policy))])), ("validation", schema(policy))]))]);
    let target = Out::map([("target", "admission.k8s.gatekeeper.sh".to_owned()), ("rego", rego(policy))]);
    Out::map([
        ("apiVersion", Out::str("templates.gatekeeper.sh/v1")),
        ("kind", Out::str("ConstraintTemplate")),
        ("metadata", metadata),
        ("spec", Out::map([("crd", crd), ("targets", Out::list([target]))])),
    ])
}

/// The schema of the parameters; Gatekeeper wants a type at every level.
fn schema(policy: &Policy) -> Out {
    let mut schema = Out::map([("type", "object")]);
    if !policy.params.is_empty() {
        let property = |param: &crate::policy::Param| {
            let mut property = of(param.kind);
            property.set("description", param.about);
            (param.name, property)
        };
        schema.set("properties", Out::map(policy.params.iter().map(property)));
    }
    Out::map([("openAPIV3Schema", schema)])
}

fn of(kind: ParamKind) -> Out {
    let port = || Out::map([("type", Out::str("integer")), ("minimum", Out::int(1)), ("maximum", Out::int(65535))]);
    let named = |name: &str| Out::map([("type", name)]);
    let items = match kind {
        ParamKind::Flag => return named("boolean"),
        ParamKind::Texts => named("string"),
        ParamKind::Ports => object(&["first", "last"], [("first", port()), ("last", port())]),
        ParamKind::Paths => object(&["path"], [("path", named("string")), ("readOnly", named("boolean"))]),
        ParamKind::Workloads => {
            object(&["kind", "name"], [("kind", named("string")), ("name", named("string")), ("namespace", named("string"))])
        }
    };
    Out::map([("type", Out::str("array")), ("items", items)])
}

fn object<const N: usize>(required: &[&str], properties: [(&'static str, Out); N]) -> Out {
    Out::map([
        ("type", Out::str("object")),
        ("required", Out::list(required.iter().copied())),
        ("properties", Out::map(properties)),
    ])
}
