//! Encryption at rest: its stages, and what was encrypted before.

use harden::{
    build,
    diag::Diagnostics,
    plan::{EncryptionRecord, Program},
};

use crate::support::with_cluster;

use super::{at_stage, plan, plan_over, small};

const KMS: &str = "  api:\n    sources: { admins: [203.0.113.0/24] }\n    encryptionAtRest: { kms: { name: vault, socket: SOCKET }, resources: [secrets], stage: STAGE }\n";

pub(super) fn encrypted(stage: &str, socket: &str) -> String {
    let text = small("baseline", "");
    let (before, _) = text.split_once("  api:").unwrap();
    format!("{before}{}", KMS.replace("STAGE", stage).replace("SOCKET", socket))
}

#[test]
fn encryption_goes_one_stage_at_a_time() {
    let with = |last: Option<&str>, stage: &str| plan(&encrypted(stage, "unix:///run/kms/v.sock"), last).map(|_| ());
    let skipped = Err(vec!["encryption-stage-skipped"]);
    for (last, stage) in [
        (None, "enforce"),
        (Some("none"), "prepare"),
        (Some("prepare"), "write"),
        (Some("write"), "enforce"),
        (Some("enforce"), "write"),
    ] {
        assert_eq!(with(last, stage), Ok(()), "{last:?} to {stage}");
    }
    for (last, stage) in [("none", "write"), ("none", "enforce"), ("prepare", "enforce"), ("enforce", "prepare")] {
        assert_eq!(with(Some(last), stage), skipped, "{last} to {stage}");
    }
}

#[test]
fn what_was_encrypted_stays_readable() {
    let record = |stage: &str, provider: &str, name: Option<&str>, resources: &[&str]| EncryptionRecord {
        stage: stage.to_owned(),
        provider: Some(provider.to_owned()),
        name: name.map(str::to_owned),
        resources: Some(resources.iter().map(|resource| (*resource).to_owned()).collect()),
    };
    let with =
        |stage: &str, last: EncryptionRecord| plan_over(&encrypted(stage, "unix:///run/kms/v.sock"), Some(last), "").map(|_| ());
    let changed = Err(vec!["encryption-changed"]);
    for stage in ["prepare", "write", "enforce"] {
        assert_eq!(with(stage, record(stage, "kms", Some("vault"), &["secrets"])), Ok(()), "{stage}");
        assert_eq!(with(stage, record(stage, "secretbox", None, &["secrets"])), changed, "{stage}: provider");
        assert_eq!(with(stage, record(stage, "kms", Some("hsm"), &["secrets"])), changed, "{stage}: name");
        assert_eq!(with(stage, record(stage, "kms", Some("vault"), &["secrets", "configmaps"])), changed, "{stage}: removed");
        assert_eq!(with(stage, at_stage(stage)), Ok(()), "{stage}: an older manifest");
    }
    assert_eq!(with("prepare", record("write", "kms", Some("vault"), &["*."])), changed);
    let fewer = record("prepare", "kms", Some("vault"), &[]);
    assert_eq!(with("prepare", fewer.clone()), Ok(()));
    assert_eq!(with("write", fewer), changed);
}

#[test]
fn encryption_is_not_dropped_in_any_way() {
    let waived = format!(
        "{}  controls: {{ apiserver/encryption-at-rest: {{ apply: false, waiver: W-1 }} }}\n  waivers:\n    - {{ id: W-1, control: apiserver/encryption-at-rest, owner: sre, reason: r, expires: 2027-03-01 }}\n",
        encrypted("enforce", "unix:///run/kms/v.sock")
    );
    for text in [small("baseline", ""), small("restricted", ""), waived] {
        assert_eq!(plan(&text, Some("enforce")).map(|_| ()), Err(vec!["encryption-dropped"]));
        assert!(plan(&text, Some("none")).is_ok());
    }
}

#[test]
fn a_kms_socket_is_mounted_without_those_of_others() {
    let mounts = |socket: &str| {
        let plan = plan(&encrypted("prepare", socket), None).unwrap();
        let mounts = &plan.component(Program::KubeApiserver).mounts;
        mounts.values().filter(|mount| mount.value.name == "kms-socket").map(|mount| mount.value.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(mounts("unix:///run/kms/v.sock"), ["/run/kms ro Directory"]);
    assert_eq!(mounts("unix:///run/v.sock"), ["/run/v.sock ro Socket"]);
}

/// A path of the spec stays one code span in the steps, whatever stands in it.
#[test]
fn a_path_of_the_spec_cannot_write_into_the_steps() {
    let path = "/etc/ssl/certs/siem'`x`.crt";
    let siem = format!(
        "  logging: {{ siem: {{ syslog: {{ host: siem.example.internal, port: 6514, tls: true, caFile: \"{path}\" }} }} }}\n"
    );
    let mut diags = Diagnostics::default();
    let built = with_cluster(&small("restricted", &siem), "", None, &mut diags, build::build).unwrap();
    let report = built.artifacts.iter().find(|artifact| artifact.path.as_str() == "REPORT.md").unwrap().text();
    let step = report.lines().find(|line| line.contains("These files must be there")).unwrap();
    assert!(step.contains(&format!("`` {path} ``")), "{step}");
}
