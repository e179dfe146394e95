//! `logging`.

use super::Reader;
use crate::{
    base::SpecPath,
    policy::Image,
    spec::{
        model::{
            Audit, AzureMonitor, Collector, EventHub, HostPort, HttpSink, Kafka, Logging, Loki, Port, Relay, S3, Siem, Sink,
            Syslog, values::is_host,
        },
        v1alpha1 as v1,
    },
};

const SINKS: [&str; 9] = ["syslog", "splunk", "elasticsearch", "opensearch", "loki", "kafka", "s3", "eventHub", "azureMonitor"];

pub(super) fn logging(r: &mut Reader<'_>, at: &SpecPath, written: v1::Logging) -> Logging {
    let audit = written.audit.unwrap_or_default();
    let audit = Audit {
        goals: audit.goals.map(|goals| goals.into_iter().collect()),
        retention_days: audit.retention_days,
        events_per_second: audit.events_per_second,
    };
    let collector = written.collector.map(|collector| match collector {
        v1::Collector::Word(_) => Collector::None,
        v1::Collector::Agent(agent) => self::agent(r, &at.child("collector").child("openTelemetry"), agent),
    });
    let siem = written.siem.and_then(|siem| self::siem(r, &at.child("siem"), siem));
    Logging { audit, collector, sources: written.sources.map(|sources| sources.into_iter().collect()), siem }
}

fn agent(r: &mut Reader<'_>, at: &SpecPath, written: v1::CollectorAgent) -> Collector {
    let written = written.open_telemetry.unwrap_or_default();
    let image = written.image.and_then(|text| {
        r.check(
            &at.child("image"),
            text,
            "an image with a digest such as registry.example.com/otel/collector@sha256:...",
            is_pinned,
        )
    });
    let addresses = r.ranges(&at.child("addresses"), written.addresses).unwrap_or_default();
    Collector::OpenTelemetry { image, addresses }
}

/// Whether a text names an image by its digest, and is nothing else.
fn is_pinned(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/' | b':' | b'@');
    let image = Image::parse(text);
    text.bytes().all(plain) && image.is_pinned() && image.digest.bytes().skip(7).all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn siem(r: &mut Reader<'_>, at: &SpecPath, written: v1::Siem) -> Option<Siem> {
    let relay = written.relay.and_then(|relay| self::relay(r, &at.child("relay"), relay));
    let chosen = r.choice(at, &SINKS)?;
    let here = at.child(chosen);
    let sink = match chosen {
        "syslog" => syslog(r, &here, written.syslog?).map(Sink::Syslog),
        "splunk" => http(r, &here, written.splunk?).map(Sink::Splunk),
        "elasticsearch" => http(r, &here, written.elasticsearch?).map(Sink::Elasticsearch),
        "opensearch" => http(r, &here, written.opensearch?).map(Sink::Opensearch),
        "loki" => loki(r, &here, written.loki?).map(Sink::Loki),
        "kafka" => kafka(r, &here, written.kafka?).map(Sink::Kafka),
        "s3" => s3(r, &here, written.s3?).map(Sink::S3),
        "eventHub" => event_hub(r, &here, written.event_hub?).map(Sink::EventHub),
        _ => {
            let workspace = r.need_text(&here, "workspace", written.azure_monitor?.workspace);
            workspace.map(|workspace| Sink::AzureMonitor(AzureMonitor { workspace }))
        }
    };
    Some(Siem { sink: sink?, relay })
}

fn syslog(r: &mut Reader<'_>, at: &SpecPath, written: v1::Syslog) -> Option<Syslog> {
    let host = r.need(at, "host", written.host);
    let host = host.and_then(|text| {
        let sound = |text: &str| is_host(text) || text.parse::<std::net::IpAddr>().is_ok();
        r.check(&at.child("host"), text, "a name or address such as siem.example.com", sound)
    });
    let port = r.need(at, "port", written.port);
    let ca_file = r.file(&at.child("caFile"), written.ca_file);
    Some(Syslog { host: host?, port: Port::new(port?)?, tls: written.tls, ca_file })
}

fn http(r: &mut Reader<'_>, at: &SpecPath, written: v1::HttpSink) -> Option<HttpSink> {
    Some(HttpSink { url: r.url(at, "url", written.url)?, index: written.index, secret: written.secret })
}

fn loki(r: &mut Reader<'_>, at: &SpecPath, written: v1::Loki) -> Option<Loki> {
    Some(Loki { url: r.url(at, "url", written.url)?, tenant: written.tenant, secret: written.secret })
}

fn kafka(r: &mut Reader<'_>, at: &SpecPath, written: v1::Kafka) -> Option<Kafka> {
    let brokers = r.need_list(at, "brokers", written.brokers, "nothing would be connected to");
    let brokers_at = at.child("brokers");
    let expected = "a host and a port such as kafka-1.example.com:9093";
    let brokers = brokers.map(|list| {
        let broker = |(index, text): (usize, String)| {
            let text =
                r.check(&brokers_at.index(index), text, expected, |t| t.parse::<HostPort>().is_ok_and(|b| b.port.is_some()))?;
            text.parse().ok()
        };
        list.indexed().filter_map(broker).collect()
    });
    let topic = r.need_text(at, "topic", written.topic);
    Some(Kafka { brokers: brokers?, topic: topic?, tls: written.tls, secret: written.secret })
}

fn s3(r: &mut Reader<'_>, at: &SpecPath, written: v1::S3) -> Option<S3> {
    Some(S3 { bucket: r.need_text(at, "bucket", written.bucket)?, region: written.region })
}

fn event_hub(r: &mut Reader<'_>, at: &SpecPath, written: v1::EventHub) -> Option<EventHub> {
    let namespace = r.need_text(at, "namespace", written.namespace);
    let name = r.need_text(at, "name", written.name);
    Some(EventHub { namespace: namespace?, name: name?, authorization_rule: written.authorization_rule })
}

fn relay(r: &mut Reader<'_>, at: &SpecPath, written: v1::Relay) -> Option<Relay> {
    let destination = r.need_text(at, "destination", written.destination)?;
    Some(Relay { destination, role: written.role, name: written.name })
}
