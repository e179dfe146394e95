//! The arguments of a program: kubeadm's own, those it must be told, and the order in which it writes them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    base::{KubeVersion, Origin, Reason},
    facts::{self, ArgumentOrder},
    plan::{Component, Flag, FlagValue, Program, SettingKey},
};

use super::origins;

/// One `--name=value`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) origin: Arc<Origin>,
}

impl Argument {
    /// The word of the command line.
    pub(super) fn word(&self) -> String {
        ["--", &self.name, "=", &self.value].concat()
    }
}

/// The arguments of a program that are the same on every node.
pub(super) struct Arguments {
    /// What kubeadm writes without being told.
    pub(super) own: Vec<Argument>,
    /// What it must be told.
    pub(super) extra: Vec<Argument>,
}

impl Arguments {
    pub(super) fn new(program: Program, component: &Component) -> Self {
        Arguments { own: own(program, component), extra: extra(program, component) }
    }
}

/// What kubeadm writes without being told.
pub(super) fn own(program: Program, component: &Component) -> Vec<Argument> {
    of_flags(program, component.flags.iter().filter(|(_, flag)| flag.is_installers_own()))
}

/// What kubeadm must be told, by name; repeated ones in their order.
pub(super) fn extra(program: Program, component: &Component) -> Vec<Argument> {
    of_flags(program, component.flags.iter().filter(|(_, flag)| !flag.is_installers_own()))
}

fn of_flags<'a>(program: Program, flags: impl Iterator<Item = (&'a String, &'a Flag)>) -> Vec<Argument> {
    let mut arguments = Vec::new();
    for (name, flag) in flags {
        let key = SettingKey::Flag(program, name.clone());
        let mut put = |value: String, reasons| {
            arguments.push(Argument { name: name.clone(), value, origin: origins::of_reasons(Some(&key), reasons) });
        };
        put(flag.held.value.text(), reasons(flag));
        for also in &flag.also {
            put(also.value.clone(), also.reasons.clone());
        }
    }
    arguments
}

/// The reasons for a flag and for every item of its list.
fn reasons(flag: &Flag) -> BTreeSet<Reason> {
    let mut reasons = flag.held.reasons.clone();
    if let FlagValue::List(items) = &flag.held.value {
        reasons.extend(items.iter().flat_map(|item| item.reasons.iter().cloned()));
    }
    reasons
}

/// The command line as kubeadm of this version writes it: an argument that it is told takes the place of its own.
pub(super) fn command(version: KubeVersion, mut own: Vec<Argument>, extra: Vec<Argument>) -> Vec<Argument> {
    let told: BTreeSet<&String> = extra.iter().map(|argument| &argument.name).collect();
    own.retain(|argument| !told.contains(&argument.name));
    sort(&mut own);
    own.extend(extra);
    match facts::kubeadm_argument_order(version) {
        ArgumentOrder::Sorted => sort(&mut own),
        ArgumentOrder::OwnSortedThenExtra => {}
    }
    own
}

fn sort(arguments: &mut [Argument]) {
    arguments.sort_by(|a, b| (&a.name, &a.value).cmp(&(&b.name, &b.value)));
}

/// Where the sorting of kubeadm puts repeated arguments into another order than asked for: index, what stands there, what should.
pub(super) fn misplaced(command: &[Argument], extra: &[Argument]) -> Vec<(usize, Argument, Argument)> {
    if extra.windows(2).all(|pair| pair[0].name != pair[1].name) {
        return Vec::new();
    }
    let mut wanted: BTreeMap<&String, Vec<&Argument>> = BTreeMap::new();
    for argument in extra.iter().rev() {
        wanted.entry(&argument.name).or_default().push(argument);
    }
    let mut found = Vec::new();
    for (index, argument) in command.iter().enumerate() {
        if let Some(right) = wanted.get_mut(&argument.name).and_then(Vec::pop)
            && right.value != argument.value
        {
            found.push((index, argument.clone(), right.clone()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argument(text: &str) -> Argument {
        let (name, value) = text.split_once('=').unwrap();
        Argument { name: name.to_owned(), value: value.to_owned(), origin: origins::form("test") }
    }

    fn words(arguments: &[Argument]) -> Vec<String> {
        arguments.iter().map(Argument::word).collect()
    }

    fn arguments(texts: &[&str]) -> Vec<Argument> {
        texts.iter().map(|text| argument(text)).collect()
    }

    #[test]
    fn order_follows_the_version() {
        let own = arguments(&["secure-port=6443", "authorization-mode=Node,RBAC", "issuer=b"]);
        let extra = arguments(&["issuer=z", "issuer=a", "profiling=false"]);
        let new = command("1.36.3".parse().unwrap(), own.clone(), extra.clone());
        let expected = ["--authorization-mode=Node,RBAC", "--secure-port=6443", "--issuer=z", "--issuer=a", "--profiling=false"];
        assert_eq!(words(&new), expected);
        assert!(misplaced(&new, &extra).is_empty());
        let old = command("1.34.3".parse().unwrap(), own, extra.clone());
        let expected = ["--authorization-mode=Node,RBAC", "--issuer=a", "--issuer=z", "--profiling=false", "--secure-port=6443"];
        assert_eq!(words(&old), expected);
        let wrong = misplaced(&old, &extra);
        let shown: Vec<(usize, &str, &str)> =
            wrong.iter().map(|(n, is, to)| (*n, is.value.as_str(), to.value.as_str())).collect();
        assert_eq!(shown, [(1, "a", "z"), (2, "z", "a")]);
    }
}
