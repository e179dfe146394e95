//! What was written (`v1alpha1`) to `Spec`: texts become values, alternatives become enums, and everything a schema cannot see is
//! asked here. One file per part of the spec; all mistakes are collected.

mod access;
mod arn;
mod belongs;
mod controls;
mod logging;
mod network;
mod nodes;
mod partitions;
mod platform;
mod policies;
mod ranges;
mod reader;
mod receivers;
mod references;
mod vulnerabilities;

pub(super) use reader::Reader;

use super::{
    Doubts, mistakes,
    model::Spec,
    schema::{self, Part},
    v1alpha1::ClusterSpec,
};
use crate::{base::SpecPath, diag::Diagnostics, yaml::Node};

/// A spec as far as it can be read.
pub struct Decoded {
    /// What could be read; what could not is left out. Nothing where the platform cannot be read.
    pub spec: Option<Spec>,
    /// How much of it holds.
    pub soundness: Soundness,
    /// What may stand in it although it could not be read.
    pub doubts: Doubts,
    /// Whether the version of Kubernetes could be read; else the newest stands in for it.
    pub versioned: bool,
}

/// How much of a decoded spec holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Soundness {
    /// All of it.
    Whole,
    /// Fields and their kinds are right; a value cannot be read, or names what is not there.
    Shape,
    /// Not even those: a field that seems to be missing may stand there under a wrong name.
    Part,
}

/// Decodes the spec of a cluster, its profiles merged in. Reports every mistake and gives `None` when there is one.
pub fn decode(spec: &Node, diagnostics: &mut Diagnostics) -> Option<Spec> {
    let decoded = decode_part(spec, diagnostics);
    decoded.spec.filter(|_| decoded.soundness == Soundness::Whole)
}

/// The same, with what can be read in spite of the mistakes.
///
/// Waivers of the workspace belong into the tree first: references to waivers are checked here.
pub fn decode_part(spec: &Node, diagnostics: &mut Diagnostics) -> Decoded {
    let mut value = spec.to_json();
    let wrong = schema::mistakes(Part::Spec, &value);
    let mut reader = Reader::new(spec).doubting(Doubts::of(spec, &wrong));
    reader.extend(mistakes::diagnostics(Part::Spec, spec, &wrong));
    mistakes::prune(&mut value, &wrong);
    let written: ClusterSpec = serde_json::from_value(value).expect("internal error: the schema let pass what the types refuse");
    references::check(&mut reader, &written);
    ranges::check(&mut reader, &written);
    belongs::check(&mut reader, &written);
    receivers::check(&mut reader, &written);
    partitions::check(&mut reader, &written);
    let spec = convert(&mut reader, written);
    let (doubts, versioned) = (reader.doubts().clone(), reader.is_versioned());
    let soundness = match (reader.finish(diagnostics), wrong.is_empty()) {
        (true, _) => Soundness::Whole,
        (false, true) => Soundness::Shape,
        (false, false) => Soundness::Part,
    };
    Decoded { spec, soundness, doubts, versioned }
}

fn convert(reader: &mut Reader<'_>, written: ClusterSpec) -> Option<Spec> {
    let at = |field: &str| SpecPath::root().child(field);
    let names = network::Names::of(written.network.as_ref());
    let profiles = reader.labels(&at("profiles"), "a profile", written.profiles).unwrap_or_default();
    let platform = platform::platform(reader, &at("platform"), written.platform);
    let api = access::api(reader, &at("api"), written.api.unwrap_or_default());
    let identity = access::identity(reader, &at("identity"), written.identity.unwrap_or_default());
    let namespaces = policies::namespaces(reader, &at("namespaces"), written.namespaces.unwrap_or_default());
    let images = policies::images(reader, &at("images"), written.images.unwrap_or_default());
    let workloads = policies::workloads(reader, &at("workloads"), written.workloads.unwrap_or_default());
    let policies = policies::policies(reader, &at("policies"), written.policies.unwrap_or_default());
    let network = network::network(reader, &at("network"), &names, written.network.unwrap_or_default());
    let logging = logging::logging(reader, &at("logging"), written.logging.unwrap_or_default());
    let vulnerabilities =
        vulnerabilities::vulnerabilities(reader, &at("vulnerabilities"), written.vulnerabilities.unwrap_or_default());
    let controls = controls::controls(reader, &at("controls"), written.controls.unwrap_or_default());
    let waivers = controls::waivers(reader, &at("waivers"), written.waivers.unwrap_or_default());
    Some(Spec {
        profiles,
        platform: platform?,
        api,
        identity,
        namespaces,
        images,
        workloads,
        policies,
        network,
        logging,
        vulnerabilities,
        controls,
        waivers,
    })
}
