//! Rules, subjects and single permissions of `rbac.authorization.k8s.io/v1`: what the plan, the back ends and the evaluator share.

use std::fmt;

/// The API group of roles and bindings.
pub const GROUP: &str = "rbac.authorization.k8s.io";

/// A rule of a role.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// API groups; the core group is empty.
    pub api_groups: Vec<String>,
    /// Resources, a subresource behind a slash.
    pub resources: Vec<String>,
    /// Names of objects; none means all.
    pub resource_names: Vec<String>,
    /// Paths that are no resources.
    pub non_resource_urls: Vec<String>,
    /// Verbs.
    pub verbs: Vec<String>,
}

impl Rule {
    /// A rule for resources of one group.
    #[must_use]
    pub fn on(group: &str, resources: &[&str], verbs: &[&str]) -> Self {
        Rule { api_groups: vec![group.to_owned()], resources: texts(resources), verbs: texts(verbs), ..Rule::default() }
    }

    /// A rule for paths that are no resources.
    #[must_use]
    pub fn of_paths(paths: &[&str], verbs: &[&str]) -> Self {
        Rule { non_resource_urls: texts(paths), verbs: texts(verbs), ..Rule::default() }
    }

    /// The same for these objects alone.
    #[must_use]
    pub fn named(mut self, names: &[String]) -> Self {
        self.resource_names = names.to_vec();
        self
    }

    /// Every single permission of the rule, in a namespace or (without one) everywhere.
    #[must_use]
    pub fn permissions(&self, namespace: Option<&str>) -> Vec<Permission> {
        let mut found = Vec::new();
        for verb in &self.verbs {
            for path in &self.non_resource_urls {
                found.push(Permission { verb: verb.clone(), path: path.clone(), ..Permission::default() });
            }
            for group in &self.api_groups {
                for resource in &self.resources {
                    let one = |name: &str| Permission {
                        namespace: namespace.unwrap_or_default().to_owned(),
                        verb: verb.clone(),
                        api_group: group.clone(),
                        resource: resource.clone(),
                        name: name.to_owned(),
                        path: String::new(),
                    };
                    if self.resource_names.is_empty() {
                        found.push(one(""));
                    }
                    found.extend(self.resource_names.iter().map(|name| one(name)));
                }
            }
        }
        found
    }
}

impl fmt::Display for Rule {
    /// One line that differs wherever two rules differ.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on ", self.verbs.join(","))?;
        if !self.non_resource_urls.is_empty() {
            return write!(f, "paths {}", self.non_resource_urls.join(","));
        }
        let group = |group: &String| if group.is_empty() { "core".to_owned() } else { group.clone() };
        write!(f, "{} of {}", self.resources.join(","), self.api_groups.iter().map(group).collect::<Vec<_>>().join(","))?;
        if self.resource_names.is_empty() { Ok(()) } else { write!(f, " named {:?}", self.resource_names) }
    }
}

/// What a subject is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A group, by its final name.
    Group(String),
    /// A service account.
    ServiceAccount {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// A user, by its final name.
    User(String),
}

impl Subject {
    /// The name of its kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Subject::Group(_) => "Group",
            Subject::ServiceAccount { .. } => "ServiceAccount",
            Subject::User(_) => "User",
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Subject::Group(name) | Subject::ServiceAccount { name, .. } | Subject::User(name) => name,
        }
    }

    /// The user name with which requests of somebody like this come, and the group that counts.
    #[must_use]
    pub fn caller(&self) -> (String, Option<&str>) {
        match self {
            Subject::Group(name) => ("somebody".to_owned(), Some(name)),
            Subject::ServiceAccount { namespace, name } => (format!("system:serviceaccount:{namespace}:{name}"), None),
            Subject::User(name) => (name.clone(), None),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Group(name) => write!(f, "Group {name}"),
            Subject::ServiceAccount { namespace, name } => write!(f, "ServiceAccount {namespace}/{name}"),
            Subject::User(name) => write!(f, "User {name}"),
        }
    }
}

/// One thing that may be done: a single verb on a single resource. Empty texts stand for "any" (name), "everywhere" (namespace) and the core
/// group.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission {
    /// Where; empty means everywhere, cluster-scoped objects included.
    pub namespace: String,
    /// The verb.
    pub verb: String,
    /// The API group.
    pub api_group: String,
    /// The resource, a subresource behind a slash.
    pub resource: String,
    /// The object; empty means any.
    pub name: String,
    /// A path that is no resource; then all but the verb is empty.
    pub path: String,
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            return write!(f, "{} {}", self.verb, self.path);
        }
        let dot = if self.api_group.is_empty() { "" } else { "." };
        write!(f, "{} {}{dot}{}", self.verb, self.resource, self.api_group)?;
        if !self.name.is_empty() {
            write!(f, " {:?}", self.name)?;
        }
        if self.namespace.is_empty() { Ok(()) } else { write!(f, " in {}", self.namespace) }
    }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}
