//! What cannot be taken from the owner's configuration.

use crate::diag::{Entry, Label, Place, Problem, Severity};

/// Every kind of diagnostic about the owner's configuration.
pub const ENTRIES: &[Entry] = &[
    Entry::of::<BreaksControl>(),
    Entry::of::<ConflictsWithControl>(),
    Entry::of::<ContradictsSpec>(),
    Entry::of::<ControlCharacter>(),
    Entry::of::<DuplicateDocument>(),
    Entry::of::<FieldRefused>(),
    Entry::of::<NeedsEyes>(),
    Entry::of::<UnknownField>(),
    Entry::of::<UnknownKubeadmGate>(),
    Entry::of::<UnusableDocument>(),
    Entry::of::<UnusableValue>(),
    Entry::of::<WrongValue>(),
];

/// A document of the owner's file cannot be used.
#[derive(Debug)]
pub(super) struct UnusableDocument {
    pub(super) why: String,
    pub(super) help: &'static str,
    pub(super) at: Place,
}

impl Problem for UnusableDocument {
    const CODE: &'static str = "owner-document";
    const MEANING: &'static str = "The file that `platform.kubeadm.config` names holds a document that cannot be carried. It may hold \
        ClusterConfiguration, InitConfiguration and JoinConfiguration of kubeadm (v1beta3 or v1beta4), KubeletConfiguration and \
        KubeProxyConfiguration.";

    fn message(&self) -> String {
        self.why.clone()
    }

    fn help(&self) -> String {
        self.help.to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "this document")]
    }
}

/// A kind stands twice in the owner's file.
#[derive(Debug)]
pub(super) struct DuplicateDocument {
    pub(super) kind: String,
    pub(super) at: Place,
    pub(super) other: Place,
}

impl Problem for DuplicateDocument {
    const CODE: &'static str = "owner-document-twice";
    const MEANING: &'static str = "The file that `platform.kubeadm.config` names holds two documents of one kind. kubeadm takes one of \
        each, so it is not clear which one is meant.";

    fn message(&self) -> String {
        format!("two documents of kind `{}`", self.kind)
    }

    fn help(&self) -> String {
        "keep one of them".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "the second one"), Label::new(self.other.clone(), "the first one")]
    }
}

/// A field of the owner's documents does not exist in the version.
#[derive(Debug)]
pub(super) struct UnknownField {
    pub(super) kind: String,
    pub(super) field: String,
    pub(super) version: String,
    pub(super) nearest: Option<&'static str>,
    pub(super) why: String,
    pub(super) at: Place,
}

impl Problem for UnknownField {
    const CODE: &'static str = "owner-field";
    const MEANING: &'static str = "A field of the owner's own configuration does not exist in the version that is built for. kubeadm, \
        kubelet and kube-proxy only warn of such a field and go on without it, so a mistyped limit is no limit.";

    fn message(&self) -> String {
        format!("{} of Kubernetes {} has no field `{}`: {}", self.kind, self.version, self.field, self.why)
    }

    fn help(&self) -> String {
        match self.nearest {
            Some(name) => format!("did you mean `{name}`? else take the field out"),
            None => "take the field out, or build for a version that has it".to_owned(),
        }
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "this field")]
    }
}

/// A field of the owner's documents holds the wrong kind of value.
#[derive(Debug)]
pub(super) struct WrongValue {
    pub(super) field: String,
    pub(super) found: String,
    pub(super) expected: String,
    pub(super) quote: bool,
    pub(super) at: Place,
}

impl Problem for WrongValue {
    const CODE: &'static str = "owner-value";
    const MEANING: &'static str = "A field of the owner's own configuration holds another kind of value than its type, or a text that its \
        reader refuses. Values of extra arguments are texts: `false` and numbers need quotes.";

    fn message(&self) -> String {
        format!("`{}` is {}, expected {}", self.field, self.found, self.expected)
    }

    fn help(&self) -> String {
        if self.quote { "put the value in quotes" } else { "write a value of this kind, or take the field out" }.to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), format!("expected {}", self.expected))]
    }
}

/// A feature gate of kubeadm itself is unknown or locked.
#[derive(Debug)]
pub(super) struct UnknownKubeadmGate {
    pub(super) gate: String,
    pub(super) why: String,
    pub(super) at: Option<Place>,
}

impl Problem for UnknownKubeadmGate {
    const CODE: &'static str = "owner-gate";
    const MEANING: &'static str = "A feature gate of kubeadm in the owner's own configuration does not exist in the version that is built \
        for, or is locked to the other value. kubeadm stops at it.";

    fn message(&self) -> String {
        format!("feature gate `{}` of kubeadm: {}", self.gate, self.why)
    }

    fn help(&self) -> String {
        "take it out of `featureGates`".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "this gate")).collect()
    }
}

/// The owner's documents and the spec say different things.
#[derive(Debug)]
pub(super) struct ContradictsSpec {
    pub(super) what: &'static str,
    pub(super) spec: String,
    /// Who says that: the spec, or another document of the owner.
    pub(super) said_in: &'static str,
    pub(super) owner: String,
    pub(super) at: Option<Place>,
    pub(super) other: Option<Place>,
}

impl Problem for ContradictsSpec {
    const CODE: &'static str = "owner-contradiction";
    const MEANING: &'static str = "The spec and the owner's own configuration say different things about the same fact of the cluster, \
        or two of the owner's documents do. Neither is guessed to be right.";

    fn message(&self) -> String {
        format!("{} is `{}` in {} and `{}` in the owner's configuration", self.what, self.spec, self.said_in, self.owner)
    }

    fn help(&self) -> String {
        "write the same in both, or take the field out of the owner's configuration".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let mut labels: Vec<Label> =
            self.at.iter().map(|at| Label::new(at.clone(), format!("{} says so here", self.said_in))).collect();
        labels.extend(self.other.iter().map(|at| Label::new(at.clone(), "the owner's configuration says so here")));
        labels
    }
}

/// A setting of the owner cannot live beside what a control writes, and cannot be replaced without harm.
#[derive(Debug)]
pub(super) struct ConflictsWithControl {
    pub(super) flag: String,
    pub(super) why: &'static str,
    pub(super) help: &'static str,
    pub(super) at: Option<Place>,
    pub(super) other: Option<Place>,
}

impl Problem for ConflictsWithControl {
    const CODE: &'static str = "owner-conflict";
    const MEANING: &'static str = "A flag of the owner's own configuration cannot stand beside what the spec asks for, and replacing it \
        without a word would do harm: lock people out, or make stored objects unreadable.";

    fn message(&self) -> String {
        format!("`--{}` of the owner's configuration cannot be kept: {}", self.flag, self.why)
    }

    fn help(&self) -> String {
        self.help.to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let mut labels: Vec<Label> = self.at.iter().map(|at| Label::new(at.clone(), "set here")).collect();
        labels.extend(self.other.iter().map(|at| Label::new(at.clone(), "the spec asks for its place here")));
        labels
    }
}

/// A field of the owner is not carried into the tree.
#[derive(Debug)]
pub(super) struct FieldRefused {
    pub(super) field: String,
    pub(super) why: String,
    pub(super) at: Option<Place>,
}

impl Problem for FieldRefused {
    const CODE: &'static str = "owner-field-refused";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A field of the owner's own configuration is not carried into the tree: it is a secret, belongs to one \
        node, or would undo the hardening. The report lists it.";

    fn message(&self) -> String {
        format!("`{}` is not carried: {}", self.field, self.why)
    }

    fn help(&self) -> String {
        "take it out of the owner's configuration, so that the build says nothing of it".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "left out")).collect()
    }
}

/// A name or a value of the owner holds a character that nobody sees.
#[derive(Debug)]
pub(super) struct ControlCharacter {
    pub(super) field: String,
    pub(super) character: char,
    pub(super) at: Place,
}

impl Problem for ControlCharacter {
    const CODE: &'static str = "owner-control-character";
    const MEANING: &'static str = "A name or a value of the owner's own configuration holds a control character, an end of line, a mark \
        that turns the direction of writing, or a character without width. Nothing of Kubernetes needs one; in a list of flags the rest \
        of the value would be read as a flag of its own.";

    fn message(&self) -> String {
        format!("`{}` holds the character U+{:04X}, which nobody sees", self.field, self.character as u32)
    }

    fn help(&self) -> String {
        "take the character out; a long value stands on one line".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), format!("U+{:04X} stands in here", self.character as u32))]
    }
}

/// A value of the owner cannot be used, and leaving it out would break the cluster.
#[derive(Debug)]
pub(super) struct UnusableValue {
    pub(super) field: String,
    pub(super) why: String,
    pub(super) help: String,
    pub(super) at: Option<Place>,
}

impl Problem for UnusableValue {
    const CODE: &'static str = "owner-unusable";
    const MEANING: &'static str = "A value of the owner's own configuration would undo what the spec asks for, or no cluster runs with it. \
        It is not left out without a word, because the cluster may rest on it.";

    fn message(&self) -> String {
        format!("`{}` cannot be carried: {}", self.field, self.why)
    }

    fn help(&self) -> String {
        self.help.clone()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "this value")).collect()
    }
}

/// A field of the owner is carried although it is a risk.
#[derive(Debug)]
pub(super) struct NeedsEyes {
    pub(super) field: String,
    pub(super) why: String,
    /// Who says so, where it is a fact about Kubernetes.
    pub(super) source: Option<&'static str>,
    pub(super) at: Place,
}

impl Problem for NeedsEyes {
    const CODE: &'static str = "owner-needs-eyes";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A field of the owner's own configuration is carried, and no control judges it, although it can weaken \
        the cluster. The report lists it: somebody must look at it.";

    fn message(&self) -> String {
        format!("`{}` is carried and needs your eyes: {}", self.field, self.why)
    }

    fn help(&self) -> String {
        let read = self.source.map_or_else(String::new, |source| format!(" ({source})"));
        format!("take it out of the owner's configuration, unless the cluster needs it{read}")
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "carried")]
    }
}

/// A field of the owner hollows a control out that is applied.
#[derive(Debug)]
pub(super) struct BreaksControl {
    pub(super) field: String,
    pub(super) control: &'static str,
    pub(super) why: String,
    pub(super) source: &'static str,
    pub(super) at: Place,
    pub(super) other: Option<Place>,
}

impl Problem for BreaksControl {
    const CODE: &'static str = "owner-breaks-control";
    const MEANING: &'static str = "A field of the owner's own configuration would be carried and take away what an applied control is for, \
        although the control would be called enforced. A waiver of the control for the whole cluster lets both stand: the field is then \
        carried with a warning, and the report names the waiver.";

    fn message(&self) -> String {
        format!("`{}` takes away what control `{}` is for: {}", self.field, self.control, self.why)
    }

    fn help(&self) -> String {
        format!(
            "take it out of the owner's configuration ({}), or write a waiver of `{}` for the whole cluster",
            self.source, self.control
        )
    }

    fn labels(&self) -> Vec<Label> {
        let mut labels = vec![Label::new(self.at.clone(), "carried")];
        labels.extend(self.other.iter().map(|at| Label::new(at.clone(), "the control is asked for here")));
        labels
    }
}
