//! `controls` and `waivers`.

use std::collections::BTreeMap;

use super::{
    Reader,
    reader::{Form, Name},
};
use crate::{
    base::SpecPath,
    spec::{
        diagnostics::UnappliedWithoutWaiver,
        model::{ControlChoice, Scope, Waiver, values::is_subdomain},
        v1alpha1::{self as v1, List},
    },
};

pub(super) fn controls(
    r: &mut Reader<'_>,
    at: &SpecPath,
    written: BTreeMap<String, v1::ControlChoice>,
) -> BTreeMap<String, ControlChoice> {
    let mut controls = BTreeMap::new();
    for (id, choice) in written {
        let at = at.child(&id);
        let waiver = at.child("waiver");
        if choice.apply == Some(false) && !r.has(&waiver) && !r.doubts().hide(&waiver) {
            let place = r.field_place(&at.child("apply"));
            r.push(UnappliedWithoutWaiver { control: id.clone(), place });
        }
        let with = choice.with.unwrap_or_default().into_iter().collect();
        controls.insert(id, ControlChoice { apply: choice.apply, waiver: choice.waiver, with });
    }
    controls
}

pub(in crate::spec) fn waivers(r: &mut Reader<'_>, at: &SpecPath, written: List<v1::Waiver>) -> Vec<Waiver> {
    let name = Name { key: "id", of: |waiver: &v1::Waiver| waiver.id.as_deref() };
    let waivers = r.named(at, "a waiver", Form::Id, written, name);
    waivers.into_iter().filter_map(|(at, waiver)| self::waiver(r, &at, waiver)).collect()
}

fn waiver(r: &mut Reader<'_>, at: &SpecPath, written: v1::Waiver) -> Option<Waiver> {
    let control = r.need_text(at, "control", written.control);
    let scope = written.scope.map_or_else(Scope::default, |s| scope(r, &at.child("scope"), s));
    let owner = r.need_text(at, "owner", written.owner);
    let reason = r.need_text(at, "reason", written.reason);
    let expires = r.need(at, "expires", written.expires);
    let expires = r.date(&at.child("expires"), expires);
    Some(Waiver { id: written.id?, control: control?, scope, owner: owner?, reason: reason?, expires: expires? })
}

fn scope(r: &mut Reader<'_>, at: &SpecPath, written: v1::Scope) -> Scope {
    if let Some(namespace) = &written.namespace {
        r.name(&at.child("namespace"), "a namespace", Form::Label, namespace);
    }
    let workload = written.workload.and_then(|text| {
        let sound = |text: &str| {
            text.split_once('/')
                .is_some_and(|(kind, name)| kind.starts_with(|c: char| c.is_ascii_uppercase()) && is_subdomain(name))
        };
        r.check(&at.child("workload"), text, "KIND/NAME, such as DaemonSet/node-exporter", sound)
    });
    let vulnerability = written.vulnerability.and_then(|text| {
        let sound = |text: &str| {
            text.split_once('-').is_some_and(|(list, number)| {
                list.bytes().all(|b| b.is_ascii_uppercase()) && number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            })
        };
        r.check(&at.child("vulnerability"), text, "an id such as CVE-2026-1234", sound)
    });
    Scope { cluster: written.cluster, namespace: written.namespace, pool: written.pool, workload, vulnerability }
}
