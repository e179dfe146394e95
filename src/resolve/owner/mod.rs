//! The owner's own kubeadm configuration: what is carried, what becomes settings of the plan, what is refused, what contradicts the spec.
//!
//! In: the documents that `platform.kubeadm.config` names. Out: answers where the spec is silent, documents to write under ours, flags,
//! fields and mounts that go into the plan before any control writes, and a line about every field.

mod characters;
mod components;
mod contradictions;
mod diagnostics;
mod documents;
mod etcd;
mod fields;
mod guard;
mod kubeadm;
mod node;
mod risks;
mod runtime;
mod secrets;
mod settings;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{Cause, Cidr, KubeVersion, SpecPath},
    diag::{Diagnostics, Place, Source},
    facts,
    plan::{ExternalEtcd, Locate, OwnerDocument, OwnerField, OwnerNote, OwnerValue, Plan, Program, host_paths},
    spec::{self, model::Kubeadm},
    yaml::Node,
};

use super::{Resolved, Surroundings, diagnostics::BrokenFile};
use settings::Setting;

pub use diagnostics::ENTRIES;

/// Where the spec names the file.
const NAMED_AT: &str = "/platform/kubeadm/config";

pub(super) const ENDPOINT: &str = "/ClusterConfiguration/controlPlaneEndpoint";
pub(super) const PODS: &str = "/ClusterConfiguration/networking/podSubnet";
pub(super) const SERVICES: &str = "/ClusterConfiguration/networking/serviceSubnet";

/// The owner's configuration, read.
#[derive(Debug, Clone, Default)]
pub struct Owner {
    /// The name of the file, as the spec writes it.
    file: String,
    /// The text without its secrets.
    source: Option<Source>,
    /// The digest of the file as it is.
    digest: String,
    /// The documents by kind.
    root: Option<Node>,
    /// The maps with fields that no version has, and the values of a wrong kind.
    unread: BTreeSet<SpecPath>,
    documents: BTreeMap<String, OwnerDocument>,
    settings: Vec<Setting>,
    notes: Vec<OwnerNote>,
}

/// Reads the file that `platform.kubeadm.config` names, where it names one. Nothing when it cannot be read: what it would have answered is
/// not known.
pub(super) fn read(spec: &Kubeadm, tree: &Node, around: &Surroundings<'_>, diags: &mut Diagnostics) -> Option<Owner> {
    let Some(file) = &spec.config else { return Some(Owner::default()) };
    let source = match (around.read)(file) {
        Ok(source) => source,
        Err(why) => {
            let at = spec::locate(tree, &SpecPath::new(NAMED_AT));
            diags.push(BrokenFile { path: file.clone(), why, at });
            return None;
        }
    };
    let digest = crate::base::sha256_hex(source.text().as_bytes());
    let (source, secrets) = secrets::blotted(source);
    let mut root = documents::read(&source, diags)?;
    characters::check(&root, &secrets, diags);
    let unread = fields::check(&root, spec.kubernetes_version, diags);
    etcd::check(&root, spec, diags);
    let guarded = guard::apply(&mut root, spec, tree, &secrets, diags);
    let mut reading = Reading::new(file, &root, spec.kubernetes_version);
    kubeadm::take(&mut reading, diags);
    components::take(&mut reading);
    contradictions::report(spec, tree, &root, diags);
    runtime::contradictions(tree, &root, diags);
    let Reading { documents, settings, mut notes, .. } = reading;
    guarded.write_notes(&mut notes);
    Some(Owner { file: file.clone(), source: Some(source), digest, unread, documents, settings, notes, root: Some(root) })
}

/// What reading gathers.
struct Reading<'a> {
    file: &'a str,
    root: &'a Node,
    version: KubeVersion,
    documents: BTreeMap<String, OwnerDocument>,
    settings: Vec<Setting>,
    notes: Vec<OwnerNote>,
}

impl<'a> Reading<'a> {
    fn new(file: &'a str, root: &'a Node, version: KubeVersion) -> Self {
        Reading { file, root, version, documents: BTreeMap::new(), settings: Vec::new(), notes: Vec::new() }
    }

    /// Writes down what becomes of a field; the pointer begins with the kind.
    fn note(&mut self, pointer: &str, fate: OwnerField, value: &serde_json::Value, why: Option<&str>) {
        self.notes.push(note(pointer, fate, &shown(value), why));
    }
}

fn note(pointer: &str, fate: OwnerField, value: &str, why: Option<&str>) -> OwnerNote {
    OwnerNote {
        field: pointer.trim_start_matches('/').to_owned(),
        fate,
        value: value.to_owned(),
        why: why.map(str::to_owned),
        named_at: SpecPath::new(NAMED_AT),
    }
}

/// The port that kubeadm has the API server listen on, and that probes, kubeconfig files and joining nodes ask.
fn bind_port(root: &Node) -> u16 {
    let said = root.at_pointer("/InitConfiguration/localAPIEndpoint/bindPort").and_then(Node::as_int);
    said.and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0).unwrap_or(facts::API_PORT)
}

/// A value shortened for reading.
fn shown(value: &serde_json::Value) -> String {
    const LONGEST: usize = 80;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

impl Owner {
    fn value(&self, pointer: &str) -> Option<&Node> {
        spec::node_at(self.root.as_ref()?, &SpecPath::new(pointer)).filter(|node| !node.is_null())
    }

    /// Whether the file has a word on it, usable or not, or may have one that could not be read.
    pub(super) fn says(&self, pointer: &str) -> bool {
        let Some(mut node) = self.root.as_ref() else { return false };
        let mut at = SpecPath::root();
        for segment in SpecPath::new(pointer).segments() {
            match node.get(&segment) {
                Some(below) => node = below,
                None => return self.unread.contains(&at),
            }
            at = at.child(&segment);
        }
        !node.is_null() && node.as_str() != Some("")
    }

    fn text(&self, pointer: &str) -> Option<String> {
        self.value(pointer)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The value of a flag that counts, where the file gives the program one.
    pub(super) fn flag(&self, program: Program, name: &str) -> Option<&str> {
        let setting = self.settings.iter().find(|setting| setting.flag() == Some((program, name)))?;
        setting.flag_values().last().map(String::as_str)
    }

    /// Where a field of the file stands; nothing where it has none.
    pub(super) fn place(&self, pointer: &str) -> Option<Place> {
        Some(self.value(pointer)?.used_at().clone())
    }

    fn ranges(&self, pointer: &str) -> Option<Vec<Cidr>> {
        self.text(pointer)?.split(',').map(|range| range.trim().parse().ok()).collect()
    }

    pub(super) fn endpoint(&self) -> Option<String> {
        self.text(ENDPOINT)
    }

    pub(super) fn pod_subnets(&self) -> Option<Vec<Cidr>> {
        self.ranges(PODS)
    }

    pub(super) fn service_subnets(&self) -> Option<Vec<Cidr>> {
        self.ranges(SERVICES)
    }

    pub(super) fn bind_port(&self) -> u16 {
        self.root.as_ref().map_or(facts::API_PORT, bind_port)
    }

    pub(super) fn dns_domain(&self) -> Option<String> {
        self.text("/ClusterConfiguration/networking/dnsDomain")
    }

    pub(super) fn certificates_dir(&self) -> Option<String> {
        self.text("/ClusterConfiguration/certificatesDir").map(|text| host_paths::clean(&text))
    }

    pub(super) fn cluster_name(&self) -> Option<String> {
        self.text("/ClusterConfiguration/clusterName")
    }

    pub(super) fn image_repository(&self) -> Option<String> {
        self.text("/ClusterConfiguration/imageRepository")
    }

    pub(super) fn cri_socket(&self) -> Option<String> {
        self.text("/InitConfiguration/nodeRegistration/criSocket")
            .or_else(|| self.text("/JoinConfiguration/nodeRegistration/criSocket"))
    }

    pub(super) fn external_etcd(&self) -> Option<ExternalEtcd> {
        let external = self.value("/ClusterConfiguration/etcd/external")?;
        let text = |field: &str| external.get(field).and_then(Node::as_str).unwrap_or_default().to_owned();
        let endpoints = external.get("endpoints").and_then(Node::as_seq).unwrap_or(&[]);
        Some(ExternalEtcd {
            endpoints: endpoints.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
            ca_file: text("caFile"),
            cert_file: text("certFile"),
            key_file: text("keyFile"),
        })
    }

    /// Whether it says that kubeadm installs no kube-proxy.
    pub(super) fn disables_kube_proxy(&self) -> bool {
        self.value("/ClusterConfiguration/proxy/disabled").and_then(Node::as_bool) == Some(true)
    }

    pub(super) fn documents(&self) -> BTreeMap<String, OwnerDocument> {
        self.documents.clone()
    }

    pub(super) fn notes(&self) -> Vec<OwnerNote> {
        self.notes.clone()
    }

    /// The texts of the owner's files by the name that causes use, for places.
    pub(super) fn sources(&self) -> Vec<(String, Source, Node)> {
        match (&self.source, &self.root) {
            (Some(source), Some(root)) => vec![(self.file.clone(), source.clone(), root.clone())],
            (None, _) | (_, None) => Vec::new(),
        }
    }

    /// The file with its digest, for the manifest.
    pub(super) fn inputs(&self) -> BTreeMap<String, String> {
        self.source.iter().map(|_| (self.file.clone(), self.digest.clone())).collect()
    }

    /// Puts the owner's flags, fields and mounts into the plan, before controls write.
    pub fn write_plan(&self, places: &dyn Locate, plan: &mut Plan, diags: &mut Diagnostics) {
        for note in self.notes.iter().filter(|note| note.fate == OwnerField::Refused) {
            if let Some(key) = settings::refused_key(&note.field) {
                plan.was(key, &OwnerValue::Flag(std::slice::from_ref(&note.value)));
            }
        }
        settings::make_room(&self.settings, plan);
        for setting in &self.settings {
            setting.write_plan(&self.file, places, plan, diags);
        }
    }

    /// After every control has written: says of each setting whether it kept its value, and reports what must not be mixed and what is
    /// carried at a risk.
    pub fn settle(&self, cluster: &Resolved, plan: &mut Plan, diags: &mut Diagnostics) {
        for setting in &self.settings {
            setting.settle(plan);
        }
        self.say_taken(cluster, plan, diags);
        contradictions::after(self, cluster, plan, diags);
        contradictions::local_resolver(self, cluster, plan, diags);
        runtime::other_sockets(self, cluster, plan, diags);
        risks::report(self, cluster, plan, diags);
    }

    /// Says of each field that a control took back that it is not carried; what reading left behind is said already.
    fn say_taken(&self, places: &dyn Locate, plan: &Plan, diags: &mut Diagnostics) {
        let before = |note: &OwnerNote| self.notes.iter().any(|known| known.field == note.field && known.fate == note.fate);
        for note in plan.owner.iter().filter(|note| note.fate == OwnerField::Refused && !before(note)) {
            let at = places.locate(&self.cause(&format!("/{}", note.field)));
            let why = note.why.clone().unwrap_or_default();
            diags.push(diagnostics::FieldRefused { field: note.field.clone(), why, at });
        }
    }

    /// The place in the file behind a pointer that begins with the kind.
    fn cause(&self, pointer: &str) -> Cause {
        Cause::Owner(format!("{}#{pointer}", self.file).into())
    }
}

/// Where a field of the documents stands.
fn place(root: &Node, pointer: &str) -> Option<Place> {
    spec::locate(root, &SpecPath::new(pointer))
}
