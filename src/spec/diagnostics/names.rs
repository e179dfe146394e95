//! Names: their form, their uniqueness, and what they refer to.

use crate::diag::{Label, Place, Problem};

use super::suggestion;

/// A name that cannot be one.
#[derive(Debug, Clone)]
pub(in crate::spec) struct BadName {
    pub(in crate::spec) name: String,
    /// What is named (`a node pool`).
    pub(in crate::spec) what: &'static str,
    pub(in crate::spec) form: &'static str,
    pub(in crate::spec) place: Place,
}

impl Problem for BadName {
    const CODE: &'static str = "bad-name";
    const MEANING: &'static str = "Names become folders, objects of the cluster and parts of identifiers, so they are lower-case letters, digits and hyphens, begin \
         and end with a letter or digit and have at most 63 characters. Waiver ids may also hold upper-case letters, `.` and `_`.";

    fn message(&self) -> String {
        format!("`{}` cannot be the name of {}", self.name, self.what)
    }
    fn help(&self) -> String {
        format!("use {}", self.form)
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), format!("expected {}", self.form))]
    }
}

/// Two things of one kind have the same name.
#[derive(Debug, Clone)]
pub(in crate::spec) struct DuplicateName {
    pub(in crate::spec) name: String,
    pub(in crate::spec) what: &'static str,
    pub(in crate::spec) first: Place,
    pub(in crate::spec) second: Place,
}

impl Problem for DuplicateName {
    const CODE: &'static str = "duplicate-name";
    const MEANING: &'static str = "Two entries have the same name, so nothing could refer to one of them: pools, nodes, tiers, peers, flows, duties, waivers and \
         the like are told apart by name. Rename one.";

    fn message(&self) -> String {
        format!("{} named `{}` is there already", self.what, self.name)
    }
    fn help(&self) -> String {
        "rename one of the two".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.second.clone(), "again here"), Label::new(self.first.clone(), "first here")]
    }
}

/// A tier or peer is named like a word of the language.
#[derive(Debug, Clone)]
pub(in crate::spec) struct ReservedName {
    pub(in crate::spec) name: String,
    pub(in crate::spec) what: &'static str,
    pub(in crate::spec) place: Place,
}

impl Problem for ReservedName {
    const CODE: &'static str = "reserved-name";
    const MEANING: &'static str = "A tier or peer has the name of a word that flows already know: dns, kube-api, metadata, nodes, internet, any-in-namespace. A \
         flow could not say which one it means. Rename it.";

    fn message(&self) -> String {
        format!("{} cannot be named `{}`: flows know that word already", self.what, self.name)
    }
    fn help(&self) -> String {
        format!("rename it, for example to `{}-pods`", self.name)
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "a word of the language")]
    }
}

/// A flow names an end that does not exist.
#[derive(Debug, Clone)]
pub(in crate::spec) struct UnknownFlowEnd {
    pub(in crate::spec) end: String,
    pub(in crate::spec) flow: String,
    pub(in crate::spec) known: Vec<String>,
    pub(in crate::spec) place: Place,
}

impl Problem for UnknownFlowEnd {
    const CODE: &'static str = "unknown-flow-end";
    const MEANING: &'static str = "A flow names an end that is neither a tier nor a peer nor one of dns, kube-api, metadata, nodes, internet, any-in-namespace. \
         Correct the name, or declare the tier or peer.";

    fn message(&self) -> String {
        format!("flow `{}` names `{}`, which is neither a tier nor a peer", self.flow, self.end)
    }
    fn help(&self) -> String {
        suggestion(&self.end, &self.known, "declare it in `network.tiers` or `network.peers`")
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "no tier or peer has this name")]
    }
}

/// A group is named that does not exist.
#[derive(Debug, Clone)]
pub(in crate::spec) struct UnknownGroup {
    pub(in crate::spec) group: String,
    pub(in crate::spec) known: Vec<String>,
    pub(in crate::spec) place: Place,
}

impl Problem for UnknownGroup {
    const CODE: &'static str = "unknown-group";
    const MEANING: &'static str = "A duty or an impersonation names a group that `identity.groups` does not declare. Groups are named by their key there, not by \
         their name in RBAC.";

    fn message(&self) -> String {
        format!("no group is named `{}`", self.group)
    }
    fn help(&self) -> String {
        suggestion(&self.group, &self.known, "declare it in `identity.groups`")
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "not in `identity.groups`")]
    }
}

/// A waiver is named that does not exist.
#[derive(Debug, Clone)]
pub(in crate::spec) struct UnknownWaiver {
    pub(in crate::spec) waiver: String,
    pub(in crate::spec) known: Vec<String>,
    pub(in crate::spec) place: Place,
}

impl Problem for UnknownWaiver {
    const CODE: &'static str = "unknown-waiver";
    const MEANING: &'static str = "A namespace or a control names a waiver that neither the spec nor the workspace's waiver files hold. Correct the id, or add \
         the waiver.";

    fn message(&self) -> String {
        format!("no waiver has the id `{}`", self.waiver)
    }
    fn help(&self) -> String {
        suggestion(&self.waiver, &self.known, "add it to `waivers`")
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "not in `waivers`")]
    }
}

/// A waiver is scoped to a pool that does not exist.
#[derive(Debug, Clone)]
pub(in crate::spec) struct UnknownPool {
    pub(in crate::spec) pool: String,
    pub(in crate::spec) known: Vec<String>,
    pub(in crate::spec) place: Place,
}

impl Problem for UnknownPool {
    const CODE: &'static str = "unknown-pool";
    const MEANING: &'static str =
        "The scope of a waiver names a node pool that `platform.nodePools` does not declare, so the waiver would never hold.";

    fn message(&self) -> String {
        format!("no node pool is named `{}`", self.pool)
    }
    fn help(&self) -> String {
        suggestion(&self.pool, &self.known, "declare it in `platform.nodePools`")
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "not in `platform.nodePools`")]
    }
}

/// A tier lies in, or a duty is for, a namespace that the spec does not govern.
#[derive(Debug, Clone)]
pub(in crate::spec) struct UndeclaredNamespace {
    pub(in crate::spec) namespace: String,
    /// ``tier `frontend` lies in``.
    pub(in crate::spec) what: String,
    pub(in crate::spec) known: Vec<String>,
    pub(in crate::spec) place: Place,
}

impl Problem for UndeclaredNamespace {
    const CODE: &'static str = "undeclared-namespace";
    const MEANING: &'static str = "A tier lies in, or a duty or impersonation is for, a namespace that `namespaces` does not declare. Only declared namespaces get \
         the default deny that makes the flows of a tier the only ones; and a role can only be applied to a namespace that is there. \
         Duties may also name namespaces of the system.";

    fn message(&self) -> String {
        format!("{} the namespace `{}`, which is not declared", self.what, self.namespace)
    }
    fn help(&self) -> String {
        suggestion(&self.namespace, &self.known, &format!("add `{{ name: {} }}` to `namespaces`", self.namespace))
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "not in `namespaces`")]
    }
}
