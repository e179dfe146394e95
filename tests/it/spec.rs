//! The spec language: the whole grammar parses, and typical mistakes are found where they are.

use std::path::Path;

use harden::{
    base::Platform,
    diag::{Diagnostics, Source, render},
    spec::{self, Parsed, Spec},
    yaml,
};

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures").join(name);
    std::fs::read_to_string(path).unwrap()
}

fn parse(name: &str, text: &str, diagnostics: &mut Diagnostics) -> Vec<Parsed> {
    yaml::read(&Source::new(name, text)).iter().filter_map(|document| spec::document(document, diagnostics)).collect()
}

/// Every cluster of a text, decoded, and everything that was said.
fn decode(text: &str) -> (Vec<Spec>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let mut specs = Vec::new();
    for parsed in parse("harden.yaml", text, &mut diagnostics) {
        if let Parsed::Cluster(cluster) = parsed {
            specs.extend(spec::decode(&cluster.spec, &mut diagnostics));
        }
    }
    (specs, diagnostics)
}

fn sound(text: &str) -> Vec<Spec> {
    let (specs, diagnostics) = decode(text);
    assert!(diagnostics.list().is_empty(), "{}", render(diagnostics.list(), false, 120));
    specs
}

#[test]
fn the_whole_language_parses() {
    let text = fixture("whole-language.yaml");
    let specs = sound(&text);
    assert_eq!(specs.len(), 1);
    assert_eq!(specs[0].platform.kind(), Platform::Kubeadm);
    let mut diagnostics = Diagnostics::default();
    let kinds: Vec<&str> = parse("x", &text, &mut diagnostics)
        .iter()
        .map(|parsed| match parsed {
            Parsed::Cluster(cluster) => cluster.name.as_str(),
            Parsed::Profile(profile) => profile.name.as_str(),
            Parsed::Workspace(workspace) => workspace.name.as_str(),
            Parsed::Waivers(waivers) => waivers.name.as_str(),
        })
        .map(|name| text.match_indices(name).next().map_or("", |(at, _)| &text[at..at + name.len()]))
        .collect();
    assert_eq!(kinds, ["shop-prod", "org", "fleet"]);
}
