//! Strokes of the pen that many controls share: keep a flag as it is, take one back, mount a file with its flag, answer the intents below
//! a place of the spec.

use crate::{
    base::SpecPath,
    plan::{FlagValue, Ground, Lowering, MountType, Outcome, OwnerField, Program, Scope, SettingKey, host_paths},
    resolve::Resolved,
};

/// What there is to say where a waiver lets everybody in.
pub(super) const OPEN: &str = "the declared sources are the whole internet";

/// Asks that a flag keeps the value that the installer or the owner gave it; without one (or with an empty one) it gets this value.
pub(super) fn keep(out: &mut Lowering<'_>, program: Program, flag: &str, otherwise: impl Into<String>) {
    let present = out.plan().component(program).flags.get(flag).map(|found| found.held.value.clone());
    match present {
        Some(value) if !value.to_string().is_empty() => out.flag(program, flag, value),
        Some(_) => {
            out.drop_installer_flag(program, flag);
            out.flag(program, flag, FlagValue::Text(otherwise.into()));
        }
        None => out.flag(program, flag, FlagValue::Text(otherwise.into())),
    }
}

/// Takes back a flag that the owner's configuration carries, says why in the list of the owner's fields, and gives its value.
pub(super) fn take_back(out: &mut Lowering<'_>, program: Program, flag: &str, why: &str) -> Option<String> {
    let value = out.plan().component(program).flag_text(flag)?;
    out.drop_installer_flag(program, flag);
    out.taken(program, flag, &value);
    note(out, program, flag, OwnerField::Refused, why);
    Some(value)
}

/// Changes what the list of the owner's fields says of a flag.
pub(super) fn note(out: &mut Lowering<'_>, program: Program, flag: &str, fate: OwnerField, why: &str) {
    let (section, name) = (section(program), format!("/{flag}"));
    for note in &mut out.plan_mut().owner {
        if note.field.contains(section) && note.field.ends_with(&name) {
            note.fate = fate;
            note.why = Some(why.to_owned());
        }
    }
}

/// The section of a program in kubeadm's documents.
fn section(program: Program) -> &'static str {
    match program {
        Program::KubeApiserver => "/apiServer/",
        Program::KubeControllerManager => "/controllerManager/",
        Program::KubeScheduler => "/scheduler/",
        Program::Etcd => "/etcd/",
        Program::Kubelet => "/kubeletExtraArgs/",
        Program::KubeProxy => "KubeProxyConfiguration",
    }
}

/// Names a file of the host in a flag of the API server, and mounts its folder for reading.
pub(super) fn file_flag(out: &mut Lowering<'_>, flag: &str, volume: &str, path: &str) {
    out.flag_text(Program::KubeApiserver, flag, path);
    out.mount(Program::KubeApiserver, volume, host_paths::folder(path), MountType::Directory, true);
}

/// Says that the settings of the control make it hold in the whole cluster; needed where other verdicts stand beside it.
pub(super) fn enforced(out: &mut Lowering<'_>, detail: impl Into<String>) {
    out.verdict_on(Scope::Cluster, Outcome::Enforced, Ground::Settings(Vec::new()), detail);
}

/// Says of every intent at or below a place of the spec that settings make it hold.
pub(super) fn intents_by(cluster: &Resolved, out: &mut Lowering<'_>, place: &SpecPath, settings: &[SettingKey]) {
    for path in below(cluster, place) {
        out.intent_by(path, settings);
    }
}

/// Says the same of every intent at or below a place of the spec.
pub(super) fn intents(
    cluster: &Resolved,
    out: &mut Lowering<'_>,
    place: &SpecPath,
    outcome: Outcome,
    ground: &Ground,
    detail: &str,
) {
    for path in below(cluster, place) {
        out.intent(path, outcome, ground.clone(), detail);
    }
}

fn below(cluster: &Resolved, place: &SpecPath) -> Vec<SpecPath> {
    cluster.intents.iter().filter(|path| path.is_within(place)).cloned().collect()
}

/// The key of a flag of the API server.
pub(super) fn flag_key(flag: &str) -> SettingKey {
    SettingKey::Flag(Program::KubeApiserver, flag.to_owned())
}
