//! An audit rule in one line: how much, then which requests. Equal lines mean equal rules.

use std::fmt;

use super::{GroupResources, Rule};

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.level, self.requests())
    }
}

impl Rule {
    /// Which requests the rule is about, and what is left out of their events.
    #[must_use]
    pub fn requests(&self) -> String {
        let mut text = if self.verbs.is_empty() { "every verb".to_owned() } else { self.verbs.join(",") };
        let resources: Vec<String> = self.resources.iter().map(GroupResources::to_string).collect();
        let stages: Vec<&str> = self.omit_stages.iter().map(|stage| stage.name()).collect();
        let scoped = |namespace: &String| if namespace.is_empty() { "(no namespace)".to_owned() } else { namespace.clone() };
        let namespaces: Vec<String> = self.namespaces.iter().map(scoped).collect();
        for (word, list) in [
            ("on", &resources),
            ("in", &namespaces),
            ("under", &self.non_resource_urls),
            ("by user", &self.users),
            ("by group", &self.user_groups),
        ] {
            if !list.is_empty() {
                text.push_str(&format!(" {word} {}", list.join(",")));
            }
        }
        if !stages.is_empty() {
            text.push_str(&format!(" without {}", stages.join(",")));
        }
        match self.omit_managed_fields {
            Some(true) => text.push_str(" without managed fields"),
            Some(false) => text.push_str(" with managed fields"),
            None => {}
        }
        text
    }
}

impl fmt::Display for GroupResources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = if self.group.is_empty() { "core" } else { &self.group };
        if self.resources.is_empty() {
            write!(f, "{group}/(all)")?;
        }
        for (n, resource) in self.resources.iter().enumerate() {
            write!(f, "{}{group}/{resource}", if n > 0 { "," } else { "" })?;
        }
        if self.resource_names.is_empty() { Ok(()) } else { write!(f, "[{}]", self.resource_names.join(",")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::audit::Level;

    #[test]
    fn one_line_says_it_all() {
        let list = |items: &[&str]| items.iter().map(|&item| item.to_owned()).collect::<Vec<_>>();
        assert_eq!(Rule::everything(Level::Metadata).to_string(), "Metadata of every verb");
        let rule = Rule {
            verbs: list(&["get", "list"]),
            user_groups: list(&["system:nodes"]),
            namespaces: list(&["", "shop"]),
            resources: vec![
                GroupResources { group: String::new(), resources: list(&["secrets"]), resource_names: list(&["a"]) },
                GroupResources { group: "apps".to_owned(), ..GroupResources::default() },
            ],
            ..Rule::everything(Level::None)
        };
        let expected = "None of get,list on core/secrets[a],apps/(all) in (no namespace),shop by group system:nodes";
        assert_eq!(rule.to_string(), expected);
    }
}
