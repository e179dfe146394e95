//! Profiles: the built-in ones and the owner's, followed along `extends` into what they ask for.

use std::collections::BTreeMap;

use crate::{
    base::{Cause, Level, SpecPath},
    diag::{Diagnostics, Place, Source},
    yaml::{self, Node},
};

use super::diagnostics::{DuplicateProfile, ProfileCycle, ProfileIsBuiltIn, TooManyParents, UnknownProfile};

/// How many profiles one may extend, each counted once for every way that leads to it.
const MOST_PARENTS: usize = 1_000;

/// The built-in profiles: name and text.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("baseline", include_str!("../../profiles/baseline.yaml")),
    ("cis-level-1", include_str!("../../profiles/cis-level-1.yaml")),
    ("cis-level-2", include_str!("../../profiles/cis-level-2.yaml")),
    ("nsa", include_str!("../../profiles/nsa.yaml")),
    ("restricted", include_str!("../../profiles/restricted.yaml")),
    ("ten-ways", include_str!("../../profiles/ten-ways.yaml")),
];

/// Every profile by name, as trees.
#[derive(Debug, Clone, Default)]
pub struct Profiles {
    by_name: BTreeMap<String, Profile>,
}

#[derive(Debug, Clone)]
struct Profile {
    tree: Node,
    name_place: Place,
    built_in: bool,
}

/// One thing that a profile asks of the selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Which controls.
    pub what: AskedFor,
    /// Where the profile says so.
    pub cause: Cause,
    /// The place of the words, for messages.
    pub place: Place,
}

/// Which controls a profile asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedFor {
    /// Every control of a level.
    Level(Level),
    /// Every control that a benchmark asks for.
    Benchmark(String),
    /// One control by its id.
    Control(String),
    /// Not this control.
    Drop(String),
}

/// A parameter that a profile or the spec gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenParam {
    /// The id of the control.
    pub control: String,
    /// The name of the parameter.
    pub name: String,
    /// Its value.
    pub value: serde_json::Value,
    /// Where it is given.
    pub cause: Cause,
    /// The place of the value, for messages.
    pub place: Place,
}

/// What a profile of the cluster's list asks for: its own words, and the profiles that it extends. Its words win over theirs; they stand
/// beside each other as the profiles of a cluster do.
#[derive(Debug, Clone, Default)]
pub struct Flat {
    /// The name of the profile.
    pub name: String,
    /// What it extends.
    pub parents: Vec<Flat>,
    /// What it selects and drops itself; later entries win over earlier ones.
    pub asks: Vec<Ask>,
    /// Its own parameters.
    pub params: Vec<GivenParam>,
    /// Its own part of a spec.
    pub spec: Option<Node>,
}

impl Profiles {
    /// The built-in profiles.
    pub fn built_in(diags: &mut Diagnostics) -> Self {
        let mut profiles = Profiles::default();
        for (name, text) in BUILT_IN {
            for document in yaml::read(&Source::new(format!("builtin:{name}"), *text)) {
                if let Some(tree) = document.root {
                    profiles.add(tree, true, diags);
                }
            }
        }
        profiles
    }

    /// Adds a profile of the workspace; its document has been validated.
    pub fn add(&mut self, tree: Node, built_in: bool, diags: &mut Diagnostics) {
        let Some(name_node) = tree.at_pointer("/metadata/name") else { return };
        let Some(name) = name_node.as_str().map(str::to_owned) else { return };
        let name_place = name_node.place.clone();
        match self.by_name.get(&name) {
            Some(present) if present.built_in => diags.push(ProfileIsBuiltIn { name, at: name_place }),
            Some(present) => {
                diags.push(DuplicateProfile { name, at: name_place, other: present.name_place.clone() });
            }
            None => {
                self.by_name.insert(name, Profile { tree, name_place, built_in });
            }
        }
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The tree of a profile, for places.
    #[must_use]
    pub fn tree(&self, name: &str) -> Option<&Node> {
        self.by_name.get(name).map(|profile| &profile.tree)
    }

    /// Flattens a profile along `extends`; `place` is where it is named.
    pub fn flatten(&self, name: &str, place: &Place, diags: &mut Diagnostics) -> Option<Flat> {
        self.collect(name, place, &mut Way::default(), diags)
    }

    fn collect(&self, name: &str, place: &Place, way: &mut Way, diags: &mut Diagnostics) -> Option<Flat> {
        way.followed += 1;
        if way.followed > MOST_PARENTS {
            if way.followed == MOST_PARENTS + 1 {
                diags.push(TooManyParents { name: way.chain.first()?.clone(), most: MOST_PARENTS, at: place.clone() });
            }
            return None;
        }
        if way.chain.iter().any(|seen| seen == name) {
            diags.push(ProfileCycle { chain: [&way.chain.join(" -> "), name].join(" -> "), at: place.clone() });
            return None;
        }
        let Some(profile) = self.by_name.get(name) else {
            let names = self.names().map(str::to_owned).collect();
            diags.push(UnknownProfile { name: name.to_owned(), names, at: place.clone() });
            return None;
        };
        way.chain.push(name.to_owned());
        let named = items(profile.tree.get("extends")).iter().filter_map(|parent| Some((parent.as_str()?, &parent.place)));
        let parents: Vec<Option<Flat>> = named.map(|(parent, place)| self.collect(parent, place, way, diags)).collect();
        way.chain.pop();
        let parents = parents.into_iter().collect::<Option<_>>()?;
        let mut flat = Flat { name: name.to_owned(), parents, spec: profile.tree.get("spec").cloned(), ..Flat::default() };
        read_selection(name, &profile.tree, &mut flat);
        read_params(name, profile.tree.get("with"), &mut flat);
        Some(flat)
    }
}

/// Where the following of `extends` stands.
#[derive(Default)]
struct Way {
    /// The profiles from the first to the one at hand.
    chain: Vec<String>,
    /// How many were followed in all.
    followed: usize,
}

impl Flat {
    /// The profile and all that it extends, itself last.
    #[must_use]
    pub fn with_parents(&self) -> Vec<&Flat> {
        self.parents.iter().flat_map(Flat::with_parents).chain([self]).collect()
    }
}

fn items(list: Option<&Node>) -> &[Node] {
    list.and_then(Node::as_seq).unwrap_or(&[])
}

fn cause(profile: &str, path: &str) -> Cause {
    Cause::Profile { profile: profile.into(), path: SpecPath::new(path) }
}

fn read_selection(profile: &str, tree: &Node, flat: &mut Flat) {
    let mut read = |field: &str, make: &dyn Fn(&str) -> Option<AskedFor>| {
        for item in items(tree.at_pointer(&format!("/select/{field}"))) {
            if let Some(what) = item.as_str().and_then(make) {
                flat.asks.push(Ask { what, cause: cause(profile, &format!("/select/{field}")), place: item.place.clone() });
            }
        }
    };
    read("levels", &|word| match word {
        "baseline" => Some(AskedFor::Level(Level::Baseline)),
        "restricted" => Some(AskedFor::Level(Level::Restricted)),
        "optional" => Some(AskedFor::Level(Level::Optional)),
        _ => None,
    });
    read("benchmarks", &|name| Some(AskedFor::Benchmark(name.to_owned())));
    read("controls", &|id| Some(AskedFor::Control(id.to_owned())));
    read("drop", &|id| Some(AskedFor::Drop(id.to_owned())));
}

fn read_params(profile: &str, with: Option<&Node>, flat: &mut Flat) {
    for control in with.and_then(Node::as_map).unwrap_or(&[]) {
        for param in control.value.as_map().unwrap_or(&[]) {
            let path = SpecPath::new("/with").child(&control.key).child(&param.key);
            flat.params.push(GivenParam {
                control: control.key.clone(),
                name: param.key.clone(),
                value: param.value.to_json(),
                cause: Cause::Profile { profile: profile.into(), path },
                place: param.value.place.clone(),
            });
        }
    }
}
