//! Flags: names, types, defaults, deprecation and hiding.

use std::collections::{BTreeMap, BTreeSet};

use harden::{
    base::Minor,
    facts::{self, Flag, Program, ValueKind},
};

use super::{Differences, help::Shown};
use crate::programs::Built;

/// A flag that no program knows: parsing ends there, so that nothing starts.
const POISON: &str = "--harden-no-such-flag=1";

pub(super) fn compare(
    built: &Built,
    program: Program,
    minor: Minor,
    help: &BTreeMap<String, Shown>,
    differences: &mut Differences,
) {
    assert!(!is_known(built, "harden-other-flag"));
    for (name, shown) in help.iter().filter(|(name, _)| *name != "help") {
        match facts::flag(program, name, minor).known() {
            None => differences.note("flag", name, "the program lists it, the table does not have it"),
            Some(flag) => compare_shown(&flag, shown, differences),
        }
    }
    for flag in facts::flags(program, minor).filter(|flag| !help.contains_key(flag.name)) {
        if !is_known(built, flag.name) {
            differences.note("flag", flag.name, "the table has it, the program does not know it");
        } else if !flag.hidden {
            differences.note("flag", flag.name, "the program hides it, the table says that it is shown");
        }
    }
    for name in all_names(program).iter().filter(|name| !facts::flag(program, name, minor).is_known()) {
        if is_known(built, name) {
            differences.note("flag", name, "the program knows it, the table says that it does not");
        }
    }
}

fn compare_shown(flag: &Flag, shown: &Shown, differences: &mut Differences) {
    if flag.hidden {
        differences.note("flag", flag.name, "the program shows it, the table says that it is hidden");
    }
    if flag.deprecated != shown.deprecated() {
        differences.note("flag", flag.name, format!("deprecated: program {}, table {}", shown.deprecated(), flag.deprecated));
    }
    if kind(&shown.word).is_none_or(|kind| kind != flag.kind) {
        differences.note("flag", flag.name, format!("type: program `{}`, table {:?}", shown.word, flag.kind));
    }
    // The help prints no default that is the zero of its type.
    let same = match (shown.default(), flag.default) {
        (Some(shown), Some(default)) => shown == default.trim_start_matches('[').trim_end_matches(']'),
        (Some(shown), None) => shown.is_empty(),
        (None, default) => ["", "0", "0s", "false", "[]"].contains(&default.unwrap_or_default()),
    };
    if !same {
        differences.note("flag", flag.name, format!("default: program {:?}, table {:?}", shown.default(), flag.default));
    }
}

/// The type behind the word that the help prints.
fn kind(word: &str) -> Option<ValueKind> {
    Some(match word {
        "" => ValueKind::Bool,
        "int" | "int32" | "int64" | "Level" => ValueKind::Int,
        "float" | "float32" | "float64" => ValueKind::Float,
        "duration" => ValueKind::Duration,
        "string" | "LocalMode" | "ProxyMode" => ValueKind::String,
        "strings" => ValueKind::List,
        "stringArray" => ValueKind::Strings,
        "int32Slice" | "ints" => ValueKind::Ints,
        "ip" => ValueKind::Ip,
        "ipport" => ValueKind::IpPort,
        "cidrs" => ValueKind::Cidrs,
        "mapStringBool" | "mapStringString" | "stringToString" | "colonSeparatedMultimapStringString" => ValueKind::Map,
        "quantity" => ValueKind::Quantity,
        "portRange" => ValueKind::PortRange,
        "namedCertKey" => ValueKind::CertKeyPairs,
        "pattern=N,..." => ValueKind::ModuleSpec,
        "version[=true]" | "=true]" => ValueKind::Version,
        "[]v1.Taint" => ValueKind::Taints,
        "reserved-memory" => ValueKind::ReservedMemory,
        _ => return None,
    })
}

/// Whether the program knows the flag, shown or hidden: a known one lets it read on, to a value it refuses or to the poison.
fn is_known(built: &Built, name: &str) -> bool {
    let said = built.says(&[&format!("--{name}=1"), POISON]);
    let unknown = said.lines().any(|line| line.trim_end_matches('"').ends_with(&format!("unknown flag: --{name}")));
    assert!(unknown || said.contains(POISON.trim_end_matches("=1")) || said.contains("invalid argument"), "--{name}: {said}");
    !unknown
}

/// Every name that the table has at any minor.
fn all_names(program: Program) -> BTreeSet<&'static str> {
    (facts::OLDEST.0..=facts::NEWEST.0).flat_map(|minor| facts::flags(program, Minor(minor))).map(|flag| flag.name).collect()
}
