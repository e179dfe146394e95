//! The encryption configuration: a template where a key goes in, the file itself where a KMS plugin holds it.

use std::sync::Arc;

use crate::{
    base::{Artifact, Mode, Origin},
    facts::ConfigKind,
    plan::{EncryptionPlan, EncryptionProvider, EncryptionStage, Held, Plan, SettingKey, Topic, host_paths},
    targets::origins,
    yaml::Out,
};

use super::{artifact, beside, document, path_of};

/// The name of the key in the file; what is stored carries it.
pub(super) const KEY_NAME: &str = "harden-1";
/// What stands where the key goes: no base64, so a server refuses it.
pub(in crate::targets::control_plane) const PLACEHOLDER: &str = "REPLACED-BY-MAKE-KEY";
/// The template beside the file that it becomes.
pub(super) const TEMPLATE: &str = "encryption.template.yaml";

pub(super) fn emit(plan: &Plan) -> Option<Artifact> {
    let held = plan.encryption.as_ref()?;
    let mut out = document(plan, ConfigKind::Encryption)?;
    out.set("resources", Out::list([entry(held)]));
    let path = path_of(plan, "encryption-provider-config", host_paths::ENCRYPTION);
    let stage = format!("Stage {}: {}", held.value.stage.name(), means(held.value.stage));
    match held.value.provider {
        EncryptionProvider::Kms { .. } => {
            let purpose = ["How objects are stored. The key stays with the KMS plugin.", &stage];
            artifact(&path, Mode::Private, &purpose, out, "encryption-document")
        }
        EncryptionProvider::Secretbox | EncryptionProvider::Aescbc => {
            let becomes = format!(
                "A template: make-key.sh beside it puts the key in and writes {path}; the API server refuses it as it is."
            );
            let purpose = ["How objects are stored.", &becomes, &stage];
            artifact(&beside(&path, TEMPLATE), Mode::Private, &purpose, out, "encryption-template")
        }
    }
}

/// What a stage means for stored objects.
fn means(stage: EncryptionStage) -> &'static str {
    match stage {
        EncryptionStage::Prepare => "every server can read encrypted objects, new ones are still stored plain.",
        EncryptionStage::Write => "new objects are stored encrypted, plain ones can still be read and are to be rewritten.",
        EncryptionStage::Enforce => "an object that is stored plain can no longer be read.",
    }
}

/// The resources with their providers: the first writes, all read.
fn entry(held: &Held<EncryptionPlan>) -> Out {
    let origin = |part: &str| origins::setting(&SettingKey::Part(Topic::Encryption, part.to_owned()), held);
    let key = provider(&held.value.provider).with(&origin("provider"));
    let plain = Out::map([("identity", Out::empty_map())]).with(&origin("stage"));
    let providers = match held.value.stage {
        EncryptionStage::Prepare => vec![plain, key],
        EncryptionStage::Write => vec![key, plain],
        EncryptionStage::Enforce => vec![key],
    };
    let resources: Arc<Origin> = origin("resources");
    Out::map([
        ("resources", Out::list(&held.value.resources).with(&resources)),
        ("providers", Out::list(providers).with(&origin("stage"))),
    ])
    .with(&resources)
}

fn provider(provider: &EncryptionProvider) -> Out {
    match provider {
        EncryptionProvider::Secretbox | EncryptionProvider::Aescbc => {
            let keys = Out::list([Out::map([("name", KEY_NAME), ("secret", PLACEHOLDER)])]);
            Out::map([(provider.name(), Out::map([("keys", keys)]))])
        }
        EncryptionProvider::Kms { name, socket } => {
            let plugin = [("apiVersion", "v2"), ("name", name.as_str()), ("endpoint", socket.as_str()), ("timeout", "3s")];
            Out::map([("kms", Out::map(plugin))])
        }
    }
}
