//! The agent for pod logs: an OpenTelemetry Collector on every node, as the objects that run it.

use std::net::Ipv6Addr;

use crate::{
    base::{Origin, sha256_hex},
    kube::network::{Labels, Pods},
    yaml::{self, Out},
};

use super::{POD_LOGS, SettingKey, Topic, kube_system_logs};

/// Its namespace, which is its alone.
pub const AGENT_NAMESPACE: &str = "harden-logging";
/// Its name, and that of its service account and its configuration.
pub const AGENT_NAME: &str = "log-collector";
/// The ConfigMap that the owner makes: the CA of the receiver under `ca.crt`.
pub const AGENT_CA: &str = "siem-ca";

/// Where the agent keeps its positions and what waits for the receiver.
const STATE: &str = "/var/lib/log-collector";
/// Where its configuration lies.
const CONFIG: &str = "/etc/log-collector";
/// Where the CA lies.
const CA: &str = "/etc/siem";
/// The label of its pods.
const LABEL: &str = "app.kubernetes.io/name";
/// Structured data of RFC 5424 need the number of an enterprise: that of examples (RFC 5612), since harden has none.
const STRUCTURED: &str = "kubernetes@32473";

/// The agent for pod logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentPlan {
    /// Its image, with a digest.
    pub image: String,
    /// Whether the image is asked for at every start.
    pub always_pull: bool,
    /// The receiver: a name or an address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether the connection is TLS, with the receiver's name checked.
    pub tls: bool,
    /// Whether the receiver's certificate comes from a CA of the owner's.
    pub own_ca: bool,
    /// Programs of `kube-system` whose logs it leaves out: the nodes ship them, or nobody asks for them.
    pub left_out: Vec<String>,
}

/// An object of the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgentPart {
    /// Its configuration.
    ConfigMap,
    /// What runs it on every node.
    DaemonSet,
}

impl AgentPart {
    /// Both, in the order in which they are applied.
    pub const ALL: [AgentPart; 2] = [AgentPart::ConfigMap, AgentPart::DaemonSet];

    /// The kind of the object.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            AgentPart::ConfigMap => "ConfigMap",
            AgentPart::DaemonSet => "DaemonSet",
        }
    }
}

/// The key of an object of the agent.
#[must_use]
pub fn agent_key(part: AgentPart) -> SettingKey {
    SettingKey::Part(Topic::Logging, format!("collector/{}", part.kind()))
}

/// The pods of the agent.
#[must_use]
pub fn agent_pods() -> Pods {
    Pods::of(AGENT_NAMESPACE, &Labels::from([(LABEL.to_owned(), AGENT_NAME.to_owned())]))
}

impl AgentPlan {
    /// An object of it.
    #[must_use]
    pub fn object(&self, part: AgentPart) -> Out {
        match part {
            AgentPart::ConfigMap => self.config_map(),
            AgentPart::DaemonSet => self.daemon_set(),
        }
    }

    fn config_map(&self) -> Out {
        let mut out = object("v1", "ConfigMap");
        out.set("data", Out::map([("config.yaml", Out::str(self.config_text()))]));
        out
    }

    /// The configuration as the collector reads it.
    #[must_use]
    pub fn config_text(&self) -> String {
        yaml::write(&[self.config()], &[], &Origin::shape(crate::facts::id::AGENT_FORM)).text().to_owned()
    }

    fn config(&self) -> Out {
        let pipeline = Out::map([
            ("receivers", Out::list(["filelog"])),
            ("processors", Out::list(["memory_limiter"])),
            ("exporters", Out::list(["syslog"])),
        ]);
        Out::map([
            ("extensions", Out::map([("file_storage", Out::map([("directory", Out::str(STATE))]))])),
            ("receivers", Out::map([("filelog", self.receiver())])),
            ("processors", Out::map([("memory_limiter", limiter())])),
            ("exporters", Out::map([("syslog", self.exporter())])),
            (
                "service",
                Out::map([
                    ("extensions", Out::list(["file_storage"])),
                    ("telemetry", Out::map([("metrics", Out::map([("level", Out::str("none"))]))])),
                    ("pipelines", Out::map([("logs", pipeline)])),
                ]),
            ),
        ])
    }

    fn receiver(&self) -> Out {
        let own = format!("{POD_LOGS}/{AGENT_NAMESPACE}_*/*/*.log");
        let skipped = std::iter::once(own).chain(self.left_out.iter().map(|program| kube_system_logs(program)));
        Out::map([
            ("include", Out::list([format!("{POD_LOGS}/*/*/*.log").as_str()])),
            ("exclude", Out::list(skipped.map(Out::str))),
            // What was written before the agent came is sent too; from then on it goes on where it stopped.
            ("start_at", Out::str("beginning")),
            ("include_file_path", Out::bool(true)),
            ("include_file_name", Out::bool(false)),
            ("storage", Out::str("file_storage")),
            ("max_log_size", Out::str("1MiB")),
            // The runtime breaks long lines in two anywhere, at a space too.
            ("preserve_leading_whitespaces", Out::bool(true)),
            ("preserve_trailing_whitespaces", Out::bool(true)),
            ("operators", operators()),
        ])
    }

    /// The receiver as the exporter takes it: it puts a colon and the port behind, and what dials wants IPv6 in brackets
    /// (opentelemetry-collector-contrib, exporter/syslogexporter/sender.go).
    fn endpoint(&self) -> String {
        if self.host.parse::<Ipv6Addr>().is_ok() { format!("[{}]", self.host) } else { self.host.clone() }
    }

    fn exporter(&self) -> Out {
        let tls = if !self.tls {
            Out::map([("insecure", Out::bool(true))])
        } else if self.own_ca {
            Out::map([("ca_file", Out::str(format!("{CA}/ca.crt"))), ("min_version", Out::str("1.2"))])
        } else {
            Out::map([("min_version", Out::str("1.2"))])
        };
        Out::map([
            ("endpoint", Out::str(self.endpoint())),
            ("port", Out::int(self.port)),
            ("network", Out::str("tcp")),
            ("protocol", Out::str("rfc5424")),
            ("enable_octet_counting", Out::bool(true)),
            ("tls", tls),
            ("retry_on_failure", Out::map([("enabled", Out::bool(true)), ("max_elapsed_time", Out::str("0s"))])),
            (
                "sending_queue",
                Out::map([
                    ("storage", Out::str("file_storage")),
                    ("sizer", Out::str("bytes")),
                    ("queue_size", Out::int(500_000_000)),
                    ("block_on_overflow", Out::bool(true)),
                ]),
            ),
        ])
    }

    fn daemon_set(&self) -> Out {
        let labels = Out::map([(LABEL, Out::str(AGENT_NAME))]);
        let digest: String = sha256_hex(self.config_text().as_bytes()).chars().take(16).collect();
        let metadata =
            Out::map([("labels", labels.clone()), ("annotations", Out::map([("harden.dev/configuration", Out::str(digest))]))]);
        let mut out = object("apps/v1", "DaemonSet");
        out.set(
            "spec",
            Out::map([
                ("selector", Out::map([("matchLabels", labels)])),
                ("updateStrategy", Out::map([("rollingUpdate", Out::map([("maxUnavailable", Out::str("10%"))]))])),
                ("template", Out::map([("metadata", metadata), ("spec", self.pod())])),
            ]),
        );
        out
    }

    fn pod(&self) -> Out {
        let mut volumes = vec![
            volume("logs", "hostPath", Out::map([("path", Out::str(POD_LOGS)), ("type", Out::str("Directory"))])),
            volume("configuration", "configMap", Out::map([("name", Out::str(AGENT_NAME))])),
            volume("state", "emptyDir", Out::map([("sizeLimit", Out::str("1Gi"))])),
        ];
        if self.tls && self.own_ca {
            volumes.push(volume("ca", "configMap", Out::map([("name", Out::str(AGENT_CA))])));
        }
        // Logs of pods belong to root and are open to nobody else; without capabilities root reads what belongs to it, and no more.
        let security = Out::map([
            ("runAsUser", Out::int(0)),
            ("runAsGroup", Out::int(0)),
            ("seccompProfile", Out::map([("type", Out::str("RuntimeDefault"))])),
        ]);
        Out::map([
            ("serviceAccountName", Out::str(AGENT_NAME)),
            ("automountServiceAccountToken", Out::bool(false)),
            ("enableServiceLinks", Out::bool(false)),
            ("nodeSelector", Out::map([("kubernetes.io/os", Out::str("linux"))])),
            ("tolerations", Out::list([Out::map([("operator", Out::str("Exists"))])])),
            ("securityContext", security),
            ("containers", Out::list([self.container()])),
            ("volumes", Out::list(volumes)),
        ])
    }

    fn container(&self) -> Out {
        let mut mounts = vec![mount("logs", POD_LOGS, true), mount("configuration", CONFIG, true), mount("state", STATE, false)];
        if self.tls && self.own_ca {
            mounts.push(mount("ca", CA, true));
        }
        let field = Out::map([("fieldRef", Out::map([("fieldPath", Out::str("spec.nodeName"))]))]);
        let security = Out::map([
            ("allowPrivilegeEscalation", Out::bool(false)),
            ("capabilities", Out::map([("drop", Out::list(["ALL"]))])),
            ("readOnlyRootFilesystem", Out::bool(true)),
        ]);
        let amounts = |cpu: Option<&str>, memory: &str| {
            let cpu = cpu.map(|cpu| ("cpu", Out::str(cpu)));
            Out::map(cpu.into_iter().chain([("memory", Out::str(memory))]))
        };
        Out::map([
            ("name", Out::str("collector")),
            ("image", Out::str(self.image.as_str())),
            ("imagePullPolicy", Out::str(if self.always_pull { "Always" } else { "IfNotPresent" })),
            ("args", Out::list([format!("--config={CONFIG}/config.yaml").as_str()])),
            ("env", Out::list([Out::map([("name", Out::str("NODE_NAME")), ("valueFrom", field)])])),
            ("resources", Out::map([("requests", amounts(Some("50m"), "128Mi")), ("limits", amounts(None, "256Mi"))])),
            ("securityContext", security),
            ("volumeMounts", Out::list(mounts)),
        ])
    }
}

fn object(api_version: &str, kind: &str) -> Out {
    let metadata = Out::map([("name", Out::str(AGENT_NAME)), ("namespace", Out::str(AGENT_NAMESPACE))]);
    Out::map([("apiVersion", Out::str(api_version)), ("kind", Out::str(kind)), ("metadata", metadata)])
}

fn volume(name: &str, kind: &str, source: Out) -> Out {
    Out::map([("name", Out::str(name)), (kind, source)])
}

fn mount(name: &str, path: &str, read_only: bool) -> Out {
    let mut out = Out::map([("name", Out::str(name)), ("mountPath", Out::str(path))]);
    if read_only {
        out.set("readOnly", Out::bool(true));
    }
    out
}

fn limiter() -> Out {
    Out::map([("check_interval", Out::str("1s")), ("limit_mib", Out::int(200)), ("spike_limit_mib", Out::int(50))])
}

/// What becomes of a line: the parser takes names out of its path, then they go where syslog carries them.
fn operators() -> Out {
    let step = |kind: &str, from: String, to: String| {
        Out::map([("type", Out::str(kind)), ("from", Out::str(from)), ("to", Out::str(to))])
    };
    let resource = |name: &str| format!("resource[\"k8s.{name}\"]");
    let data = |name: &str| format!("attributes.structured_data[\"{STRUCTURED}\"].{name}");
    let mut steps = vec![
        Out::map([("type", Out::str("container"))]),
        step("move", "body".to_owned(), "attributes.message".to_owned()),
        Out::map([
            ("type", Out::str("add")),
            ("field", Out::str("attributes.hostname")),
            ("value", Out::str("${env:NODE_NAME}")),
        ]),
        step("copy", resource("container.name"), "attributes.appname".to_owned()),
    ];
    let named = [("namespace", "namespace.name"), ("pod", "pod.name"), ("container", "container.name"), ("uid", "pod.uid")];
    steps.extend(named.map(|(name, from)| step("copy", resource(from), data(name))));
    Out::list(steps)
}
