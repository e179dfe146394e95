//! How fast holes are closed, and where images are scanned.

use super::{Days, Window};
use crate::spec::words::{ClusterScanner, Pipeline, Reboot};

/// Patching and scanning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vulnerabilities {
    /// How nodes are patched.
    pub patching: Patching,
    /// Where images are scanned.
    pub scanning: Scanning,
}

/// How nodes are patched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patching {
    /// When it starts.
    pub window: Option<Window>,
    /// Who reboots nodes.
    pub reboot: Option<Reboot>,
    /// How fast holes must be closed.
    pub deadlines: Deadlines,
}

/// How fast a hole must be closed, by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deadlines {
    /// Critical.
    pub critical: Option<Days>,
    /// High.
    pub high: Option<Days>,
    /// Medium.
    pub medium: Option<Days>,
    /// Low.
    pub low: Option<Days>,
}

/// Where images are scanned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scanning {
    /// In the pipeline.
    pub pipeline: Option<Pipeline>,
    /// In the registry.
    pub registry: Option<bool>,
    /// While they run.
    pub cluster: Option<ClusterScanner>,
}
