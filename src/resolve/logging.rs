//! What the spec says of logs, with an answer to every question.

use std::net::IpAddr;

use crate::{
    base::{Cause, Cidr, FactId, SpecPath},
    facts,
    plan::{AGENT_NAMESPACE, End, LogKind},
    policy::Image,
    spec::{
        model::{Collector, Runtime, Sink, Spec},
        words::LogSource,
    },
};

/// Which logs are shipped, by whom and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogAnswers {
    /// The kinds that are to be shipped, each with where it was asked for; without `sources` every kind, because of the receiver.
    pub kinds: Vec<(LogKind, Cause)>,
    /// The receiver, where one is declared.
    pub siem: Option<LogSink>,
    /// The agent for pod logs.
    pub agent: Agent,
}

/// Whether an agent for pod logs runs in the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Agent {
    /// None is asked for.
    None,
    /// One is asked for, and cannot be had.
    Cannot(FactId),
    /// It runs.
    Runs {
        /// Its image, with a digest.
        image: String,
        /// The receiver as the network sees it, each end with its name.
        ends: Vec<(End, String)>,
    },
}

impl Agent {
    /// Whether it runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        matches!(self, Agent::Runs { .. })
    }
}

/// A receiver of logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogSink {
    /// A syslog receiver.
    Syslog {
        /// Its name or address.
        host: String,
        /// Its port.
        port: u16,
        /// Whether the connection is TLS: yes unless the spec says no.
        tls: bool,
        /// The CA of its certificate, where the spec names one.
        ca_file: Option<String>,
    },
    /// Any other, by the word of the spec.
    Other(&'static str),
}

impl LogAnswers {
    /// Whether a kind is to be shipped.
    #[must_use]
    pub fn asks(&self, kind: LogKind) -> bool {
        self.kinds.iter().any(|(asked, _)| *asked == kind)
    }

    /// Whether anything is to be shipped that nodes write by themselves.
    #[must_use]
    pub fn asks_nodes(&self) -> bool {
        self.kinds.iter().any(|(asked, _)| *asked != LogKind::Application)
    }
}

impl LogSink {
    /// The word of the spec.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            LogSink::Syslog { .. } => "syslog",
            LogSink::Other(word) => word,
        }
    }

    /// Its place in the spec.
    #[must_use]
    pub fn path(&self) -> SpecPath {
        SpecPath::new("/logging/siem").child(self.word())
    }
}

/// The answers about logs.
pub(super) fn answers(spec: &Spec) -> LogAnswers {
    let siem = spec.logging.siem.as_ref().map(|siem| match &siem.sink {
        Sink::Syslog(syslog) => LogSink::Syslog {
            host: syslog.host.clone(),
            port: syslog.port.number(),
            tls: syslog.tls.unwrap_or(true),
            ca_file: syslog.ca_file.clone(),
        },
        Sink::Splunk(_)
        | Sink::Elasticsearch(_)
        | Sink::Opensearch(_)
        | Sink::Loki(_)
        | Sink::Kafka(_)
        | Sink::S3(_)
        | Sink::EventHub(_)
        | Sink::AzureMonitor(_) => LogSink::Other(siem.sink.name()),
    });
    let agent = agent(spec, siem.as_ref());
    LogAnswers { kinds: kinds(spec, siem.as_ref()), siem, agent }
}

fn agent(spec: &Spec, siem: Option<&LogSink>) -> Agent {
    let (image, addresses) = match &spec.logging.collector {
        None | Some(Collector::None) => return Agent::None,
        Some(Collector::OpenTelemetry { image, addresses }) => (image, addresses),
    };
    let Some(image) = image else { return Agent::Cannot(facts::id::AGENT_NO_IMAGE) };
    let Some(LogSink::Syslog { host, .. }) = siem else {
        return Agent::Cannot(siem.map_or(facts::id::SIEM_NOT_DECLARED, |_| facts::id::SIEM_NOT_BUILT));
    };
    if spec.logging.sources.as_ref().is_some_and(|sources| !sources.contains(&LogSource::Application)) {
        return Agent::Cannot(facts::id::AGENT_NO_SOURCE);
    }
    let declared = spec.images.allowed_registries.as_ref();
    if declared.is_some_and(|registries| !registries.iter().any(|registry| Image::parse(image).is_from(registry))) {
        return Agent::Cannot(facts::id::AGENT_REGISTRY);
    }
    if matches!(spec.platform.runtime, Some(Runtime::Docker { .. })) {
        return Agent::Cannot(facts::id::AGENT_DOCKER);
    }
    if spec.namespaces.iter().any(|namespace| namespace.name == AGENT_NAMESPACE) {
        return Agent::Cannot(facts::id::AGENT_NAMESPACE_TAKEN);
    }
    let ends = match host.parse::<IpAddr>() {
        Ok(address) => vec![(End::Range(Cidr::host(address)), address.to_string())],
        Err(_) if addresses.is_empty() => vec![(End::Host(host.clone()), host.clone())],
        Err(_) => addresses.iter().map(|range| (End::Range(*range), range.to_string())).collect(),
    };
    Agent::Runs { image: image.clone(), ends }
}

fn kinds(spec: &Spec, siem: Option<&LogSink>) -> Vec<(LogKind, Cause)> {
    let cause = |kind: LogKind| match &spec.logging.sources {
        Some(sources) => {
            let asked = sources.iter().any(|source| kinds_of(*source).contains(&kind));
            asked.then(|| Cause::Spec(SpecPath::new("/logging/sources").child(kind.source())))
        }
        None => siem.map(|siem| Cause::Spec(siem.path())),
    };
    LogKind::ALL.into_iter().filter_map(|kind| Some((kind, cause(kind)?))).collect()
}

fn kinds_of(source: LogSource) -> &'static [LogKind] {
    match source {
        LogSource::Node => &[LogKind::Node],
        LogSource::Runtime => &[LogKind::Runtime],
        LogSource::Kubernetes => &[LogKind::Audit, LogKind::Kubernetes],
        LogSource::Application => &[LogKind::Application],
    }
}
