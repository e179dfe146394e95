//! The language of policies: quantifiers over parts of a pod, tests of fields with a default for what is absent, messages. No general
//! expressions: whatever is said here can be said natively, in Rego and in CEL.

use crate::facts::PodLevel;

use super::{Case, Param};

/// A policy: rules over one kind of subject. A violation of any rule refuses the request.
///
/// On UPDATE a violation counts unless the old object has the same one, in the container of the same name and image: a change that only
/// removes a finalizer passes, a new ephemeral container is judged ([`Test::Changed`] for what it reaches through the old pod).
#[derive(Debug)]
pub struct Policy {
    /// Its name; the control is `policy/NAME`.
    pub name: &'static str,
    /// What it refuses, in one line, lower case.
    pub title: &'static str,
    /// What to do about a violation, in one line, lower case.
    pub fix: &'static str,
    /// What is judged.
    pub subject: Subject,
    /// The weakest level of Pod Security that refuses the same pods, whatever the policy lets in; nothing where none does.
    ///
    /// Source: kubernetes.io, Pod Security Standards.
    pub level: Option<PodLevel>,
    /// Its parameters.
    pub params: &'static [Param],
    /// Who is spared although a rule refuses it.
    pub exemption: Exemption,
    /// Its rules.
    pub rules: &'static [Rule],
    /// The sets of parameters that cases are judged with, as YAML.
    pub case_params: &'static [&'static str],
    /// Its cases.
    pub cases: &'static [Case],
}

impl Policy {
    /// Whether engines set what the policy asks for, once it denies: then it refuses only what could not be set.
    #[must_use]
    pub fn sets_what_it_judges(&self) -> bool {
        self.name == super::ALWAYS_PULL.name
    }
}

/// What a policy judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Pods, and the templates of everything that makes pods.
    Pods,
    /// Pods alone: something at admission changes them before they are judged, so their templates tell nothing.
    AdmittedPods,
    /// The pod that an exec or attach request goes into; a pod that is not known is refused.
    EnteredPod,
}

/// Who is spared although a rule refuses it, by a parameter of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exemption {
    /// Callers of these groups.
    Groups(&'static str),
    /// These workloads: the object itself, and the pods that its own controller makes.
    Workloads(&'static str),
}

impl Exemption {
    /// The parameter.
    #[must_use]
    pub const fn param(self) -> &'static str {
        match self {
            Exemption::Groups(param) | Exemption::Workloads(param) => param,
        }
    }
}

/// One thing that is refused.
#[derive(Debug)]
pub struct Rule {
    /// Its name within the policy.
    pub name: &'static str,
    /// What it looks at, one by one.
    pub over: Over,
    /// What must hold of one for it to be refused.
    pub refused: Test,
    /// Where the offence stands, below what is looked at.
    pub at: &'static [&'static str],
    /// What the caller is told.
    pub message: &'static [Piece],
}

/// What a rule looks at, one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The pod's spec itself.
    Pod,
    /// Every volume.
    Volumes,
    /// Every container: plain, init and ephemeral.
    Containers,
    /// Every item of a list in every container.
    InContainers(&'static [&'static str]),
    /// Every mount of every container, with the volume that it names.
    Mounts,
}

/// The three lists of containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// `containers`.
    Plain,
    /// `initContainers`.
    Init,
    /// `ephemeralContainers`.
    Ephemeral,
}

impl List {
    /// Every list.
    pub const ALL: [List; 3] = [List::Plain, List::Init, List::Ephemeral];

    /// The field of the pod's spec.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            List::Plain => "containers",
            List::Init => "initContainers",
            List::Ephemeral => "ephemeralContainers",
        }
    }

    /// What one of them is called.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            List::Plain => "container",
            List::Init => "init container",
            List::Ephemeral => "ephemeral container",
        }
    }
}

/// A test of what is looked at.
#[derive(Debug)]
pub enum Test {
    /// Every one holds.
    All(&'static [Test]),
    /// At least one holds.
    Any(&'static [Test]),
    /// It does not hold.
    Not(&'static Test),
    /// The value of a field passes a check.
    Is(Field, Check),
    /// A yes-or-no parameter says yes.
    Param(&'static str),
    /// An object that is there already is changed: with what the old object did not do, that is what a new container reaches in
    /// an old pod.
    Changed,
}

/// A field, with what counts where it is absent or null.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Of what.
    pub of: Of,
    /// The way to it; empty for the thing itself.
    pub path: &'static [&'static str],
    /// What counts where it is absent.
    pub absent: Const,
}

/// What a field is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// What the rule looks at.
    Item,
    /// The spec of the pod.
    Pod,
    /// The volume that a mount names.
    Volume,
}

/// A constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Const {
    /// Nothing; equal to no value.
    Nothing,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(&'static str),
}

/// A check of a value. Values of another type than the check expects fail it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It is this.
    Equals(Const),
    /// It is one of these texts.
    OneOf(&'static [&'static str]),
    /// It is one of these words, in capitals or not.
    WordOf(&'static [&'static str]),
    /// It is there.
    Present,
    /// It is a port within the ranges of a parameter.
    PortIn(&'static str),
    /// It is a path at or below an allowed one of a parameter, by whole segments; `..` and relative paths are below nothing.
    PathUnder {
        /// The parameter.
        param: &'static str,
        /// Whether only those count that may be written to.
        writable: bool,
    },
    /// It is the reference of an image with a property.
    Image(ImageTest),
}

/// A property of the reference of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageTest {
    /// It lies in a registry, or a folder of one, of a parameter: registry exactly, folders by whole segments.
    From(&'static str),
    /// It names its registry itself.
    Qualified,
    /// It has a digest.
    Digest,
    /// It has no digest, and no tag or the tag `latest`.
    Latest,
}

/// A piece of a message. Messages are put together from what is always there.
#[derive(Debug, Clone, Copy)]
pub enum Piece {
    /// This text.
    Text(&'static str),
    /// The container: its kind and its name.
    Container,
    /// The value of a field, or of its default.
    Value(Field),
}

/// A field of what the rule looks at.
pub(super) const fn item(path: &'static [&'static str], absent: Const) -> Field {
    Field { of: Of::Item, path, absent }
}

/// A field of the pod's spec.
pub(super) const fn pod(path: &'static [&'static str], absent: Const) -> Field {
    Field { of: Of::Pod, path, absent }
}

/// A field of the volume that a mount names.
pub(super) const fn volume(path: &'static [&'static str], absent: Const) -> Field {
    Field { of: Of::Volume, path, absent }
}
