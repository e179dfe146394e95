//! What kubeadm reads and writes, by its minor.

use super::{
    EtcdVersion, Gate, Lookup,
    field::{FieldKind, above, plain_path},
    row::{ByMinor, Period, Table, nearest, value_at},
    sentence::{holds, id},
    tables,
};
use crate::base::{KubeVersion, Minor};

/// Where an API server listens unless `localAPIEndpoint.bindPort` says otherwise (kubeadm's `DefaultAPIBindPort`); a 0 there says it too.
pub const API_PORT: u16 = 6443;

/// A kind of kubeadm's documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KubeadmKind {
    /// `ClusterConfiguration`: the cluster, kept in it.
    Cluster,
    /// `InitConfiguration`: the first control-plane node.
    Init,
    /// `JoinConfiguration`: every other node.
    Join,
    /// `ResetConfiguration`, from v1beta4 on.
    Reset,
    /// `UpgradeConfiguration`, from v1beta4 on.
    Upgrade,
}

impl KubeadmKind {
    /// Every kind.
    pub const ALL: [KubeadmKind; 5] =
        [KubeadmKind::Cluster, KubeadmKind::Init, KubeadmKind::Join, KubeadmKind::Reset, KubeadmKind::Upgrade];

    /// `kind` as the document writes it.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            KubeadmKind::Cluster => "ClusterConfiguration",
            KubeadmKind::Init => "InitConfiguration",
            KubeadmKind::Join => "JoinConfiguration",
            KubeadmKind::Reset => "ResetConfiguration",
            KubeadmKind::Upgrade => "UpgradeConfiguration",
        }
    }

    fn table(self) -> &'static Table<KubeadmFieldRow> {
        match self {
            KubeadmKind::Cluster => &tables::KUBEADM_CLUSTER,
            KubeadmKind::Init => &tables::KUBEADM_INIT,
            KubeadmKind::Join => &tables::KUBEADM_JOIN,
            KubeadmKind::Reset => &tables::KUBEADM_RESET,
            KubeadmKind::Upgrade => &tables::KUBEADM_UPGRADE,
        }
    }
}

/// A field of a kubeadm document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KubeadmField {
    /// The path of the listed field: that of the question, or of a field above it that takes anything below.
    pub path: &'static str,
    /// What it holds in this version.
    pub kind: FieldKind,
    /// The only words that a text of it may be, with spaces between.
    pub words: Option<&'static str>,
    /// The form of its text, or of each text in its list.
    pub form: Option<FieldForm>,
}

/// What kubeadm wants of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldForm {
    /// A path from the root on.
    AbsolutePath,
    /// A name of DNS in lower case.
    DnsDomain,
    /// An address or a name of DNS in lower case, with a port behind it or without.
    Endpoint,
    /// Where images are pulled from, without tag or scheme.
    ImageRepository,
    /// An address, or a name of DNS that may begin with `*.`.
    Host,
}

/// A row of a table of fields. In `kinds` and `until`, a "minor" is the number of the version: 4 is v1beta4.
#[derive(Debug)]
pub(super) struct KubeadmFieldRow {
    pub(super) path: &'static str,
    pub(super) kinds: ByMinor<FieldKind>,
    pub(super) until: Option<Minor>,
    /// The first minor of kubeadm, where the version grew later.
    pub(super) since: Option<Minor>,
    pub(super) instead: Option<&'static str>,
    /// By the minor of kubeadm.
    pub(super) words: ByMinor<&'static str>,
    pub(super) form: Option<FieldForm>,
}

/// A row of the table of versions.
#[derive(Debug)]
pub(super) struct KubeadmApiRow {
    pub(super) name: &'static str,
    pub(super) number: u16,
    pub(super) read: Period,
    pub(super) write: Option<Period>,
}

/// The `apiVersion` to write for a kubeadm of this minor; nothing where the minor is not covered.
#[must_use]
pub fn kubeadm_api(minor: Minor) -> Option<&'static str> {
    covered(minor)?.rows.iter().find(|row| row.write.is_some_and(|write| write.holds(minor))).map(|row| row.name)
}

/// Whether a kubeadm of this minor reads documents of this `apiVersion` without an experimental switch.
#[must_use]
pub fn kubeadm_api_read(api_version: &str, minor: Minor) -> bool {
    covered(minor).is_some_and(|table| table.rows.iter().any(|row| row.name == api_version && row.read.holds(minor)))
}

/// The kind and whether it is kubeadm's, of a document; every version counts, also one that no minor in the tables reads.
#[must_use]
pub fn kubeadm_kind(api_version: &str, kind: &str) -> Option<KubeadmKind> {
    let of_group = api_version.strip_prefix("kubeadm.k8s.io/").is_some();
    KubeadmKind::ALL.into_iter().find(|found| of_group && found.kind() == kind)
}

/// A field of a kubeadm document by its path (`apiServer.extraArgs[].name`; `[]` or `[3]` marks an item of a list) in an `apiVersion`.
/// A field that a later version lacks is gone since the first minor of that version; one that an earlier version lacks comes with the
/// first minor of the version that has it.
#[must_use]
pub fn kubeadm_field(kind: KubeadmKind, api_version: &str, path: &str, minor: Minor) -> Lookup<KubeadmField> {
    let api = tables::KUBEADM_APIS.rows.iter().find(|row| row.name == api_version && row.number > 1);
    let Some(api) = api.filter(|_| covered(minor).is_some()) else { return Lookup::NotCovered };
    let (table, path) = (kind.table(), plain_path(path));
    if let Some(row) = listed(table, &path) {
        return row.at(api, minor);
    }
    let known = |row: &&'static KubeadmFieldRow| row.at(api, minor).known();
    let above = above(&path, |path| listed(table, path)).and_then(|row| known(&row)).filter(|field| field.kind.is_free_below());
    match above {
        Some(field) => Lookup::Known(field),
        None => {
            let paths = table.rows.iter().filter(|row| known(row).is_some()).map(|row| row.path);
            Lookup::Unknown { nearest: nearest(&path, paths) }
        }
    }
}

/// Every path that the table has for a kind, in any version, sorted.
pub fn kubeadm_paths(kind: KubeadmKind) -> impl Iterator<Item = &'static str> {
    kind.table().rows.iter().map(|row| row.path)
}

fn listed(table: &'static Table<KubeadmFieldRow>, path: &str) -> Option<&'static KubeadmFieldRow> {
    table.rows.binary_search_by(|row| row.path.cmp(path)).ok().map(|index| &table.rows[index])
}

impl KubeadmFieldRow {
    fn at(&'static self, api: &KubeadmApiRow, minor: Minor) -> Lookup<KubeadmField> {
        let number = Minor(api.number);
        if self.until.is_some_and(|until| number >= until) {
            let in_ = self.until.map_or(api.read.from, |until| first_minor(until.0));
            return Lookup::Removed { in_, replacement: self.instead };
        }
        match value_at(self.kinds, number) {
            None => Lookup::NotYet { since: self.since.unwrap_or(first_minor(self.kinds[0].0.0)) },
            Some(_) if self.since.is_some_and(|since| minor < since) => Lookup::NotYet { since: self.since.unwrap_or(minor) },
            Some(kind) => {
                Lookup::Known(KubeadmField { path: self.path, kind, words: value_at(self.words, minor), form: self.form })
            }
        }
    }
}

/// The first minor that reads a version.
fn first_minor(number: u16) -> Minor {
    let row = tables::KUBEADM_APIS.rows.iter().find(|row| row.number == number);
    row.map_or(tables::KUBEADM_APIS.newest, |row| row.read.from)
}

/// A feature gate of kubeadm itself (`featureGates` of its ClusterConfiguration).
#[must_use]
pub fn kubeadm_gate(name: &str, minor: Minor) -> Lookup<Gate> {
    tables::KUBEADM_GATES.find(name, minor).map(|row| row.at(minor))
}

/// The targets that files in a folder of patches may name, sorted.
#[must_use]
pub fn kubeadm_patch_targets(minor: Minor) -> Vec<&'static str> {
    let table = &tables::KUBEADM_PATCH_TARGETS;
    let covered = covered(minor).is_some();
    table.rows.iter().filter(|(_, life)| covered && life.holds(minor)).map(|(name, _)| *name).collect()
}

fn covered(minor: Minor) -> Option<&'static Table<KubeadmApiRow>> {
    let table = &tables::KUBEADM_APIS;
    (table.oldest..=table.newest).contains(&minor).then_some(table)
}

/// In which order kubeadm writes the arguments of a static pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArgumentOrder {
    /// All sorted by name and value.
    Sorted,
    /// Its own, without those that the owner replaces, sorted by name; then the owner's in their order.
    OwnSortedThenExtra,
}

/// In which order a kubeadm of this version writes arguments; patch releases changed it.
#[must_use]
pub fn kubeadm_argument_order(version: KubeVersion) -> ArgumentOrder {
    if holds(id::EXTRAARGS_ORDER, version) { ArgumentOrder::OwnSortedThenExtra } else { ArgumentOrder::Sorted }
}

/// What kubeadm adds to the arguments of this etcd, beside those that never changed, as name and value.
#[must_use]
pub fn kubeadm_etcd_arguments(etcd: EtcdVersion) -> &'static [(&'static str, &'static str)] {
    value_at(tables::KUBEADM_ETCD_ARGUMENTS, Minor(etcd.minor)).unwrap_or(&[])
}

/// The folders of certificates beside `/etc/ssl/certs` that kubeadm mounts on this operating system; nothing where that is not known.
#[must_use]
pub fn kubeadm_ca_folders(os: &str) -> Option<&'static [&'static str]> {
    let table = tables::KUBEADM_CA_FOLDERS;
    table.binary_search_by(|(name, _)| (*name).cmp(os)).ok().map(|index| table[index].1)
}

/// The name of the volume that kubeadm makes of such a folder.
#[must_use]
pub fn kubeadm_ca_volume(folder: &str) -> String {
    folder.trim_start_matches('/').replace('/', "-")
}

/// The seccomp profile of the pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PodSeccomp {
    /// The pod has none.
    None,
    /// `RuntimeDefault`.
    RuntimeDefault,
}

/// How probes name their port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProbePort {
    /// By number.
    Number,
    /// As `probe-port`, a port of the container.
    Named,
}

/// The paths that the scheduler's probes ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SchedulerProbes {
    /// `/healthz` for start and liveness; no readiness probe.
    Healthz,
    /// `/livez` for start and liveness, `/readyz` for readiness.
    LivezReadyz,
}

/// What differs between minors in the static pods that kubeadm writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaticPods {
    /// Whether the metadata hold an empty `creationTimestamp`, as the API machinery printed it once.
    pub creation_timestamp: bool,
    /// Whether the controller manager mounts the flexvolume folder of the host.
    pub flexvolume_mount: bool,
    /// The seccomp profile of the pods.
    pub pod_seccomp: PodSeccomp,
    /// How probes name their port.
    pub probe_port: ProbePort,
    /// The paths that the scheduler's probes ask.
    pub scheduler_probes: SchedulerProbes,
}

/// The shape of kubeadm's static pods at a minor; nothing where the minor is not covered.
#[must_use]
pub fn static_pods(minor: Minor) -> Option<StaticPods> {
    covered(minor)?;
    Some(StaticPods {
        creation_timestamp: value_at(tables::SHAPE_CREATION_TIMESTAMP, minor)?,
        flexvolume_mount: value_at(tables::SHAPE_FLEXVOLUME_MOUNT, minor)?,
        pod_seccomp: value_at(tables::SHAPE_POD_SECCOMP, minor)?,
        probe_port: value_at(tables::SHAPE_PROBE_PORT, minor)?,
        scheduler_probes: value_at(tables::SHAPE_SCHEDULER_PROBES, minor)?,
    })
}
