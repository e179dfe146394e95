//! `manifest.json`: what made the tree and a hash per file. No commit, no clock, no host.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::{
    base::{Artifact, Date, KubeVersion, OutPath, sha256_hex},
    plan::EncryptionRecord,
};

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
    /// The version of Kubernetes that the tree is for; manifests of earlier versions of harden hold none.
    pub kubernetes_version: Option<KubeVersion>,
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
    /// How stored objects are encrypted, so that a later build can refuse what would lose them.
    pub encryption: Option<EncryptionRecord>,
    /// The issuers of service-account tokens, the one that signs first, so that a later build keeps the others good.
    pub service_account_issuers: Vec<String>,
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
    kubernetes_version: Option<Shown<KubeVersion>>,
    spec_digest: &'a str,
    inputs: &'a BTreeMap<String, String>,
    date: Dates,
    graces: Entries<&'a str, Shown<Date>>,
    encryption: Option<WrittenEncryption<'a>>,
    #[serde(skip_serializing_if = "is_empty")]
    service_account_issuers: &'a [String],
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
struct WrittenEncryption<'a> {
    stage: &'a str,
    provider: Option<&'a str>,
    name: Option<&'a str>,
    resources: Option<&'a [String]>,
}

#[derive(Serialize)]
struct WrittenFile<'a> {
    sha256: &'a str,
    mode: String,
}

fn is_empty(list: &&[String]) -> bool {
    list.is_empty()
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
            kubernetes_version: self.kubernetes_version.map(Shown),
            spec_digest: &self.spec_digest,
            inputs: &self.inputs,
            date: Dates { as_of: Shown(self.as_of), until: self.until.map(Shown) },
            graces: Entries(self.graces.iter().map(|(id, date)| (id.as_str(), Shown(*date))).collect()),
            encryption: self.encryption.as_ref().map(|encryption| WrittenEncryption {
                stage: &encryption.stage,
                provider: encryption.provider.as_deref(),
                name: encryption.name.as_deref(),
                resources: encryption.resources.as_deref(),
            }),
            service_account_issuers: &self.service_account_issuers,
            files: Entries(self.files.iter().map(file).collect()),
        }
    }

    /// The inputs whose digests differ from those of another manifest; nothing where something else differs too, or nothing does.
    #[must_use]
    pub fn other_inputs_alone<'a>(&'a self, other: &'a Manifest) -> Option<BTreeSet<&'a str>> {
        let rest = |manifest: &Manifest| Manifest { inputs: BTreeMap::new(), ..manifest.clone() };
        let differs = |(name, _): &(&String, &String)| self.inputs.get(*name) != other.inputs.get(*name);
        let names: BTreeSet<&str> =
            self.inputs.iter().chain(&other.inputs).filter(differs).map(|(name, _)| name.as_str()).collect();
        (!names.is_empty() && rest(self) == rest(other)).then_some(names)
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
        let list = |pointer: &str| -> Vec<String> {
            let items = value.pointer(pointer).and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
            items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
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
            kubernetes_version: value["kubernetesVersion"].as_str().and_then(|text| text.parse().ok()),
            spec_digest: need("/specDigest")?,
            inputs: texts("/inputs"),
            as_of: date("/date/asOf").ok_or_else(|| match value.pointer("/date/asOf") {
                Some(other) => format!("`/date/asOf` is {other}, which is no date"),
                None => "`/date/asOf` is missing".to_owned(),
            })?,
            until: date("/date/until"),
            graces: texts("/graces").into_iter().filter_map(|(id, day)| Some((id, day.parse().ok()?))).collect(),
            encryption: encryption(&value),
            service_account_issuers: list("/serviceAccountIssuers"),
            files,
        })
    }
}

/// The record of encryption; manifests of earlier versions hold the stage alone.
fn encryption(manifest: &Value) -> Option<EncryptionRecord> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let written = &manifest["encryption"];
    let Some(stage) = text(&written["stage"]) else {
        return text(&manifest["encryptionStage"]).map(|stage| EncryptionRecord { stage, ..EncryptionRecord::default() });
    };
    let resources = written["resources"].as_array().map(|list| list.iter().filter_map(text).collect());
    Some(EncryptionRecord { stage, provider: text(&written["provider"]), name: text(&written["name"]), resources })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(encryption: &str) -> Option<EncryptionRecord> {
        let text = format!(
            r#"{{"schemaVersion":1,"tool":{{"version":"0"}},"cluster":"c","specDigest":"0","date":{{"asOf":"2026-11-26"}},"files":{{}},{encryption}}}"#
        );
        Manifest::read(&text).unwrap().encryption
    }

    #[test]
    fn both_records_of_encryption_are_read() {
        assert_eq!(read(r#""encryptionStage":null"#), None);
        assert_eq!(read(r#""encryption":null"#), None);
        let old = read(r#""encryptionStage":"write""#).unwrap();
        assert_eq!((old.stage.as_str(), &old.provider, &old.resources), ("write", &None, &None));
        let new = read(r#""encryption":{"stage":"enforce","provider":"kms","name":"vault","resources":["secrets"]}"#).unwrap();
        assert_eq!((new.provider.as_deref(), new.name.as_deref()), (Some("kms"), Some("vault")));
        assert_eq!(new.resources, Some(vec!["secrets".to_owned()]));
    }
}
