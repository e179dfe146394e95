//! Documents: which kind they are, whether they are what the schema says, and what stands around the spec.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    characters,
    convert::Reader,
    diagnostics::{BadName, DoesNotBelong, ForeignDocument, MissingField, NotASpec, UnknownApiVersion, UnknownKind, nearest},
    mistakes,
    model::values::is_label,
    published::{API_VERSION, KINDS},
    schema::{self, Part, What},
    v1alpha1::{self as v1, List},
    words::SelectLevel,
};
use crate::{
    base::SpecPath,
    diag::{Diagnostics, Place},
    yaml::{Document, Entry, Node},
};

/// A document of the language, its spec still a tree: specs and profiles are merged before they are decoded.
#[derive(Debug, Clone)]
pub enum Parsed {
    /// One cluster.
    Cluster(ClusterDocument),
    /// A profile.
    Profile(ProfileDocument),
    /// A fleet.
    Workspace(WorkspaceDocument),
    /// A list of waivers.
    Waivers(WaiversDocument),
}

/// One cluster.
#[derive(Debug, Clone)]
pub struct ClusterDocument {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub name_place: Place,
    /// Its spec: the root of the paths of a cluster.
    pub spec: Node,
}

/// A profile.
#[derive(Debug, Clone)]
pub struct ProfileDocument {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub name_place: Place,
    /// One sentence on who it is for.
    pub description: Option<String>,
    /// The profiles that it starts from.
    pub extends: Vec<String>,
    /// Which controls it selects.
    pub select: Select,
    /// Parameters of controls.
    pub with: BTreeMap<String, BTreeMap<String, Value>>,
    /// Its part of a cluster's spec.
    pub spec: Option<Node>,
    /// The whole document: the root of the paths of a profile (`/select/drop`, `/spec/logging`).
    pub root: Node,
}

/// Which controls a profile selects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Select {
    /// Those of these levels.
    pub levels: Vec<SelectLevel>,
    /// Those that these benchmarks ask for.
    pub benchmarks: Vec<String>,
    /// Those named.
    pub controls: Vec<String>,
    /// Not those named here.
    pub drop: Vec<String>,
}

/// A fleet.
#[derive(Debug, Clone)]
pub struct WorkspaceDocument {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub name_place: Place,
    /// Patterns of files with clusters.
    pub clusters: Vec<String>,
    /// Patterns of files with profiles.
    pub profiles: Vec<String>,
    /// Patterns of files with waivers.
    pub waivers: Vec<String>,
    /// Which manifests are judged against which clusters.
    pub check: Vec<WorkspaceCheck>,
    /// The whole document: the root of its paths (`/spec/clusters/0`).
    pub root: Node,
}

/// Manifests and the clusters that they go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceCheck {
    /// Patterns of files.
    pub paths: Vec<String>,
    /// Names of clusters, `*` for any text.
    pub clusters: Vec<String>,
    /// Where each of them stands.
    pub places: Vec<Place>,
}

/// A list of waivers.
#[derive(Debug, Clone)]
pub struct WaiversDocument {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub name_place: Place,
    /// The waivers, as a spec that holds nothing else: ready to be merged.
    pub spec: Node,
}

/// Reads a document: its kind, its name, and everything that the schema of the kind refuses.
///
/// The document is given back as soon as kind and name are known, also when something in it is wrong: `decode` can then report what
/// else is. An empty document is nothing and no mistake.
pub fn document(document: &Document, diagnostics: &mut Diagnostics) -> Option<Parsed> {
    document.problems.iter().cloned().for_each(|problem| diagnostics.push(problem));
    let root = document.root.as_ref().filter(|root| !root.is_null())?;
    let mut reader = Reader::new(root);
    characters::unseen_in(root).into_iter().for_each(|problem| reader.push(problem));
    let parsed = parse(&mut reader, root);
    reader.finish(diagnostics);
    if document.has_errors() { None } else { parsed }
}

fn parse(r: &mut Reader<'_>, root: &Node) -> Option<Parsed> {
    let Some(entries) = root.as_map() else {
        r.push(NotASpec { found: root.kind_name(), place: root.place.clone() });
        return None;
    };
    if let Some(foreign) = foreign(root) {
        r.push(foreign);
        return None;
    }
    api_version(r, root);
    match kind(r, root)? {
        "Cluster" => cluster(r, root, entries),
        "Profile" => profile(r, root, entries),
        "Workspace" => workspace(r, root, entries),
        _ => waivers(r, root, entries),
    }
}

/// Whether a document says that it is of another project: by the group of its version, else by a kind that is none of ours misspelt.
fn foreign(root: &Node) -> Option<ForeignDocument> {
    let text = |key| root.get(key).and_then(Node::as_str);
    let (version, kind) = (text("apiVersion")?, text("kind")?);
    let (ours, _) = API_VERSION.split_once('/')?;
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let near = |word: &str, of: &str| nearest(word, [of]).is_some();
    let of_others = group.contains('.') && !near(group, ours);
    let is_ours = near(group, ours) || near(version, API_VERSION) || KINDS.into_iter().any(|known| near(kind, known));
    (of_others || !is_ours).then(|| ForeignDocument {
        version: version.to_owned(),
        kind: kind.to_owned(),
        place: root.get("apiVersion").map_or(&root.place, Node::used_at).clone(),
    })
}

fn api_version(r: &mut Reader<'_>, root: &Node) {
    match root.get("apiVersion") {
        // Under a wrong name it is a field that does not exist.
        None if root.as_map().into_iter().flatten().any(|entry| nearest(&entry.key, ["apiVersion"]).is_some()) => {}
        None => missing(r, root, "apiVersion", format!("`{API_VERSION}`")),
        Some(node) if node.as_str() == Some(API_VERSION) => {}
        Some(node) => {
            let version = node.as_str().or_else(|| node.raw()).unwrap_or(node.kind_name()).to_owned();
            r.push(UnknownApiVersion { version, known: API_VERSION, place: node.used_at().clone() });
        }
    }
}

fn kind(r: &mut Reader<'_>, root: &Node) -> Option<&'static str> {
    let Some(node) = root.get("kind") else {
        missing(r, root, "kind", "for example `Cluster`".to_owned());
        return None;
    };
    let known = KINDS.into_iter().find(|kind| node.as_str() == Some(kind));
    if known.is_none() {
        let kind = node.as_str().or_else(|| node.raw()).unwrap_or(node.kind_name()).to_owned();
        r.push(UnknownKind { kind, kinds: KINDS.map(str::to_owned).to_vec(), place: node.used_at().clone() });
    }
    known
}

fn missing(r: &mut Reader<'_>, root: &Node, field: &str, hint: String) {
    let place = super::tree::spot(root, &SpecPath::root()).map_or_else(|| root.place.clone(), |spot| spot.field);
    r.push(MissingField { field: field.to_owned(), parent: String::new(), hint, place });
}

/// Validates what stands around the spec and gives it typed; the spec is validated apart.
fn envelope<T: DeserializeOwned>(r: &mut Reader<'_>, part: Part, root: &Node, entries: &[Entry]) -> T {
    let apart = matches!(part, Part::Cluster | Part::Profile);
    let value = |entry: &Entry| match (apart && entry.key == "spec", entry.value.as_map()) {
        (true, Some(_)) => Value::Object(Map::new()),
        (true | false, _) => entry.value.to_json(),
    };
    let mut whole = Value::Object(entries.iter().map(|entry| (entry.key.clone(), value(entry))).collect());
    let mut wrong = schema::mistakes(part, &whole);
    mistakes::prune(&mut whole, &wrong);
    // Reported before, in words of their own.
    wrong.retain(|mistake| match (&mistake.what, mistake.pointer.as_str()) {
        (What::Missing { field, .. }, "") => field != "apiVersion" && field != "kind",
        (_, pointer) => pointer != "/apiVersion" && pointer != "/kind",
    });
    r.extend(mistakes::diagnostics(part, root, &wrong));
    serde_json::from_value(whole).expect("internal error: the schema let pass what the types refuse")
}

/// The spec of a document, validated.
fn spec(r: &mut Reader<'_>, root: &Node) -> Option<Node> {
    let spec = root.get("spec").filter(|spec| spec.as_map().is_some())?;
    let wrong = schema::mistakes(Part::Spec, &spec.to_json());
    r.extend(mistakes::diagnostics(Part::Spec, spec, &wrong));
    Some(spec.clone())
}

/// The name of a document and its place.
fn name(r: &mut Reader<'_>, root: &Node, what: &'static str) -> Option<(String, Place)> {
    let node = root.get("metadata")?.get("name")?;
    let (name, place) = (node.as_str()?.to_owned(), node.used_at().clone());
    if !is_label(&name) {
        let form = "lower-case letters, digits and hyphens, at most 63";
        r.push(BadName { name, what, form, place });
        return None;
    }
    Some((name, place))
}

fn list<T>(list: Option<List<T>>) -> Vec<T> {
    list.unwrap_or_default().into_iter().collect()
}

fn cluster(r: &mut Reader<'_>, root: &Node, entries: &[Entry]) -> Option<Parsed> {
    let _: v1::Cluster = envelope(r, Part::Cluster, root, entries);
    let spec = spec(r, root);
    let (name, name_place) = name(r, root, "a cluster")?;
    Some(Parsed::Cluster(ClusterDocument { name, name_place, spec: spec? }))
}

fn profile(r: &mut Reader<'_>, root: &Node, entries: &[Entry]) -> Option<Parsed> {
    let written: v1::Profile = envelope(r, Part::Profile, root, entries);
    let spec = spec(r, root);
    if let Some(place) = spec.as_ref().and_then(|spec| spec.place_of_key("profiles")) {
        let (why, help) = ("a profile starts from others with `extends`", "write `extends` beside `spec`");
        let what = "profiles".to_owned();
        r.push(DoesNotBelong { what, why: why.to_owned(), help: help.to_owned(), place: place.clone(), beside: None });
    }
    let (name, name_place) = name(r, root, "a profile")?;
    let select = written.select.unwrap_or_default();
    Some(Parsed::Profile(ProfileDocument {
        name,
        name_place,
        description: written.description,
        extends: list(written.extends),
        select: Select {
            levels: list(select.levels),
            benchmarks: list(select.benchmarks),
            controls: list(select.controls),
            drop: list(select.drop),
        },
        with: written.with.unwrap_or_default().into_iter().map(|(id, with)| (id, with.into_iter().collect())).collect(),
        spec,
        root: root.clone(),
    }))
}

fn workspace(r: &mut Reader<'_>, root: &Node, entries: &[Entry]) -> Option<Parsed> {
    let written: v1::Workspace = envelope(r, Part::Workspace, root, entries);
    let (name, name_place) = name(r, root, "a workspace")?;
    let spec = written.spec.unwrap_or_default();
    let check = list(spec.check).into_iter().enumerate().map(|(n, entry)| workspace_check(root, n, entry)).collect();
    Some(Parsed::Workspace(WorkspaceDocument {
        name,
        name_place,
        clusters: list(spec.clusters),
        profiles: list(spec.profiles),
        waivers: list(spec.waivers),
        check,
        root: root.clone(),
    }))
}

fn workspace_check(root: &Node, n: usize, entry: v1::WorkspaceCheck) -> WorkspaceCheck {
    let clusters = list(entry.clusters);
    let at = |m: usize| root.nearest(&format!("/spec/check/{n}/clusters/{m}")).used_at().clone();
    WorkspaceCheck { paths: list(entry.paths), places: (0..clusters.len()).map(at).collect(), clusters }
}

fn waivers(r: &mut Reader<'_>, root: &Node, entries: &[Entry]) -> Option<Parsed> {
    let _: v1::Waivers = envelope(r, Part::Waivers, root, entries);
    let (name, name_place) = name(r, root, "a list of waivers")?;
    let entry = root.entry("waivers")?.clone();
    let spec = Node::new(crate::yaml::Value::Map(vec![entry]), root.place.clone());
    Some(Parsed::Waivers(WaiversDocument { name, name_place, spec }))
}
