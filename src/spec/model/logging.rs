//! What is recorded, and where it goes.

use super::{HostPort, Port};
use crate::{
    base::Cidr,
    spec::words::{AuditGoal, LogSource},
};

/// What is recorded, and where it goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logging {
    /// The audit log.
    pub audit: Audit,
    /// The agent for pod logs.
    pub collector: Option<Collector>,
    /// Which logs are shipped.
    pub sources: Option<Vec<LogSource>>,
    /// Where to.
    pub siem: Option<Siem>,
}

/// The audit log of the API server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// What it must be able to answer.
    pub goals: Option<Vec<AuditGoal>>,
    /// How many days events are kept.
    pub retention_days: Option<u32>,
    /// How many events a second are expected.
    pub events_per_second: Option<u32>,
}

/// The agent for pod logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collector {
    /// No agent.
    None,
    /// An OpenTelemetry Collector on every node.
    OpenTelemetry {
        /// Its image, with a digest.
        image: Option<String>,
        /// The ranges of the receiver.
        addresses: Vec<Cidr>,
    },
}

/// Where logs are shipped to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Siem {
    /// The receiver.
    pub sink: Sink,
    /// What passes the provider's logs on.
    pub relay: Option<Relay>,
}

/// A receiver of logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sink {
    /// A syslog receiver.
    Syslog(Syslog),
    /// Splunk.
    Splunk(HttpSink),
    /// Elasticsearch.
    Elasticsearch(HttpSink),
    /// OpenSearch.
    Opensearch(HttpSink),
    /// Grafana Loki.
    Loki(Loki),
    /// Kafka.
    Kafka(Kafka),
    /// Amazon S3.
    S3(S3),
    /// Azure Event Hubs.
    EventHub(EventHub),
    /// Azure Monitor.
    AzureMonitor(AzureMonitor),
}

impl Sink {
    /// The name, as the spec writes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Sink::Syslog(_) => "syslog",
            Sink::Splunk(_) => "splunk",
            Sink::Elasticsearch(_) => "elasticsearch",
            Sink::Opensearch(_) => "opensearch",
            Sink::Loki(_) => "loki",
            Sink::Kafka(_) => "kafka",
            Sink::S3(_) => "s3",
            Sink::EventHub(_) => "eventHub",
            Sink::AzureMonitor(_) => "azureMonitor",
        }
    }
}

/// A syslog receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syslog {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: Port,
    /// Whether it speaks TLS.
    pub tls: Option<bool>,
    /// The CA of its certificate, a file on the nodes.
    pub ca_file: Option<String>,
}

/// A receiver that takes logs over HTTPS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSink {
    /// Its URL, `https://`.
    pub url: String,
    /// The index.
    pub index: Option<String>,
    /// The Secret with the credentials.
    pub secret: Option<String>,
}

/// Grafana Loki.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loki {
    /// Its URL, `https://`.
    pub url: String,
    /// The tenant.
    pub tenant: Option<String>,
    /// The Secret with the credentials.
    pub secret: Option<String>,
}

/// Kafka.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kafka {
    /// Its brokers; never empty, each with a port.
    pub brokers: Vec<HostPort>,
    /// The topic.
    pub topic: String,
    /// Whether they speak TLS.
    pub tls: Option<bool>,
    /// The Secret with the credentials.
    pub secret: Option<String>,
}

/// A bucket of Amazon S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3 {
    /// The bucket.
    pub bucket: String,
    /// Its region.
    pub region: Option<String>,
}

/// Azure Event Hubs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventHub {
    /// The namespace of the hub.
    pub namespace: String,
    /// The name of the hub.
    pub name: String,
    /// The id of an authorization rule of the namespace, with the rights Manage, Send and Listen.
    pub authorization_rule: Option<String>,
}

/// Azure Monitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AzureMonitor {
    /// The id of the workspace.
    pub workspace: String,
}

/// What takes the provider's logs and passes them on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// An ARN on EKS, the id of an authorization rule on AKS.
    pub destination: String,
    /// The role that CloudWatch takes on (EKS).
    pub role: Option<String>,
    /// The name of the Event Hub (AKS).
    pub name: Option<String>,
}
