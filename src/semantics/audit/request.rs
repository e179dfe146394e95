//! What the audit handler knows of a request.

/// The authenticated caller, before any impersonation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caller {
    /// The user name.
    pub name: String,
    /// The groups, `system:authenticated` or `system:unauthenticated` among them.
    pub groups: Vec<String>,
}

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An API resource.
    Resource {
        /// The API group, empty for core.
        group: String,
        /// The resource (`pods`).
        resource: String,
        /// The subresource (`exec`), empty for none.
        subresource: String,
        /// The namespace, empty for cluster-scoped resources and for requests over all namespaces.
        namespace: String,
        /// The name, empty for lists and creates.
        name: String,
    },
    /// Any other path, without its query.
    Path(String),
}

/// The attributes of a request that audit rules can match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The caller; none when the credentials were refused (401).
    pub caller: Option<Caller>,
    /// The verb: `get`, `list`, `watch`, `create` ... for resources, the method in lower case for other paths.
    pub verb: String,
    /// What it is about.
    pub target: Target,
}

/// How the server handled a request, as far as audit stages depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// An ordinary request, allowed or forbidden.
    Ordinary,
    /// A watch, log, exec, attach, proxy or port forwarding.
    LongRunning,
    /// The credentials were refused (401).
    Unauthenticated,
}
