//! Strict reading: what the server would skip with a warning, or take and never match, is reported here.

use super::{
    GroupResources, GroupWildcard, Level, Policy, Rule, Stage,
    diagnostics::{
        BadGroup, BadResource, BadUrl, MixedTargets, NamesWithoutResources, NoRules, NotAPolicy, UnknownField, UnknownLevel,
        UnknownStage, UnknownVerb, WrongShape,
    },
};
use crate::{
    diag::Diagnostics,
    yaml::{Entry, Node},
};

const POLICY_FIELDS: &[&str] = &["apiVersion", "kind", "metadata", "omitStages", "omitManagedFields", "rules"];
const RULE_FIELDS: &[&str] =
    &["level", "users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs", "omitStages", "omitManagedFields"];
const RESOURCE_FIELDS: &[&str] = &["group", "resources", "resourceNames"];

/// Verbs that a request can have: those of resources, then methods of other paths (apiserver `pkg/endpoints/request/requestinfo.go`).
const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "proxy",
    "head",
    "post",
    "put",
    "options",
    "connect",
    "trace",
];

/// Reads a policy; `None` when an error was found.
#[must_use]
pub fn read(root: &Node, groups: GroupWildcard, diagnostics: &mut Diagnostics) -> Option<Policy> {
    let before = diagnostics.errors();
    let mut reader = Reader { groups, diagnostics };
    let policy = reader.policy(root);
    if diagnostics.errors() == before { policy } else { None }
}

struct Reader<'a> {
    groups: GroupWildcard,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn policy(&mut self, root: &Node) -> Option<Policy> {
        let text = |key: &str| root.get(key).and_then(Node::as_str).unwrap_or("");
        if (text("apiVersion"), text("kind")) != ("audit.k8s.io/v1", "Policy") {
            let place = root.get("apiVersion").or(root.get("kind")).unwrap_or(root).place.clone();
            self.diagnostics.push(NotAPolicy { place });
            return None;
        }
        let mut policy = Policy::default();
        for entry in self.fields(root, "an audit policy", POLICY_FIELDS) {
            match entry.key.as_str() {
                "omitStages" => policy.omit_stages = self.stages(&entry.value),
                "omitManagedFields" => policy.omit_managed_fields = self.truth(&entry.value).unwrap_or(false),
                "rules" => policy.rules = self.list(&entry.value, Reader::rule),
                _ => {}
            }
        }
        if root.get("rules").is_none_or(|rules| rules.is_null() || rules.as_seq().is_some_and(<[Node]>::is_empty)) {
            self.diagnostics.push(NoRules { place: root.get("rules").unwrap_or(root).place.clone() });
        }
        Some(policy)
    }

    fn rule(&mut self, node: &Node) -> Option<Rule> {
        let mut rule = Rule::everything(Level::None);
        let entries = self.fields(node, "an audit rule", RULE_FIELDS);
        if node.as_map().is_some() && node.get("level").is_none() {
            self.diagnostics.push(UnknownLevel { level: None, place: node.place.clone() });
        }
        for entry in entries {
            let value = &entry.value;
            match entry.key.as_str() {
                "level" => rule.level = self.level(value).unwrap_or(Level::None),
                "users" => rule.users = self.texts(value),
                "userGroups" => rule.user_groups = self.texts(value),
                "verbs" => rule.verbs = self.list(value, Reader::verb),
                "resources" => rule.resources = self.list(value, Reader::group_resources),
                "namespaces" => rule.namespaces = self.texts(value),
                "nonResourceURLs" => rule.non_resource_urls = self.list(value, Reader::url),
                "omitStages" => rule.omit_stages = self.stages(value),
                "omitManagedFields" => rule.omit_managed_fields = self.truth(value),
                _ => {}
            }
        }
        self.one_kind_of_target(node, &rule);
        Some(rule)
    }

    fn one_kind_of_target(&mut self, node: &Node, rule: &Rule) {
        let other = if rule.resources.is_empty() { "namespaces" } else { "resources" };
        let about_resources = !rule.resources.is_empty() || !rule.namespaces.is_empty();
        if let (Some(urls), Some(other), true) = (node.entry("nonResourceURLs"), node.entry(other), about_resources)
            && !rule.non_resource_urls.is_empty()
        {
            self.diagnostics.push(MixedTargets { urls: urls.key_place.clone(), other: other.key_place.clone() });
        }
    }

    fn group_resources(&mut self, node: &Node) -> Option<GroupResources> {
        let mut found = GroupResources::default();
        for entry in self.fields(node, "an entry of `resources`", RESOURCE_FIELDS) {
            match entry.key.as_str() {
                "group" => found.group = self.group(&entry.value).unwrap_or_default(),
                "resources" => found.resources = self.list(&entry.value, Reader::resource),
                "resourceNames" => found.resource_names = self.texts(&entry.value),
                _ => {}
            }
        }
        if let Some(names) =
            node.entry("resourceNames").filter(|_| found.resources.is_empty() && !found.resource_names.is_empty())
        {
            self.diagnostics.push(NamesWithoutResources { place: names.key_place.clone() });
        }
        Some(found)
    }

    fn group(&mut self, node: &Node) -> Option<String> {
        let group = self.text(node)?;
        let good = group.is_empty() || if group == "*" { self.groups == GroupWildcard::Taken } else { is_dns_subdomain(&group) };
        if good {
            return Some(group);
        }
        self.diagnostics.push(BadGroup { group, place: node.used_at().clone() });
        None
    }

    fn resource(&mut self, node: &Node) -> Option<String> {
        let resource = self.text(node)?;
        let plural = |part: &str| {
            part == "*" || (!part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'))
        };
        // A subresource can be any text: custom metrics are read as subresources of the objects they measure.
        let below = |part: &str| part == "*" || (!part.is_empty() && !part.contains(['*', '/']));
        let good = match resource.split_once('/') {
            None => plural(&resource),
            Some((left, right)) => plural(left) && below(right) && (left, right) != ("*", "*"),
        };
        if good {
            return Some(resource);
        }
        self.diagnostics.push(BadResource { resource, place: node.used_at().clone() });
        None
    }

    fn url(&mut self, node: &Node) -> Option<String> {
        let url = self.text(node)?;
        let inner = url.strip_suffix('*').unwrap_or(&url);
        if url == "*" || (url.starts_with('/') && !inner.contains('*')) {
            return Some(url);
        }
        self.diagnostics.push(BadUrl { url, place: node.used_at().clone() });
        None
    }

    /// A verb that no request has is taken, as the server takes it.
    fn verb(&mut self, node: &Node) -> Option<String> {
        let verb = self.text(node)?;
        if !VERBS.contains(&verb.as_str()) {
            self.diagnostics.push(UnknownVerb { verb: verb.clone(), place: node.used_at().clone() });
        }
        Some(verb)
    }

    fn level(&mut self, node: &Node) -> Option<Level> {
        let text = self.text(node)?;
        let found = Level::ALL.into_iter().find(|level| level.name() == text);
        if found.is_none() {
            self.diagnostics.push(UnknownLevel { level: Some(text), place: node.used_at().clone() });
        }
        found
    }

    fn stages(&mut self, node: &Node) -> Vec<Stage> {
        self.list(node, |reader, item| {
            let text = reader.text(item)?;
            let found = Stage::ALL.into_iter().find(|stage| stage.name() == text);
            if found.is_none() {
                reader.diagnostics.push(UnknownStage { stage: text, place: item.used_at().clone() });
            }
            found
        })
    }

    /// The entries of a map whose keys are known; the others are reported.
    fn fields<'n>(&mut self, node: &'n Node, owner: &'static str, known: &'static [&'static str]) -> Vec<&'n Entry> {
        let Some(entries) = node.as_map() else {
            self.shape(node, "a map");
            return Vec::new();
        };
        let (good, bad): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| known.contains(&entry.key.as_str()));
        for entry in bad {
            self.diagnostics.push(UnknownField { field: entry.key.clone(), owner, known, place: entry.key_place.clone() });
        }
        good
    }

    /// The items of a list; null is an empty one, as the server reads it.
    fn list<T>(&mut self, node: &Node, read: impl Fn(&mut Self, &Node) -> Option<T>) -> Vec<T> {
        match node.as_seq() {
            Some(items) => items.iter().filter_map(|item| read(self, item)).collect(),
            None if node.is_null() => Vec::new(),
            None => {
                self.shape(node, "a list");
                Vec::new()
            }
        }
    }

    fn texts(&mut self, node: &Node) -> Vec<String> {
        self.list(node, |reader, item| reader.text(item))
    }

    fn text(&mut self, node: &Node) -> Option<String> {
        let text = node.as_str().map(str::to_owned);
        if text.is_none() {
            self.shape(node, "a text");
        }
        text
    }

    fn truth(&mut self, node: &Node) -> Option<bool> {
        let truth = node.as_bool();
        if truth.is_none() {
            self.shape(node, "true or false");
        }
        truth
    }

    fn shape(&mut self, node: &Node, expected: &'static str) {
        self.diagnostics.push(WrongShape { expected, found: node.kind_name(), place: node.used_at().clone() });
    }
}

/// Lower-case labels of letters, digits and `-`, joined by dots, at most 253 characters.
fn is_dns_subdomain(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let label = |label: &str| {
        label.bytes().next().is_some_and(inner)
            && label.bytes().next_back().is_some_and(inner)
            && label.bytes().all(|b| inner(b) || b == b'-')
    };
    text.len() <= 253 && text.split('.').all(label)
}
