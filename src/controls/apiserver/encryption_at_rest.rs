//! Encrypts stored objects, stage by stage: a template without a key, its flag and its mounts.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{
        Applies, Control, by_platform,
        diagnostics::{EncryptionDropped, EncryptionStageFirst, EncryptionStageSkipped},
    },
    diag::Diagnostics,
    facts,
    plan::{
        EncryptionPlan, EncryptionProvider, EncryptionStage, Locate, Lowering, MountType, Outcome, Plan, Program, Scope,
        SettingKey, host_paths,
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
    let last = cluster.last_encryption_stage.as_deref().unwrap_or_default();
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
    let asked = out.reason().cause;
    out.because(Cause::Spec(place()));
    out.plan_mut().encryption = Some(out.held(encryption.clone()));
    strokes::file_flag(out, FLAG, "encryption-config", host_paths::ENCRYPTION);
    if let EncryptionProvider::Kms { socket, .. } = &encryption.provider {
        mount_socket(out, socket);
    }
    let keys = ["provider", "resources", "stage"].map(|part| SettingKey::File("encryption", part.to_owned()));
    strokes::intents_by(cluster, out, &place(), &keys);
    out.because(asked);
    let detail = match encryption.stage {
        EncryptionStage::Prepare => "stage `prepare`: go on to `write` when every API server has this file",
        EncryptionStage::Write => "stage `write`: rewrite every object, then go on to `enforce`",
        EncryptionStage::Enforce => {
            return strokes::enforced(out, "stage `enforce`: an object that is still plain can no longer be read");
        }
    };
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::ENCRYPTION_STAGES, detail);
}

/// One step at a time, in both directions: while the servers take the new file one by one, each must read what the others write. What
/// has not been built before may start anywhere, and is told what that takes.
fn check_stage(cluster: &Resolved, out: &mut Lowering<'_>, encryption: &EncryptionPlan) {
    if cluster.last_encryption_stage.is_none() {
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

/// The folder of the socket, so that a plug-in that restarts is found again; the socket alone where the folder holds those of others.
fn mount_socket(out: &mut Lowering<'_>, socket: &str) {
    let path = socket.strip_prefix("unix://").unwrap_or(socket);
    let folder = host_paths::folder(path);
    let shared = matches!(folder, "/" | "/run" | "/var/run" | "/var" | "/tmp" | "/var/lib");
    let (path, kind) = if shared { (path, MountType::Socket) } else { (folder, MountType::Directory) };
    out.mount(Program::KubeApiserver, "kms-socket", path, kind, true);
}
