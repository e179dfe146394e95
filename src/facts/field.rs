//! Fields of the kubelet's and kube-proxy's configuration documents, by minor.

use super::{
    Lookup,
    row::{ByMinor, Period, Row, Table, nearest, value_at},
    tables,
};
use crate::base::Minor;

/// What kubelet and kube-proxy do with a field that they do not know: they read their file strictly first, and where that fails for unknown or
/// repeated fields alone, once more without minding them, with a line in the log; of a drop-in the kubelet logs nothing (kubernetes,
/// pkg/kubelet/kubeletconfig/util/codec and cmd/kube-proxy/app, read in public source 2026-11-27; tried on 1.36.3 and 1.37.2).
pub const UNKNOWN_FIELD: &str = "the program starts without it, and at most a line of its log says so";

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldKind {
    /// A mapping with free keys, whose values are not looked at.
    Amounts,
    /// `true` or `false`.
    Bool,
    /// A Go duration as a text (`1m30s`).
    Duration,
    /// A number with a fraction.
    Float,
    /// A whole number.
    Int,
    /// A list of texts.
    List,
    /// A mapping of free keys to texts.
    Map,
    /// A list of whole numbers.
    Numbers,
    /// A mapping whose fields are listed.
    Object,
    /// A list of mappings whose fields are listed.
    Objects,
    /// Something whose inner fields are not listed: anything may stand below.
    Open,
    /// A text.
    String,
    /// A mapping of free keys to `true` or `false`.
    Switches,
    /// A mapping whose fields are listed, and which is one setting as a whole.
    Whole,
}

impl FieldKind {
    /// Whether names below a field of this kind are the owner's or are not listed.
    pub(super) fn is_free_below(self) -> bool {
        matches!(
            self,
            FieldKind::Amounts | FieldKind::List | FieldKind::Map | FieldKind::Numbers | FieldKind::Open | FieldKind::Switches
        )
    }
}

/// A field as one minor knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The path of the listed field: that of the question, or of a field above it that takes anything below.
    pub path: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// The default at this minor, as a text; nothing where it was not recorded, empty where there is none any more.
    pub default: Option<&'static str>,
    /// What kubeadm writes when the owner says nothing, in words where it depends on the cluster.
    pub kubeadm: Option<&'static str>,
}

/// A row of a table of fields.
#[derive(Debug)]
pub(super) struct FieldRow {
    pub(super) path: &'static str,
    pub(super) kind: FieldKind,
    pub(super) since: Minor,
    pub(super) until: Option<Minor>,
    pub(super) defaults: ByMinor<&'static str>,
    pub(super) kubeadm: ByMinor<&'static str>,
    pub(super) instead: Option<&'static str>,
}

impl Row for FieldRow {
    fn name(&self) -> &'static str {
        self.path
    }
    fn life(&self) -> Period {
        Period { from: self.since, until: self.until }
    }
    fn instead(&self) -> Option<&'static str> {
        self.instead
    }
}

impl FieldRow {
    fn at(&'static self, minor: Minor) -> Field {
        let Self { path, kind, defaults, kubeadm, .. } = self;
        Field { path, kind: *kind, default: value_at(defaults, minor), kubeadm: value_at(kubeadm, minor) }
    }
}

/// A field of KubeletConfiguration by its path (`authentication.anonymous.enabled`); `[]` or `[3]` marks an item of a list.
/// A mapping above listed fields is known as an object; what stands below a map or an unlisted structure is that field.
#[must_use]
pub fn kubelet_field(path: &str, minor: Minor) -> Lookup<Field> {
    find(&tables::KUBELET_FIELDS, path, minor)
}

/// A field of KubeProxyConfiguration by its path; as `kubelet_field`.
#[must_use]
pub fn kube_proxy_field(path: &str, minor: Minor) -> Lookup<Field> {
    find(&tables::KUBE_PROXY_FIELDS, path, minor)
}

/// Every listed field of KubeletConfiguration at a minor, sorted by path.
pub fn kubelet_fields(minor: Minor) -> impl Iterator<Item = Field> {
    tables::KUBELET_FIELDS.at(minor).map(move |row| row.at(minor))
}

/// Every listed field of KubeProxyConfiguration at a minor, sorted by path.
pub fn kube_proxy_fields(minor: Minor) -> impl Iterator<Item = Field> {
    tables::KUBE_PROXY_FIELDS.at(minor).map(move |row| row.at(minor))
}

fn find(table: &'static Table<FieldRow>, path: &str, minor: Minor) -> Lookup<Field> {
    if !table.covers(minor) {
        return Lookup::NotCovered;
    }
    let path = plain_path(path);
    if let Some(row) = table.row(&path) {
        return table.find(row.path, minor).map(|row| row.at(minor));
    }
    let found = parent(table.at(minor).map(|row| row.path), &path).or_else(|| {
        let row = above(&path, |path| table.row(path))?;
        (row.kind.is_free_below() && row.life().holds(minor)).then(|| row.at(minor))
    });
    match found {
        Some(field) => Lookup::Known(field),
        None => Lookup::Unknown { nearest: nearest(&path, table.at(minor).map(|row| row.path)) },
    }
}

/// A mapping above listed fields: known, although it has no row.
fn parent(mut paths: impl Iterator<Item = &'static str>, path: &str) -> Option<Field> {
    let below = |listed: &&str| listed.strip_prefix(path).is_some_and(|rest| rest.starts_with('.') || rest.starts_with("[]"));
    let listed = paths.find(below).filter(|_| !path.is_empty())?;
    let kind = if listed[path.len()..].starts_with('[') { FieldKind::Objects } else { FieldKind::Object };
    Some(Field { path: &listed[..path.len()], kind, default: None, kubeadm: None })
}

/// The nearest field above a path.
pub(super) fn above<T>(path: &str, find: impl Fn(&str) -> Option<T>) -> Option<T> {
    let mut rest = path;
    while let Some(cut) = rest.rfind(['.', '[']) {
        rest = &rest[..cut];
        if let Some(found) = find(rest) {
            return Some(found);
        }
    }
    None
}

/// The path with every index of a list taken out: `a[3].b` is `a[].b`.
pub(super) fn plain_path(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut inside = false;
    for letter in path.chars() {
        inside = match letter {
            '[' => true,
            ']' => false,
            _ => inside,
        };
        if !(inside && letter.is_ascii_digit()) {
            plain.push(letter);
        }
    }
    plain
}
