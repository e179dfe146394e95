//! The types of `audit.k8s.io/v1 Policy`, as the server of 1.36 and 1.37 decodes them (apiserver `pkg/apis/audit/v1`).

use std::fmt;

/// How much of a request is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing.
    None,
    /// Who, what, when, from where, and the answer's code.
    Metadata,
    /// Metadata and the body of the request.
    Request,
    /// Metadata and the bodies of request and response.
    RequestResponse,
}

impl Level {
    /// Every level.
    pub const ALL: [Level; 4] = [Level::None, Level::Metadata, Level::Request, Level::RequestResponse];

    /// The name in the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::None => "None",
            Level::Metadata => "Metadata",
            Level::Request => "Request",
            Level::RequestResponse => "RequestResponse",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A moment in the handling of a request at which an event can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// As soon as the audit handler sees the request.
    RequestReceived,
    /// When the headers of a long-running response are sent; refused credentials (401) are written at this stage alone.
    ResponseStarted,
    /// When the response is complete.
    ResponseComplete,
    /// When the handler panicked.
    Panic,
}

impl Stage {
    /// Every stage, in the order of a request's life.
    pub const ALL: [Stage; 4] = [Stage::RequestReceived, Stage::ResponseStarted, Stage::ResponseComplete, Stage::Panic];

    /// The name in the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Stage::RequestReceived => "RequestReceived",
            Stage::ResponseStarted => "ResponseStarted",
            Stage::ResponseComplete => "ResponseComplete",
            Stage::Panic => "Panic",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether the server takes `group: "*"`; one that does not refuses the whole file and stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupWildcard {
    /// `*` stands for every API group.
    Taken,
    /// `*` stops the server.
    Refused,
}

/// Resources of one API group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupResources {
    /// The API group; empty for the core group, `*` for all where the server takes it.
    pub group: String,
    /// `pods`, `pods/exec`, `pods/*`, `*/status` or `*`; empty for everything in the group.
    pub resources: Vec<String>,
    /// Names of single objects; empty for all.
    pub resource_names: Vec<String>,
}

/// One rule. Fields are combined with "and", the values of a field with "or"; an empty field matches everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// How much is recorded.
    pub level: Level,
    /// Names of authenticated users, before any impersonation.
    pub users: Vec<String>,
    /// Groups of authenticated users, before any impersonation.
    pub user_groups: Vec<String>,
    /// Request verbs.
    pub verbs: Vec<String>,
    /// Resources.
    pub resources: Vec<GroupResources>,
    /// Namespaces; an empty text stands for cluster-scoped requests.
    pub namespaces: Vec<String>,
    /// Paths that are no resources; `*` alone or as the last character.
    pub non_resource_urls: Vec<String>,
    /// Stages without an event, in addition to the policy's.
    pub omit_stages: Vec<Stage>,
    /// Whether managed fields are left out of bodies; nothing for the policy's choice.
    pub omit_managed_fields: Option<bool>,
}

impl Rule {
    /// A rule that matches every request.
    #[must_use]
    pub fn everything(level: Level) -> Self {
        Rule {
            level,
            users: Vec::new(),
            user_groups: Vec::new(),
            verbs: Vec::new(),
            resources: Vec::new(),
            namespaces: Vec::new(),
            non_resource_urls: Vec::new(),
            omit_stages: Vec::new(),
            omit_managed_fields: None,
        }
    }
}

/// An audit policy: the first rule that matches decides, and a request that none matches is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Stages without an event in any rule.
    pub omit_stages: Vec<Stage>,
    /// Whether managed fields are left out of bodies where the rule does not say.
    pub omit_managed_fields: bool,
    /// The rules, in order.
    pub rules: Vec<Rule>,
}
