//! `logging`: what is recorded, and where it goes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::List;
use crate::spec::words::{AuditGoal, LogSource, NoCollector};

/// What is recorded, and where it goes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Logging {
    /// The audit log of the API server.
    pub audit: Option<Audit>,
    /// An agent for pod logs in the cluster, or `none`.
    pub collector: Option<Collector>,
    /// Which logs are shipped.
    pub sources: Option<List<LogSource>>,
    /// Where they are shipped to: exactly one, and a relay where the platform has no direct path.
    pub siem: Option<Siem>,
}

/// The audit log of the API server.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Audit {
    /// What it must be able to answer; the policy is built from this.
    pub goals: Option<List<AuditGoal>>,
    /// How many days events are kept.
    #[schemars(range(min = 1, max = 36500), example = 365)]
    pub retention_days: Option<u32>,
    /// How many events a second are expected; sizes are derived from it.
    #[schemars(range(min = 1, max = 1_000_000), example = 20)]
    pub events_per_second: Option<u32>,
}

/// An agent for pod logs in the cluster: `none`, or `openTelemetry`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Collector {
    /// No agent.
    Word(NoCollector),
    /// An agent.
    Agent(CollectorAgent),
}

/// The agent for pod logs: exactly one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct CollectorAgent {
    /// An OpenTelemetry Collector on every node.
    pub open_telemetry: Option<OpenTelemetry>,
}

/// An OpenTelemetry Collector on every node, which ships the logs of pods.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenTelemetry {
    /// Its image, with a digest: one that holds the receiver `filelog`, the exporter `syslog`, the extension `file_storage` and the
    /// processor `memory_limiter`.
    #[schemars(example = &"registry.example.com/otel/opentelemetry-collector-contrib@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    pub image: Option<String>,
    /// The ranges of the receiver, where it has a name and the network plug-in knows none.
    #[schemars(example = ["198.51.100.20/32"])]
    pub addresses: Option<List<String>>,
}

/// Where logs are shipped to: exactly one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Siem {
    /// A syslog receiver.
    pub syslog: Option<Syslog>,
    /// Splunk, through its HTTP Event Collector.
    pub splunk: Option<HttpSink>,
    /// Elasticsearch.
    pub elasticsearch: Option<HttpSink>,
    /// OpenSearch.
    pub opensearch: Option<HttpSink>,
    /// Grafana Loki.
    pub loki: Option<Loki>,
    /// Kafka.
    pub kafka: Option<Kafka>,
    /// A bucket of Amazon S3.
    pub s3: Option<S3>,
    /// Azure Event Hubs.
    pub event_hub: Option<EventHub>,
    /// Azure Monitor.
    pub azure_monitor: Option<AzureMonitor>,
    /// What takes the provider's logs and passes them on, where the platform has no direct path.
    pub relay: Option<Relay>,
}

/// A syslog receiver.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Syslog {
    /// Its name or address.
    #[schemars(example = &"siem.example.com")]
    pub host: Option<String>,
    /// Its port.
    #[schemars(range(min = 1, max = 65535), example = 6514)]
    pub port: Option<u16>,
    /// Whether it speaks TLS.
    pub tls: Option<bool>,
    /// The CA of its certificate, a file on the nodes.
    #[schemars(example = &"/etc/ssl/certs/siem-ca.crt")]
    pub ca_file: Option<String>,
}

/// A receiver that takes logs over HTTPS.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HttpSink {
    /// Its URL: `https://` only.
    #[schemars(example = &"https://siem.example.com:8088")]
    pub url: Option<String>,
    /// The index that logs go to.
    pub index: Option<String>,
    /// The Secret with the credentials, which you create.
    pub secret: Option<String>,
}

/// Grafana Loki.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Loki {
    /// Its URL: `https://` only.
    #[schemars(example = &"https://loki.example.com")]
    pub url: Option<String>,
    /// The tenant.
    pub tenant: Option<String>,
    /// The Secret with the credentials, which you create.
    pub secret: Option<String>,
}

/// Kafka.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Kafka {
    /// Its brokers, as HOST:PORT.
    #[schemars(example = ["kafka-1.example.com:9093"])]
    pub brokers: Option<List<String>>,
    /// The topic.
    pub topic: Option<String>,
    /// Whether they speak TLS.
    pub tls: Option<bool>,
    /// The Secret with the credentials, which you create.
    pub secret: Option<String>,
}

/// A bucket of Amazon S3.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct S3 {
    /// The bucket.
    pub bucket: Option<String>,
    /// Its region.
    #[schemars(example = &"eu-west-1")]
    pub region: Option<String>,
}

/// Azure Event Hubs.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventHub {
    /// The namespace of the hub.
    pub namespace: Option<String>,
    /// The name of the hub.
    pub name: Option<String>,
    /// The id of an authorization rule of the namespace, with the rights Manage, Send and Listen.
    pub authorization_rule: Option<String>,
}

/// Azure Monitor.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AzureMonitor {
    /// The id of the Log Analytics workspace.
    pub workspace: Option<String>,
}

/// What takes the provider's logs and passes them on.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Relay {
    /// The ARN of a Firehose, Kinesis stream or Lambda (EKS), or the id of an Event Hub authorization rule (AKS).
    pub destination: Option<String>,
    /// The ARN of the role that CloudWatch takes on to deliver (EKS).
    pub role: Option<String>,
    /// The name of the Event Hub (AKS).
    pub name: Option<String>,
}
