//! The script that makes the key on the node and turns the template into the file. The key is never in the tree.

use crate::{
    base::{Artifact, Lines, Mode, Origin},
    plan::{EncryptionProvider, Plan, Program, SettingKey, Topic, host_paths},
    targets::{head, origins, shell},
};

use super::{beside, encryption, out_path, path_of};

/// The data in front of the engine.
const ROWS: &str = include_str!("make-key.rows.sh.j2");
/// The engine, the same for every cluster.
const ENGINE: &str = include_str!("make-key.engine.sh");

pub(super) fn emit(plan: &Plan) -> Option<Artifact> {
    let held = plan.encryption.as_ref()?;
    match held.value.provider {
        EncryptionProvider::Kms { .. } => return None,
        EncryptionProvider::Secretbox | EncryptionProvider::Aescbc => {}
    }
    let path = path_of(plan, "encryption-provider-config", host_paths::ENCRYPTION);
    let form = Origin::shape(crate::base::FactId("encryption-template"));
    let key = SettingKey::Part(Topic::Encryption, "stage".to_owned());
    let origin = origins::setting(&key, held);
    let mut lines = shell::lines("#!/usr/bin/env bash", &form);
    lines.extend(comment(plan, &form));
    lines.extend(shell::lines("set -euo pipefail\numask 077\n\n", &form));
    let reload = plan.component(Program::KubeApiserver).flag_text("encryption-provider-config-automatic-reload");
    let values = minijinja::context! {
        stage => held.value.stage.name(),
        provider => held.value.provider.name(),
        key_name => encryption::KEY_NAME,
        placeholder => encryption::PLACEHOLDER,
        template => encryption::TEMPLATE,
        file => path.rsplit('/').next().unwrap_or_default(),
        resources => held.value.resources.join(","),
        reload => reload.unwrap_or_else(|| "false".to_owned()),
    };
    lines.extend(shell::rows(ROWS, values, &origin));
    lines.extend(shell::lines("\n", &form));
    lines.extend(shell::lines(ENGINE, &form));
    Some(Artifact { path: out_path(&beside(&path, "make-key.sh"))?, mode: Mode::Executable, lines })
}

fn comment(plan: &Plan, form: &std::sync::Arc<Origin>) -> Lines {
    let purpose = [
        format!(
            "Makes the key of encryption at rest on a control-plane node of {}, and the file that holds it.",
            plan.cluster.name
        ),
        "The key is made once, on one node; copy the file from there to every other control-plane node. Never into git."
            .to_owned(),
    ];
    let controls = plan.encryption.iter().flat_map(|held| held.reasons.iter().filter_map(|reason| reason.control)).collect();
    let mut lines = Lines::default();
    for line in head::with_controls(&purpose, &controls) {
        lines.push(&format!("# {line}"), form);
    }
    lines
}
