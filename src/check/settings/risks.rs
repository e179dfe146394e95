//! What no control asks about and what is a risk by what it says, as a build tells of it in an owner's file; flags that a program
//! takes one of.

use std::collections::BTreeMap;

use crate::{
    diag::{Place, Severity},
    facts::{self, Risk, RiskWhen},
    plan::{Program, SettingKey},
    targets::Written,
};

use super::{super::node, Asked, Judge, Said, values};

/// A part of a value.
struct Item<'a> {
    key: &'a SettingKey,
    /// The place in kubeadm's documents that stands for it.
    at: String,
    text: String,
    place: Place,
}

impl Judge<'_, '_> {
    /// Tells of every risk that the plan does not have itself: where it hollows out a control that is asked for it is a finding.
    pub(super) fn risks(&mut self, said: &Said, wanted: &BTreeMap<SettingKey, Vec<String>>) {
        let items: Vec<Item<'_>> = said.iter().flat_map(|(key, written)| items(key, written)).collect();
        let minor = self.plan().cluster.minor();
        for item in &items {
            if is_source_of_pods(item) {
                let message = format!("pods come from `{}`: {}", item.text, facts::PODS_FROM_URL);
                let fix = "take it out: a folder of the node, or the API server, is where pods come from".to_owned();
                self.found.findings.push(self.subject.finding(self.against.plan, None, item.place.clone(), message, fix));
            }
            let planned = self.planned(item.key, wanted);
            let is_planned = planned.as_ref().is_some_and(|items| items.contains(&item.text));
            let of = match item.key {
                SettingKey::Flag(program, name) => Some((*program, name.as_str())),
                SettingKey::Field(..) | SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => None,
            };
            let rows = facts::risks(minor).filter(|risk| !is_planned && risk.stands_at(&item.at));
            // What the plan has for it is compared; files that an API server reads are looked for among those of its node.
            let is_judged = planned.is_some() || of.is_some_and(|(_, name)| node::is_read_of_flag(name));
            let rows = rows.filter(|risk| risk.when != RiskWhen::Set || !is_judged);
            let arises = |risk: &&Risk| {
                let beside = items.iter().map(|item| (item.at.as_str(), item.text.as_str()));
                risk.arises(&item.text, of, minor) && risk.is_accompanied(beside)
            };
            for risk in rows.filter(arises).collect::<Vec<_>>() {
                self.risk(risk, item);
            }
        }
    }

    fn risk(&mut self, risk: &Risk, item: &Item<'_>) {
        let message = risk.why.replace("{}", &item.text);
        let fix = "take it out, unless the cluster needs it".to_owned();
        if let Some(control) = risk.breaks.and_then(|id| values::in_force(self.plan(), id)) {
            return self.told(Asked { control: Some(control), asked: true }, item.place.clone(), message, fix);
        }
        let mut finding = self.subject.finding(self.plan(), None, item.place.clone(), message, fix);
        finding.severity = Severity::Warning;
        self.found.notices.push(finding);
    }

    /// The parts of the value that the plan has for a setting.
    fn planned(&self, key: &SettingKey, wanted: &BTreeMap<SettingKey, Vec<String>>) -> Option<Vec<String>> {
        let flag = || match key {
            SettingKey::Flag(program, name) => self.plan().component(*program).flag_text(name).map(|text| vec![text]),
            SettingKey::Field(..) | SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => None,
        };
        let texts = wanted.get(key).cloned().or_else(flag)?;
        Some(texts.iter().flat_map(|text| parts(key, text)).collect())
    }

    /// Flags side by side of which the program takes one.
    pub(super) fn exclusive(&mut self, said: &Said) {
        for (key, written) in said {
            let SettingKey::Flag(program, flag) = key else { continue };
            let (Some(row), Some(last)) = (facts::exclusive_flag(*program, flag), written.last()) else { continue };
            let excluded = said.keys().filter_map(|other| match other {
                SettingKey::Flag(of, name) if of == program && row.excludes(name) => Some(name),
                SettingKey::Flag(..)
                | SettingKey::Field(..)
                | SettingKey::Mount(..)
                | SettingKey::Part(..)
                | SettingKey::Node(_) => None,
            });
            for name in excluded {
                let message = format!("`--{flag}` and `--{name}` exclude each other: with both {program} does not start");
                let fix = format!("take one of them out: `--{flag}`, or `--{name}`");
                let code = Some("flags-exclude-each-other");
                let finding = self.subject.finding(self.against.plan, code, last.place.clone(), message, fix);
                self.found.findings.push(finding);
            }
        }
    }
}

/// Whether a kubelet is told an address to fetch pods from.
fn is_source_of_pods(item: &Item<'_>) -> bool {
    let is_one = item.at == "KubeletConfiguration/staticPodURL" || item.at.ends_with("/kubeletExtraArgs/manifest-url");
    is_one && !item.text.is_empty()
}

/// The parts of what a document says for a setting, each with its place.
fn items<'a>(key: &'a SettingKey, written: &[Written]) -> Vec<Item<'a>> {
    let (Some(at), Some(last)) = (place_of(key), written.last()) else { return Vec::new() };
    let counts: Vec<String> = values::effective(key, written).iter().flat_map(|text| parts(key, text)).collect();
    let place = |part: &str| {
        let holds = written.iter().rev().find(|value| parts(key, &value.text).iter().any(|own| own == part));
        holds.unwrap_or(last).place.clone()
    };
    counts.into_iter().map(|text| Item { key, at: at.clone(), place: place(&text), text }).collect()
}

/// The items of a list, a gate with its name.
fn parts(key: &SettingKey, text: &str) -> Vec<String> {
    let gate = match key {
        SettingKey::Field(_, path) => path.strip_prefix(GATES),
        SettingKey::Flag(..) | SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => None,
    };
    text.split(',').map(|part| facts::risk_item(&gate.map_or_else(|| part.to_owned(), |name| format!("{name}={part}")))).collect()
}

const GATES: &str = "featureGates.";

/// Where a setting stands in kubeadm's documents.
fn place_of(key: &SettingKey) -> Option<String> {
    match key {
        SettingKey::Flag(program, name) => {
            let section = match program {
                Program::KubeApiserver => "ClusterConfiguration/apiServer/extraArgs",
                Program::KubeControllerManager => "ClusterConfiguration/controllerManager/extraArgs",
                Program::KubeScheduler => "ClusterConfiguration/scheduler/extraArgs",
                Program::Etcd => "ClusterConfiguration/etcd/local/extraArgs",
                Program::Kubelet => "JoinConfiguration/nodeRegistration/kubeletExtraArgs",
                // It is given a file, never flags.
                Program::KubeProxy => return None,
            };
            Some(format!("{section}/{name}"))
        }
        SettingKey::Field(program, path) => {
            let kind = match program {
                Program::Kubelet => "KubeletConfiguration",
                Program::KubeProxy => "KubeProxyConfiguration",
                Program::KubeApiserver | Program::KubeControllerManager | Program::KubeScheduler | Program::Etcd => return None,
            };
            let path = if path.starts_with(GATES) { GATES.trim_end_matches('.') } else { path.as_str() };
            Some(format!("{kind}/{}", path.replace('.', "/")))
        }
        SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => None,
    }
}
