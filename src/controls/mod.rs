//! The catalogue of controls: what is asked for at which level, and how each is lowered into the plan. One file per control.

mod admission;
mod apiserver;
mod catalogue;
mod cloud;
mod controller_manager;
mod decisions;
mod diagnostics;
mod etcd;
mod files;
mod images;
mod impact;
mod impersonation;
mod kube_proxy;
mod kubeconfig;
mod kubelet;
mod logging;
mod lower;
mod names;
mod network;
mod node;
mod patching;
mod policy;
mod rbac;
mod runtime;
mod scheduler;
mod select;
mod shape;
mod strokes;
mod tls;
mod weakened;

use crate::{
    base::{Area, ControlId, FactId, Level, Platform},
    plan::{Lowering, Outcome},
    resolve::Resolved,
};

pub use catalogue::{CATALOGUE, control, nearest, nearest_of};
pub use diagnostics::ALL;
pub use impact::{impact_text, impacts};
pub use lower::{judge_values, lower};
pub use names::judge_names;
pub use select::select;

/// A control, whole: constant data and two short functions.
#[derive(Debug, Clone, Copy)]
pub struct Control {
    /// `topic/name`, from the path of its file; never reused.
    pub id: &'static str,
    /// One of the ten areas.
    pub area: Area,
    /// What it asks for, in one line, lower case.
    pub title: &'static str,
    /// How demanding it is.
    pub level: Level,
    /// Its Markdown: *Why*, *What harden does*, *How to verify*, *When to waive*.
    pub doc: &'static str,
    /// Its parameters; the values are profile data.
    pub params: &'static [Param],
    /// Whether it arises on this cluster.
    pub applies: fn(&Resolved) -> Applies,
    /// Writes it into the plan.
    pub lower: fn(&Resolved, &mut Lowering<'_>),
}

impl Control {
    /// The id as a type.
    #[must_use]
    pub const fn id(&self) -> ControlId {
        ControlId(self.id)
    }
}

/// Whether a control arises on a cluster; never a bare "no".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applies {
    /// It does: `lower` is called.
    Yes,
    /// It does not, with what becomes of it and the fact that says so.
    No(Outcome, FactId),
}

/// A parameter of a control.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name in `with`.
    pub name: &'static str,
    /// What it takes.
    pub kind: ParamKind,
    /// Which of two values is the stricter.
    pub stricter: Stricter,
    /// What it is, in one line, with its unit.
    pub about: &'static str,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// `true` or `false`.
    Bool,
    /// A whole number within bounds, both included.
    Int {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of texts.
    List,
}

/// Which of two values of a parameter is the stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stricter {
    /// The larger number, or `true`.
    Higher,
    /// The smaller number, or `false`.
    Lower,
    /// The later word of the choice.
    Later,
    /// The list that holds nothing but items of the other.
    Fewer,
    /// The list that holds all items of the other.
    More,
    /// Cipher suites: as `Fewer`, with old names taken for what they mean; an empty list leaves the program its own, and is the weakest.
    Suites,
    /// Values cannot be compared.
    Neither,
}

/// On the managed platforms the provider runs the control plane: nothing of it can be set.
#[must_use]
pub fn self_managed(cluster: &Resolved, managed: Outcome, fact: FactId) -> Applies {
    match cluster.kubeadm {
        Some(_) => Applies::Yes,
        None => Applies::No(managed, fact),
    }
}

/// What becomes of a control where the provider runs the control plane, by provider; self-managed it applies.
#[must_use]
pub fn by_platform(cluster: &Resolved, eks: (Outcome, FactId), aks: (Outcome, FactId)) -> Applies {
    match cluster.platform {
        Platform::Kubeadm => Applies::Yes,
        Platform::Eks => Applies::No(eks.0, eks.1),
        Platform::Aks => Applies::No(aks.0, aks.1),
    }
}
