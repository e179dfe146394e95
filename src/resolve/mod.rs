//! Answers: workspace, profiles, defaults, waivers and dates turn a spec into a [`Resolved`], in which no question is open.

mod answer;
mod answered;
mod answers;
mod choices;
mod cloud;
mod components;
mod dates;
mod decisions;
mod diagnostics;
mod fleet;
mod hosts;
mod identity;
mod kubeadm;
mod logging;
mod merged;
mod network;
mod owner;
mod policies;
mod profiles;
mod ranges;
mod subnets;
mod version;
mod vulnerabilities;
mod waivers;
mod world;

use std::collections::BTreeMap;

pub use answer::{Cluster, resolve, whole_spec};
pub use answers::{
    Addon, AuditAnswers, Cni, Given, ImageAnswers, KubeProxyAnswers, NamespaceAnswer, PolicyAnswers, Resolved, Runtime,
    ServingCertificates, Size, SizeFrom, Sources,
};
pub use choices::{Choice, ParamValue};
pub use cloud::{AksAnswers, CloudAnswers, CloudGroup, CloudKind, EksAnswers, Nodes, SiemAnswer};
pub use dates::{AskedDates, report_dates};
pub use diagnostics::{ALL, leaves_answers_whole};
pub use fleet::{report_clusters_of_nobody, report_clusters_of_one_name};
pub use hosts::{HostAnswers, Opening, PoolAnswers};
pub use identity::{DeliveryAnswer, DutyAnswer, GroupAnswer, IdentityAnswers, ImpersonationAnswer};
pub use logging::{Agent, LogAnswers, LogSink};
pub use network::NetworkAnswers;
pub use owner::{ENTRIES as OWNER, Owner};
pub use policies::{EngineAnswers, GatekeeperAnswers};
pub use profiles::{Ask, AskedFor, BUILT_IN, Flat, GivenParam, Profiles};
pub use vulnerabilities::{AcceptedHole, Supported, VulnerabilityAnswers};
pub use waivers::{Due, Waiver, WaiverState, name_fits, report_unused_waivers};

use crate::{
    base::{Date, KubeVersion},
    diag::Source,
    plan::EncryptionRecord,
};

/// What a cluster is answered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Artifacts are written for it.
    Build,
    /// Files are judged by it: also clusters of minors for which nothing is written any more.
    Judge,
}

/// What the manifest of the last build says of the cluster; nothing where there was no build.
#[derive(Debug, Clone, Default)]
pub struct LastBuild {
    /// How it encrypted stored objects.
    pub encryption: Option<EncryptionRecord>,
    /// The issuers of service-account tokens that it named, the one that signed first.
    pub issuers: Vec<String>,
    /// The version of Kubernetes that it was for.
    pub version: Option<KubeVersion>,
}

/// What the outside world says: the date, and the files that the spec names.
pub struct Surroundings<'a> {
    /// What the answers are for.
    pub purpose: Purpose,
    /// The day the artifacts are built for.
    pub as_of: Date,
    /// Today: what lies between the two days is due.
    pub today: Date,
    /// What the last build left behind.
    pub last: LastBuild,
    /// Recorded reprieves: waiver id to the day until which it counts although it expired.
    pub graces: BTreeMap<String, Date>,
    /// Reads a file that the spec names, relative to the workspace; the text of the error is shown to the user.
    pub read: &'a dyn Fn(&str) -> Result<Source, String>,
}
