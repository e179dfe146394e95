//! `--format json` is an interface: one object on stdout, as the schemas in schemas/output say, and nothing on stderr.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde_json::Value;

use crate::support::{cases, root, run_diag};

use super::{Example, copy, said, small};

/// The schemas by name.
fn schemas() -> BTreeMap<String, Value> {
    let list = fs::read_dir(root().join("schemas/output")).unwrap().map(|entry| entry.unwrap().path());
    list.map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().replace(".schema.json", "");
        (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    })
    .collect()
}

/// What was printed for each schema, to see that every property of it occurs.
struct Seen {
    schemas: BTreeMap<String, Value>,
    printed: BTreeMap<String, Vec<Value>>,
}

impl Seen {
    fn new() -> Self {
        Seen { schemas: schemas(), printed: BTreeMap::new() }
    }

    /// Runs a command with `--format json` and holds its output against a schema.
    fn run(&mut self, schema: &str, example: &Example, code: i32, arguments: &[&str]) -> Value {
        let (found, stdout, stderr) = example.said(&[arguments, &["--format", "json"]].concat());
        assert_eq!((found, stderr.as_str()), (code, ""), "{arguments:?}:\n{stdout}");
        let value: Value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{stdout}"));
        assert_eq!(value["schemaVersion"], 1, "{arguments:?}");
        self.hold(schema, &value, &format!("{arguments:?}"));
        value
    }

    fn hold(&mut self, schema: &str, value: &Value, what: &str) {
        let validator = jsonschema::validator_for(&self.schemas[schema]).unwrap();
        let wrong: Vec<String> =
            validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
        assert!(wrong.is_empty(), "{what} is not as schemas/output/{schema}.schema.json says:\n{}", wrong.join("\n"));
        self.printed.entry(schema.to_owned()).or_default().push(value.clone());
    }
}

#[test]
fn every_output_is_as_its_schema_says() {
    let mut seen = Seen::new();
    let example = Example::new();
    let day = ["--as-of", "2026-11-26"];
    let build = seen.run("build", &example, 0, &[&["build", "cluster.yaml"][..], &day].concat());
    assert_eq!(build["clusters"][0]["name"], "shop-prod");
    assert!(build["clusters"][0]["written"].as_array().unwrap().len() > 20);
    seen.run("build", &example, 0, &["build", "cluster.yaml", "--check"]);

    let plan = seen.run("plan", &example, 0, &["plan", "cluster.yaml"]);
    let coverage: Value =
        serde_json::from_str(&fs::read_to_string(example.file("out/shop-prod/coverage.json")).unwrap()).unwrap();
    assert_eq!(plan, coverage, "`harden plan --format json` is the same as coverage.json");
    fs::write(example.file("two.yaml"), small("two")).unwrap();
    let plans = seen.run("plan", &example, 0, &[&["plan", "cluster.yaml", "two.yaml"][..], &day].concat());
    assert_eq!(plans["clusters"].as_array().unwrap().len(), 2);
    fs::copy(root().join("examples/eks/cluster.yaml"), example.file("eks.yaml")).unwrap();
    seen.run("plan", &example, 0, &[&["plan", "eks.yaml"][..], &day].concat());

    let init = fs::read_to_string(example.file("out/shop-prod/kubeadm/init.yaml")).unwrap();
    for n in 1..=init.lines().count() {
        seen.run("explain", &example, 0, &["explain", &format!("out/shop-prod/kubeadm/init.yaml:{n}")]);
    }
    let pod_security = "out/shop-prod/control-plane/etc/kubernetes/admission/pod-security.yaml";
    let text = fs::read_to_string(example.file(pod_security)).unwrap();
    let exempt = text.lines().position(|line| line.contains("- monitoring")).unwrap() + 1;
    let told = seen.run("explain", &example, 0, &["explain", &format!("{pod_security}:{exempt}")]);
    assert_eq!((told["waiver"].as_str(), told["control"].as_str()), (Some("W-7"), Some("admission/pod-security")));
    seen.run("explain", &example, 0, &["explain", "apiserver/profiling"]);
    seen.run("explain", &example, 0, &["explain", "admission/pod-security"]);
    seen.run("explain", &example, 0, &["explain", "waiver-expired"]);

    seen.run("verify", &example, 0, &["verify", "out/shop-prod", "--spec", "cluster.yaml"]);
    fs::write(example.file("out/shop-prod/mine"), "mine").unwrap();
    copy(&example.file("out"), &example.file("old"));
    example.edit("out/shop-prod/kubeadm/init.yaml", |text| text.replace("readOnlyPort: 0", "readOnlyPort: 10255"));
    let verify = seen.run("verify", &example, 1, &["verify", "out/shop-prod"]);
    assert_eq!(
        (verify["findings"][0]["file"].as_str(), verify["foreign"][0].as_str()),
        (Some("kubeadm/init.yaml"), Some("mine"))
    );
    fs::remove_dir_all(example.file("out")).unwrap();

    seen.run("diff", &example, 0, &["diff", "old/shop-prod", "old/shop-prod"]);
    example.edit("cluster.yaml", |text| text.replace("admins: [203.0.113.0/24]", "admins: [203.0.113.0/25]"));
    example.edit("cluster.yaml", |text| text.replace("    kubelet/pod-pids-limit: { with: { limit: 2048 } }\n", ""));
    seen.run("build", &example, 0, &[&["build", "cluster.yaml"][..], &day].concat());
    let diff = seen.run("diff", &example, 1, &["diff", "old/shop-prod", "out/shop-prod"]);
    let changes = diff["changes"].as_array().unwrap();
    assert!(changes.iter().any(|change| change["key"] == "access/admins" && change["direction"] == "hardens"), "{diff}");
    assert!(changes.iter().any(|change| change["impact"][0] == "rolls"), "{diff}");

    copy(&root().join("golden/check"), &example.file("check"));
    for case in ["waivers", "streams", "node", "workloads"] {
        let (manifests, spec) = (format!("check/{case}/manifests"), format!("check/{case}/harden.yaml"));
        let check = seen.run("check", &example, 1, &[&["check", manifests.as_str(), "--spec", spec.as_str()][..], &day].concat());
        assert!(!check["findings"].as_array().unwrap().is_empty(), "{case}");
    }

    fs::copy(root().join("golden/diag/unknown-control/harden.yaml"), example.file("wrong.yaml")).unwrap();
    seen.run("build", &example, 2, &[&["build", "wrong.yaml"][..], &day].concat());
    seen.run("controls", &example, 0, &["controls"]);
    seen.run("profiles", &example, 0, &["profiles"]);
    let own = "apiVersion: harden.dev/v1alpha1\nkind: Profile\nmetadata: { name: own }\nextends: [baseline]\n";
    fs::write(example.file("own.yaml"), format!("{own}---\n{}", small("owner"))).unwrap();
    let profiles = seen.run("profiles", &example, 0, &["profiles", "own"]);
    assert_eq!(profiles["profiles"], serde_json::json!([{ "name": "own", "builtIn": false, "file": "own.yaml", "text": own }]));
    seen.run("profiles", &example, 0, &["profiles", "nsa"]);
    seen.run("schema", &example, 0, &["schema"]);
    let schema = seen.run("schema", &example, 0, &["schema", "cluster"]);
    let printed: Value = serde_json::from_str(&example.said(&["schema", "cluster"]).1).unwrap();
    assert_eq!((&schema["schemas"], &schema["schema"]), (&serde_json::json!(["cluster"]), &printed));
    for arguments in [
        &["build", "no/nothing.yaml"][..],
        &["plan", "nothing.yaml"],
        &["plan", "wrong.yaml"],
        &["explain", "nothing/at-all"],
        &["init"],
        &["completions", "bash"],
        &["schema", "no-such-schema"],
        &["profiles", "no-such-profile"],
        &["verify", "nowhere"],
        &["diff", "out/shop-prod"],
        &["diff", "--rev", "HEAD", "out/shop-prod"],
    ] {
        seen.run("diagnostics", &example, 2, arguments);
    }
    seen.run("diagnostics", &example, 3, &[&["build", "cluster.yaml", "--out", "/proc/nowhere"][..], &day].concat());
    every_property_occurs(&seen);
}

/// A command that prints a text says which ones have JSON.
#[test]
fn a_command_without_json_refuses() {
    let example = Example::new();
    for arguments in [&["init"][..], &["completions", "zsh"]] {
        let (code, stdout, _) = example.said(&[arguments, &["--format", "json"]].concat());
        let value: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!((code, value["diagnostics"][0]["code"].as_str()), (2, Some("usage")), "{stdout}");
        let help = value["diagnostics"][0]["help"].as_str().unwrap();
        assert!(help.contains("build, check, controls, diff, explain, plan, profiles, schema, verify"), "{help}");
    }
}

/// Every mistake that the goldens know is told in the shape of the interface.
#[test]
fn every_diagnostic_is_as_the_schema_says() {
    let mut seen = Seen::new();
    for case in cases("diag") {
        let out = tempfile::tempdir().unwrap();
        let (code, stdout, stderr) = said(&run_diag(&case, out.path(), &["--format", "json"]));
        assert_eq!(stderr, "", "{}", case.display());
        let value: Value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{}: {error}\n{stdout}", case.display()));
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let schema = if value.get("clusters").is_some() { "build" } else { "diagnostics" };
        seen.hold(schema, &value, &name);
        assert!(stdout.contains(&format!("\"code\": \"{name}\"")), "{name} exits {code} without its code:\n{stdout}");
        positions(&value, &name);
    }
}

/// Lines and columns of labels are those of the file, counted from 1.
fn positions(value: &Value, name: &str) {
    match value {
        Value::Object(entries) => {
            if let (Some(line), Some(column)) = (value["line"].as_u64(), value["column"].as_u64()) {
                assert!(line >= 1 && column >= 1 && line < 10_000 && column < 10_000, "{name}: {value}");
            }
            entries.values().for_each(|inner| positions(inner, name));
        }
        Value::Array(items) => items.iter().for_each(|inner| positions(inner, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A schema does not speak of what no output has: each property occurs in something that was printed.
fn every_property_occurs(seen: &Seen) {
    for (name, schema) in &seen.schemas {
        let mut described = BTreeSet::new();
        properties(schema, &mut described);
        let mut found = BTreeSet::new();
        seen.printed.get(name).into_iter().flatten().for_each(|value| keys(value, &mut found));
        let missing: Vec<&String> = described.iter().filter(|key| !found.contains(*key)).collect();
        assert!(missing.is_empty(), "schemas/output/{name}.schema.json describes {missing:?}, and no output has them");
    }
}

fn properties(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(entries) => {
            if let Some(listed) = schema["properties"].as_object() {
                found.extend(listed.keys().cloned());
            }
            entries.values().for_each(|inner| properties(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| properties(inner, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            found.extend(entries.keys().cloned());
            entries.values().for_each(|inner| keys(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| keys(inner, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The schemas are those that the program prints, and describe every part.
#[test]
fn the_program_prints_the_schemas() {
    let example = Example::new();
    let (code, stdout, _) = example.said(&["schema"]);
    assert_eq!(code, 0);
    for (name, schema) in schemas() {
        assert!(stdout.lines().any(|line| line == format!("output/{name}")), "{stdout}");
        let (code, printed, _) = example.said(&["schema", &format!("output/{name}")]);
        assert_eq!(code, 0);
        assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), schema, "{name}");
        assert!(jsonschema::meta::is_valid(&schema), "{name} is no JSON Schema");
    }
}
