//! What pipelines and charts read: the scan of images run over reports of trivy, the job judged by actionlint, the keys of the charts.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use harden::{diag::Source, facts, yaml};

use crate::{node::harden, programs};

/// A spec that asks for every scan, with one accepted hole.
const SPEC: &str = r#"apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: { name: scanned }
spec:
  profiles: [restricted]
  platform:
    kubeadm:
      kubernetesVersion: "1.36.3"
      controlPlaneEndpoint: api.example.internal:6443
      podSubnets: [10.244.0.0/16]
      serviceSubnets: [10.96.0.0/12]
    cni: { calico: { version: "3.31" } }
    runtime: { containerd: "2.3" }
    nodePools: [{ name: control-plane, role: control-plane, os: debian-12, cidrs: [192.0.2.0/28] }]
  api: { sources: { admins: [203.0.113.0/24] } }
  policies: { engines: { gatekeeper: { version: "3.23", installed: owner } }, failure: closed }
  vulnerabilities:
    patching: { window: "Sun 02:00", reboot: kured, deadlines: { critical: 7d, high: 30d } }
    scanning: { pipeline: PIPELINE, registry: true, cluster: trivy-operator }
  waivers:
    - { id: W-1, control: images/pipeline-scan, scope: { vulnerability: CVE-2026-0001 }, owner: sre, reason: "not 'reachable': $(id)", expires: 2027-03-01 }
"#;

/// The tree of a cluster whose images are scanned in every way, with a Gatekeeper that refuses while it is away.
pub(crate) fn tree(folder: &Path, pipeline: &str) -> std::path::PathBuf {
    fs::write(folder.join("spec.yaml"), SPEC.replace("PIPELINE", pipeline)).expect("a spec");
    harden(folder, &["build", "spec.yaml", "--as-of", "2026-11-26", "--out", pipeline]);
    folder.join(pipeline).join("scanned")
}

/// Runs the script, with more words, and a trivy that gives this report; its exit code and what it says.
fn scan(folder: &Path, tree: &Path, report: &str, more: &[&str]) -> (i32, String) {
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).expect("a folder");
    fs::write(folder.join("report.json"), report).expect("a report");
    let fake = format!(
        "#!/bin/sh\nwhile [ $# -gt 0 ]; do case $1 in --output) cp '{0}/report.json' \"$2\"; shift ;; --ignorefile) test -r \"$2\" || exit 9 ;; esac; shift; done\n",
        folder.display()
    );
    fs::write(bin.join("trivy"), fake).expect("a program");
    fs::set_permissions(bin.join("trivy"), fs::Permissions::from_mode(0o755)).expect("permissions");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new(tree.join("ci/scan-image.sh"));
    command.arg("registry.example/app:1").args(more).env("PATH", path).env("HARDEN_REPORT", folder.join("kept.json"));
    let output = command.output().expect("bash");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap_or(-1), text)
}

fn report(severity: &str, published: &str, fixed: &str) -> String {
    let date = if published.is_empty() { String::new() } else { format!(r#""PublishedDate": "{published}","#) };
    format!(
        r#"{{"SchemaVersion": 2, "Results": [{{"Vulnerabilities": [{{"VulnerabilityID": "CVE-2026-9", "PkgName": "openssl", "InstalledVersion": "",
        "FixedVersion": "{fixed}", {date} "Severity": "{severity}"}}]}}, {{}}]}}"#
    )
}

#[test]
fn images_are_judged_by_deadlines() {
    if Command::new("jq").arg("--version").output().is_err() {
        return programs::missing("jq");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let tree = tree(folder.path(), "github");
    let day = |ago: i64| {
        let output =
            Command::new("date").args(["-u", "-d", &format!("-{ago} days"), "+%Y-%m-%dT%H:%M:%S.123Z"]).output().expect("date");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    for (severity, published, fixed, expected, says) in [
        ("CRITICAL", day(8), "2", 1, "LATE: 1 days"),
        ("CRITICAL", day(6), "2", 0, "due in 1 days"),
        ("HIGH", day(29), "2", 0, "due in 1 days"),
        ("HIGH", day(400), "", 0, "no fix yet"),
        ("MEDIUM", day(400), "2", 0, "no deadline"),
        ("CRITICAL", String::new(), "2", 1, "no day of publication"),
    ] {
        let (code, text) = scan(folder.path(), &tree, &report(severity, &published, fixed), &[]);
        assert_eq!(code, expected, "{severity} {published}: {text}");
        assert!(text.contains(says), "{severity} {published}: {text}");
    }
    const CLEAN: &str = r#"{"SchemaVersion": 2}"#;
    assert_eq!(scan(folder.path(), &tree, CLEAN, &["--severity", "CRITICAL"]).0, 0, "an image without holes");
    assert_eq!(fs::read_to_string(folder.path().join("kept.json")).expect("the report"), CLEAN);
    for none in ["no report", "{}", ""] {
        assert_eq!(scan(folder.path(), &tree, none, &[]).0, 3, "a report that is none fails the job: {none}");
    }
    for word in ["--output", "--output=elsewhere.json", "-oelsewhere.json", "--format", "-f", "--ignorefile=none", "--exit-code"]
    {
        let (code, text) = scan(folder.path(), &tree, CLEAN, &[word, "elsewhere.json"]);
        assert!(code == 2 && text.contains("is set here"), "{word} would take the report away: {code} {text}");
    }
    eprintln!("jq judged reports in the form of trivy; trivy itself was not run");
}

#[test]
fn the_github_job_is_sound() {
    let Some(actionlint) = programs::find("actionlint", "actionlint") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let job = tree(folder.path(), "github").join("ci/github-image.yaml");
    let workflows = folder.path().join(".github/workflows");
    fs::create_dir_all(&workflows).expect("a folder");
    let file = workflows.join("image.yaml");
    let text = fs::read_to_string(&job).expect("a job");
    fs::write(&file, &text).expect("written");
    let name = file.to_str().expect("a path").to_owned();
    actionlint.must(&["-no-color".to_owned(), name.clone()]);
    for (from, to) in [("workflow_call", "workflow_cal"), ("inputs.image", "inputs.imag"), ("runs-on", "run-on")] {
        fs::write(&file, text.replacen(from, to, 1)).expect("written");
        assert!(!Command::new(actionlint.path()).arg(&name).output().expect("actionlint").status.success(), "{to} was taken");
    }
    eprintln!("actionlint took the job and refused three mutants");
}

/// The values name only keys that are known of the charts.
#[test]
fn values_name_known_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = tree(folder.path(), "gitlab");
    for chart in ["gatekeeper", "kured", "trivy-operator"] {
        let text = fs::read_to_string(tree.join(format!("helm/{chart}.values.yaml"))).expect("values");
        let document =
            yaml::read(&Source::new(chart, text.as_str())).into_iter().next().and_then(|document| document.root).expect("a map");
        let known = facts::helm_keys(chart);
        let mut wrong = Vec::new();
        unknown(&document, "", known, &mut wrong);
        assert!(wrong.is_empty(), "{chart}: {wrong:?}");
        let mut wrong = Vec::new();
        unknown(&document, "", &known[1..], &mut wrong);
        assert_eq!(wrong, [known[0]], "a key that is not known is noticed");
    }
    assert!(tree.join("ci/gitlab-image.yaml").exists());
}

fn unknown(node: &yaml::Node, path: &str, known: &[&str], wrong: &mut Vec<String>) {
    if known.contains(&path) {
        return;
    }
    match node.as_map() {
        Some(entries) if path.is_empty() || known.iter().any(|key| key.starts_with(&format!("{path}."))) => {
            for entry in entries {
                let below = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
                unknown(&entry.value, &below, known, wrong);
            }
        }
        _ => wrong.push(path.to_owned()),
    }
}
