//! kubeadm's own documents: arguments and volumes become settings, secrets and what belongs to one node stay behind, the rest is carried in
//! the form of v1beta4.

use serde_json::{Map, Value};

use crate::{
    diag::Diagnostics,
    facts::{self, FieldKind, Lookup},
    plan::{OwnerDocument, OwnerField, PER_NODE, Program, host_paths},
    yaml::Node,
};

use super::{
    Reading,
    diagnostics::{FieldRefused, UnknownKubeadmGate},
    fields, node, place,
    settings::{self, Setting},
};

const SECRET: &str = "it is a secret; secrets never stand in the tree";
const ONE_NODE: &str = "it belongs to one node";

/// The programs of the ClusterConfiguration, by where their arguments stand.
const SECTIONS: [(&str, Program); 4] = [
    ("/apiServer", Program::KubeApiserver),
    ("/controllerManager", Program::KubeControllerManager),
    ("/scheduler", Program::KubeScheduler),
    ("/etcd/local", Program::Etcd),
];

/// Flags of the kubelet that override a field of its file.
const KUBELET_FIELDS: [(&str, &str); 16] = [
    ("anonymous-auth", "authentication.anonymous.enabled"),
    ("authentication-token-webhook", "authentication.webhook.enabled"),
    ("authorization-mode", "authorization.mode"),
    ("cgroup-driver", "cgroupDriver"),
    ("client-ca-file", "authentication.x509.clientCAFile"),
    ("event-qps", "eventRecordQPS"),
    ("make-iptables-util-chains", "makeIPTablesUtilChains"),
    ("pod-max-pids", "podPidsLimit"),
    ("protect-kernel-defaults", "protectKernelDefaults"),
    ("read-only-port", "readOnlyPort"),
    ("rotate-certificates", "rotateCertificates"),
    ("rotate-server-certificates", "serverTLSBootstrap"),
    ("seccomp-default", "seccompDefault"),
    ("streaming-connection-idle-timeout", "streamingConnectionIdleTimeout"),
    ("tls-cipher-suites", "tlsCipherSuites"),
    ("tls-min-version", "tlsMinVersion"),
];

/// Flags of the kubelet whose value belongs to one node.
const KUBELET_OF_ONE_NODE: [&str; 3] = ["hostname-override", "node-ip", "provider-id"];

/// Where the kubelet's flags stand; each has a line of its own in the list of fields.
const KUBELET_ARGUMENTS: &str = "/nodeRegistration/kubeletExtraArgs";

/// The fields of the InitConfiguration that hold for every control-plane node.
const OF_EVERY_CONTROL_PLANE: [&str; 6] = [
    "/nodeRegistration/ignorePreflightErrors",
    "/nodeRegistration/imagePullPolicy",
    "/nodeRegistration/imagePullSerial",
    "/nodeRegistration/taints",
    "/patches/directory",
    TIMEOUT,
];

pub(super) fn take(reading: &mut Reading<'_>, diags: &mut Diagnostics) {
    cluster(reading, diags);
    init(reading, diags);
    join(reading, diags);
    further_control_plane(reading);
}

/// A document on its way into the tree.
struct Carried<'a> {
    kind: &'static str,
    document: &'a Node,
    tree: Map<String, Value>,
    moved: Vec<(String, String)>,
}

impl<'a> Carried<'a> {
    fn new(reading: &Reading<'a>, kind: &'static str) -> Option<Self> {
        let document = reading.root.get(kind)?;
        Some(Carried { kind, document, tree: node::fields(document), moved: Vec::new() })
    }

    fn pointer(&self, pointer: &str) -> String {
        format!("/{}{pointer}", self.kind)
    }

    /// Leaves a field behind, and says so.
    fn refuse(&mut self, reading: &mut Reading<'_>, diags: &mut Diagnostics, pointer: &str, why: &str) {
        if node::take(&mut self.tree, pointer).is_none() {
            return;
        }
        let field = self.pointer(pointer);
        reading.note(&field, OwnerField::Refused, &Value::String("...".to_owned()), Some(why));
        let at = place(reading.root, &field);
        diags.push(FieldRefused { field: field.trim_start_matches('/').to_owned(), why: why.to_owned(), at });
    }

    /// Moves a field to where v1beta4 has it.
    fn move_field(&mut self, from: &str, to: &str) {
        if let Some(value) = node::take(&mut self.tree, from) {
            node::put(&mut self.tree, to, value);
            self.moved.push((to.to_owned(), self.pointer(from)));
        }
    }

    /// Writes down what is carried, and keeps the document.
    fn finish(mut self, reading: &mut Reading<'_>, key: &str) {
        node::prune(&mut self.tree);
        if self.tree.is_empty() {
            return;
        }
        let mut document =
            OwnerDocument { file: reading.file.to_owned(), tree: self.tree, moved: self.moved.into_iter().collect() };
        let leaves = leaves(&document.tree, "");
        for (pointer, value) in leaves.into_iter().filter(|(pointer, _)| pointer != KUBELET_ARGUMENTS) {
            let place = document.place(self.kind, &pointer);
            let field = place.split_once('#').map_or(place.as_str(), |(_, field)| field);
            let why = (pointer == "/patches/directory").then_some("the static pods of the tree do not hold these patches");
            reading.note(field, OwnerField::Carried, &value, why);
        }
        if let Some(present) = reading.documents.get_mut(key) {
            // What the document says itself counts more than what was derived for it.
            for (pointer, value) in std::mem::take(&mut document.tree) {
                node::put(&mut present.tree, &pointer, value);
            }
            return;
        }
        reading.documents.insert(key.to_owned(), document);
    }
}

/// The fields of a tree down to the first thing that is no mapping.
fn leaves(tree: &Map<String, Value>, above: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (key, value) in tree {
        let pointer = format!("{above}/{}", key.replace('~', "~0").replace('/', "~1"));
        match value {
            Value::Object(inner) => found.extend(leaves(inner, &pointer)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                found.push((pointer, value.clone()));
            }
        }
    }
    found
}

fn cluster(reading: &mut Reading<'_>, diags: &mut Diagnostics) {
    let Some(mut carried) = Carried::new(reading, "ClusterConfiguration") else { return };
    if let Some(Value::String(folder)) = carried.tree.get_mut("certificatesDir") {
        *folder = host_paths::clean(folder);
    }
    for (section, program) in SECTIONS {
        for (_, name) in PER_NODE.iter().filter(|(of, _)| *of == program) {
            refuse_argument(&mut carried, reading, diags, section, name);
        }
        let at = |name: &str| carried.document.at_pointer(&format!("{section}/{name}"));
        settings::flags(reading, program, at("extraArgs"), &carried.pointer(&format!("{section}/extraArgs")));
        settings::mounts(reading, program, at("extraVolumes"), &carried.pointer(&format!("{section}/extraVolumes")));
        node::take(&mut carried.tree, &format!("{section}/extraArgs"));
        node::take(&mut carried.tree, &format!("{section}/extraVolumes"));
    }
    gates(&mut carried, reading, diags);
    if let Some(timeout) = node::take(&mut carried.tree, "/apiServer/timeoutForControlPlane") {
        let from = carried.pointer("/apiServer/timeoutForControlPlane");
        for key in ["InitConfiguration", "JoinConfiguration/control-plane"] {
            let mut document = OwnerDocument { file: reading.file.to_owned(), ..OwnerDocument::default() };
            node::put(&mut document.tree, TIMEOUT, timeout.clone());
            document.moved.insert(TIMEOUT.to_owned(), from.clone());
            reading.documents.insert(key.to_owned(), document);
        }
        reading.note(&from, OwnerField::Carried, &timeout, Some("v1beta4 has it in `timeouts` of the node's document"));
    }
    carried.finish(reading, "ClusterConfiguration");
}

const TIMEOUT: &str = "/timeouts/controlPlaneComponentHealthCheck";

/// Arguments that hold for one node only cannot stand in a document for all.
fn refuse_argument(carried: &mut Carried<'_>, reading: &mut Reading<'_>, diags: &mut Diagnostics, section: &str, name: &str) {
    let list = carried.document.at_pointer(&format!("{section}/extraArgs"));
    if !node::arguments(list).iter().any(|(argument, _)| argument == name) {
        return;
    }
    let field = carried.pointer(&format!("{section}/extraArgs/{name}"));
    reading.note(&field, OwnerField::Refused, &Value::String("...".to_owned()), Some(ONE_NODE));
    let at = place(reading.root, &field);
    diags.push(FieldRefused { field: field.trim_start_matches('/').to_owned(), why: ONE_NODE.to_owned(), at });
}

/// kubeadm's own feature gates. Control-plane pods of another user would not be those that are written here.
fn gates(carried: &mut Carried<'_>, reading: &mut Reading<'_>, diags: &mut Diagnostics) {
    let gates = carried.document.get("featureGates").and_then(Node::as_map).unwrap_or(&[]);
    for gate in gates {
        let value = gate.value.as_bool().unwrap_or_default();
        let why = match facts::kubeadm_gate(&gate.key, reading.version.minor) {
            Lookup::Known(known) if known.accepts(value) => continue,
            Lookup::Known(known) => format!("it is locked to {}", known.default),
            Lookup::Removed { in_, .. } => format!("it is gone since {in_}"),
            Lookup::NotYet { since } => format!("it exists since {since}"),
            Lookup::Unknown { nearest: Some(name) } => format!("there is none; the nearest name is `{name}`"),
            Lookup::Unknown { nearest: None } | Lookup::NotCovered => "there is none".to_owned(),
        };
        diags.push(UnknownKubeadmGate { gate: gate.key.clone(), why, at: Some(gate.key_place.clone()) });
    }
    if carried.tree.get("featureGates").and_then(|gates| gates.get("RootlessControlPlane")) == Some(&Value::Bool(true)) {
        let why = "static pods are written for the user that kubeadm gives them by default";
        carried.refuse(reading, diags, "/featureGates/RootlessControlPlane", why);
    }
}

fn init(reading: &mut Reading<'_>, diags: &mut Diagnostics) {
    let Some(mut carried) = Carried::new(reading, "InitConfiguration") else { return };
    let tokens = carried.document.get("bootstrapTokens").and_then(Node::as_seq).unwrap_or(&[]);
    if tokens.iter().any(|token| token.get("token").is_some()) {
        carried.refuse(reading, diags, "/bootstrapTokens", SECRET);
    }
    carried.refuse(reading, diags, "/certificateKey", SECRET);
    carried.refuse(reading, diags, "/dryRun", "every init would be a rehearsal");
    kubelet_arguments(&mut carried, reading, diags, false);
    carried.finish(reading, "InitConfiguration");
}

fn join(reading: &mut Reading<'_>, diags: &mut Diagnostics) {
    let Some(mut carried) = Carried::new(reading, "JoinConfiguration") else { return };
    let control_plane = carried.document.get("controlPlane").is_some_and(|node| !node.is_null());
    carried.move_field("/discovery/timeout", "/timeouts/discovery");
    carried.refuse(reading, diags, "/discovery/bootstrapToken", SECRET);
    carried.refuse(reading, diags, "/discovery/tlsBootstrapToken", SECRET);
    if let Some(file) = node::take(&mut carried.tree, "/discovery/file") {
        let why = format!("nodes find the cluster by {}", crate::plan::host_paths::DISCOVERY);
        reading.note("/JoinConfiguration/discovery/file", OwnerField::Overridden, &file, Some(&why));
    }
    carried.refuse(reading, diags, "/controlPlane/certificateKey", SECRET);
    carried.refuse(reading, diags, "/controlPlane/localAPIEndpoint/advertiseAddress", ONE_NODE);
    carried.refuse(reading, diags, "/nodeRegistration/name", ONE_NODE);
    carried.refuse(reading, diags, "/dryRun", "every join would be a rehearsal");
    kubelet_arguments(&mut carried, reading, diags, true);
    carried.finish(reading, if control_plane { "JoinConfiguration/control-plane" } else { "JoinConfiguration/worker" });
    let whose = if control_plane {
        "for further control-plane nodes, since the document has `controlPlane`"
    } else {
        "for workers, since the document has no `controlPlane`"
    };
    for note in reading.notes.iter_mut().filter(|note| note.field.starts_with("JoinConfiguration/")) {
        if note.fate == OwnerField::Carried {
            note.why.get_or_insert_with(|| whose.to_owned());
        }
    }
}

/// What the first node says of itself and holds for every control-plane node, where no document says it for the others.
fn further_control_plane(reading: &mut Reading<'_>) {
    let Some(init) = reading.documents.get("InitConfiguration").cloned() else { return };
    for pointer in OF_EVERY_CONTROL_PLANE {
        let Some(value) = node::at(&init.tree, pointer) else { continue };
        let file = reading.file.to_owned();
        let document = reading
            .documents
            .entry("JoinConfiguration/control-plane".to_owned())
            .or_insert_with(|| OwnerDocument { file, ..OwnerDocument::default() });
        if node::at(&document.tree, pointer).is_none() {
            let place = init.place("InitConfiguration", pointer);
            let from = place.split_once('#').map_or_else(String::new, |(_, from)| from.to_owned());
            node::put(&mut document.tree, pointer, value.clone());
            document.moved.insert(pointer.to_owned(), from);
        }
    }
}

/// The kubelet's flags stay in the document, but for those that would override its file: they become fields of it.
fn kubelet_arguments(carried: &mut Carried<'_>, reading: &mut Reading<'_>, diags: &mut Diagnostics, any_node: bool) {
    let list = carried.document.at_pointer(KUBELET_ARGUMENTS);
    let mut kept = Vec::new();
    for (name, value) in node::arguments(list) {
        let pointer = carried.pointer(&format!("{KUBELET_ARGUMENTS}/{name}"));
        let field = KUBELET_FIELDS.iter().find(|(flag, _)| *flag == name);
        if let Some((_, path)) = field {
            if let Some(value) = typed(path, &value, reading) {
                let why = format!("written as field `{path}` of KubeletConfiguration: a flag would override the file");
                reading.note(&pointer, OwnerField::Carried, &value, Some(&why));
                reading.settings.push(Setting::field(Program::Kubelet, path, value, pointer));
            } else {
                refuse_kubelet_argument(
                    reading,
                    diags,
                    &pointer,
                    &value,
                    "the kubelet cannot read its value, and would not start",
                );
            }
        } else if any_node && KUBELET_OF_ONE_NODE.contains(&name.as_str()) {
            refuse_kubelet_argument(reading, diags, &pointer, "...", ONE_NODE);
        } else {
            kept.push((name, value));
        }
    }
    node::take(&mut carried.tree, KUBELET_ARGUMENTS);
    settings::kubelet_flags(reading, &kept, &carried.pointer(KUBELET_ARGUMENTS));
    if !kept.is_empty() {
        node::put(&mut carried.tree, KUBELET_ARGUMENTS, node::as_list(kept));
    }
}

fn refuse_kubelet_argument(reading: &mut Reading<'_>, diags: &mut Diagnostics, pointer: &str, value: &str, why: &str) {
    reading.note(pointer, OwnerField::Refused, &Value::String(value.to_owned()), Some(why));
    let at = place(reading.root, pointer);
    diags.push(FieldRefused { field: pointer.trim_start_matches('/').to_owned(), why: why.to_owned(), at });
}

/// The value of a flag as its field holds it; nothing where it cannot be read.
fn typed(path: &str, value: &str, reading: &Reading<'_>) -> Option<Value> {
    match fields::lookup("KubeletConfiguration", "", path, reading.version.minor).known()? {
        FieldKind::Bool => value.parse().ok().map(Value::Bool),
        FieldKind::Int => value.parse::<i64>().ok().map(Value::from),
        FieldKind::List => Some(value.split(',').map(|item| Value::String(item.trim().to_owned())).collect()),
        FieldKind::Duration | FieldKind::String => Some(Value::String(value.to_owned())),
        FieldKind::Amounts
        | FieldKind::Float
        | FieldKind::Map
        | FieldKind::Numbers
        | FieldKind::Object
        | FieldKind::Objects
        | FieldKind::Open
        | FieldKind::Switches
        | FieldKind::Whole => None,
    }
}
