//! Flags of etcd: names, and the defaults that its help prints.

use std::collections::BTreeMap;

use harden::facts::{self, EtcdVersion, ValueKind};

use super::{Differences, Known};
use crate::programs::{self, Built};

/// Differences that are right as they are.
const KNOWN: Known = &[
    (
        "etcd 3.6",
        "flag",
        "discovery",
        "its help announces the deprecation for 3.7, which has removed the flag; the source marks it in 3.6",
    ),
    ("etcd 3.6", "flag", "discovery-proxy", "as discovery"),
    ("etcd 3.7", "flag", "discovery", "its help still lists the flag, the program refuses it"),
    ("etcd 3.7", "flag", "discovery-proxy", "its help still lists the flag, the program refuses it"),
];

#[test]
fn etcd_36() {
    compare("etcd36", 6);
}

#[test]
fn etcd_37() {
    compare("etcd37", 7);
}

fn compare(set: &str, minor: u16) {
    let Some(built) = programs::find(set, "etcd") else { return };
    let version = built.says(&["--version"]);
    let version = version.lines().find_map(|line| line.strip_prefix("etcd Version: ")).expect("etcd says its version");
    let version: EtcdVersion = version.parse().expect("a version");
    assert_eq!(version.minor, minor, "{set} holds etcd {version}");
    let mut differences = Differences::of(format!("etcd 3.{minor}"), KNOWN);
    let help = read(&built.says(&["--help"]));
    for (name, Shown { default, deprecated }) in &help {
        match facts::etcd_flag(name, version).known() {
            None if !is_known(&built, name, ValueKind::String) => {
                differences.note("flag", name, "the help lists it, the program does not know it, as the table says");
            }
            None => differences.note("flag", name, "the program lists it, the table does not have it"),
            Some(flag) if flag.deprecated != *deprecated => {
                differences.note("flag", name, format!("deprecated: program {deprecated}, table {}", flag.deprecated));
            }
            Some(flag) if default.as_deref() == flag.default || default.is_none() => {}
            Some(flag) => differences.note("flag", name, format!("default: program {default:?}, table {:?}", flag.default)),
        }
    }
    for flag in facts::etcd_flags(version).filter(|flag| !help.contains_key(flag.name)) {
        if !is_known(&built, flag.name, flag.kind) {
            differences.note("flag", flag.name, "the table has it, the program does not know it");
        }
    }
    for name in all_names().filter(|name| !facts::etcd_flag(name, version).is_known()) {
        if is_known(&built, name, ValueKind::String) {
            differences.note("flag", name, "the program knows it, the table says that it does not");
        }
    }
    differences.none();
}

/// A flag as the help lists it.
#[derive(Default)]
struct Shown {
    default: Option<String>,
    deprecated: bool,
}

/// `  --name 'default'` or `  --name`, then its text.
fn read(help: &str) -> BTreeMap<String, Shown> {
    let mut flags: BTreeMap<String, Shown> = BTreeMap::new();
    let mut last = String::new();
    for line in help.lines() {
        if let Some(rest) = line.strip_prefix("  --") {
            let (name, value) = rest.split_once([' ', '=']).unwrap_or((rest, ""));
            let quoted = value.trim().strip_prefix('\'').and_then(|value| value.split_once('\'')).map(|(default, _)| default);
            let number = Some(value.trim()).filter(|value| value.starts_with(|first: char| first.is_ascii_digit()));
            flags.insert(name.to_owned(), Shown { default: quoted.or(number).map(str::to_owned), deprecated: false });
            last = name.to_owned();
        } else if let Some(shown) =
            flags.get_mut(&last).filter(|_| line.contains("Deprecated in") || line.contains("Deprecated and"))
        {
            shown.deprecated = true;
        }
    }
    assert!(flags.len() > 50, "the help lists only {} flags", flags.len());
    flags
}

/// Whether the program knows the flag: it stops at the first that it does not know.
fn is_known(built: &Built, name: &str, kind: ValueKind) -> bool {
    if kind == ValueKind::Version {
        return true;
    }
    let said = built.says(&[&format!("--{name}=1"), "--harden-no-such-flag=1"]);
    !said.contains(&format!("flag provided but not defined: -{name}\n"))
}

/// Every name that the table has at any version.
fn all_names() -> impl Iterator<Item = &'static str> {
    let newest = |minor| facts::etcd_flags(EtcdVersion { minor, patch: 999 });
    let names: std::collections::BTreeSet<&str> = (4..=7).flat_map(newest).map(|flag| flag.name).collect();
    names.into_iter()
}
