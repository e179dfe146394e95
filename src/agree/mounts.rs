//! Files that static pods name, and the mounts through which they see them.

use crate::plan::{Component, Flag, MountType, Plan, Program, SettingKey, host_paths};

use super::settings::{Clash, Rule, Side, text};

/// The programs that run as static pods.
const STATIC_PODS: [Program; 4] = [Program::KubeApiserver, Program::KubeControllerManager, Program::KubeScheduler, Program::Etcd];

/// Flags whose values begin with a slash and name no file of the host: prefixes of keys and URLs, and what a program makes for itself.
const NO_FILES: [&str; 4] = ["authorization-always-allow-paths", "cert-dir", "debug-socket-path", "etcd-prefix"];

pub(super) const FILE_NOT_MOUNTED: Rule = Rule {
    id: "file-not-mounted",
    about: "A flag of a static pod names a file that no volume of the pod covers. The program looks into its own image, does not find the \
        file and does not start; a log would be written into the container and be lost.",
    check: file_not_mounted,
};

fn file_not_mounted(plan: &Plan) -> Vec<Clash> {
    let mut clashes = Vec::new();
    for program in STATIC_PODS {
        let component = plan.component(program);
        for (name, flag) in component.flags.iter().filter(|(name, _)| !NO_FILES.contains(&name.as_str())) {
            for path in paths(flag).into_iter().filter(|path| !covered(component, path)) {
                clashes.push(Clash {
                    message: format!("`--{name}` of {program} names `{path}`, which no volume of its pod covers"),
                    help: help(component, program, name, &path),
                    a: Side::of(&SettingKey::Flag(program, name.clone()), &flag.held),
                    b: None,
                });
            }
        }
    }
    clashes
}

/// kubeadm lets the owner mount further folders into every static pod but etcd's.
fn help(component: &Component, program: Program, flag: &str, path: &str) -> String {
    if program == Program::Etcd && flag == "data-dir" {
        return "take the flag out and name the folder in `etcd.local.dataDir`, which kubeadm mounts".to_owned();
    }
    let mounted: Vec<String> = component.mounts.keys().map(|folder| format!("`{folder}`")).collect();
    let move_it = format!("move the file below a folder that the pod mounts ({})", mounted.join(", "));
    if program == Program::Etcd {
        return format!("{move_it}: kubeadm mounts no other into etcd");
    }
    format!("mount `{}` under the same path with `extraVolumes`, or {move_it}", host_paths::folder(path))
}

/// The paths in the values of a flag in their shortest form; pairs of certificate and key are two. An IPv6 range is none.
fn paths(flag: &Flag) -> Vec<String> {
    let first = flag.held.value.to_string();
    let values = std::iter::once(first.as_str()).chain(flag.also.iter().map(|held| held.value.as_str()));
    values
        .flat_map(|value| value.split(','))
        .filter(|part| part.starts_with('/') && !part.starts_with("//"))
        .filter_map(|part| part.split(':').next().map(host_paths::clean))
        .collect()
}

/// Whether a mount shows a path: the path itself or a folder above it.
fn covered(component: &Component, path: &str) -> bool {
    component.mounts.keys().any(|mount| covers(mount, path))
}

fn covers(mount: &str, path: &str) -> bool {
    let rest = path.strip_prefix(host_paths::clean(mount).trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(super) const AUDIT_LOG_MOUNTED_AS_FILE: Rule = Rule {
    id: "audit-log-mounted-as-file",
    about: "The audit log is mounted as a file. Rotation renames the log and begins a new one, which is impossible on a mounted file: the \
        log grows without end, or what follows is written into the container and lost. Mount its folder.",
    check: audit_log_mounted_as_file,
};

fn audit_log_mounted_as_file(plan: &Plan) -> Vec<Clash> {
    let program = Program::KubeApiserver;
    let Some(log) = text(plan, program, "audit-log-path") else { return Vec::new() };
    let mount = plan.component(program).mounts.get(&log).filter(|held| is_file(held.value.kind));
    let (Some(mount), Some(a)) = (mount, Side::flag(plan, program, "audit-log-path")) else { return Vec::new() };
    vec![Clash {
        message: format!("the audit log `{log}` is mounted as a file, so that it cannot be rotated"),
        help: "mount the folder of the log, with `pathType: DirectoryOrCreate`".to_owned(),
        a,
        b: Some(Side::of(&SettingKey::Mount(program, log.clone()), mount)),
    }]
}

pub(super) const AUDIT_LOG_MOUNTED_READ_ONLY: Rule = Rule {
    id: "audit-log-mounted-read-only",
    about: "The volume that the audit log lies in may only be read. The API server opens the log for writing when it starts, cannot, and ends \
        at once (ensureLogFile). A log needs a volume of its own without `readOnly`.",
    check: audit_log_mounted_read_only,
};

fn audit_log_mounted_read_only(plan: &Plan) -> Vec<Clash> {
    let program = Program::KubeApiserver;
    let Some(log) = text(plan, program, "audit-log-path") else { return Vec::new() };
    let covering = plan.component(program).mounts.iter().filter(|(mount, _)| covers(mount, &log));
    // Of volumes one below the other the deepest counts.
    let Some((path, mount)) = covering.max_by_key(|(mount, _)| mount.len()).filter(|(_, held)| held.value.read_only) else {
        return Vec::new();
    };
    let Some(a) = Side::flag(plan, program, "audit-log-path") else { return Vec::new() };
    vec![Clash {
        message: format!("the audit log `{log}` lies in a volume that may only be read, so that the API server does not start"),
        help: format!("take `readOnly: true` off the volume of `{path}`, or take the volume out"),
        a,
        b: Some(Side::of(&SettingKey::Mount(program, path.clone()), mount)),
    }]
}

/// Whether what is mounted at the path of a log can be anything but a folder.
fn is_file(kind: MountType) -> bool {
    match kind {
        MountType::File | MountType::FileOrCreate | MountType::Socket | MountType::Unchecked => true,
        MountType::Directory | MountType::DirectoryOrCreate => false,
    }
}
