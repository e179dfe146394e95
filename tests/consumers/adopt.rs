//! Terraform plans and applies the lines of `terraform/ADOPT.md`, step by step, beside what an owner has already: no cycle, nothing made
//! twice, nothing destroyed. Resources of providers become `terraform_data`, which Terraform brings with it; modules of owners become stubs.

mod back;
mod clusters;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use hcl::{Attribute, Block, BlockLabel, Body, Expression, Identifier, Structure, expr::ObjectKey};

use crate::terraform::{must, program, run, said, tree};

/// What Terraform itself reads in a resource.
const META: [&str; 3] = ["for_each", "count", "depends_on"];

/// Types of resources in the pages and in the modules.
const TYPES: [&str; 10] = [
    "aws_cloudwatch_log_group",
    "aws_cloudwatch_log_subscription_filter",
    "aws_eks_access_entry",
    "aws_eks_access_policy_association",
    "aws_eks_addon",
    "aws_eks_cluster",
    "aws_kms_key",
    "azurerm_kubernetes_cluster",
    "azurerm_monitor_diagnostic_setting",
    "azurerm_eventhub_namespace_authorization_rule",
];

/// The two ways to own a cluster.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Way {
    Raw,
    Module,
}

/// A page, cut into its steps.
struct Page {
    text: String,
}

impl Page {
    fn of(tree: &Path) -> Self {
        Page { text: fs::read_to_string(tree.join("terraform/ADOPT.md")).expect("a page") }
    }

    /// The text of the step whose title begins so.
    fn step(&self, title: &str) -> Option<&str> {
        let steps = self.text.split("\n## ").skip(1);
        let mut found = steps.filter(|step| step.split_once(". ").is_some_and(|(_, rest)| rest.starts_with(title)));
        found.next()
    }

    /// The blocks of a step that a way takes: those before the first `###`, and those below the way's own.
    fn blocks(&self, title: &str, way: Way) -> Vec<Body> {
        let Some(step) = self.step(title) else { return Vec::new() };
        let mut parts = step.split("\n### ");
        let common = parts.next().unwrap_or_default();
        let own = parts.filter(|part| (way == Way::Raw) == part.starts_with("A raw"));
        let codes = std::iter::once(common).chain(own).flat_map(|part| part.split("```hcl\n").skip(1));
        codes.map(|rest| hcl::parse(rest.split("```").next().unwrap_or_default()).expect("HCL")).collect()
    }

    /// The commands of a step.
    fn commands(&self, title: &str) -> Vec<String> {
        let step = self.step(title).unwrap_or_default();
        let codes = step.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
        codes.flat_map(str::lines).map(str::to_owned).collect()
    }
}

/// A configuration in the making.
#[derive(Clone, Default)]
struct Root {
    body: Vec<Structure>,
}

impl Root {
    fn take(&mut self, bodies: Vec<Body>) {
        for structure in bodies.into_iter().flatten() {
            add(&mut self.body, structure);
        }
    }

    fn code(&mut self, text: &str) {
        self.take(vec![hcl::parse(text).expect("HCL")]);
    }
}

/// Adds to a body as an owner does: what is there keeps what it holds, and a later value takes the place of an earlier one.
fn add(body: &mut Vec<Structure>, new: Structure) {
    match new {
        Structure::Attribute(new) => {
            let present = body.iter_mut().find_map(|s| match s {
                Structure::Attribute(a) if a.key == new.key => Some(a),
                Structure::Attribute(_) | Structure::Block(_) => None,
            });
            match present {
                Some(present) => present.expr = joined(present.expr.clone(), new.expr),
                None => body.push(Structure::Attribute(new)),
            }
        }
        Structure::Block(new) => {
            let present = body.iter_mut().find_map(|s| match s {
                Structure::Block(b) if b.identifier == new.identifier && b.labels == new.labels && &*b.identifier != "import" => {
                    Some(b)
                }
                Structure::Attribute(_) | Structure::Block(_) => None,
            });
            match present {
                Some(present) => {
                    let mut inner: Vec<Structure> = present.body.clone().into_iter().collect();
                    for structure in new.body {
                        add(&mut inner, structure);
                    }
                    present.body = Body::from(inner);
                }
                None => body.push(Structure::Block(new)),
            }
        }
    }
}

fn joined(old: Expression, new: Expression) -> Expression {
    match (old, new) {
        (Expression::Object(mut old), Expression::Object(new)) => {
            for (key, value) in new {
                let value = match old.swap_remove(&key) {
                    Some(before) => joined(before, value),
                    None => value,
                };
                old.insert(key, value);
            }
            Expression::Object(old)
        }
        (_, new) => new,
    }
}

/// The same with `terraform_data` in the place of every resource, and without what asks a provider.
fn offline(structures: impl IntoIterator<Item = Structure>) -> String {
    let mut out = Vec::new();
    for structure in structures {
        let Structure::Block(block) = structure else { continue };
        match &*block.identifier {
            "resource" => out.push(Structure::Block(stand_in(&block))),
            "data" | "check" => {}
            "terraform" => {}
            _ => out.push(Structure::Block(block)),
        }
    }
    renamed(&hcl::to_string(&Body::from(out)).expect("HCL"))
}

fn stand_in(block: &Block) -> Block {
    let labels: Vec<&str> = block.labels.iter().map(BlockLabel::as_str).collect();
    let (kept, own): (Vec<Structure>, Vec<Structure>) = block.body.clone().into_iter().partition(|s| match s {
        Structure::Attribute(a) => META.contains(&a.key.as_str()),
        Structure::Block(b) => &*b.identifier == "lifecycle",
    });
    let mut body: Vec<Structure> = kept.into_iter().map(unignored).collect();
    body.push(Structure::Attribute(Attribute::new("input", object(own))));
    let labels = vec![BlockLabel::from("terraform_data"), BlockLabel::from(labels.join("__"))];
    Block { identifier: Identifier::unchecked("resource"), labels, body: Body::from(body) }
}

/// A `lifecycle` without the names that are left alone: no stand-in has arguments of their own.
fn unignored(structure: Structure) -> Structure {
    match structure {
        Structure::Block(block) if &*block.identifier == "lifecycle" => {
            let ignores = |s: &Structure| matches!(s, Structure::Attribute(a) if a.key.as_str() == "ignore_changes");
            let body: Vec<Structure> = block.body.into_iter().filter(|structure| !ignores(structure)).collect();
            Structure::Block(Block { body: Body::from(body), ..block })
        }
        other => other,
    }
}

fn object(structures: Vec<Structure>) -> Expression {
    let entries = structures.into_iter().map(|structure| match structure {
        Structure::Attribute(a) => (ObjectKey::Identifier(a.key), a.expr),
        Structure::Block(b) => (ObjectKey::Identifier(b.identifier), object(b.body.into_iter().collect())),
    });
    Expression::Object(entries.collect())
}

/// References to resources, as they are called here.
fn renamed(text: &str) -> String {
    let mut text = text.to_owned();
    for kind in TYPES {
        for name in ["control_plane", "relay", "people", "break_glass", "vpc_cni", "secrets", "this", "logs"] {
            text = text.replace(&format!("{kind}.{name}"), &format!("terraform_data.{kind}__{name}"));
        }
    }
    for (from, to) in [
        ("__control_plane.name", "__control_plane.input.name"),
        ("__people[each.key].principal_arn", "__people[each.key].input.principal_arn"),
        ("__secrets.arn", "__secrets.id"),
        ("__this.name", "__this.input.name"),
        ("terraform_data.azurerm_eventhub_namespace_authorization_rule__logs.id", "\"/namespaces/logs/authorizationRules/send\""),
    ] {
        text = text.replace(from, to);
    }
    text
}

/// The module that many owners call, as far as it makes things: a group, a key and add-ons beside the cluster.
const EKS_MODULE: &str = r#"
resource "terraform_data" "cluster" {
  input      = { name = "n", types = var.enabled_log_types, mode = var.authentication_mode, key = var.encryption_config }
  depends_on = [terraform_data.aws_cloudwatch_log_group__this]
}
resource "terraform_data" "aws_cloudwatch_log_group__this" {
  count = var.create_cloudwatch_log_group ? 1 : 0
  input = { name = "/aws/eks/n/cluster" }
}
resource "terraform_data" "aws_kms_key__this" {
  count = var.create_kms_key ? 1 : 0
}
resource "terraform_data" "aws_eks_addon__this" {
  for_each = var.addons
  input    = each.value
}
resource "terraform_data" "aws_eks_access_entry__this" {
  for_each = var.access_entries
  input    = each.value.principal_arn
}
resource "terraform_data" "aws_eks_access_policy_association__this" {
  for_each = merge([for name, entry in var.access_entries : { for policy, arn in entry.policies : "${name}_${policy}" => arn }]...)
  input    = each.value
}
output "cluster_name" {
  value = terraform_data.cluster.input.name
}
variable "create_cloudwatch_log_group" {
  default = true
}
variable "create_kms_key" {
  default = true
}
variable "addons" {
  default = {}
}
variable "access_entries" {
  default = {}
}
"#;

const AKS_MODULE: &str = r#"
resource "terraform_data" "cluster" {
  input = { local = var.disable_local_accounts, aad = var.aad_profile, network = var.network_profile }
}
resource "terraform_data" "azurerm_monitor_diagnostic_setting__this" {
  for_each = var.diagnostic_settings
  input    = each.value
}
variable "diagnostic_settings" {
  type = map(object({
    log_categories                           = optional(set(string), [])
    log_groups                               = optional(set(string), ["allLogs"])
    metric_categories                        = optional(set(string), ["AllMetrics"])
    workspace_resource_id                    = optional(string)
    event_hub_authorization_rule_resource_id = optional(string)
    event_hub_name                           = optional(string)
  }))
  default = {}
}
output "resource_id" {
  value = terraform_data.cluster.id
}
"#;

/// Variables that a module takes, and only holds.
fn taken(names: &[&str]) -> String {
    names.iter().map(|name| format!("variable \"{name}\" {{\n  default = null\n}}\n")).collect()
}

/// A folder with the emitted modules, their stand-ins and the stub of the owner's module.
struct Place {
    folder: tempfile::TempDir,
    program: PathBuf,
}

impl Place {
    fn new(program: &Path, tree: &Path) -> Self {
        let place = Place { folder: tempfile::tempdir().expect("a folder"), program: program.to_owned() };
        place.emitted(tree);
        let eks = [
            "authentication_mode",
            "cloudwatch_log_group_retention_in_days",
            "enabled_log_types",
            "encryption_config",
            "endpoint_private_access",
            "endpoint_public_access",
            "endpoint_public_access_cidrs",
        ];
        let aks = ["aad_profile", "api_server_access_profile", "disable_local_accounts", "network_profile", "sku"];
        for (folder, text) in [("eks", EKS_MODULE.to_owned() + &taken(&eks)), ("aks", AKS_MODULE.to_owned() + &taken(&aks))] {
            fs::create_dir_all(place.path().join(folder)).expect("a folder");
            fs::write(place.path().join(folder).join("main.tf"), text).expect("a file");
        }
        place
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts the modules of a tree in the place of those that are there.
    fn emitted(&self, tree: &Path) {
        for module in ["attach", "settings"] {
            let to = self.path().join("terraform").join(module);
            let _ = fs::remove_dir_all(&to);
            fs::create_dir_all(&to).expect("a folder");
            for entry in fs::read_dir(tree.join("terraform").join(module)).expect("a module") {
                let path = entry.expect("an entry").path();
                let body = hcl::parse(&fs::read_to_string(&path).expect("a file")).expect("HCL");
                fs::write(to.join(path.file_name().expect("a name")), offline(body)).expect("a file");
            }
        }
    }

    fn write(&self, root: &Root, way: Way) {
        let mut text = offline(root.body.clone());
        for (from, to) in [
            ("terraform-aws-modules/eks/aws", "./eks"),
            ("Azure/avm-res-containerservice-managedcluster/azurerm", "./aks"),
            ("  version = \"~> 21.0\"\n", ""),
            ("  version = \"~> 0.8.1\"\n", ""),
            ("/aws/eks/NAME/cluster", "/aws/eks/n/cluster"),
        ] {
            text = text.replace(from, to);
        }
        if way == Way::Module {
            text = text.replace("terraform_data.aws_eks_cluster__this.input.name", "module.eks.cluster_name");
            text = text.replace("terraform_data.azurerm_kubernetes_cluster__this.id", "module.aks.resource_id");
        }
        fs::write(self.path().join("main.tf"), text).expect("a file");
    }

    /// What Terraform would do.
    fn plan(&self) -> Result<String, String> {
        must(&self.program, self.path(), &["init", "-no-color"]);
        let output = run(&self.program, self.path(), &["plan", "-no-color", "-input=false"]);
        if output.status.success() { Ok(said(&output)) } else { Err(said(&output)) }
    }

    /// Plans, sees that nothing is destroyed, and applies.
    fn apply(&self, what: &str) -> String {
        let plan = self.plan().unwrap_or_else(|error| panic!("{what}: {error}\n{}", self.text()));
        assert!(keeps(&plan), "{what}: {plan}");
        must(&self.program, self.path(), &["apply", "-no-color", "-input=false", "-auto-approve"])
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path().join("main.tf")).unwrap_or_default()
    }
}

/// Whether a plan destroys nothing.
fn keeps(plan: &str) -> bool {
    (plan.contains(" 0 to destroy.") || plan.contains("No changes.")) && !plan.contains("must be replaced")
}

/// What the owner has before anything is taken over.
fn owned(platform: &str, way: Way) -> Root {
    let mut root = Root::default();
    root.code(match (platform, way) {
        ("eks", Way::Raw) => "resource \"aws_eks_cluster\" \"this\" {\n  name = \"n\"\n}\n",
        ("eks", Way::Module) => "module \"eks\" {\n  source = \"./eks\"\n}\n",
        (_, Way::Raw) => "resource \"azurerm_kubernetes_cluster\" \"this\" {\n  name = \"n\"\n}\n",
        (_, Way::Module) => "module \"aks\" {\n  source = \"./aks\"\n}\n",
    });
    if platform == "aks" {
        root.code("resource \"azurerm_eventhub_namespace_authorization_rule\" \"logs\" {\n  name = \"logs\"\n}\n");
    }
    root
}

/// The titles of the steps, in their order.
const STEPS: [&str; 8] = ["Call both modules", "Apply A", "Apply C:", "Apply C2", "Apply D:", "Apply D1", "Apply D2", "Apply E"];

/// Without the imports of things that only a running cluster has.
fn without_imports(bodies: Vec<Body>) -> Vec<Body> {
    let keep = |s: &Structure| !matches!(s, Structure::Block(b) if &*b.identifier == "import");
    bodies.into_iter().map(|body| Body::from(body.into_iter().filter(keep).collect::<Vec<_>>())).collect()
}

/// Every pair of a tree and a way.
fn cases() -> Vec<(&'static str, &'static str, Way)> {
    let specs =
        [("eks", "golden/build/eks-1.36"), ("aks", "golden/build/aks-1.36"), ("eks", "examples/eks"), ("aks", "examples/aks")];
    specs.into_iter().flat_map(|(platform, spec)| [Way::Raw, Way::Module].map(|way| (platform, spec, way))).collect()
}

/// Data sources of checks are read anew in every plan: what the pages say of a quiet one.
#[test]
fn a_plan_with_checks_is_never_empty() {
    let Some(program) = program() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    let code = "resource \"terraform_data\" \"a\" {}\ndata \"terraform_remote_state\" \"b\" {\n  backend = \"local\"\n  config = { path = \"b\" }\n}\n";
    let check = code.replace("data ", "check \"c\" {\n  data ").replace("\"b\" }\n}\n", "\"b\" }\n  }\n  assert {\n    condition = data.terraform_remote_state.b.outputs != null\n    error_message = \"x\"\n  }\n}\n");
    fs::write(scratch.path().join("b"), "{\"version\": 4, \"terraform_version\": \"1.11.4\", \"serial\": 1, \"lineage\": \"x\", \"outputs\": {}, \"resources\": []}").expect("a state");
    fs::write(scratch.path().join("main.tf"), check).expect("a file");
    must(&program, scratch.path(), &["init", "-no-color"]);
    must(&program, scratch.path(), &["apply", "-no-color", "-auto-approve"]);
    let output = run(&program, scratch.path(), &["plan", "-no-color", "-detailed-exitcode"]);
    assert!(said(&output).contains("0 to add, 0 to change, 0 to destroy"), "{}", said(&output));
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}

/// The judge is awake: what the pages said once is refused.
#[test]
fn what_was_wrong_is_refused() {
    let Some(program) = program() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    let tree = tree(scratch.path(), "golden/build/eks-1.36", &[]);
    let page = Page::of(&tree);
    let root = |way: Way| {
        let mut root = owned("eks", way);
        for step in STEPS {
            root.take(without_imports(page.blocks(step, way)));
        }
        root
    };
    // The name of the group from the cluster, and the cluster after the group: a cycle.
    let place = Place::new(&program, &tree);
    place.write(&root(Way::Raw), Way::Raw);
    let main = place.text().replace("\"/aws/eks/n/cluster\"", "terraform_data.aws_eks_cluster__this.input.name");
    fs::write(place.path().join("main.tf"), main).expect("a file");
    let plan = place.plan().expect_err("a cycle is refused");
    assert!(plan.contains("Cycle"), "{plan}");
    // The module's own group and key in the state, and the switches without a move: both are destroyed.
    let place = Place::new(&program, &tree);
    place.write(&owned("eks", Way::Module), Way::Module);
    place.apply("what is there");
    place.write(&root(Way::Module), Way::Module);
    let plan = place.plan().expect("a plan");
    assert!(plan.contains(" 2 to destroy."), "{plan}");
}

/// The commands of the pages are whole commands.
#[test]
fn commands_are_read_by_a_shell() {
    let Some(_) = program() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    for (_, spec, _) in cases() {
        let page = Page::of(&tree(scratch.path(), spec, &[]));
        for command in page.commands("Take over what exists") {
            let output = Command::new("bash").args(["-n", "-c", &command]).output().expect("bash starts");
            assert!(output.status.success(), "{command}: {}", said(&output));
        }
    }
}
