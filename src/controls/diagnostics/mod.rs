//! What controls cannot say.

mod apiserver;
mod encryption;
mod hosts;
mod identity;
mod logging;
mod policies;
mod selection;

use crate::diag::{Entry, Problem};

use super::cloud::diagnostics::{
    NoPublicSource, NobodyComesIn, NodesLockedOut, ProviderMakesAnew, ProviderUnread, ProviderWithoutRelease, ReservedGroup,
    SourceFamily, TooManySources,
};

pub(in crate::controls) use apiserver::{
    AnonymousPath, AuthorizerNotInFile, IssuerIsClusterOwn, IssuerPrefixReserved, IssuerTwice, IssuersShareNames, ProbesShutOut,
    RetiredIssuerInUse, UnknownCipher,
};
pub(in crate::controls) use encryption::{EncryptionChanged, EncryptionDropped, EncryptionStageFirst, EncryptionStageSkipped};
pub(in crate::controls) use hosts::{HostWord, PoolWithoutAddresses, RuntimeUnlisted, VersionSkew};
pub(in crate::controls) use identity::{
    BreakGlassShared, CutOff, DeliveryByDefault, DeliveryCutOff, GroupWithoutPrefix, HandsOutClusterAdmin, ReservedIdentity,
    RootOnNodes, RunsInKubeSystem, UnknownDelivery,
};
pub(in crate::controls) use logging::ReceiverByAddress;
pub(in crate::controls) use policies::{
    ComponentBelowLevel, ComponentNotDeclared, GatekeeperTooOld, GatekeeperUnknown, HostFolderOfTheNode, KubeSystemLevel,
    RefusedByPodSecurity, UnknownAddon, WaiverNotAtAdmission,
};
pub(in crate::controls) use selection::{
    MissingParameter, ParameterConflict, ParameterValue, UnknownBenchmark, UnknownControl, UnknownParameter, WaiverNeeded,
    WaiverTooNarrow,
};

/// Every kind of diagnostic of this stage.
pub const ALL: &[Entry] = &[
    Entry::of::<AnonymousPath>(),
    Entry::of::<AuthorizerNotInFile>(),
    Entry::of::<ComponentBelowLevel>(),
    Entry::of::<ComponentNotDeclared>(),
    Entry::of::<DeliveryCutOff>(),
    Entry::of::<UnknownDelivery>(),
    Entry::of::<DeliveryByDefault>(),
    Entry::of::<EncryptionChanged>(),
    Entry::of::<EncryptionDropped>(),
    Entry::of::<EncryptionStageFirst>(),
    Entry::of::<EncryptionStageSkipped>(),
    Entry::of::<GatekeeperTooOld>(),
    Entry::of::<GatekeeperUnknown>(),
    Entry::of::<HostFolderOfTheNode>(),
    Entry::of::<HostWord>(),
    Entry::of::<IssuerIsClusterOwn>(),
    Entry::of::<IssuerPrefixReserved>(),
    Entry::of::<IssuerTwice>(),
    Entry::of::<IssuersShareNames>(),
    Entry::of::<KubeSystemLevel>(),
    Entry::of::<MissingParameter>(),
    Entry::of::<NoPublicSource>(),
    Entry::of::<NobodyComesIn>(),
    Entry::of::<NodesLockedOut>(),
    Entry::of::<ProviderMakesAnew>(),
    Entry::of::<ProviderUnread>(),
    Entry::of::<ProviderWithoutRelease>(),
    Entry::of::<SourceFamily>(),
    Entry::of::<ReceiverByAddress>(),
    Entry::of::<RunsInKubeSystem>(),
    Entry::of::<RootOnNodes>(),
    Entry::of::<BreakGlassShared>(),
    Entry::of::<GroupWithoutPrefix>(),
    Entry::of::<ParameterConflict>(),
    Entry::of::<ParameterValue>(),
    Entry::of::<PoolWithoutAddresses>(),
    Entry::of::<ProbesShutOut>(),
    Entry::of::<RefusedByPodSecurity>(),
    Entry::of::<ReservedGroup>(),
    Entry::of::<TooManySources>(),
    Entry::of::<RetiredIssuerInUse>(),
    Entry::of::<RuntimeUnlisted>(),
    Entry::of::<ReservedIdentity>(),
    Entry::of::<HandsOutClusterAdmin>(),
    Entry::of::<UnknownAddon>(),
    Entry::of::<UnknownCipher>(),
    Entry::of::<UnknownBenchmark>(),
    Entry::of::<UnknownControl>(),
    Entry::of::<UnknownParameter>(),
    Entry::of::<VersionSkew>(),
    Entry::of::<WaiverNeeded>(),
    Entry::of::<WaiverNotAtAdmission>(),
    Entry::of::<WaiverTooNarrow>(),
];

/// What is wrong with values of a spec by themselves, whatever else of it could not be read.
const BY_ITSELF: &[&str] = &[
    AnonymousPath::CODE,
    BreakGlassShared::CODE,
    EncryptionStageFirst::CODE,
    GatekeeperTooOld::CODE,
    HandsOutClusterAdmin::CODE,
    HostWord::CODE,
    IssuerPrefixReserved::CODE,
    IssuersShareNames::CODE,
    IssuerTwice::CODE,
    KubeSystemLevel::CODE,
    ProviderWithoutRelease::CODE,
    ReservedGroup::CODE,
    ReservedIdentity::CODE,
    SourceFamily::CODE,
    TooManySources::CODE,
    UnknownCipher::CODE,
    WaiverNeeded::CODE,
    WaiverTooNarrow::CODE,
];

/// Whether a diagnostic of lowering holds also where parts of the spec could not be read, or answers are stand-ins.
pub(in crate::controls) fn holds_by_itself(code: &str) -> bool {
    BY_ITSELF.contains(&code)
}
