//! Documents and fields that are not what the schema says.

use crate::diag::{Label, Place, Problem};

use super::{either, suggestion};

/// A document is no map, so it cannot be of any kind.
#[derive(Debug, Clone)]
pub(in crate::spec) struct NotASpec {
    pub(in crate::spec) found: &'static str,
    pub(in crate::spec) place: Place,
}

impl Problem for NotASpec {
    const CODE: &'static str = "not-a-spec";
    const MEANING: &'static str = "A document of a spec file is a map with `apiVersion`, `kind` and `metadata`. Remove other documents, or begin with those fields.";

    fn message(&self) -> String {
        format!("a spec is a map of fields, and this document is {}", self.found)
    }
    fn help(&self) -> String {
        "begin the document with `apiVersion: harden.dev/v1alpha1` and `kind: Cluster`".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), self.found)]
    }
}

/// A document is of another project: a Kubernetes manifest, a configuration of kubeadm.
#[derive(Debug, Clone)]
pub(in crate::spec) struct ForeignDocument {
    pub(in crate::spec) version: String,
    pub(in crate::spec) kind: String,
    pub(in crate::spec) place: Place,
}

impl Problem for ForeignDocument {
    const CODE: &'static str = "foreign-document";
    const MEANING: &'static str = "A document among the specs belongs to Kubernetes or to another project. A build of a folder takes every YAML file in it for a \
         spec: keep manifests and configurations in a folder below, or name the files of the specs in the call.";

    fn message(&self) -> String {
        format!("`{}` of `{}` is no spec of harden", self.kind, self.version)
    }
    fn help(&self) -> String {
        "move it into a folder below, or name the files of the specs in the call: a folder of specs holds nothing else".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "specs are of `harden.dev/v1alpha1`")]
    }
}

/// The kind of a document is none of the language.
#[derive(Debug, Clone)]
pub(in crate::spec) struct UnknownKind {
    pub(in crate::spec) kind: String,
    pub(in crate::spec) kinds: Vec<String>,
    pub(in crate::spec) place: Place,
}

impl Problem for UnknownKind {
    const CODE: &'static str = "unknown-kind";
    const MEANING: &'static str = "The `kind` of a document is none of the language: Cluster, Profile, Workspace, Waivers. Kubernetes manifests are not \
         specs.";

    fn message(&self) -> String {
        format!("`{}` is no kind of spec", self.kind)
    }
    fn help(&self) -> String {
        suggestion(&self.kind, &self.kinds, "")
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), format!("expected {}", either(&self.kinds)))]
    }
}

/// The version of the language is not known.
#[derive(Debug, Clone)]
pub(in crate::spec) struct UnknownApiVersion {
    pub(in crate::spec) version: String,
    pub(in crate::spec) known: &'static str,
    pub(in crate::spec) place: Place,
}

impl Problem for UnknownApiVersion {
    const CODE: &'static str = "unknown-api-version";
    const MEANING: &'static str = "The `apiVersion` of a document names a version of the language that this program does not know. Correct it, or use a newer \
         release.";

    fn message(&self) -> String {
        format!("`{}` is no version of the spec language", self.version)
    }
    fn help(&self) -> String {
        format!("write `{}`", self.known)
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), format!("expected `{}`", self.known))]
    }
}

/// A field that does not exist at its place.
#[derive(Debug, Clone)]
pub(in crate::spec) struct UnknownField {
    pub(in crate::spec) field: String,
    /// What holds the field (`platform.kubeadm`).
    pub(in crate::spec) parent: String,
    pub(in crate::spec) allowed: Vec<String>,
    /// The one other place that has the field.
    pub(in crate::spec) home: Option<String>,
    pub(in crate::spec) place: Place,
}

/// Fields that another place has under this name, and this one under a name of its own: what holds it, the name, what to write.
const MEANT: &[(&str, &str, &str)] = &[(
    "logging.siem.relay",
    "authorizationRule",
    "write the id of the rule under `destination`, and under `name` the Event Hub that it sends to",
)];

impl Problem for UnknownField {
    const CODE: &'static str = "unknown-field";
    const MEANING: &'static str = "A field that the language does not have at this place, often a typing mistake or a wrong indentation. Unknown fields are never \
         ignored: a protection that was meant must not be missing in silence.";

    fn message(&self) -> String {
        match self.parent.as_str() {
            "" => format!("unknown field `{}`", self.field),
            parent => format!("unknown field `{}` in `{parent}`", self.field),
        }
    }
    fn help(&self) -> String {
        let meant = MEANT.iter().find(|(parent, field, _)| *parent == self.parent && *field == self.field);
        if let Some((_, _, help)) = meant {
            return (*help).to_owned();
        }
        match &self.home {
            Some(home) if self.parent.contains("nodePools") => format!("move it into {home}: one holds for all pools"),
            Some(home) => format!("move it into {home}"),
            // Ends of flows inside the cluster are names.
            None if self.allowed == ["cidr", "fqdn", "port", "protocol"] => {
                "write a tier, a peer or a word such as `dns` as plain text, without braces; an end outside of the cluster has `cidr` or `fqdn`, \
                 `port` and `protocol`"
                    .to_owned()
            }
            None => suggestion(&self.field, &self.allowed, "remove it: nothing can stand here"),
        }
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "no such field here")]
    }
}

/// A value that is not in the vocabulary of its field.
#[derive(Debug, Clone)]
pub(in crate::spec) struct UnknownWord {
    /// The field as messages call it, in backticks.
    pub(in crate::spec) field: String,
    pub(in crate::spec) word: String,
    pub(in crate::spec) allowed: Vec<String>,
    pub(in crate::spec) place: Place,
}

impl Problem for UnknownWord {
    const CODE: &'static str = "unknown-word";
    const MEANING: &'static str = "The field takes one of a closed list of words, and the value is none of them. Write one of the words in the message; \
         `harden schema` lists all.";

    fn message(&self) -> String {
        format!("{} cannot be `{}`", self.field, self.word)
    }
    fn help(&self) -> String {
        suggestion(&self.word, &self.allowed, "remove it")
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), format!("expected {}", either(&self.allowed)))]
    }
}

/// A value of another type than its field takes.
#[derive(Debug, Clone)]
pub(in crate::spec) struct WrongType {
    /// The field as messages call it, in backticks.
    pub(in crate::spec) field: String,
    pub(in crate::spec) expected: String,
    pub(in crate::spec) found: String,
    pub(in crate::spec) help: String,
    pub(in crate::spec) place: Place,
}

impl Problem for WrongType {
    const CODE: &'static str = "wrong-type";
    const MEANING: &'static str = "The field takes a value of another type: a list, a map, a text, a number or `true`/`false`. An unquoted text that looks like a \
         number or a boolean is one; put it in quotes if the text is meant.";

    fn message(&self) -> String {
        format!("{} takes {}, and this is {}", self.field, self.expected, self.found)
    }
    fn help(&self) -> String {
        self.help.clone()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), format!("expected {}", self.expected))]
    }
}

/// A version without quotes, which YAML reads as a number.
#[derive(Debug, Clone)]
pub(in crate::spec) struct UnquotedVersion {
    /// The field as messages call it, in backticks.
    pub(in crate::spec) field: String,
    pub(in crate::spec) raw: String,
    /// What programs read instead.
    pub(in crate::spec) read: String,
    pub(in crate::spec) place: Place,
}

impl Problem for UnquotedVersion {
    const CODE: &'static str = "unquoted-version";
    const MEANING: &'static str = "A version such as 1.30 without quotes is a number for YAML: 1.3. Programs disagree on what it means. Put versions in quotes.";

    fn message(&self) -> String {
        match self.read == self.raw {
            true => format!("{} is a number without quotes, not a version", self.field),
            false => format!("{} is a number without quotes: programs read `{}` as {}", self.field, self.raw, self.read),
        }
    }
    fn help(&self) -> String {
        format!("write \"{}\"", self.raw)
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "a number, not a version")]
    }
}

/// A number outside of the range of its field.
#[derive(Debug, Clone)]
pub(in crate::spec) struct OutOfRange {
    /// The field as messages call it, in backticks.
    pub(in crate::spec) field: String,
    pub(in crate::spec) found: String,
    pub(in crate::spec) range: String,
    pub(in crate::spec) place: Place,
}

impl Problem for OutOfRange {
    const CODE: &'static str = "out-of-range";
    const MEANING: &'static str = "The number is smaller or larger than its field allows: ports are 1 to 65535, for example. Write a number in the range shown.";

    fn message(&self) -> String {
        format!("{} cannot be {}", self.field, self.found)
    }
    fn help(&self) -> String {
        format!("write a number {}", self.range)
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), format!("expected a number {}", self.range))]
    }
}

/// A field that has to be there and is not, neither in the cluster nor in its profiles.
#[derive(Debug, Clone)]
pub(in crate::spec) struct MissingField {
    pub(in crate::spec) field: String,
    pub(in crate::spec) parent: String,
    /// What the field says, as an example or a list of words.
    pub(in crate::spec) hint: String,
    pub(in crate::spec) place: Place,
}

impl Problem for MissingField {
    const CODE: &'static str = "missing-field";
    const MEANING: &'static str = "A field that has to be there is missing, in the spec and in the profiles that it names. Add it where the message points.";

    fn message(&self) -> String {
        match self.parent.as_str() {
            "" => format!("`{}` is missing", self.field),
            parent => format!("`{}` is missing in `{parent}`", self.field),
        }
    }
    fn help(&self) -> String {
        match self.hint.as_str() {
            "" => format!("add `{}`", self.field),
            hint => format!("add `{}`: {hint}", self.field),
        }
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), format!("lacks `{}`", self.field))]
    }
}
