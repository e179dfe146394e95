//! Since when Gatekeeper has what emitted objects need.

/// Something that emitted objects need of Gatekeeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GatekeeperNeed {
    /// What it is, as a message says it.
    pub what: &'static str,
    /// The first version that has it.
    pub since: (u16, u16),
    /// What takes its place before, as advice.
    pub before: &'static str,
    /// Where it was read.
    pub source: &'static str,
}

impl GatekeeperNeed {
    /// Whether a version has it.
    #[must_use]
    pub fn is_met(&self, version: (u16, u16)) -> bool {
        version >= self.since
    }
}

/// Whether a version is newer than those that were looked at: 3.23.1 was run.
#[must_use]
pub fn gatekeeper_is_unknown(version: (u16, u16)) -> bool {
    version > GATEKEEPER_NEWEST
}

/// `import future.keywords` in templates, and the v1 API of templates.
pub const GATEKEEPER_TEMPLATES: GatekeeperNeed = GatekeeperNeed {
    what: "templates with `import future.keywords`",
    since: (3, 14),
    before: "nothing is written for older ones",
    source: "gatekeeper 3.14 with OPA 0.57 (versioned documentation); the text was run with gator 3.21.1 and 3.23.1",
};

/// SyncSet.
pub const GATEKEEPER_SYNC_SET: GatekeeperNeed = GatekeeperNeed {
    what: "a SyncSet",
    since: (3, 15),
    before: "the `Config` named `config` takes its place before, with Pods under `syncOnly`: keep it yourself, and waive \
        `admission/deny-escalating-exec`",
    source: "gatekeeper documentation 3.14 and 3.16, sync.md: SyncSet is there from 3.15, Config before; read 2026-11-26",
};

/// `operations` in `applyTo` of mutations.
pub const GATEKEEPER_MUTATION_OPERATIONS: GatekeeperNeed = GatekeeperNeed {
    what: "`operations` in `applyTo` of an Assign",
    since: (3, 23),
    before: "nothing takes its place: without it an Assign also changes pods that are there already, and no update of them gets through any \
        more; say `images.alwaysPull: false` until then",
    source: "gatekeeper pull request 4135; the definitions of 3.22.2 and 3.23.1 compared in sighupio/module-policy pull request 140",
};

/// The chart's switch for CONNECT.
pub const GATEKEEPER_CONNECT: GatekeeperNeed = GatekeeperNeed {
    what: "`enableConnectOperations` in the values of the chart",
    since: (3, 17),
    before: "its webhook takes a rule of your own for CONNECT of pods/exec and pods/attach (`validatingWebhookCustomRules`)",
    source: "gatekeeper issue 3458, pull request 3459 (2024-07), issue 1056; chart 3.17-3.23",
};

/// The newest version that was looked at.
pub const GATEKEEPER_NEWEST: (u16, u16) = (3, 23);
