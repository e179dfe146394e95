//! Kernel settings and modules: one file for each control.

use std::collections::BTreeMap;

use crate::{base::Lines, plan::HostRule};

use super::{
    Pool, Rule,
    file::{HostFile, origin},
};

pub(super) fn files(pool: &Pool<'_>) -> Vec<HostFile> {
    let mut files = Vec::new();
    let sysctls =
        by_control(
            pool,
            |rule| if let HostRule::Sysctl(key) = rule.rule { Some(format!("{key} = {}", rule.held.value)) } else { None },
        );
    for (control, lines) in sysctls {
        let path = format!("/etc/sysctl.d/95-harden-{control}.conf");
        files.push(HostFile::new(path, "Kernel settings of this node, set at boot; a later file name would win over it.", lines));
    }
    let loaded =
        by_control(pool, |rule| if let HostRule::ModuleLoaded(module) = rule.rule { Some(module.to_owned()) } else { None });
    for (control, lines) in loaded {
        let path = format!("/etc/modules-load.d/harden-{control}.conf");
        files.push(HostFile::new(path, "Kernel modules that are loaded at boot, before kernel settings are set.", lines));
    }
    let off = by_control(pool, |rule| {
        if let HostRule::ModuleOff(module) = rule.rule {
            Some(format!("install {module} /bin/false\nblacklist {module}"))
        } else {
            None
        }
    });
    for (control, lines) in off {
        let path = format!("/etc/modprobe.d/harden-{control}.conf");
        files.push(HostFile::new(path, "Kernel modules that are never loaded.", lines));
    }
    files
}

/// The lines of rules, by the name of the control that asked first.
fn by_control(pool: &Pool<'_>, line: impl Fn(&Rule<'_>) -> Option<String>) -> BTreeMap<String, Lines> {
    let mut files: BTreeMap<String, Lines> = BTreeMap::new();
    for rule in pool.rules() {
        let Some(text) = line(rule) else { continue };
        let control = rule.held.reasons.iter().find_map(|reason| reason.control);
        let name = control.map_or("node", |control| control.0.split_once('/').map_or(control.0, |(_, name)| name));
        files.entry(name.to_owned()).or_default().extend(Lines::of(text, &origin(rule)));
    }
    files
}
