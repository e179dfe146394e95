//! Who may do what: the real authorizer answers every row of `tests/can-i.csv` as the row says, and real requests agree.

use std::fs;

use serde_json::{Value, json};

use crate::node::{Person, Set, eventually, run};

use super::{Cluster, objects::kubectl};

/// A row of the table.
#[derive(Clone, Debug)]
struct Row {
    line: String,
    cells: [String; 10],
}

impl Row {
    fn expected(&self) -> bool {
        self.cells[9] == "allowed"
    }

    /// The question as `docs/guide/identity.md` says that kubectl is asked it.
    fn words(&self) -> Vec<String> {
        let [user, group, verb, api_group, resource, subresource, name, namespace, path, _] = &self.cells;
        let mut words: Vec<String> = ["auth", "can-i", verb].map(str::to_owned).to_vec();
        if path.is_empty() {
            let dot = if api_group.is_empty() { "" } else { "." };
            let slash = if name.is_empty() { "" } else { "/" };
            words.push(format!("{resource}{dot}{api_group}{slash}{name}"));
            words.extend(Some(format!("--subresource={subresource}")).filter(|_| !subresource.is_empty()));
            words.push(if namespace.is_empty() { "-A".to_owned() } else { format!("-n={namespace}") });
        } else {
            words.push(path.clone());
        }
        words.push(format!("--as={user}"));
        words.extend(Some(format!("--as-group={group}")).filter(|_| !group.is_empty()));
        words
    }

    /// What it asks for, without who asks and where: questions of one form are put in one way.
    fn form(&self) -> (bool, [bool; 5], String) {
        let [_, _, _, api_group, _, subresource, name, namespace, path, _] = &self.cells;
        (self.expected(), [api_group, subresource, name, namespace, path].map(|cell| cell.is_empty()), subresource.clone())
    }

    /// The same question with the other answer.
    fn turned(&self) -> Self {
        let mut other = self.clone();
        other.cells[9] = if self.expected() { "denied" } else { "allowed" }.to_owned();
        other
    }

    fn review(&self) -> Value {
        let [user, group, verb, api_group, resource, subresource, name, namespace, path, _] = &self.cells;
        let mut groups = vec!["system:authenticated"];
        groups.extend(Some(group.as_str()).filter(|group| !group.is_empty()));
        let mut spec = json!({ "user": user, "groups": groups });
        if path.is_empty() {
            spec["resourceAttributes"] = json!({
                "verb": verb, "group": api_group, "resource": resource, "subresource": subresource, "name": name, "namespace": namespace,
            });
        } else {
            spec["nonResourceAttributes"] = json!({ "verb": verb, "path": path });
        }
        json!({ "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec })
    }
}

/// Reads the table with rules of its own: commas part cells, quotes hold them together, two quotes are one.
fn rows(text: &str) -> Vec<Row> {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("user,group,verb,apiGroup,resource,subresource,name,namespace,path,expected"));
    let cells = |line: &str| {
        let (mut cells, mut inside) = (vec![String::new()], false);
        for char in line.replace("\"\"", "\u{1}").chars() {
            match char {
                '"' => inside = !inside,
                ',' if !inside => cells.push(String::new()),
                '\u{1}' => cells.last_mut().unwrap().push('"'),
                _ => cells.last_mut().unwrap().push(char),
            }
        }
        cells
    };
    lines.map(|line| Row { line: line.to_owned(), cells: cells(line).try_into().expect("ten cells") }).collect()
}

/// Rows that the server answers otherwise.
fn differing(cluster: &Cluster, rows: &[Row]) -> Vec<String> {
    let mut wrong = Vec::new();
    for row in rows {
        let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
        let answer = cluster.client.send(Some(&cluster.admin), "POST", path, Some(&row.review()));
        assert_eq!(answer.status, 201, "{}: {}", row.line, answer.body);
        let allowed = answer.json().pointer("/status/allowed").and_then(Value::as_bool);
        if allowed != Some(row.expected()) {
            wrong.push(format!("{}: the server says {allowed:?}", row.line));
        }
    }
    wrong
}

pub(super) fn hold(cluster: &Cluster, set: &Set) {
    let table = fs::read_to_string(cluster.node.tree.join("tests/can-i.csv")).expect("a table");
    let rows = rows(&table);
    let allowed: Vec<&Row> = rows.iter().filter(|row| row.expected()).collect();
    let denied: Vec<&Row> = rows.iter().filter(|row| !row.expected()).collect();
    assert!(allowed.len() > 100 && denied.len() > 100, "{} allowed, {} denied", allowed.len(), denied.len());
    eventually(10, "the roles are in force", || differing(cluster, &[allowed[0].clone()]).is_empty());
    let wrong = differing(cluster, &rows);
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
    // Rows turned around: the judge is awake.
    let mutants =
        [allowed[0].turned(), allowed[allowed.len() - 1].turned(), denied[0].turned(), denied[denied.len() - 1].turned()];
    assert_eq!(differing(cluster, &mutants).len(), mutants.len());
    eprintln!("kube-apiserver {} agrees with {} rows of can-i.csv, {} of them refusals", set.version, rows.len(), denied.len());
    asked_by_kubectl(cluster, &rows);
    requests(cluster);
    impersonated(cluster, set);
    through_kubectl(cluster, set);
}

/// kubectl, asked in the way that is told, gives the answers of the table: every form of a question, allowed and denied; without the flag for
/// the subresource it would answer for an object of that name.
fn asked_by_kubectl(cluster: &Cluster, rows: &[Row]) {
    let Some(program) = crate::programs::find("k136", "kubectl") else { return };
    let says = |words: &[String]| {
        let output = kubectl(cluster, &program).args(words).output().expect("kubectl starts");
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(matches!(text.split(' ').next(), Some("yes" | "no")), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(text.starts_with("yes"), output.status.success(), "{words:?}");
        output.status.success()
    };
    // What no API serves kubectl asks for without its group.
    let served = rows.iter().filter(|row| row.cells[3] != "authentication.k8s.io");
    let forms: std::collections::BTreeMap<_, &Row> = served.map(|row| (row.form(), row)).collect();
    for row in forms.values() {
        assert_eq!(says(&row.words()), row.expected(), "{}: {:?}", row.line, row.words());
    }
    let exec = rows.iter().find(|row| row.expected() && row.cells[5] == "exec" && !row.cells[1].contains("break-glass"));
    let mut words = exec.expect("a row that lets somebody enter pods").words();
    words.retain(|word| !word.starts_with("--subresource"));
    words[3].push_str("/exec");
    assert!(!says(&words), "{words:?}");
    eprintln!("kubectl auth can-i agrees with {} forms of questions", forms.len());
}

const IN: &str = "/api/v1/namespaces/labelled";

/// Requests of people with certificates, as they would come.
fn requests(cluster: &Cluster) {
    let person = |user: &str, group: &str| Person::new(&cluster.node, user, &[group]);
    let (dev, reader) = (person("ann", "corp:dev"), person("ben", "corp:read"));
    let (debugger, rescuer) = (person("cem", "corp:support, night"), person("dora", "corp:break-glass"));
    let send =
        |who: &Person, method: &str, path: &str, body: Option<&Value>| cluster.client.send(Some(who), method, path, body).status;
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web" },
        "spec": {
            "selector": { "matchLabels": { "app": "web" } },
            "template": {
                "metadata": { "labels": { "app": "web" } },
                "spec": { "containers": [{ "name": "c", "image": "registry.example/app:1" }] },
            },
        },
    });
    assert_eq!(send(&dev, "POST", "/apis/apps/v1/namespaces/labelled/deployments", Some(&deployment)), 201);
    assert_eq!(send(&dev, "POST", "/apis/apps/v1/namespaces/spared/deployments", Some(&deployment)), 403);
    assert_eq!(send(&reader, "GET", "/apis/apps/v1/namespaces/labelled/deployments/web", None), 200);
    assert_eq!(send(&reader, "DELETE", "/apis/apps/v1/namespaces/labelled/deployments/web", None), 403);
    for who in [&dev, &reader, &debugger] {
        assert_eq!(send(who, "GET", &format!("{IN}/secrets"), None), 403);
        assert_eq!(send(who, "GET", "/api/v1/nodes/n1/proxy/pods", None), 403);
    }
    // Past the authorizer nobody finds the pod.
    for (who, expected) in [(&dev, 403), (&reader, 403), (&debugger, 404)] {
        for method in ["POST", "GET"] {
            assert_eq!(
                send(who, method, &format!("{IN}/pods/none/exec?command=id&stdout=true"), None),
                expected,
                "{} {method}",
                who.user
            );
        }
    }
    assert_eq!(send(&rescuer, "GET", "/api/v1/secrets", None), 200);
    assert_eq!(send(&dev, "DELETE", "/apis/apps/v1/namespaces/labelled/deployments/web", None), 200);
}

/// Acting as somebody else: as declared, and no further where the version can hold it.
fn impersonated(cluster: &Cluster, set: &Set) {
    let support = Person::new(&cluster.node, "eve", &["corp:support, night"]);
    let send =
        |path: &str, method: &str, headers: &[&str]| cluster.client.send_as(Some(&support), method, path, None, headers).status;
    let (user, group) = ("Impersonate-User: tester", "Impersonate-Group: corp:read");
    assert_eq!(send(&format!("{IN}/pods"), "GET", &[user, group]), 200, "as declared");
    assert_eq!(send(&format!("{IN}/pods"), "GET", &[user]), 403, "without the group the user has no rights");
    assert_eq!(send(&format!("{IN}/pods"), "GET", &["Impersonate-User: admin", group]), 403, "another user");
    assert_eq!(send(&format!("{IN}/pods"), "GET", &[user, "Impersonate-Group: corp:dev"]), 403, "another group");
    assert_eq!(send(&format!("{IN}/pods"), "GET", &[user, group, "Impersonate-Uid: 1"]), 403, "a uid");
    let minor: u32 = set.version.split('.').nth(1).and_then(|minor| minor.parse().ok()).expect("a minor");
    // The reader may see services, and whoever acts as the reader may not, where `may` is held.
    let services = send(&format!("{IN}/services"), "GET", &[user, group]);
    assert_eq!(services, if minor >= 36 { 403 } else { 200 }, "what `may` does not name");
    let ann = Person::new(&cluster.node, "ann", &["corp:dev"]);
    let status = cluster.client.send_as(Some(&ann), "GET", &format!("{IN}/pods"), None, &[user, group]).status;
    assert_eq!(status, 403, "who was not declared");
}

/// kubectl with `--as` works for what is declared, discovery included.
fn through_kubectl(cluster: &Cluster, set: &Set) {
    let Some(program) = crate::programs::find("k136", "kubectl") else { return };
    let program = &program;
    let acting = |user: &str, group: &str, words: [&str; 2]| {
        let who = Person::new(&cluster.node, user, &[group]);
        let cache = cluster.node.scratch().join(format!("cache-of-{user}"));
        let words = words.map(str::to_owned);
        move |arguments: &[&str]| {
            let mut command = kubectl(cluster, program);
            command.arg(format!("--client-certificate={}", who.certificate().display()));
            command.arg(format!("--client-key={}", who.key().display()));
            command.arg(format!("--cache-dir={}", cache.display()));
            command.args(&words).args(arguments);
            command
        }
    };
    let as_tester = acting("eve", "corp:support, night", ["--as=tester", "--as-group=corp:read"]);
    let text = run(&mut as_tester(&["get", "pods", "-n", "labelled"]));
    let refused = as_tester(&["get", "pods", "-n", "spared"]).output().expect("kubectl starts");
    assert!(!refused.status.success(), "another namespace was shown");
    // kubectl asks for the schemas, under the other name too, before it sends an object.
    let manifest = cluster.node.scratch().join("shipped.json");
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "shipped" },
        "spec": {
            "replicas": 0,
            "selector": { "matchLabels": { "app": "shipped" } },
            "template": {
                "metadata": { "labels": { "app": "shipped" } },
                "spec": { "containers": [{ "name": "c", "image": "registry.example/app:1" }] },
            },
        },
    });
    fs::write(&manifest, deployment.to_string()).expect("a manifest");
    let file = manifest.to_str().expect("a path");
    let as_deployer = acting("fay", "corp:audit", ["--as=deployer", "--as-group=corp:dev"]);
    for words in [["apply", "-f", file, "-n=labelled"], ["apply", "--server-side", "-f", file]] {
        let more: &[&str] = if words.contains(&"--server-side") { &["-n=labelled", "--force-conflicts"] } else { &[] };
        run(&mut as_deployer(&[&words[..], more].concat()));
    }
    let refused = as_deployer(&["apply", "-f", file, "-n=spared"]).output().expect("kubectl starts");
    assert!(!refused.status.success(), "an object was sent to another namespace");
    run(&mut as_deployer(&["delete", "deployment/shipped", "-n=labelled", "--wait=false"]));
    eprintln!("kubectl --as against {}: {}", set.version, text.lines().next().unwrap_or("nothing there"));
}
