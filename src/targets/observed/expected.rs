//! What each document must say for a plan. Follows the plan alone, not the back ends: where both make one mistake, nobody would see it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    base::{Cause, Cidr},
    facts::{self, ConfigKind, KubeadmKind},
    plan::{
        AuthenticationPlan, Component, EncryptionPlan, EncryptionProvider, EncryptionStage, Flag, IssuerPlan, LimitType,
        NodeAddress, Plan, Program, SettingKey, Topic, host_paths,
    },
};

use super::{Form, leaves::escaped};

/// What a document must say.
#[derive(Debug, Default)]
pub(super) struct Expected {
    pub(super) settings: BTreeMap<SettingKey, Vec<String>>,
    /// By pointer or name; a value that is the reader's default may be left out.
    pub(super) others: BTreeMap<String, String>,
    /// Defaults of the reader.
    pub(super) defaults: BTreeMap<&'static str, &'static str>,
}

impl Expected {
    fn set(&mut self, key: SettingKey, values: Vec<String>) {
        self.settings.insert(key, values);
    }

    fn part(&mut self, topic: Topic, part: impl Into<String>, value: impl Into<String>) {
        self.set(SettingKey::Part(topic, part.into()), vec![value.into()]);
    }

    fn other(&mut self, pointer: impl Into<String>, value: impl Into<String>) {
        self.others.insert(pointer.into(), value.into());
    }

    fn or_default(&mut self, pointer: &'static str, value: impl Into<String>, default: &'static str) {
        self.other(pointer, value);
        self.defaults.insert(pointer, default);
    }
}

/// Which document of several of one form: the node it belongs to, where it belongs to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role<'a> {
    /// The only one, or every node.
    Any,
    /// A named node.
    Node(&'a NodeAddress),
    /// Any further control-plane node.
    ControlPlane,
    /// Any worker.
    Worker,
}

/// Every document that the plan asks for.
pub(super) fn documents(plan: &Plan) -> Vec<(Form, Role<'_>)> {
    let Some(kubeadm) = &plan.cluster.kubeadm else { return Vec::new() };
    let mut wanted = vec![
        (Form::Kubeadm(KubeadmKind::Cluster), Role::Any),
        (Form::Kubeadm(KubeadmKind::Init), kubeadm.nodes.first().map_or(Role::Any, Role::Node)),
        (Form::Kubeadm(KubeadmKind::Join), Role::Worker),
        (Form::Kubeadm(KubeadmKind::Join), Role::ControlPlane),
    ];
    wanted.extend(kubeadm.nodes.iter().skip(1).map(|node| (Form::Kubeadm(KubeadmKind::Join), Role::Node(node))));
    for (program, component) in &plan.components {
        let in_a_pod = !matches!(program, Program::Kubelet | Program::KubeProxy);
        // What the owner gives the kubelet as flags stands in kubeadm's documents alone.
        if in_a_pod && !component.flags.is_empty() {
            wanted.push((Form::Flags(*program), Role::Any));
        }
        if !fields(*program, component).is_empty() && (*program != Program::KubeProxy || kubeadm.kube_proxy) {
            wanted.push((Form::Fields(*program), Role::Any));
        }
        let nodes = kubeadm.nodes.iter().filter(|_| in_a_pod && !component.is_empty());
        wanted.extend(nodes.map(|node| (Form::Pod(*program), Role::Node(node))));
    }
    let configurations = [
        (ConfigKind::Authentication, plan.authentication.is_some()),
        (ConfigKind::Authorization, plan.authorization.is_some()),
        (ConfigKind::AuditPolicy, plan.audit_rules.is_some()),
        (ConfigKind::EventRateLimit, plan.event_limits.is_some()),
        (ConfigKind::PodSecurity, plan.pod_security.is_some()),
        (ConfigKind::Admission, plan.event_limits.is_some() || plan.pod_security.is_some()),
        (ConfigKind::Encryption, plan.encryption.is_some()),
    ];
    wanted.extend(configurations.into_iter().filter(|(_, held)| *held).map(|(kind, _)| (Form::Configuration(kind), Role::Any)));
    wanted
}

/// What a document of a form must say.
pub(super) fn expected(plan: &Plan, form: Form, role: Role<'_>, patched: bool) -> Expected {
    let mut out = Expected::default();
    match form {
        Form::Pod(program) => pod(plan, program, &mut out),
        Form::Flags(program) => {
            let component = plan.component(program);
            out.settings.extend(component.flags.iter().map(|(name, flag)| (flag_key(program, name), values(flag))));
        }
        Form::Fields(program) => {
            out.settings = fields(program, plan.component(program));
            let kind = if program == Program::Kubelet { ConfigKind::Kubelet } else { ConfigKind::KubeProxy };
            api_version(plan, kind, &mut out);
        }
        Form::Kubeadm(kind) => kubeadm(plan, kind, role, patched, &mut out),
        Form::Configuration(kind) => configuration(plan, kind, &mut out),
        Form::Patch(_) | Form::Object(_) => {}
    }
    out
}

fn flag_key(program: Program, name: &str) -> SettingKey {
    SettingKey::Flag(program, name.to_owned())
}

/// Every value under the name of a flag, in order.
pub(super) fn values(flag: &Flag) -> Vec<String> {
    std::iter::once(flag.held.value.to_string()).chain(flag.also.iter().map(|also| also.value.clone())).collect()
}

fn api_version(plan: &Plan, kind: ConfigKind, out: &mut Expected) {
    out.other("/apiVersion", facts::config_api(kind, plan.cluster.minor()).unwrap_or("(not known)"));
}

fn pod(plan: &Plan, program: Program, out: &mut Expected) {
    let component = plan.component(program);
    out.settings.extend(component.flags.iter().map(|(name, flag)| (flag_key(program, name), values(flag))));
    let mounts = component.mounts.iter();
    out.settings.extend(mounts.map(|(path, held)| (SettingKey::Mount(program, path.clone()), vec![held.value.to_string()])));
    out.other("/apiVersion", "v1");
}

/// The fields that somebody asks for, mappings taken apart; what only kubeadm writes is left to it.
fn fields(program: Program, component: &Component) -> BTreeMap<SettingKey, Vec<String>> {
    let mut out = BTreeMap::new();
    for (path, held) in &component.fields {
        if held.reasons.iter().any(|reason| !matches!(reason.cause, Cause::Shape(_))) {
            field(program, path, &held.value, &mut out);
        }
    }
    out
}

fn field(program: Program, path: &str, value: &Value, out: &mut BTreeMap<SettingKey, Vec<String>>) {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                field(program, &format!("{path}.{key}"), value, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let text = items.iter().map(plain).collect::<Vec<_>>().join(",");
            out.insert(SettingKey::Field(program, path.to_owned()), vec![text]);
        }
        Value::Array(_) => _ = out.insert(SettingKey::Field(program, path.to_owned()), vec![String::new()]),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            out.insert(SettingKey::Field(program, path.to_owned()), vec![plain(value)]);
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn kubeadm(plan: &Plan, kind: KubeadmKind, role: Role<'_>, patched: bool, out: &mut Expected) {
    let Some(kubeadm) = &plan.cluster.kubeadm else { return };
    let owner = match (kind, role) {
        (KubeadmKind::Join, Role::Worker) => "JoinConfiguration/worker",
        (KubeadmKind::Join, _) => "JoinConfiguration/control-plane",
        (_, _) => kind.kind(),
    };
    if let Some(document) = kubeadm.owner_documents.get(owner) {
        document.tree.iter().for_each(|(key, value)| json(&format!("/{}", escaped(key)), value, out));
        kubelet_arguments(out);
    }
    out.other("/apiVersion", facts::kubeadm_api(plan.cluster.minor()).unwrap_or("(not known)"));
    match kind {
        KubeadmKind::Cluster => cluster(plan, kubeadm, out),
        KubeadmKind::Init | KubeadmKind::Join => node(kubeadm, kind, role, patched, out),
        KubeadmKind::Reset | KubeadmKind::Upgrade => {}
    }
}

/// The scalars of the owner's document by pointer.
fn json(pointer: &str, value: &Value, out: &mut Expected) {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            entries.iter().for_each(|(key, value)| json(&format!("{pointer}/{}", escaped(key)), value, out));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(n, value)| json(&format!("{pointer}/{n}"), value, out));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            out.other(pointer, plain(value));
        }
    }
}

/// The owner's arguments of the kubelet are flags of it.
fn kubelet_arguments(out: &mut Expected) {
    for n in 0.. {
        let pointer = format!("/nodeRegistration/kubeletExtraArgs/{n}");
        let name = out.others.remove(&format!("{pointer}/name"));
        let value = out.others.remove(&format!("{pointer}/value"));
        let (Some(name), Some(value)) = (name, value) else { break };
        out.settings.entry(flag_key(Program::Kubelet, &name)).or_default().push(value);
    }
}

fn cluster(plan: &Plan, kubeadm: &crate::plan::KubeadmCluster, out: &mut Expected) {
    for program in [Program::KubeApiserver, Program::KubeControllerManager, Program::KubeScheduler, Program::Etcd] {
        if program == Program::Etcd && kubeadm.external_etcd.is_some() {
            continue;
        }
        let component = plan.component(program);
        let told = component.flags.iter().filter(|(_, flag)| !flag.is_installers_own());
        out.settings.extend(told.map(|(name, flag)| (flag_key(program, name), values(flag))));
        let mounts = component.mounts.iter().filter(|(_, held)| !held.value.installer);
        out.settings.extend(mounts.map(|(path, held)| (SettingKey::Mount(program, path.clone()), vec![held.value.to_string()])));
    }
    out.other("/kubernetesVersion", format!("v{}", plan.cluster.version));
    out.other("/controlPlaneEndpoint", kubeadm.endpoint.as_str());
    out.other("/networking/podSubnet", ranges(&kubeadm.pod_subnets));
    out.other("/networking/serviceSubnet", ranges(&kubeadm.service_subnets));
    out.or_default("/networking/dnsDomain", kubeadm.dns_domain.as_str(), "cluster.local");
    out.or_default("/clusterName", kubeadm.cluster_name.as_str(), "kubernetes");
    out.or_default("/certificatesDir", kubeadm.certificates_dir.as_str(), "/etc/kubernetes/pki");
    out.or_default("/imageRepository", kubeadm.image_repository.as_str(), "registry.k8s.io");
    if !kubeadm.kube_proxy {
        out.other("/proxy/disabled", "true");
    }
    if let Some(etcd) = &kubeadm.external_etcd {
        for (n, endpoint) in etcd.endpoints.iter().enumerate() {
            out.other(format!("/etcd/external/endpoints/{n}"), endpoint.as_str());
        }
        for (field, file) in [("caFile", &etcd.ca_file), ("certFile", &etcd.cert_file), ("keyFile", &etcd.key_file)] {
            if !file.is_empty() {
                out.other(format!("/etcd/external/{field}"), file.as_str());
            }
        }
    }
}

fn ranges(ranges: &[Cidr]) -> String {
    ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn node(kubeadm: &crate::plan::KubeadmCluster, kind: KubeadmKind, role: Role<'_>, patched: bool, out: &mut Expected) {
    out.other("/nodeRegistration/criSocket", kubeadm.cri_socket.as_str());
    let endpoint = if kind == KubeadmKind::Init { "/localAPIEndpoint" } else { "/controlPlane/localAPIEndpoint" };
    if let Role::Node(node) = role {
        out.other("/nodeRegistration/name", node.name.as_str());
        out.other(format!("{endpoint}/advertiseAddress"), node.address.to_string());
    }
    if role != Role::Worker && kubeadm.bind_port != 6443 {
        out.other(format!("{endpoint}/bindPort"), kubeadm.bind_port.to_string());
    }
    if kind == KubeadmKind::Join {
        out.other("/discovery/file/kubeConfigPath", host_paths::DISCOVERY);
        if role == Role::ControlPlane && !out.others.keys().any(|key| key.starts_with("/controlPlane/")) {
            out.other("/controlPlane", "{}");
        }
    }
    if patched {
        out.other("/patches/directory", host_paths::PATCHES);
    }
}

fn configuration(plan: &Plan, kind: ConfigKind, out: &mut Expected) {
    api_version(plan, kind, out);
    match kind {
        ConfigKind::AuditPolicy => {
            let rules = plan.audit_rules.iter().flat_map(|held| &held.value).map(|explained| explained.rule.to_string());
            out.set(SettingKey::Part(Topic::AuditPolicy, "rules".to_owned()), rules.collect());
            out.other("/omitStages/0", "RequestReceived");
            out.other("/omitManagedFields", "true");
        }
        ConfigKind::Authentication => plan.authentication.iter().for_each(|found| authentication(found, out)),
        ConfigKind::Authorization => {
            for (n, held) in plan.authorization.iter().flat_map(|found| &found.authorizers).enumerate() {
                out.part(Topic::Authorization, format!("authorizers/{}", n + 1), held.value.as_str());
            }
        }
        ConfigKind::Admission => {
            let plugins = [
                ("EventRateLimit", "event-rate-limit.yaml", plan.event_limits.is_some()),
                ("PodSecurity", "pod-security.yaml", plan.pod_security.is_some()),
            ];
            for (name, file, _) in plugins.into_iter().filter(|(_, _, held)| *held) {
                out.other(format!("plugins/{name}"), file);
            }
        }
        ConfigKind::EventRateLimit => limits(plan, out),
        ConfigKind::PodSecurity => pod_security(plan, out),
        ConfigKind::Encryption => plan.encryption.iter().for_each(|held| encryption(&held.value, out)),
        ConfigKind::EgressSelector
        | ConfigKind::KubeProxy
        | ConfigKind::Kubelet
        | ConfigKind::MutatingAdmissionPolicy
        | ConfigKind::Tracing
        | ConfigKind::ValidatingAdmissionPolicy
        | ConfigKind::WebhookAdmission => {}
    }
}

fn authentication(plan: &AuthenticationPlan, out: &mut Expected) {
    if let Some(anonymous) = &plan.anonymous {
        let paths: Vec<&str> = anonymous.value.paths.iter().map(|path| path.value.as_str()).collect();
        out.part(Topic::Authentication, "anonymous", paths.join(", "));
    }
    for (n, held) in plan.issuers.iter().enumerate() {
        issuer(plan, &held.value, out);
        if held.value.audiences.len() > 1 {
            out.other(format!("/jwt/{n}/issuer/audienceMatchPolicy"), "MatchAny");
        }
    }
}

fn issuer(plan: &AuthenticationPlan, issuer: &IssuerPlan, out: &mut Expected) {
    let part = |rest: &str| format!("issuers/{}{rest}", issuer.url);
    out.part(Topic::Authentication, part(""), issuer.url.as_str());
    out.part(Topic::Authentication, part("/audiences"), issuer.audiences.join(", "));
    out.part(Topic::Authentication, part("/username"), issuer.username.to_string());
    if let Some(groups) = &issuer.groups {
        out.part(Topic::Authentication, part("/groups"), groups.to_string());
    }
    for (kind, by_issuer) in [("claim-rules", &plan.claim_rules), ("user-rules", &plan.user_rules)] {
        for (n, rule) in by_issuer.get(&issuer.name).into_iter().flatten().enumerate() {
            out.part(Topic::Authentication, part(&format!("/{kind}/{}", n + 1)), rule.value.expression);
        }
    }
}

fn limits(plan: &Plan, out: &mut Expected) {
    for limit in plan.event_limits.iter().flat_map(|held| &held.value) {
        let name = limit.kind.name();
        let text = format!("{} a second, {} at once", limit.qps, limit.burst);
        out.part(Topic::Admission, format!("event-rate-limit/{name}"), text);
        if limit.kind != LimitType::Server {
            out.other(format!("limits/{name}/cacheSize"), limit.cache_size.to_string());
        }
    }
}

fn pod_security(plan: &Plan, out: &mut Expected) {
    let Some(levels) = &plan.pod_security else { return };
    // Each of the three levels names its version.
    out.set(SettingKey::Part(Topic::Admission, "pod-security/version".to_owned()), vec![levels.version.value.clone(); 3]);
    let parts = [("enforce", &levels.enforce), ("audit", &levels.audit), ("warn", &levels.warn)];
    for (part, held) in parts {
        out.part(Topic::Admission, format!("pod-security/{part}"), held.value.as_str());
    }
    for held in &levels.exempt_namespaces {
        out.part(Topic::Admission, format!("pod-security/exempt/{}", held.value), held.value.as_str());
    }
}

fn encryption(plan: &EncryptionPlan, out: &mut Expected) {
    let name = plan.provider.name();
    out.part(Topic::Encryption, "provider", name);
    out.part(Topic::Encryption, "stage", plan.stage.name());
    out.part(Topic::Encryption, "resources", plan.resources.join(", "));
    let at = match plan.stage {
        EncryptionStage::Prepare => 1,
        EncryptionStage::Write | EncryptionStage::Enforce => 0,
    };
    let pointer = format!("/resources/0/providers/{at}/{name}");
    match &plan.provider {
        EncryptionProvider::Secretbox | EncryptionProvider::Aescbc => {
            out.other(format!("{pointer}/keys/0/name"), "harden-1");
            out.other(format!("{pointer}/keys/0/secret"), "REPLACED-BY-MAKE-KEY");
        }
        EncryptionProvider::Kms { name, socket } => {
            for (field, value) in [("apiVersion", "v2"), ("name", name), ("endpoint", socket), ("timeout", "3s")] {
                out.other(format!("{pointer}/{field}"), value);
            }
        }
    }
}
