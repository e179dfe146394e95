//! Admission plugins and cipher suites, from the help of the API server.

use std::collections::{BTreeMap, BTreeSet};

use harden::{
    base::Minor,
    facts::{self, CipherClass},
};

use super::{Differences, help::Shown};
use crate::programs::Built;

pub(super) fn compare(built: &Built, minor: Minor, help: &BTreeMap<String, Shown>, differences: &mut Differences) {
    let text = &help["enable-admission-plugins"].text;
    let on = names(between(text, "default enabled ones (", ")"));
    let all = names(between(text, "list of admission plugins: ", "."));
    same("plugin", "", &all, facts::plugins(minor).map(|plugin| plugin.name), differences);
    same("plugin", " by default", &on, facts::default_plugins(minor).into_iter(), differences);
    for name in ["NodeRestriction", "HardenNoSuchPlugin"] {
        let said = built.says(&[&format!("--enable-admission-plugins={name}")]);
        assert_eq!(said.contains("is unknown"), !facts::plugin(name, minor).is_known(), "{name}: {said}");
    }
}

pub(super) fn compare_ciphers(help: &BTreeMap<String, Shown>, differences: &mut Differences) {
    let text = &help["tls-cipher-suites"].text;
    let good = names(between(text, "Preferred values: ", "."));
    let insecure = names(between(text, "Insecure values: ", "."));
    let ours = |insecure: bool| {
        let fits = move |class: CipherClass| (class == CipherClass::Insecure) == insecure;
        facts::ciphers().iter().filter(move |cipher| fits(cipher.class)).map(|cipher| cipher.name)
    };
    same("cipher", " among the preferred", &good, ours(false), differences);
    same("cipher", " among the insecure", &insecure, ours(true), differences);
}

fn same<'a>(
    subject: &str,
    where_: &str,
    theirs: &BTreeSet<&str>,
    ours: impl Iterator<Item = &'a str>,
    differences: &mut Differences,
) {
    assert!(theirs.len() > 5, "{subject}: the help lists only {theirs:?}");
    let ours: BTreeSet<&str> = ours.collect();
    for name in theirs.difference(&ours) {
        differences.note(subject, name, format!("the program has it{where_}, the table does not"));
    }
    for name in ours.difference(theirs) {
        differences.note(subject, name, format!("the table has it{where_}, the program does not"));
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text.split_once(start).map_or("", |(_, rest)| rest);
    rest.split_once(end).map_or(rest, |(inner, _)| inner)
}

fn names(list: &str) -> BTreeSet<&str> {
    list.split(", ").collect()
}
