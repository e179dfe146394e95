//! Encrypts stored objects, stage by stage: a template without a key, its flag and its mounts.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{
        Applies, Control, by_platform,
        diagnostics::{EncryptionChanged, EncryptionDropped, EncryptionStageFirst, EncryptionStageSkipped},
    },
    diag::Diagnostics,
    facts,
    plan::{
        EncryptionPlan, EncryptionProvider, EncryptionRecord, EncryptionStage, Ground, Locate, Lowering, MountType, Outcome,
        Plan, Program, Scope, SettingKey, Topic, host_paths,
    },
    resolve::Resolved,
};

use super::strokes;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/encryption-at-rest",
    area: Area::Authentication,
    title: "encrypt stored objects in etcd",
    level: Level::Restricted,
    doc: include_str!("encryption_at_rest.md"),
    params: &[],
    applies,
    lower,
};

const FLAG: &str = "encryption-provider-config";

/// The stages in their order; the first is that of a cluster that was built without encryption.
const STAGES: [&str; 4] = ["none", "prepare", "write", "enforce"];

fn applies(cluster: &Resolved) -> Applies {
    let managed =
        by_platform(cluster, (Outcome::Provider, facts::id::EKS_ENCRYPTION), (Outcome::Provider, facts::id::AKS_ENCRYPTION));
    if managed != Applies::Yes {
        return managed;
    }
    if cluster.encryption.is_none() {
        return Applies::No(Outcome::NotApplicable, facts::id::NOT_DECLARED);
    }
    Applies::Yes
}

fn last_stage(cluster: &Resolved) -> usize {
    let last = cluster.last_encryption.as_ref().map_or("none", |last| last.stage.as_str());
    STAGES.iter().position(|stage| *stage == last).unwrap_or(0)
}

/// Refuses a plan that leaves out what the last build encrypted, whether nobody declares, selects or wants it any more.
pub(in crate::controls) fn refuse_dropped(cluster: &Resolved, plan: &Plan, diags: &mut Diagnostics) {
    if plan.encryption.is_none() && last_stage(cluster) > 0 {
        let at = [place(), SpecPath::new("/api")].into_iter().find_map(|place| cluster.locate(&Cause::Spec(place)));
        diags.push(EncryptionDropped { last: STAGES[last_stage(cluster)].to_owned(), at });
    }
}

fn place() -> SpecPath {
    SpecPath::new("/api/encryptionAtRest")
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let Some(encryption) = &cluster.encryption else { return };
    check_stage(cluster, out, encryption);
    check_same(cluster, out, encryption);
    let asked = out.reason().cause;
    out.because(Cause::Spec(place()));
    out.plan_mut().encryption = Some(out.held(encryption.clone()));
    strokes::file_flag(out, FLAG, "encryption-config", host_paths::ENCRYPTION);
    if let EncryptionProvider::Kms { socket, .. } = &encryption.provider {
        mount_socket(out, socket);
    }
    let detail = match encryption.stage {
        EncryptionStage::Prepare => "stage `prepare`: go on to `write` when every API server has this file",
        EncryptionStage::Write => "stage `write`: rewrite every object, then go on to `enforce`",
        EncryptionStage::Enforce => {
            let keys = ["provider", "resources", "stage"].map(|part| SettingKey::Part(Topic::Encryption, part.to_owned()));
            strokes::intents_by(cluster, out, &place(), &keys);
            out.because(asked);
            return strokes::enforced(out, "stage `enforce`: an object that is still plain can no longer be read");
        }
    };
    strokes::intents(cluster, out, &place(), Outcome::Weaker, &Ground::Fact(facts::id::ENCRYPTION_STAGES), detail);
    out.because(asked);
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::ENCRYPTION_STAGES, detail);
}

/// One step at a time, in both directions: while the servers take the new file one by one, each must read what the others write. What
/// has not been built before may start anywhere, and is told what that takes.
fn check_stage(cluster: &Resolved, out: &mut Lowering<'_>, encryption: &EncryptionPlan) {
    if cluster.last_encryption.is_none() {
        if encryption.stage != EncryptionStage::Prepare {
            let at = out.place(&Cause::Spec(place().child("stage")));
            out.diagnostics().push(EncryptionStageFirst { stage: encryption.stage, at });
        }
        return;
    }
    let last = last_stage(cluster);
    let now = STAGES.iter().position(|stage| *stage == encryption.stage.name()).unwrap_or(0);
    if now.abs_diff(last) > 1 {
        let next = STAGES[if now > last { last + 1 } else { last - 1 }];
        let at = out.place(&Cause::Spec(place().child("stage")));
        out.diagnostics().push(EncryptionStageSkipped { last: STAGES[last], wanted: STAGES[now], next, at });
    }
}

/// What the last build encrypted must stay readable: its key, and every kind of object that it may have encrypted; and what it left
/// plain begins at the first stage.
fn check_same(cluster: &Resolved, out: &mut Lowering<'_>, encryption: &EncryptionPlan) {
    let Some(last) = cluster.last_encryption.as_ref().filter(|_| last_stage(cluster) > 0) else { return };
    for (field, what, help) in differences(last, encryption) {
        let at = out.place(&Cause::Spec(SpecPath::new(&format!("{}{field}", place().as_str()))));
        out.diagnostics().push(EncryptionChanged { what, last: STAGES[last_stage(cluster)], help, at });
    }
}

/// What would be lost: where it stands, what it is, and the way out.
fn differences(last: &EncryptionRecord, now: &EncryptionPlan) -> Vec<(&'static str, String, &'static str)> {
    let mut found = Vec::new();
    let shown = |text: Option<&str>| format!("`{}`", text.unwrap_or_default());
    if let Some(provider) = last.provider.as_deref() {
        let (name, new_name) = (last.name.as_deref(), now.provider.kms_name());
        if provider != now.provider.name() {
            found.push(("", format!("the provider was `{provider}` and is `{}`", now.provider.name()), AS_IT_WAS));
        } else if name != new_name {
            let what = format!("the KMS plug-in was called {} and is called {}", shown(name), shown(new_name));
            found.push(("/kms/name", what, AS_IT_WAS));
        }
    }
    let Some(resources) = &last.resources else { return found };
    let gone = uncovered(resources, &now.resources);
    if !gone.is_empty() {
        found.push(("/resources", format!("{gone} left the list"), AS_IT_WAS));
    }
    let new = uncovered(&now.resources, resources);
    if !new.is_empty() && now.stage != EncryptionStage::Prepare {
        let what = format!("{new} came into the list at stage `{}`", now.stage.name());
        found.push(("/resources", what, FROM_THE_FIRST_STAGE));
    }
    found
}

const AS_IT_WAS: &str = "write it as it was; to change it go back one stage in each build, from `enforce` to `write` to `prepare`, rewrite \
    every object at `prepare`, then move the cluster's folder away and build with the new value";

const FROM_THE_FIRST_STAGE: &str = "go back one stage in each build to `prepare`, add it there, and go on stage by stage: its objects are \
    still plain";

/// The resources of a list that no entry of another list stands for, in backticks.
fn uncovered(resources: &[String], by: &[String]) -> String {
    let left = resources.iter().filter(|resource| !by.iter().any(|entry| stands_for(entry, resource)));
    left.map(|resource| format!("`{resource}`")).collect::<Vec<_>>().join(", ")
}

/// Whether an entry is a resource, or a pattern that it fits: `*.*`, `*.apps`, or `*.` for the core group.
fn stands_for(entry: &str, resource: &str) -> bool {
    let group = |text: &str| text.split_once('.').map_or(String::new(), |(_, group)| group.to_owned());
    entry == resource || entry == "*.*" || (entry.starts_with("*.") && resource != "*.*" && group(entry) == group(resource))
}

/// The folder of the socket, so that a plug-in that restarts is found again; the socket alone where the folder holds those of others.
fn mount_socket(out: &mut Lowering<'_>, socket: &str) {
    let path = socket.strip_prefix("unix://").unwrap_or(socket);
    let folder = host_paths::folder(path);
    let shared = matches!(folder, "/" | "/run" | "/var/run" | "/var" | "/tmp" | "/var/lib");
    let (path, kind) = if shared { (path, MountType::Socket) } else { (folder, MountType::Directory) };
    out.mount(Program::KubeApiserver, "kms-socket", path, kind, true);
}
