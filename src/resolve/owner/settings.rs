//! The owner's flags, fields and mounts: read from the documents, put into the plan, judged after the controls.

use serde_json::Value;

use crate::{
    base::{Cause, KubeVersion, Reason},
    diag::Diagnostics,
    facts::{self, ValueKind},
    plan::{
        Component, FlagValue, Held, HostMount, Locate, Lowering, MountType, OwnerField, OwnerValue, PER_NODE, Plan, PoolRole,
        Program, SettingKey, host_paths,
    },
    yaml::Node,
};

use super::{Reading, diagnostics::UnusableValue, node, shown, values::flag_kind};

/// One setting of the owner.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    asked: Asked,
    /// Where it stands, from the kind on.
    pointer: String,
}

#[derive(Debug, Clone)]
enum Asked {
    /// The first value, and further ones that follow under the same name.
    Flag(Program, String, Vec<String>),
    Field(Program, String, Value),
    Mount(Program, HostMount),
}

impl Setting {
    pub(super) fn field(program: Program, path: &str, value: Value, pointer: String) -> Self {
        Setting { asked: Asked::Field(program, path.to_owned(), value), pointer }
    }

    /// Where it stands, from the kind on.
    pub(super) fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The program and name of a flag.
    pub(super) fn flag(&self) -> Option<(Program, &str)> {
        match &self.asked {
            Asked::Flag(program, name, _) => Some((*program, name)),
            Asked::Field(..) | Asked::Mount(..) => None,
        }
    }

    /// The values of a flag that count.
    pub(super) fn flag_values(&self) -> &[String] {
        match &self.asked {
            Asked::Flag(_, _, values) => values,
            Asked::Field(..) | Asked::Mount(..) => &[],
        }
    }

    /// Puts it into the plan; what the exact version lacks is reported.
    pub(super) fn write_plan(&self, file: &str, places: &dyn Locate, plan: &mut Plan, diags: &mut Diagnostics) {
        let cause = Cause::Owner(format!("{file}#{}", self.pointer).into());
        match &self.asked {
            Asked::Flag(program, name, values) => {
                plan.was(SettingKey::Flag(*program, name.clone()), &OwnerValue::Flag(values));
            }
            Asked::Field(program, path, value) => {
                plan.was(SettingKey::Field(*program, path.clone()), &OwnerValue::Field(value));
            }
            Asked::Mount(..) => {}
        }
        let mut pen = Lowering::new(plan, diags, places, None, cause);
        match &self.asked {
            Asked::Flag(program, name, values) => flag_write_plan(&mut pen, *program, name, values),
            Asked::Field(program, path, value) => pen.field(*program, path, value.clone()),
            Asked::Mount(program, mount) => self.mount_write_plan(&mut pen, *program, mount),
        }
    }

    /// Puts a volume in; a path that something is mounted at already is an error.
    fn mount_write_plan(&self, pen: &mut Lowering<'_>, program: Program, mount: &HostMount) {
        if let Some((why, help)) = taken(pen.plan(), program, mount) {
            let at = pen.place(&pen.reason().cause);
            let field = self.pointer.trim_start_matches('/').to_owned();
            pen.diagnostics().push(UnusableValue { field, why, help, at });
            return;
        }
        let held = pen.held(mount.clone());
        component(pen.plan_mut(), program).mounts.insert(mount.mount_path.clone(), held);
    }

    /// Says in the list of fields whether the setting kept its value.
    pub(super) fn settle(&self, plan: &mut Plan) {
        let name = self.pointer.trim_start_matches('/');
        let Some(index) = plan.owner.iter().position(|note| note.field == name && note.fate == OwnerField::Carried) else {
            return;
        };
        if let Some(why) = self.lost(plan) {
            plan.owner[index].fate = OwnerField::Overridden;
            plan.owner[index].why = Some(why);
        } else if let Some(why) = self.joined(plan) {
            plan.owner[index].why.get_or_insert(why);
        }
    }

    /// What stands beside the items of the owner's list; nothing where nobody added any.
    fn joined(&self, plan: &Plan) -> Option<String> {
        let Asked::Flag(program, name, values) = &self.asked else { return None };
        let FlagValue::List(items) = &plan.component(*program).flags.get(name)?.held.value else { return None };
        let own = |item: &&Held<String>| values.iter().any(|value| value.split(',').any(|own| own.trim() == item.value));
        let (mut added, mut reasons) = (Vec::new(), std::collections::BTreeSet::new());
        for item in items.iter().filter(|item| !own(item)) {
            added.push(format!("`{}`", item.value));
            reasons.extend(item.reasons.iter().cloned());
        }
        (!added.is_empty()).then(|| format!("with {} beside it{}", added.join(", "), asked_by(&reasons)))
    }

    /// Why the plan no longer holds the owner's value; nothing when it does.
    fn lost(&self, plan: &Plan) -> Option<String> {
        match &self.asked {
            Asked::Flag(program, name, values) => {
                let Some(flag) = plan.component(*program).flags.get(name) else {
                    return Some("another setting takes its place".to_owned());
                };
                let now = flag.held.value.to_string();
                let kept = |value: &String| {
                    now == *value
                        || flag.also.iter().any(|also| also.value == *value)
                        || matches!(flag.held.value, FlagValue::List(_))
                            && value.split(',').all(|item| now.split(',').any(|part| part == item))
                };
                let all = values.iter().all(kept);
                let second = all && now != values[0] && !matches!(flag.held.value, FlagValue::List(_));
                match (all, second) {
                    (true, false) => None,
                    (true, true) => Some(format!("stays second, behind `{now}`{}", asked_by(&flag.held.reasons))),
                    (false, _) => Some(format!("`{now}`{}", asked_by(&flag.held.reasons))),
                }
            }
            Asked::Field(program, path, value) => {
                let now = plan.component(*program).fields.get(path)?;
                (now.value != *value).then(|| format!("`{}`{}", shown(&now.value), asked_by(&now.reasons)))
            }
            Asked::Mount(..) => None,
        }
    }
}

/// The setting behind a field of kubeadm's or a program's documents that is left behind as a whole: a flag, or a field of the kubelet.
pub(super) fn refused_key(field: &str) -> Option<SettingKey> {
    const SECTIONS: [(&str, Program); 4] = [
        ("ClusterConfiguration/apiServer/extraArgs/", Program::KubeApiserver),
        ("ClusterConfiguration/controllerManager/extraArgs/", Program::KubeControllerManager),
        ("ClusterConfiguration/scheduler/extraArgs/", Program::KubeScheduler),
        ("ClusterConfiguration/etcd/local/extraArgs/", Program::Etcd),
    ];
    let flag =
        |(section, program): (&str, Program)| field.strip_prefix(section).map(|name| SettingKey::Flag(program, name.to_owned()));
    let kubelet = || Some(SettingKey::Field(Program::Kubelet, field.strip_prefix("KubeletConfiguration/")?.replace('/', ".")));
    SECTIONS.into_iter().find_map(flag).or_else(kubelet)
}

/// Which controls asked for the value that counts.
fn asked_by(reasons: &std::collections::BTreeSet<Reason>) -> String {
    let controls: Vec<String> =
        reasons.iter().filter_map(|reason| reason.control).map(|control| format!("`{control}`")).collect();
    if controls.is_empty() { String::new() } else { format!(", asked for by {}", controls.join(", ")) }
}

fn flag_write_plan(pen: &mut Lowering<'_>, program: Program, name: &str, values: &[String]) {
    let Some((first, rest)) = values.split_first() else { return };
    if program == Program::KubeApiserver && matches!(name, "enable-admission-plugins" | "disable-admission-plugins") {
        let plugins: Vec<&str> = first.split(',').map(str::trim).filter(|plugin| !plugin.is_empty()).collect();
        let known: Vec<&str> = plugins.into_iter().filter(|plugin| pen.has_plugin(plugin)).collect();
        let items = known.into_iter().map(|plugin| pen.held(plugin.to_owned())).collect();
        pen.flag(program, name, FlagValue::List(items));
        return;
    }
    pen.flag_text(program, name, first);
    let more: Vec<Held<String>> = rest.iter().map(|value| pen.held(value.clone())).collect();
    if let Some(flag) = component(pen.plan_mut(), program).flags.get_mut(name) {
        flag.also.extend(more);
    }
    if name == "flex-volume-plugin-dir" && program == Program::KubeControllerManager {
        move_flexvolume(component(pen.plan_mut(), program), first);
    }
}

fn component(plan: &mut Plan, program: Program) -> &mut Component {
    plan.components.entry(program).or_default()
}

/// kubeadm mounts the folder that the flag names.
fn move_flexvolume(component: &mut Component, folder: &str) {
    let found = component.mounts.iter().find(|(_, held)| held.value.name == "flexvolume-dir").map(|(path, _)| path.clone());
    if let Some(mut held) = found.and_then(|path| component.mounts.remove(&path)) {
        folder.clone_into(&mut held.value.host_path);
        folder.clone_into(&mut held.value.mount_path);
        component.mounts.insert(folder.to_owned(), held);
    }
}

/// A volume of the name of one of kubeadm's own takes its place.
pub(super) fn make_room(settings: &[Setting], plan: &mut Plan) {
    for setting in settings {
        if let Asked::Mount(program, mount) = &setting.asked {
            component(plan, *program).mounts.retain(|_, own| own.value.name != mount.name);
        }
    }
}

/// Why a program cannot have a volume at its path, and what to do, where another one is mounted there: a kubelet refuses a pod
/// that names a path twice.
fn taken(plan: &Plan, program: Program, mount: &HostMount) -> Option<(String, String)> {
    let path = host_paths::clean(&mount.mount_path);
    let by_kubeadm = |name: &str| {
        let why = format!("kubeadm mounts `{path}` itself, and no kubelet starts a pod in which a path is mounted twice");
        Some((why, format!("take the volume out, or call it `{name}`: it then stands in the place of kubeadm's own")))
    };
    let mounts = plan.component(program).mounts.iter();
    match mounts.map(|(at, held)| (at, &held.value)).find(|(at, _)| host_paths::clean(at) == path) {
        Some((_, other)) if other.installer => return by_kubeadm(&other.name),
        Some((_, other)) => {
            let why = format!("volume `{}` is mounted at `{path}` too, and one of them would be lost", other.name);
            return Some((why, "give each volume a path of its own".to_owned()));
        }
        None => {}
    }
    let folder = ca_folders(plan, program).find(|folder| *folder == path)?;
    by_kubeadm(&facts::kubeadm_ca_volume(folder)).filter(|_| facts::kubeadm_ca_volume(folder) != mount.name)
}

/// The folders of certificates that kubeadm mounts because the system of a control-plane node has them.
fn ca_folders(plan: &Plan, program: Program) -> impl Iterator<Item = &'static str> {
    let reads = matches!(program, Program::KubeApiserver | Program::KubeControllerManager);
    let pools = plan.pools.values().filter(move |pool| reads && pool.role == PoolRole::ControlPlane);
    pools.filter_map(|pool| facts::kubeadm_ca_folders(&pool.os)).flatten().copied()
}

/// Takes the arguments at a node, in either form; `pointer` is that of the list.
pub(super) fn flags(reading: &mut Reading<'_>, program: Program, arguments: Option<&Node>, pointer: &str) {
    let mut names: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in node::arguments(arguments) {
        match names.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => names.push((name, vec![value])),
        }
    }
    for (name, values) in names {
        if PER_NODE.contains(&(program, name.as_str())) {
            continue;
        }
        let pointer = format!("{pointer}/{name}");
        flag(reading, program, &name, &values, pointer);
    }
}

fn flag(reading: &mut Reading<'_>, program: Program, name: &str, values: &[String], pointer: String) {
    let (kept, why) = combined(program, name, values, reading.version);
    reading.note(&pointer, OwnerField::Carried, &Value::String(values.join(" ")), why);
    reading.settings.push(Setting { asked: Asked::Flag(program, name.to_owned(), kept), pointer });
}

/// What the program makes of a repeated flag: lists are joined, some stand one after the other, of anything else the last counts.
fn combined(program: Program, name: &str, values: &[String], version: KubeVersion) -> (Vec<String>, Option<&'static str>) {
    if values.len() == 1 {
        return (values.to_vec(), None);
    }
    let kind = flag_kind(program, name, version);
    match kind {
        Some(ValueKind::List | ValueKind::Map | ValueKind::Cidrs | ValueKind::Ints | ValueKind::Taints) => {
            (vec![values.join(",")], None)
        }
        Some(ValueKind::Strings | ValueKind::CertKeyPairs | ValueKind::ReservedMemory) => (values.to_vec(), None),
        Some(_) | None => (values.last().cloned().into_iter().collect(), Some("of a repeated flag the last one counts")),
    }
}

/// Takes flags of the kubelet that stay where they stand; as settings, controls and reports see them.
pub(super) fn kubelet_flags(reading: &mut Reading<'_>, arguments: &[(String, String)], pointer: &str) {
    for (name, value) in arguments {
        flag(reading, Program::Kubelet, name, std::slice::from_ref(value), format!("{pointer}/{name}"));
    }
}

/// Takes the volumes at a node; `pointer` is that of the list.
pub(super) fn mounts(reading: &mut Reading<'_>, program: Program, volumes: Option<&Node>, pointer: &str) {
    for volume in volumes.and_then(Node::as_seq).unwrap_or(&[]) {
        let text = |key: &str| volume.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
        let mount = HostMount {
            name: text("name"),
            host_path: text("hostPath"),
            mount_path: text("mountPath"),
            read_only: volume.get("readOnly").and_then(Node::as_bool).unwrap_or(false),
            kind: MountType::from_name(&text("pathType")).unwrap_or(MountType::Unchecked),
            installer: false,
        };
        let pointer = format!("{pointer}/{}", mount.name);
        reading.note(&pointer, OwnerField::Carried, &Value::String(mount.to_string()), None);
        reading.settings.push(Setting { asked: Asked::Mount(program, mount), pointer });
    }
}
