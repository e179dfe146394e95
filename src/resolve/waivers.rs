//! Waivers and dates: which count on the day, which have ended, what has become due.

use crate::base::{Date, SpecPath};

/// What a waiver is on the day of the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaiverState {
    /// It counts.
    Active,
    /// It expired, and a recorded reprieve keeps it until this day.
    Graced(Date),
    /// It expired.
    Expired,
}

/// A waiver with its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Its id.
    pub id: String,
    /// The control it waives.
    pub control: String,
    /// The namespace it is limited to.
    pub namespace: Option<String>,
    /// The node pool it is limited to.
    pub pool: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day it counts.
    pub expires: Date,
    /// Its state on the day.
    pub state: WaiverState,
    /// Where it stands.
    pub path: SpecPath,
}

impl Waiver {
    /// Whether it counts on the day.
    #[must_use]
    pub fn counts(&self) -> bool {
        match self.state {
            WaiverState::Active | WaiverState::Graced(_) => true,
            WaiverState::Expired => false,
        }
    }
}

/// Something dated that has come since the recorded date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// The day it became due.
    pub date: Date,
    /// What it is: `waiver W-7 expired`, `policies begin to deny`.
    pub what: String,
    /// Where the date stands in the spec.
    pub path: SpecPath,
}
