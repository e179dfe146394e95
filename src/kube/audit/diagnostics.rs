//! What can be wrong with an audit policy. The server reads it leniently: a mistyped field is a warning in its log and the rule matches more
//! than was meant, so that here each is an error.

use crate::diag::{Entry, Label, Place, Problem, Severity};

use super::{Level, Stage};

/// Every kind of diagnostic of reading audit policies.
pub const ALL: &[Entry] = &[
    Entry::of::<NotAPolicy>(),
    Entry::of::<NoRules>(),
    Entry::of::<UnknownField>(),
    Entry::of::<WrongShape>(),
    Entry::of::<UnknownLevel>(),
    Entry::of::<UnknownStage>(),
    Entry::of::<UnknownVerb>(),
    Entry::of::<BadGroup>(),
    Entry::of::<BadResource>(),
    Entry::of::<NamesWithoutResources>(),
    Entry::of::<BadUrl>(),
    Entry::of::<MixedTargets>(),
];

/// The document is no audit policy.
#[derive(Debug, Clone)]
pub(super) struct NotAPolicy {
    /// Where.
    pub(super) place: Place,
}

impl Problem for NotAPolicy {
    const CODE: &'static str = "audit-not-a-policy";
    const MEANING: &'static str = "A file that the API server is to read as its audit policy is of another kind or version; the server stops. \
         Write `apiVersion: audit.k8s.io/v1` and `kind: Policy`.";

    fn message(&self) -> String {
        "the document is no audit policy of version v1".to_owned()
    }
    fn help(&self) -> String {
        "write `apiVersion: audit.k8s.io/v1` and `kind: Policy`".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "another kind or version")]
    }
}

/// The policy has no rules.
#[derive(Debug, Clone)]
pub(super) struct NoRules {
    /// Where.
    pub(super) place: Place,
}

impl Problem for NoRules {
    const CODE: &'static str = "audit-no-rules";
    const MEANING: &'static str = "An audit policy needs at least one rule; without one the API server stops. A rule of level Metadata without further \
         fields records every request.";

    fn message(&self) -> String {
        "the audit policy has no rules".to_owned()
    }
    fn help(&self) -> String {
        "add rules, the last one of level `Metadata` for everything else".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "no rule in here")]
    }
}

/// A field that the server does not know.
#[derive(Debug, Clone)]
pub(super) struct UnknownField {
    /// The field.
    pub(super) field: String,
    /// What it stands in.
    pub(super) owner: &'static str,
    /// The fields that exist there.
    pub(super) known: &'static [&'static str],
    /// Where.
    pub(super) place: Place,
}

impl Problem for UnknownField {
    const CODE: &'static str = "audit-unknown-field";
    const MEANING: &'static str = "A field that audit policies do not have. The API server only warns and goes on without it, so that the rule matches more \
         requests than was meant. Correct its name or remove it.";

    fn message(&self) -> String {
        format!("{} has no field `{}`", self.owner, self.field)
    }
    fn help(&self) -> String {
        let lower = self.field.to_ascii_lowercase();
        let distance = |known: &str| strsim::osa_distance(&known.to_ascii_lowercase(), &lower);
        match self.known.iter().copied().min_by_key(|known| distance(known)) {
            Some(nearest) if self.field.len() < 64 && distance(nearest) <= 2 => format!("did you mean `{nearest}`?"),
            _ => format!("remove it; the fields are {}", listed(self.known)),
        }
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "the server would go on without this field")]
    }
}

/// A value of another kind.
#[derive(Debug, Clone)]
pub(super) struct WrongShape {
    /// What is expected.
    pub(super) expected: &'static str,
    /// What is there.
    pub(super) found: &'static str,
    /// Where.
    pub(super) place: Place,
}

impl Problem for WrongShape {
    const CODE: &'static str = "audit-shape";
    const MEANING: &'static str = "A value in an audit policy is of another kind than its field takes, such as a text where a list belongs. \
         Write what is expected.";

    fn message(&self) -> String {
        format!("expected {}, found {}", self.expected, self.found)
    }
    fn help(&self) -> String {
        format!("write {}", self.expected)
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), self.found)]
    }
}

/// No level, or one that does not exist.
#[derive(Debug, Clone)]
pub(super) struct UnknownLevel {
    /// The level, where there is one.
    pub(super) level: Option<String>,
    /// Where.
    pub(super) place: Place,
}

impl Problem for UnknownLevel {
    const CODE: &'static str = "audit-level";
    const MEANING: &'static str = "Each audit rule has a level: None, Metadata, Request or RequestResponse. With another one, or none, the API server stops.";

    fn message(&self) -> String {
        self.level
            .as_ref()
            .map_or_else(|| "the audit rule has no level".to_owned(), |level| format!("`{level}` is no audit level"))
    }
    fn help(&self) -> String {
        format!("write one of {}", listed(&Level::ALL.map(Level::name)))
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), if self.level.is_some() { "no such level" } else { "no `level` in here" })]
    }
}

/// A stage that does not exist.
#[derive(Debug, Clone)]
pub(super) struct UnknownStage {
    /// The stage.
    pub(super) stage: String,
    /// Where.
    pub(super) place: Place,
}

impl Problem for UnknownStage {
    const CODE: &'static str = "audit-stage";
    const MEANING: &'static str = "The stages that a policy can leave out are RequestReceived, ResponseStarted, ResponseComplete and Panic; with another word \
         the API server stops. Leaving out ResponseStarted loses every refused login.";

    fn message(&self) -> String {
        format!("`{}` is no audit stage", self.stage)
    }
    fn help(&self) -> String {
        format!("write one of {}", listed(&Stage::ALL.map(Stage::name)))
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "no such stage")]
    }
}

/// A verb that no request has.
#[derive(Debug, Clone)]
pub(super) struct UnknownVerb {
    /// The verb.
    pub(super) verb: String,
    /// Where.
    pub(super) place: Place,
}

impl Problem for UnknownVerb {
    const CODE: &'static str = "audit-verb";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "An audit rule names a verb that no request has, so that it never matches. `impersonate`, `bind`, `escalate` and `use` are \
         asked of the authorizer only; an exec is a `create` or a `get` of `pods/exec`.";

    fn message(&self) -> String {
        format!("no request has the verb `{}`", self.verb)
    }
    fn help(&self) -> String {
        "remove it; requests have get, list, watch, create, update, patch, delete and deletecollection, other paths HTTP methods in lower case".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "never matches")]
    }
}

/// A group that the server refuses.
#[derive(Debug, Clone)]
pub(super) struct BadGroup {
    /// The group.
    pub(super) group: String,
    /// Where.
    pub(super) place: Place,
}

impl Problem for BadGroup {
    const CODE: &'static str = "audit-group";
    const MEANING: &'static str = "The group of resources in an audit rule is the name of an API group without a version, empty for core objects. `*` for all \
         groups is taken from Kubernetes 1.36 on; older servers refuse the whole policy and stop.";

    fn message(&self) -> String {
        if self.group == "*" {
            "the group `*` stops the API server of this version".to_owned()
        } else {
            format!("`{}` is no API group", self.group)
        }
    }
    fn help(&self) -> String {
        match self.group.split_once('/') {
            _ if self.group == "*" => "list the groups, one entry each".to_owned(),
            Some((group, _)) => format!("write `{group}`, without the version"),
            None => "write the name of an API group in lower case, such as `apps`, or an empty text for core objects".to_owned(),
        }
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "the server stops here")]
    }
}

/// A resource that matches nothing.
#[derive(Debug, Clone)]
pub(super) struct BadResource {
    /// The resource.
    pub(super) resource: String,
    /// Where.
    pub(super) place: Place,
}

impl Problem for BadResource {
    const CODE: &'static str = "audit-resource";
    const MEANING: &'static str = "A resource in an audit rule is a plural in lower case (`pods`), one with a subresource (`pods/exec`, `pods/*`, `*/status`) \
         or `*`. The API server takes anything else without a word, and the rule never matches.";

    fn message(&self) -> String {
        format!("`{}` matches no resource", self.resource)
    }
    fn help(&self) -> String {
        "write a plural in lower case such as `pods`, a subresource such as `pods/exec`, `pods/*` or `*/status`, or `*`"
            .to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "never matches")]
    }
}

/// Names of objects without their resource.
#[derive(Debug, Clone)]
pub(super) struct NamesWithoutResources {
    /// Where.
    pub(super) place: Place,
}

impl Problem for NamesWithoutResources {
    const CODE: &'static str = "audit-names";
    const MEANING: &'static str =
        "`resourceNames` in an audit rule needs `resources` beside it; without them the API server stops.";

    fn message(&self) -> String {
        "`resourceNames` without `resources`".to_owned()
    }
    fn help(&self) -> String {
        "add `resources` to the same entry".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "names of which resource?")]
    }
}

/// A path in a form that the server refuses.
#[derive(Debug, Clone)]
pub(super) struct BadUrl {
    /// The path.
    pub(super) url: String,
    /// Where.
    pub(super) place: Place,
}

impl Problem for BadUrl {
    const CODE: &'static str = "audit-url";
    const MEANING: &'static str = "A path in `nonResourceURLs` begins with `/` and may end in `*`, or is `*` alone; with anything else the API server stops.";

    fn message(&self) -> String {
        format!("`{}` is no path of an audit rule", self.url)
    }
    fn help(&self) -> String {
        "begin it with `/`; a `*` can only be its last character".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "the server stops here")]
    }
}

/// A rule about resources and about paths.
#[derive(Debug, Clone)]
pub(super) struct MixedTargets {
    /// Where the paths are.
    pub(super) urls: Place,
    /// Where the resources or namespaces are.
    pub(super) other: Place,
}

impl Problem for MixedTargets {
    const CODE: &'static str = "audit-mixed-rule";
    const MEANING: &'static str = "An audit rule is about resources (`resources`, `namespaces`) or about other paths (`nonResourceURLs`), never both; with both \
         the API server stops. Make two rules.";

    fn message(&self) -> String {
        "the rule is about resources and about other paths".to_owned()
    }
    fn help(&self) -> String {
        "make two rules of it".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.urls.clone(), "paths here"), Label::new(self.other.clone(), "resources here")]
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
