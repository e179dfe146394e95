//! Values of a pod that somebody fills in before it is applied: what they become is not known, so nothing is said of them.

use crate::yaml::{Node, Value};

/// How charts (`{{ .Values.image }}`) and `envsubst` (`${TAG}`) mark what they fill in.
const MARKS: [&str; 2] = ["{{", "${"];

/// The fields of a pod that policies ask about. In its other fields the marks belong to the programs of the containers as well.
const ASKED: [&str; 19] = [
    "automountServiceAccountToken",
    "containers",
    "ephemeralContainers",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostPath",
    "hostPort",
    "hostUsers",
    "image",
    "imagePullPolicy",
    "initContainers",
    "pullPolicy",
    "readOnly",
    "reference",
    "securityContext",
    "serviceAccount",
    "serviceAccountName",
    "volumes",
];

/// A value that is filled in later.
#[derive(Debug)]
pub(super) struct Placeholder<'n> {
    /// Where it stands in the object, as a JSON pointer.
    pub(super) pointer: String,
    /// The value.
    pub(super) node: &'n Node,
}

impl Placeholder<'_> {
    /// Whether what stands at a pointer depends on it.
    pub(super) fn decides(&self, pointer: &str) -> bool {
        pointer.strip_prefix(self.pointer.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The placeholders in the fields that policies ask about, of the spec of a pod that stands at a pointer.
pub(super) fn of<'n>(root: &'n Node, at: &str) -> Vec<Placeholder<'n>> {
    let mut found = Vec::new();
    if let Some(spec) = root.at_pointer(at) {
        collect(spec, at, false, &mut found);
    }
    found
}

fn collect<'n>(node: &'n Node, pointer: &str, asked: bool, found: &mut Vec<Placeholder<'n>>) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                let below = format!("{pointer}/{}", entry.key.replace('~', "~0").replace('/', "~1"));
                collect(&entry.value, &below, is_asked(&entry.key, &entry.value, asked), found);
            }
        }
        Value::Seq(items) => {
            for (n, item) in items.iter().enumerate() {
                collect(item, &format!("{pointer}/{n}"), asked, found);
            }
        }
        Value::Str(text) if asked && MARKS.iter().any(|mark| text.contains(mark)) => {
            found.push(Placeholder { pointer: pointer.to_owned(), node });
        }
        Value::Str(_) | Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {}
    }
}

/// Whether a value counts: of the lists of containers and volumes only what stands for the whole list.
fn is_asked(key: &str, value: &Node, above: bool) -> bool {
    let is_list = matches!(key, "containers" | "ephemeralContainers" | "initContainers" | "volumes");
    ASKED.contains(&key) && (!is_list || value.as_str().is_some()) || above && !is_list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diag::Source, yaml};

    #[test]
    fn only_what_policies_ask_about() {
        let text = "spec:\n  hostPID: \"{{ .h }}\"\n  initContainers: \"{{ .init }}\"\n  volumes: [{ name: \"{{ .v }}\", hostPath: { path: \"${P}\" } }]\n  \
            containers:\n  - name: \"{{ .n }}\"\n    image: \"${REGISTRY}/x\"\n    args: [\"${HOME}\", \"{{.Names}}\"]\n    \
            securityContext: { capabilities: { add: [\"{{ .c }}\"] } }\n    env: [{ name: A, value: \"${B}\" }]\n";
        let root = yaml::read(&Source::new("x", text)).remove(0).root.unwrap();
        let found: Vec<String> = of(&root, "/spec").into_iter().map(|found| found.pointer).collect();
        let expected = [
            "/spec/hostPID",
            "/spec/initContainers",
            "/spec/volumes/0/hostPath/path",
            "/spec/containers/0/image",
            "/spec/containers/0/securityContext/capabilities/add/0",
        ];
        assert_eq!(found, expected);
        let image = Placeholder { pointer: "/spec/containers/0/image".to_owned(), node: &root };
        assert!(image.decides("/spec/containers/0/image") && !image.decides("/spec/containers/0/imagePullPolicy"));
    }
}
