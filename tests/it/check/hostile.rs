//! Bad input: told and left, never a hang, a crash or a silent pass.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{DAY, harden};

fn spec(folder: &Path) {
    fs::write(folder.join("cluster.yaml"), super::super::commands::small("hostile")).unwrap();
    fs::create_dir(folder.join("in")).unwrap();
}

fn check(folder: &Path, path: &str) -> (i32, Value) {
    let before = Instant::now();
    let output = harden(folder, &["check", path, "--spec", "cluster.yaml", "--as-of", DAY, "--format", "json"]);
    assert!(before.elapsed() < Duration::from_secs(20), "{path} takes long");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}{:?}", output.stderr));
    (output.status.code().unwrap_or(-1), value)
}

fn skipped(value: &Value, file: &str) -> String {
    let list = value["summary"]["skipped"].as_array().unwrap();
    let found = list.iter().find(|skipped| skipped["file"].as_str().unwrap().ends_with(file));
    found.unwrap_or_else(|| panic!("{file} is not said to be skipped: {value}"))["reason"].as_str().unwrap().to_owned()
}

const KUBELET: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 10255\n";

#[test]
fn what_cannot_be_read_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    spec(folder.path());
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join("in").join(name), bytes).unwrap();
    put("binary.yaml", b"\x7fELF\x02\x01\xff\xfe\x00\x80");
    put("bomb.yaml", bomb().as_bytes());
    put("deep.yaml", "[".repeat(100_000).as_bytes());
    put("good.yaml", KUBELET.as_bytes());
    put("huge.yaml", &vec![b'#'; 17 * 1024 * 1024]);
    put("stream.yaml", format!("{KUBELET}---\napiVersion: v1\nkind: [\n---\n{KUBELET}").as_bytes());
    put("twice.yaml", format!("{KUBELET}readOnlyPort: 0\n").as_bytes());
    put("none.yaml", b"");
    put("list.json", b"[1, 2");
    put("chart.yaml", b"apiVersion: v1\nkind: Pod\nmetadata: {{ .Values.x }}\n{{- if .y }}\na: b\n{{ end }}\n");
    rustix::fs::mkfifoat(rustix::fs::CWD, folder.path().join("in/pipe.yaml"), rustix::fs::Mode::RWXU).unwrap();
    std::os::unix::fs::symlink(".", folder.path().join("in/around")).unwrap();
    std::os::unix::fs::symlink("a.yaml", folder.path().join("in/b.yaml")).unwrap();
    std::os::unix::fs::symlink("b.yaml", folder.path().join("in/a.yaml")).unwrap();
    let (code, value) = check(folder.path(), "in");
    assert_eq!(code, 1);
    assert!(skipped(&value, "binary.yaml").contains("UTF-8"));
    assert!(skipped(&value, "huge.yaml").contains("16 MiB"));
    assert!(skipped(&value, "pipe.yaml").contains("pipe"));
    assert!(skipped(&value, "a.yaml").contains("link"));
    for file in ["bomb.yaml", "deep.yaml", "stream.yaml", "twice.yaml"] {
        assert!(skipped(&value, file).contains("cannot be read"), "{file}");
    }
    let findings = value["findings"].as_array().unwrap();
    let of = |file: &str| findings.iter().filter(|finding| finding["file"].as_str().unwrap().ends_with(file)).collect::<Vec<_>>();
    for file in ["binary.yaml", "bomb.yaml", "deep.yaml", "twice.yaml"] {
        assert!(!of(file).is_empty(), "{file}: a file that programs may read in another way passes");
    }
    let ports: Vec<u64> = of("stream.yaml")
        .iter()
        .filter(|finding| finding["control"] == "kubelet/read-only-port")
        .map(|finding| finding["document"].as_u64().unwrap())
        .collect();
    assert_eq!(ports, [1, 3], "the documents around a broken one");
    let unknown = value["unknown"].as_array().unwrap();
    assert!(unknown.iter().any(|told| told["file"].as_str().unwrap().ends_with("chart.yaml")), "{unknown:?}");
    assert!(of("good.yaml").iter().any(|finding| finding["control"] == "kubelet/read-only-port"));
}

/// A list of lists of lists, by aliases.
fn bomb() -> String {
    let mut text = "apiVersion: v1\nkind: ConfigMap\na0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        let list = vec![format!("*a{}", n - 1); 9].join(", ");
        text.push_str(&format!("a{n}: &a{n} [{list}]\n"));
    }
    text
}

#[test]
fn a_path_that_does_not_exist_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    spec(folder.path());
    let (code, value) = check(folder.path(), "nowhere");
    assert_eq!((code, value["diagnostics"][0]["code"].as_str()), (2, Some("usage")));
}

#[test]
fn standard_input_and_pipes_are_read() {
    let folder = tempfile::tempdir().unwrap();
    spec(folder.path());
    let mut child = Command::new(env!("CARGO_BIN_EXE_harden"))
        .args(["check", "-", "--spec", "cluster.yaml", "--as-of", DAY])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(KUBELET.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("<stdin>:3:15: error [kubelet/read-only-port]"), "{text}");
}

const PRIVILEGED: &str =
    "{ metadata: { name: p }, spec: { containers: [{ name: a, image: b, securityContext: { privileged: true } }] } }";

fn judged(text: &str) -> (i32, Value) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("k.yaml"), text).unwrap();
    let arguments = ["check", "--profile", "restricted", "--kubernetes", "1.36", "--as-of", DAY, "--format", "json", "k.yaml"];
    let output = harden(folder.path(), &arguments);
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

/// A character that turns the reading direction, or has no width, is escaped as JSON has it: machines read on.
#[test]
fn no_name_breaks_what_machines_read() {
    let folder = tempfile::tempdir().unwrap();
    let name = "a\u{202e}b\u{200b}c";
    let pod = PRIVILEGED.replacen('{', "{ apiVersion: v1, kind: Pod,", 1).replace("name: p", &format!("name: \"{name}\""));
    fs::write(folder.path().join(format!("{name}.yaml")), format!("{pod}\n")).unwrap();
    for format in ["json", "sarif"] {
        let arguments = ["check", "--profile", "restricted", "--kubernetes", "1.36", "--as-of", DAY, "--format", format, "."];
        let output = harden(folder.path(), &arguments);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains(['\u{202e}', '\u{200b}']), "{text}");
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(value.to_string().contains(name), "{text}");
    }
    let spec = format!("apiVersion: harden.dev/v1alpha1\nkind: Cluster\nmetadata: {{ name: \"{name}\" }}\nspec: {{}}\n");
    fs::write(folder.path().join("cluster.yaml"), spec).unwrap();
    let output = harden(folder.path(), &["build", "cluster.yaml", "--format", "json"]);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), value["clusters"].to_string().contains(name)), (Some(2), true), "{value}");
}

/// kubectl takes whatever has `items` for a list, and gives its items what they do not say themselves.
#[test]
fn what_kubectl_takes_for_a_list_is_taken_apart() {
    let pod = PRIVILEGED.replacen('{', "{ apiVersion: v1, kind: Pod,", 1);
    for text in [
        format!("apiVersion: v1\nkind: ConfigMap\nitems: [{pod}]\n"),
        format!("apiVersion: v1\nkind: PodList\nitems: [{PRIVILEGED}]\n"),
        format!("apiVersion: v1\nkind: List\nitems: [{{ apiVersion: v1, kind: PodList, items: [{PRIVILEGED}] }}]\n"),
        format!("apiVersion: v1\nkind: ListList\nitems: [{{ items: [{pod}] }}]\n"),
    ] {
        let (code, found) = judged(&text);
        assert_eq!(code, 1, "{text}{found}");
        assert!(found["findings"].to_string().contains("policy/privileged"), "{text}{found}");
    }
    let (code, found) = judged("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata: { items: x }\n");
    assert_eq!(code, 0, "{found}");
}

/// A suite without a template, a constraint or an assertion is no reason to leave a manifest out.
#[test]
fn a_suite_that_judges_nothing_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    put("p.yaml", &PRIVILEGED.replacen('{', "{ apiVersion: v1, kind: Pod,", 1));
    let code = |suite: &str| {
        put("suite.yaml", &format!("kind: Suite\napiVersion: test.gatekeeper.sh/v1alpha1\ntests: [{suite}]\n"));
        let arguments = ["check", "--profile", "restricted", "--kubernetes", "1.36", "--as-of", DAY, "."];
        harden(folder.path(), &arguments).status.code().unwrap()
    };
    put("template.yaml", "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: { name: x }\n");
    put("constraint.yaml", "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: X\nmetadata: { name: x }\n");
    let assertion = "assertions: [{ violations: yes }]";
    let named = "template: template.yaml, constraint: constraint.yaml";
    assert_eq!(code("{ name: a, cases: [{ name: c, object: p.yaml }] }"), 1);
    assert_eq!(code(&format!("{{ name: a, {named}, cases: [{{ name: c, object: p.yaml }}] }}")), 1);
    assert_eq!(code(&format!("{{ name: a, cases: [{{ name: c, object: p.yaml, {assertion} }}] }}")), 1);
    assert_eq!(code(&format!("{{ name: a, {named}, cases: [{{ name: c, object: p.yaml, {assertion} }}] }}")), 0);
}

/// Pipelines read commands from the beginning of lines: no name of a manifest begins one.
#[test]
fn names_end_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let pod = PRIVILEGED.replace("name: p", "name: \"p\\n::add-mask::x\"").replace("name: a", "name: \"a\\n::stop-commands::t\"");
    fs::write(folder.path().join("k.yaml"), pod.replacen('{', "{ apiVersion: v1, kind: Pod,", 1)).unwrap();
    let output = harden(folder.path(), &["check", "--profile", "restricted", "--kubernetes", "1.36", "--as-of", DAY, "k.yaml"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("add-mask") && text.contains("stop-commands"), "{text}");
    assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
}
