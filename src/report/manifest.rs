//! `manifest.json`: what made the tree and a hash per file. No commit, no clock, no host.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::base::{Artifact, Date, sha256_hex};

use super::json_artifact;

/// What a `manifest.json` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The version of the tool that wrote the tree.
    pub tool: String,
    /// The name of the cluster.
    pub cluster: String,
    /// Digest of the resolved inputs.
    pub spec_digest: String,
    /// The input files, relative to the workspace, with their digests.
    pub inputs: BTreeMap<String, String>,
    /// The date the artifacts are for.
    pub as_of: Date,
    /// The first day on which the same inputs would give other bytes, where one is known.
    pub until: Option<Date>,
    /// Recorded reprieves for expired waivers.
    pub graces: BTreeMap<String, Date>,
    /// The encryption stage, so that a later build can refuse to skip one.
    pub encryption_stage: Option<String>,
    /// Every other file of the tree.
    pub files: BTreeMap<String, ManifestFile>,
}

/// One file of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestFile {
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Its permission bits.
    pub mode: u32,
}

/// Makes the file; `manifest.files` is filled from the artifacts.
#[must_use]
pub fn manifest(mut manifest: Manifest, artifacts: &[Artifact]) -> Artifact {
    manifest.files = artifacts
        .iter()
        .map(|a| (a.path.as_str().to_owned(), ManifestFile { sha256: sha256_hex(a.text().as_bytes()), mode: a.mode.bits() }))
        .collect();
    json_artifact("manifest.json", &manifest.to_json())
}

impl Manifest {
    /// The JSON of the file.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let files: serde_json::Map<String, Value> = self
            .files
            .iter()
            .map(|(path, file)| (path.clone(), json!({ "sha256": file.sha256, "mode": format!("{:04o}", file.mode) })))
            .collect();
        let graces: BTreeMap<&str, String> = self.graces.iter().map(|(id, date)| (id.as_str(), date.to_string())).collect();
        json!({
            "schemaVersion": 1,
            "tool": { "name": "harden", "version": self.tool },
            "cluster": self.cluster,
            "specDigest": self.spec_digest,
            "inputs": self.inputs,
            "date": { "asOf": self.as_of.to_string(), "until": self.until.map(|date| date.to_string()) },
            "graces": graces,
            "encryptionStage": self.encryption_stage,
            "files": files,
        })
    }

    /// Reads the text of a `manifest.json`.
    ///
    /// # Errors
    /// When it is not what [`manifest`] writes; the text says what is missing.
    pub fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let text_at = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let need = |pointer: &str| text_at(pointer).ok_or_else(|| format!("`{pointer}` is missing"));
        let date = |pointer: &str| text_at(pointer).and_then(|text| text.parse().ok());
        let texts = |pointer: &str| -> BTreeMap<String, String> {
            value.pointer(pointer).and_then(Value::as_object).map_or_else(BTreeMap::new, |map| {
                map.iter().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect()
            })
        };
        let mut files = BTreeMap::new();
        for (path, file) in value["files"].as_object().ok_or("`/files` is missing")? {
            let sha256 = file["sha256"].as_str().ok_or("a file has no `sha256`")?.to_owned();
            let mode = file["mode"].as_str().and_then(|mode| u32::from_str_radix(mode, 8).ok()).ok_or("a file has no `mode`")?;
            files.insert(path.clone(), ManifestFile { sha256, mode });
        }
        Ok(Manifest {
            tool: need("/tool/version")?,
            cluster: need("/cluster")?,
            spec_digest: need("/specDigest")?,
            inputs: texts("/inputs"),
            as_of: date("/date/asOf").ok_or("`/date/asOf` is missing")?,
            until: date("/date/until"),
            graces: texts("/graces").into_iter().filter_map(|(id, day)| Some((id, day.parse().ok()?))).collect(),
            encryption_stage: text_at("/encryptionStage"),
            files,
        })
    }
}
