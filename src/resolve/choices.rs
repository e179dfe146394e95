//! What became of the selection of a control: selected with its parameters, waived, or not asked for.

use std::collections::BTreeMap;

use crate::base::{Cause, SpecPath};

/// The value of a parameter, with what set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamValue {
    /// The value.
    pub value: serde_json::Value,
    /// What set it.
    pub cause: Cause,
}

/// What became of the selection of a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A profile or the spec asks for it.
    Selected {
        /// What asks.
        cause: Cause,
        /// Every parameter of the control.
        params: BTreeMap<&'static str, ParamValue>,
    },
    /// Not applied, through a waiver.
    Waived {
        /// The id of the waiver.
        waiver: String,
        /// Where the spec says so.
        cause: Cause,
    },
    /// No profile selects it.
    NotSelected {
        /// The profile that dropped it, or the profiles of the cluster.
        cause: Cause,
    },
}

impl Choice {
    /// What decided.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match self {
            Choice::Selected { cause, .. } | Choice::Waived { cause, .. } | Choice::NotSelected { cause } => cause.clone(),
        }
    }

    /// The cause of a control that nobody mentions.
    #[must_use]
    pub fn nobody() -> Self {
        Choice::NotSelected { cause: Cause::Spec(SpecPath::new("/profiles")) }
    }
}
