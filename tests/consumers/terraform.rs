//! Terraform itself reads what is emitted for clouds: layout, the module of settings offline, and the conditions of the checks against
//! clusters that are made up. Schemas of providers are judged in `tests/it/terraform.rs`.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The program: installed, else built by `tests/consumers/build.sh`.
pub(crate) fn program() -> Option<PathBuf> {
    let folders = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let installed = folders.into_iter().map(|folder| folder.join("terraform")).find(|path| path.is_file());
    installed.or_else(|| crate::programs::find("terraform", "terraform").map(|built| built.path().to_owned()))
}

pub(crate) fn run(program: &Path, folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_IN_AUTOMATION", "1")
        .output()
        .expect("terraform starts")
}

pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub(crate) fn must(program: &Path, folder: &Path, arguments: &[&str]) -> String {
    let output = run(program, folder, arguments);
    assert!(output.status.success(), "terraform {arguments:?} in {}: {}", folder.display(), said(&output));
    said(&output)
}

/// Every tree of the project's specs that has Terraform in it, built into a folder.
fn trees(out: &Path) -> Vec<PathBuf> {
    let ranges = [("    runtime:", "    podCidrs: [10.128.0.0/16]\n    runtime:")];
    let mut found = vec![tree(out, "golden/build/aks-1.36", &ranges)];
    let specs = ["golden/build/eks-1.36", "golden/build/aks-1.36", "golden/build/auto-mode-1.36", "examples/eks", "examples/aks"];
    found.extend(specs.map(|spec| tree(out, spec, &[])));
    // Nothing beside the cluster but checks.
    let unsent = "  controls: { cloud/control-plane-logs: { apply: false, waiver: W-1 } }\n  waivers: [{ id: W-1, control: cloud/control-plane-logs, \
                  owner: me, reason: tried, expires: 2027-06-30 }]\n  namespaces:";
    found.push(tree(out, "golden/build/aks-1.36", &[("  namespaces:", unsent)]));
    found
}

/// The tree of a spec of the project with other words in it, built below a folder.
pub(crate) fn tree(out: &Path, spec: &str, changes: &[(&str, &str)]) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = fs::read_to_string(specification(&root.join(spec))).expect("a spec");
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is not in the spec");
        text = text.replace(from, to);
    }
    let place = tempfile::tempdir_in(out).expect("a folder").keep();
    fs::write(place.join("harden.yaml"), text).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_harden"))
        .args(["build", "--as-of", "2026-11-26", "--out"])
        .arg(place.join("out"))
        .arg(place.join("harden.yaml"))
        .output()
        .expect("harden starts");
    assert!(output.status.success(), "{spec}: {}", said(&output));
    let mut folders = fs::read_dir(place.join("out")).expect("a tree").map(|entry| entry.expect("an entry").path());
    folders.find(|path| path.join("terraform").is_dir()).expect("a tree with Terraform in it")
}

/// The spec of a folder, without the expectations beside it.
fn specification(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    files.find(|path| path.extension().is_some_and(|extension| extension == "yaml")).expect("a spec")
}

#[test]
fn terraform_takes_it() {
    let Some(program) = program() else { return };
    let _ = writeln!(std::io::stderr(), "{}", must(&program, Path::new("."), &["version"]).lines().next().unwrap_or_default());
    let scratch = tempfile::tempdir().expect("a folder");
    for tree in trees(scratch.path()) {
        let terraform = tree.join("terraform");
        let unformatted = must(&program, &terraform, &["fmt", "-check", "-recursive", "-list=true"]);
        assert_eq!(unformatted, "", "{}", tree.display());
        page(&program, &tree, &scratch.path().join("page"));
        settings(&program, &terraform.join("settings"));
        checks(&program, &terraform.join("attach/verify.tf"), &scratch.path().join("checks"));
    }
    let mutant = scratch.path().join("fmt");
    fs::create_dir_all(&mutant).expect("a folder");
    fs::write(mutant.join("a.tf"), "output \"a\" {\n  description = \"x\"\n  value = 1\n}\n").expect("a file");
    assert!(!run(&program, &mutant, &["fmt", "-check"]).status.success(), "a badly laid out file was taken");
}

/// The code blocks of the page are laid out as Terraform wants them.
fn page(program: &Path, tree: &Path, folder: &Path) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("a folder");
    let text = fs::read_to_string(tree.join("terraform/ADOPT.md")).expect("a page");
    let blocks: Vec<&str> = text.split("```hcl\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 3, "{} blocks of code", blocks.len());
    for (n, block) in blocks.iter().enumerate() {
        fs::write(folder.join(format!("{n}.tf")), block).expect("a file");
    }
    assert_eq!(must(program, folder, &["fmt", "-check"]), "");
}

/// The module of settings: Terraform initialises, validates and tests it without any provider.
fn settings(program: &Path, folder: &Path) {
    must(program, folder, &["init", "-backend=false", "-no-color"]);
    must(program, folder, &["validate", "-no-color"]);
    let text = fs::read_to_string(folder.join("outputs.tf")).expect("outputs");
    let names: Vec<&str> = text.split("\noutput \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(names.len() >= 5, "{names:?}");
    let asserts: String = names
        .iter()
        .map(|name| format!("  assert {{\n    condition = output.{name} != null\n    error_message = \"{name}\"\n  }}\n"))
        .collect();
    let test = folder.join("all.tftest.hcl");
    fs::write(&test, format!("run \"all\" {{\n  command = plan\n{asserts}}}\n")).expect("a test");
    must(program, folder, &["test", "-no-color"]);
    fs::write(&test, "run \"all\" {\n  command = plan\n  assert {\n    condition = output.nothing != null\n    error_message = \"x\"\n  }\n}\n").expect("a test");
    assert!(!run(program, folder, &["test", "-no-color"]).status.success(), "an output that is not there was taken");
    fs::remove_file(&test).expect("the test goes");
    let spoilt = text.replacen("\n  value ", "\n  values ", 1);
    fs::write(folder.join("outputs.tf"), &spoilt).expect("a file");
    assert!(!run(program, folder, &["validate", "-no-color"]).status.success(), "a misspelt argument was taken");
    fs::write(folder.join("outputs.tf"), &text).expect("a file");
}

/// A question, what of a live cluster that is as planned is changed, and into what, so that the check must warn. A list that is empty or
/// absent, and a block that is not there, warn as well: a plan never stops at them, and an open server never passes.
const LIVE: &[(&str, &str, &[&str])] = &[
    (
        "authentication_mode",
        "authentication_mode = \"API\"",
        &["authentication_mode = \"CONFIG_MAP\"", "authentication_mode = null"],
    ),
    ("authentication_mode", "access_config = [{", &["access_config = [for a in []: a]\n    other = [{"]),
    ("enabled_cluster_log_types", "\"scheduler\"", &["\"api\""]),
    (
        "enabled_cluster_log_types",
        "toset([\"api\", \"audit\", \"authenticator\", \"controllerManager\", \"scheduler\"])",
        &["null", "[]"],
    ),
    (
        "endpoint_public_access, null",
        "endpoint_public_access = PUBLIC",
        &["endpoint_public_access = OTHER", "endpoint_public_access = null"],
    ),
    ("endpoint_private_access, null", "endpoint_private_access = true", &["endpoint_private_access = false"]),
    (
        "public_access_cidrs",
        "public_access_cidrs = [\"203.0.113.0/24\", \"198.51.100.4/32\"]",
        &[
            "public_access_cidrs = [\"0.0.0.0/0\"]",
            "public_access_cidrs = [\"203.0.113.0/24\", \"198.51.100.4/32\", \"0.0.0.0/0\"]",
            "public_access_cidrs = [\"203.0.113.0/24\"]",
            "public_access_cidrs = []",
            "public_access_cidrs = null",
        ],
    ),
    ("vpc_config", "vpc_config = [{", &["vpc_config = [for a in []: a]\n    other = [{"]),
    ("retention_in_days", "retention_in_days = 365", &["retention_in_days = 7", "retention_in_days = null"]),
    (
        "admin_group_object_ids",
        "admin_group_object_ids = [\"00000000-0000-0000-0000-000000000001\"GROUPS]",
        &[
            "admin_group_object_ids = [\"somebody\"]",
            "admin_group_object_ids = [\"00000000-0000-0000-0000-000000000001\", \"00000000-0000-0000-0000-00000000000f\", \"x\"]",
            "admin_group_object_ids = []",
            "admin_group_object_ids = null",
        ],
    ),
    (
        "admin_group_object_ids",
        "azure_active_directory_role_based_access_control = [{",
        &["azure_active_directory_role_based_access_control = [for a in []: a]\n    other = [{"],
    ),
    (
        "api_server_authorized_ip_ranges",
        "api_server_authorized_ip_ranges = [\"203.0.113.0/24\", \"198.51.100.4/32\"]",
        &[
            "api_server_authorized_ip_ranges = [\"0.0.0.0/1\"]",
            "api_server_authorized_ip_ranges = [\"203.0.113.0/24\"]",
            "api_server_authorized_ip_ranges = []",
            "api_server_authorized_ip_ranges = null",
        ],
    ),
    ("network_plugin,", "network_plugin = \"azure\"", &["network_plugin = \"none\"", "network_plugin = null"]),
    ("network_policy", "network_policy = \"cilium\"", &["network_policy = \"\"", "network_policy = null"]),
    ("network_policy", "network_profile = [{", &["network_profile = [for a in []: a]\n    other = [{"]),
    ("network_profile[0].pod_cidr", "pod_cidr = \"10.128.0.0/16\"", &["pod_cidr = \"10.244.0.0/16\"", "pod_cidr = null"]),
    ("live.version", " version = \"1.36\"", &[" version = \"1.35\"", " version = null"]),
    (
        "current_kubernetes_version",
        "current_kubernetes_version = \"1.36.3\"",
        &["current_kubernetes_version = \"1.35.9\"", "current_kubernetes_version = \"1\"", "current_kubernetes_version = null"],
    ),
    (
        "configuration_values",
        "configuration_values = jsonencode({ enableNetworkPolicy = \"true\" })",
        &[
            "configuration_values = jsonencode({ enableNetworkPolicy = \"false\" })",
            "configuration_values = jsonencode({ env = {} })",
            "configuration_values = \"\"",
            "configuration_values = null",
        ],
    ),
    (
        "addon_version",
        "addon_version = \"v1.20.4-eksbuild.2\"",
        &["addon_version = \"v1.19.6-eksbuild.1\"", "addon_version = null"],
    ),
    ("location ==", "location = \"westeurope\"", &["location = \"northeurope\""]),
    ("live.id ==", "id = \"eu-west-1\"", &["id = \"us-east-1\""]),
    ("var.log_group_name ==", "default = \"/aws/eks/name/cluster\"", &["default = \"/aws/eks/nane/cluster\""]),
];

/// What data sources would show, in the shape of the providers: lists of one object for their blocks.
const DATA: &str = r#"locals {
  live = {
    access_config = [{
      authentication_mode = "API"
    }]
    addon_version = "v1.20.4-eksbuild.2"
    api_server_authorized_ip_ranges = ["203.0.113.0/24", "198.51.100.4/32"]
    azure_active_directory_role_based_access_control = [{
      admin_group_object_ids = ["00000000-0000-0000-0000-000000000001"GROUPS]
    }]
    configuration_values = jsonencode({ enableNetworkPolicy = "true" })
    current_kubernetes_version = "1.36.3"
    enabled_cluster_log_types = toset(["api", "audit", "authenticator", "controllerManager", "scheduler"])
    id = "eu-west-1"
    location = "westeurope"
    network_profile = [{
      network_plugin = "azure"
      network_policy = "cilium"
      pod_cidr = "10.128.0.0/16"
    }]
    retention_in_days = 365
    version = "1.36"
    vpc_config = [{
      endpoint_private_access = true
      endpoint_public_access = PUBLIC
      public_access_cidrs = ["203.0.113.0/24", "198.51.100.4/32"]
    }]
  }
}

variable "cluster_id" {
  default = "id"
}

variable "cluster_name" {
  default = "name"
}

variable "log_group_name" {
  default = "/aws/eks/name/cluster"
}

"#;

/// The conditions of the checks, evaluated by Terraform: as planned none warns, each warns of its own changes, and no plan stops.
fn checks(program: &Path, file: &Path, folder: &Path) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("a folder");
    let text = fs::read_to_string(file).expect("checks");
    let public = text.contains("endpoint_public_access, null) == true");
    let groups = if text.contains("00000000000f") { ", \"00000000-0000-0000-0000-00000000000f\"" } else { "" };
    let asserts: Vec<(String, String)> = text
        .split("  assert {\n    condition     = ")
        .skip(1)
        .filter_map(|rest| {
            let (condition, rest) = rest.split_once('\n')?;
            Some((condition.to_owned(), rest.split_once("error_message = ")?.1.lines().next()?.to_owned()))
        })
        .collect();
    assert!(asserts.len() >= 3, "{} questions", asserts.len());
    let mut code = String::new();
    for (n, (condition, message)) in asserts.iter().enumerate() {
        let mut condition = condition.clone();
        for data in ["aws_eks_cluster", "aws_region", "aws_cloudwatch_log_group", "azurerm_kubernetes_cluster"] {
            condition = condition.replace(&format!("data.{data}.live."), "local.live.");
        }
        condition = condition.replace("data.aws_eks_addon.vpc_cni.", "local.live.");
        code +=
            &format!("check \"c{n}\" {{\n  assert {{\n    condition = {condition}\n    error_message = {message}\n  }}\n}}\n");
    }
    let filled = |text: &str| {
        let text = text.replace("PUBLIC", &public.to_string()).replace("OTHER", &(!public).to_string());
        text.replace("GROUPS", groups)
    };
    let data = filled(DATA);
    let warns = |data: &str| {
        fs::write(folder.join("main.tf"), format!("{data}{code}")).expect("a file");
        must(program, folder, &["plan", "-no-color"]).matches("Check block assertion failed").count()
    };
    must(program, folder, &["init", "-no-color"]);
    assert_eq!(warns(&data), 0, "{}", file.display());
    let mut asked = vec![false; asserts.len()];
    for (question, good, bad) in LIVE {
        let mut found = asserts.iter().zip(&mut asked).filter(|((condition, _), _)| condition.contains(question)).peekable();
        if found.peek().is_none() {
            continue;
        }
        found.for_each(|(_, asked)| *asked = true);
        let good = filled(good);
        assert!(data.contains(&good), "{good}");
        for bad in *bad {
            let bad = filled(bad);
            assert!(warns(&data.replace(&good, &bad)) > 0, "{}: `{bad}` is no warning", file.display());
        }
    }
    assert!(asked.iter().all(|asked| *asked), "every question has a change: {asserts:?}");
}
