//! Admission plugins of the API server, by minor.

use super::{
    Lookup,
    row::{Period, Row},
    tables,
};
use crate::base::Minor;

/// An admission plugin as one minor knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plugin {
    /// The name, as `--enable-admission-plugins` takes it.
    pub name: &'static str,
    /// Whether it is enabled without being asked.
    pub default_on: bool,
    /// The feature gate without which it does nothing, if any.
    pub gate: Option<&'static str>,
    /// Whether the server does not start with it enabled and no configuration of its own in the admission file.
    pub configuration: bool,
    /// What it does.
    pub does: &'static str,
}

/// A row of the table of plugins.
#[derive(Debug)]
pub(super) struct PluginRow {
    pub(super) name: &'static str,
    pub(super) since: Minor,
    pub(super) until: Option<Minor>,
    pub(super) on: Option<Period>,
    pub(super) gate: Option<&'static str>,
    pub(super) configuration: bool,
    pub(super) does: &'static str,
    pub(super) instead: Option<&'static str>,
}

impl Row for PluginRow {
    fn name(&self) -> &'static str {
        self.name
    }
    fn life(&self) -> Period {
        Period { from: self.since, until: self.until }
    }
    fn instead(&self) -> Option<&'static str> {
        self.instead
    }
}

impl PluginRow {
    fn at(&'static self, minor: Minor) -> Plugin {
        let default_on = self.on.is_some_and(|on| on.holds(minor));
        Plugin { name: self.name, default_on, gate: self.gate, configuration: self.configuration, does: self.does }
    }
}

/// What a minor's API server knows of an admission plugin; a name that it does not know stops it, in either list.
#[must_use]
pub fn plugin(name: &str, minor: Minor) -> Lookup<Plugin> {
    tables::PLUGINS.find(name, minor).map(|row| row.at(minor))
}

/// Every plugin of a minor, sorted by name; none where the table does not cover the minor.
pub fn plugins(minor: Minor) -> impl Iterator<Item = Plugin> {
    tables::PLUGINS.at(minor).map(move |row| row.at(minor))
}

/// The names of the plugins that a minor enables without being asked, sorted.
#[must_use]
pub fn default_plugins(minor: Minor) -> Vec<&'static str> {
    plugins(minor).filter(|plugin| plugin.default_on).map(|plugin| plugin.name).collect()
}
