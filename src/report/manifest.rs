//! `manifest.json`: what made the tree and a hash per file. No commit, no clock, no host.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::base::{Artifact, Date, OutPath, sha256_hex};

use super::{
    json::{Entries, Shown},
    json_artifact,
};

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

/// The file as it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    schema_version: u8,
    tool: Tool<'a>,
    cluster: &'a str,
    spec_digest: &'a str,
    inputs: &'a BTreeMap<String, String>,
    date: Dates,
    graces: Entries<&'a str, Shown<Date>>,
    encryption_stage: Option<&'a str>,
    files: Entries<&'a str, WrittenFile<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dates {
    as_of: Shown<Date>,
    until: Option<Shown<Date>>,
}

#[derive(Serialize)]
struct WrittenFile<'a> {
    sha256: &'a str,
    mode: String,
}

/// Makes the file; `manifest.files` is filled from the artifacts.
#[must_use]
pub fn manifest(mut manifest: Manifest, artifacts: &[Artifact]) -> Artifact {
    manifest.files = artifacts
        .iter()
        .map(|a| (a.path.as_str().to_owned(), ManifestFile { sha256: sha256_hex(a.text().as_bytes()), mode: a.mode.bits() }))
        .collect();
    json_artifact("manifest.json", &manifest.written())
}

impl Manifest {
    /// The file as it is written.
    fn written<'a>(&'a self) -> Written<'a> {
        let file = |(path, file): (&'a String, &'a ManifestFile)| {
            (path.as_str(), WrittenFile { sha256: &file.sha256, mode: format!("{:04o}", file.mode) })
        };
        Written {
            schema_version: 1,
            tool: Tool { name: "harden", version: &self.tool },
            cluster: &self.cluster,
            spec_digest: &self.spec_digest,
            inputs: &self.inputs,
            date: Dates { as_of: Shown(self.as_of), until: self.until.map(Shown) },
            graces: Entries(self.graces.iter().map(|(id, date)| (id.as_str(), Shown(*date))).collect()),
            encryption_stage: self.encryption_stage.as_deref(),
            files: Entries(self.files.iter().map(file).collect()),
        }
    }

    /// Reads the text of a `manifest.json`.
    ///
    /// # Errors
    /// When it is not what [`manifest`] writes; the text says what is missing.
    pub fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if value["schemaVersion"] != 1 {
            return Err(format!("`schemaVersion` is {}, expected 1", value["schemaVersion"]));
        }
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
            OutPath::new(path).map_err(|error| error.to_string())?;
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
