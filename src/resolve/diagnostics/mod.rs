//! What keeps a spec from being answered.

mod decisions;
mod fleet;
mod profiles;
mod versions;
mod waivers;
mod world;

use crate::diag::{Entry, Problem};

pub(in crate::resolve) use decisions::{BrokenFile, MissingDecision, NoControlPlane, SubnetSize};
pub(in crate::resolve) use fleet::{ClusterOfNobody, ClusterTwice};
pub(in crate::resolve) use profiles::{
    DuplicateProfile, ProfileConflict, ProfileCycle, ProfileIsBuiltIn, TooManyParents, UnknownProfile,
};
pub(in crate::resolve) use versions::{MinorSkipped, PluginEnded, SupportEnded, UnsupportedVersion, VersionBack};
pub(in crate::resolve) use waivers::{
    DateInThePast, DateMovedBack, GraceTooFar, GraceWithoutEffect, NoEffect, UnusedWaiver, WaiverExpired,
    WaiverForUnknownNamespace,
};
pub(in crate::resolve) use world::{OpenToTheWorld, PortOpenToTheWorld, ServicePortNamed, WidePool};

/// Every kind of diagnostic of this stage.
pub const ALL: &[Entry] = &[
    Entry::of::<BrokenFile>(),
    Entry::of::<ClusterOfNobody>(),
    Entry::of::<ClusterTwice>(),
    Entry::of::<DateInThePast>(),
    Entry::of::<DateMovedBack>(),
    Entry::of::<DuplicateProfile>(),
    Entry::of::<GraceTooFar>(),
    Entry::of::<GraceWithoutEffect>(),
    Entry::of::<MissingDecision>(),
    Entry::of::<NoControlPlane>(),
    Entry::of::<OpenToTheWorld>(),
    Entry::of::<PluginEnded>(),
    Entry::of::<PortOpenToTheWorld>(),
    Entry::of::<ProfileConflict>(),
    Entry::of::<ProfileCycle>(),
    Entry::of::<TooManyParents>(),
    Entry::of::<ProfileIsBuiltIn>(),
    Entry::of::<SupportEnded>(),
    Entry::of::<ServicePortNamed>(),
    Entry::of::<SubnetSize>(),
    Entry::of::<UnknownProfile>(),
    Entry::of::<UnsupportedVersion>(),
    Entry::of::<MinorSkipped>(),
    Entry::of::<VersionBack>(),
    Entry::of::<UnusedWaiver>(),
    Entry::of::<WaiverForUnknownNamespace>(),
    Entry::of::<WaiverExpired>(),
    Entry::of::<WidePool>(),
];

/// Errors that are a judgement alone: every question is answered, and settings can be held against each other.
const OF_JUDGEMENT: [&str; 4] = [OpenToTheWorld::CODE, PortOpenToTheWorld::CODE, MinorSkipped::CODE, VersionBack::CODE];

/// Whether the answers are those of the spec although this error was told.
#[must_use]
pub fn leaves_answers_whole(code: &str) -> bool {
    OF_JUDGEMENT.contains(&code)
}

/// The text nearest to a name, as help.
fn did_you_mean(name: &str, names: &[String], otherwise: &str) -> String {
    let best = names
        .iter()
        .map(|candidate| (strsim::jaro_winkler(candidate, name), candidate))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((_, candidate)) => format!("did you mean `{candidate}`? {otherwise}"),
        None => otherwise.to_owned(),
    }
}
