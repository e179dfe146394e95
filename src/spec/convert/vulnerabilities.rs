//! `vulnerabilities`.

use super::Reader;
use crate::{
    base::SpecPath,
    spec::{
        model::{Days, Deadlines, Patching, Scanning, Vulnerabilities},
        v1alpha1 as v1,
    },
};

pub(super) fn vulnerabilities(r: &mut Reader<'_>, at: &SpecPath, written: v1::Vulnerabilities) -> Vulnerabilities {
    let patching = patching(r, &at.child("patching"), written.patching.unwrap_or_default());
    let scanning = written.scanning.unwrap_or_default();
    let scanning = Scanning { pipeline: scanning.pipeline, registry: scanning.registry, cluster: scanning.cluster };
    Vulnerabilities { patching, scanning }
}

fn patching(r: &mut Reader<'_>, at: &SpecPath, written: v1::Patching) -> Patching {
    let window = r.read(&at.child("window"), written.window, "a day and a time such as Sun 02:00");
    let deadlines_at = at.child("deadlines");
    let written_deadlines = written.deadlines.unwrap_or_default();
    let mut days = |severity: &str, text: Option<String>| -> Option<Days> {
        r.read(&deadlines_at.child(severity), text, "a number of days such as 7d, or of weeks such as 2w")
    };
    let deadlines = Deadlines {
        critical: days("critical", written_deadlines.critical),
        high: days("high", written_deadlines.high),
        medium: days("medium", written_deadlines.medium),
        low: days("low", written_deadlines.low),
    };
    Patching { window, reboot: written.reboot, deadlines }
}
