//! What the spec says of logs, with an answer to every question.

use crate::{
    base::{Cause, SpecPath},
    plan::LogKind,
    spec::{
        model::{Collector, Sink, Spec},
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
    /// Whether an agent for pod logs is to run in the cluster.
    pub agent: bool,
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
    let agent = spec.logging.collector == Some(Collector::OpenTelemetry);
    LogAnswers { kinds: kinds(spec, siem.as_ref()), siem, agent }
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
