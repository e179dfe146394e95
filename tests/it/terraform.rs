//! Emitted Terraform against what the providers of two majors and the modules of owners know: every block and argument exists, every
//! reference leads somewhere, nothing is made twice, and no text of a user becomes code.

use std::{collections::BTreeMap, fs};

use harden::{
    base::{FactId, Origin},
    hcl::{Block, Expr, write},
    plan::Plan,
    targets,
};
use hcl::{
    Body, Expression, Structure,
    expr::{ObjectKey, Operation, TraversalOperator},
    template::{Element, Template},
};
use serde_json::{Map, Value, json};

use crate::{
    controls::plan,
    support::{none, root},
};

fn fixture(name: &str) -> Value {
    let path = root().join("tests/it/fixtures/terraform").join(name);
    serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap()
}

/// The schemas of both majors of the provider of a platform.
fn schemas(platform: &str) -> [Value; 2] {
    match platform {
        "aks" => ["azurerm-4.81.0.json", "azurerm-5.10.0.json"].map(fixture),
        _ => ["aws-5.99.1.json", "aws-6.69.1.json"].map(fixture),
    }
}

/// A spec of a golden tree, with other words in it.
fn spec(platform: &str, changes: &[(&str, &str)]) -> String {
    let mut text = fs::read_to_string(root().join(format!("golden/build/{platform}-1.36/harden.yaml"))).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is not in the spec");
        text = text.replace(from, to);
    }
    text
}

/// The files below `terraform/`, by their path there.
fn tree(plan: &Plan) -> BTreeMap<String, String> {
    let files = targets::emit(plan).into_iter();
    files.filter_map(|file| Some((file.path.as_str().strip_prefix("terraform/")?.to_owned(), file.text().to_owned()))).collect()
}

fn built(platform: &str, changes: &[(&str, &str)]) -> BTreeMap<String, String> {
    tree(&plan(&spec(platform, changes), None).unwrap_or_else(|codes| panic!("{platform} {changes:?}: {codes:?}")))
}

const OWNS: &str =
    "owns: { logGroup: harden, kmsKey: harden, vpcCni: module, accessEntries: harden, subscriptionFilter: harden }";
const SETTING: &str = "owns: { diagnosticSetting: harden },";
const HUB: &str = "siem: { eventHub: { namespace: logs, name: aks } }";
const RELAY: &str = "siem: { splunk: { url: \"https://splunk.example.com\" }, relay: { destination: /subscriptions/1/resourceGroups/logs/providers/\
     Microsoft.EventHub/namespaces/logs/authorizationRules/send, name: hub } }";
const WORKSPACE: &str = "siem: { azureMonitor: { workspace: /subscriptions/1/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/logs } }";

/// Trees that between them hold every block that can be emitted.
fn trees() -> Vec<(&'static str, BTreeMap<String, String>)> {
    let all = OWNS.replace("module", "harden");
    let none = OWNS.replace("harden", "existing").replace("module", "existing");
    let others = OWNS.replace("accessEntries: harden", "accessEntries: module");
    let private = ("access: authorized-ranges", "access: private");
    vec![
        ("eks", built("eks", &[])),
        ("eks", built("eks", &[(OWNS, &all)])),
        ("eks", built("eks", &[(OWNS, &none), ("endpoint: both", "endpoint: private")])),
        ("eks", built("eks", &[(OWNS, &others)])),
        ("eks", built("eks", &[("nodes: managed", "nodes: self-managed"), ("retentionDays: 100", "retentionDays: 9999")])),
        ("eks", built("eks", &[(OWNS, &OWNS.replace("subscriptionFilter: harden", "subscriptionFilter: module"))])),
        ("aks", built("aks", &[])),
        ("aks", built("aks", &[(SETTING, "owns: { diagnosticSetting: module },")])),
        ("aks", built("aks", &[(SETTING, "owns: { diagnosticSetting: existing },")])),
        ("aks", built("aks", &[(SETTING, "owns: { diagnosticSetting: module },"), (HUB, RELAY)])),
        ("aks", built("aks", &[(SETTING, "owns: { diagnosticSetting: module },"), (HUB, "siem: { s3: { bucket: logs } }")])),
        ("aks", built("aks", &[private, (HUB, RELAY)])),
        ("aks", built("aks", &[(HUB, WORKSPACE)])),
        ("aks", built("aks", &[(HUB, "siem: { s3: { bucket: logs } }"), ("rbac-changes", "exec")])),
    ]
}

/// The bodies of a module: every file of a folder.
fn module(files: &BTreeMap<String, String>, folder: &str) -> Result<Vec<Body>, String> {
    let of = files.iter().filter(|(name, _)| name.starts_with(folder) && name.ends_with(".tf"));
    of.map(|(name, text)| hcl::parse(text).map_err(|error| format!("{name}: {error}"))).collect()
}

fn blocks(bodies: &[Body]) -> impl Iterator<Item = &hcl::Block> {
    bodies.iter().flat_map(Body::iter).filter_map(Structure::as_block)
}

/// What is wrong with `attach` for one major: unknown types, blocks and arguments, missing ones, references that lead nowhere.
fn judge(files: &BTreeMap<String, String>, schema: &Value) -> Vec<String> {
    let bodies = match module(files, "attach/") {
        Ok(bodies) => bodies,
        Err(error) => return vec![error],
    };
    let mut judge = Judge { schema, wrong: Vec::new(), declared: Vec::new() };
    collect(blocks(&bodies), &mut judge.declared);
    for block in blocks(&bodies) {
        judge.top(block);
    }
    judge.wrong
}

/// The addresses that references may begin with.
fn collect<'b>(blocks: impl Iterator<Item = &'b hcl::Block>, declared: &mut Vec<String>) {
    for block in blocks {
        let labels: Vec<&str> = block.labels.iter().map(hcl::BlockLabel::as_str).collect();
        match block.identifier.as_str() {
            "variable" => declared.push(format!("var.{}", labels.join("."))),
            "resource" => declared.push(labels.join(".")),
            "data" => declared.push(format!("data.{}", labels.join("."))),
            _ => {}
        }
        collect(block.body.iter().filter_map(Structure::as_block), declared);
    }
}

struct Judge<'a> {
    schema: &'a Value,
    wrong: Vec<String>,
    declared: Vec<String>,
}

/// What Terraform itself takes in every resource.
const META: [&str; 2] = ["depends_on", "for_each"];

impl Judge<'_> {
    fn top(&mut self, block: &hcl::Block) {
        let labels: Vec<&str> = block.labels.iter().map(hcl::BlockLabel::as_str).collect();
        let inner =
            |name: &str| block.body.iter().filter_map(Structure::as_block).filter(move |b| b.identifier.as_str() == name).count();
        match (block.identifier.as_str(), labels.as_slice()) {
            (kind @ ("resource" | "data"), [name, _]) => {
                let table = if kind == "data" { "data_sources" } else { "resources" };
                match &self.schema[table][name] {
                    Value::Null => self.wrong.push(format!("no {kind} `{name}`")),
                    known => self.block(name, &block.body, &known.clone()),
                }
            }
            ("variable", [_]) => {
                self.names(block, &["default", "description", "type"], &["validation"]);
                for inner in block.body.iter().filter_map(Structure::as_block) {
                    self.names(inner, &["condition", "error_message"], &[]);
                }
            }
            ("output", [_]) => self.names(block, &["description", "value"], &[]),
            ("removed", []) => self.removed(block),
            ("check", [_]) => {
                let own = hcl::to_string(&block.body).unwrap().contains("var.log_group_name ==");
                if inner("data") != usize::from(!own) || inner("assert") == 0 {
                    self.wrong.push("a check without data or question".to_owned());
                }
                for block in block.body.iter().filter_map(Structure::as_block) {
                    self.top(block);
                }
            }
            ("assert", []) => self.names(block, &["condition", "error_message"], &[]),
            ("terraform", []) => self.names(block, &["required_version"], &["required_providers"]),
            (other, _) => self.wrong.push(format!("a block `{other}`")),
        }
    }

    /// What Terraform is told to forget: a resource that an earlier tree made, which is not there any more, and nothing is destroyed.
    fn removed(&mut self, block: &hcl::Block) {
        let text = hcl::to_string(&block.body).unwrap();
        let address = text.lines().find_map(|line| line.strip_prefix("from = ")).unwrap_or_default();
        let (kind, _) = address.split_once('.').unwrap_or_default();
        let known = !self.schema["resources"][kind].is_null();
        if !known || self.declared.iter().any(|own| own == address) || !text.contains("destroy = false") {
            self.wrong.push(format!("a block `removed`: {text}"));
        }
    }

    fn names(&mut self, block: &hcl::Block, arguments: &[&str], blocks: &[&str]) {
        for structure in block.body.iter() {
            match structure {
                Structure::Attribute(attribute) if arguments.contains(&attribute.key.as_str()) => {
                    if attribute.key.as_str() != "type" {
                        self.expression(&attribute.expr);
                    }
                }
                Structure::Block(block) if blocks.contains(&block.identifier.as_str()) => {}
                other => self.wrong.push(format!("{} holds {other:?}", block.identifier)),
            }
        }
    }

    fn block(&mut self, place: &str, body: &Body, known: &Value) {
        let empty = Map::new();
        let table = |name: &str| known[name].as_object().unwrap_or(&empty);
        for structure in body.iter() {
            match structure {
                Structure::Attribute(attribute) => {
                    let name = attribute.key.as_str();
                    if !table("attributes").contains_key(name) && !META.contains(&name) {
                        self.wrong.push(format!("{place} takes no argument `{name}`"));
                    }
                    self.expression(&attribute.expr);
                }
                Structure::Block(block) if block.identifier.as_str() == "lifecycle" => {}
                Structure::Block(block) => match table("blocks").get(block.identifier.as_str()) {
                    None => self.wrong.push(format!("{place} takes no block `{}`", block.identifier)),
                    Some(inner) => self.block(&format!("{place}.{}", block.identifier), &block.body, inner),
                },
            }
        }
        let has = |name: &str| {
            body.iter().any(|structure| match structure {
                Structure::Attribute(attribute) => attribute.key.as_str() == name,
                Structure::Block(block) => block.identifier.as_str() == name,
            })
        };
        let attributes = table("attributes").iter().filter(|(_, attribute)| attribute["required"] == true);
        let blocks = table("blocks").iter().filter(|(_, block)| block["min"] == 1);
        let missing: Vec<&String> = attributes.chain(blocks).map(|(name, _)| name).filter(|name| !has(name)).collect();
        if !missing.is_empty() {
            self.wrong.push(format!("{place} lacks {missing:?}"));
        }
    }

    /// Every reference in an expression.
    fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Array(items) => items.iter().for_each(|item| self.expression(item)),
            Expression::Object(object) => object.iter().for_each(|(key, value)| {
                if let ObjectKey::Expression(key) = key {
                    self.expression(key);
                }
                self.expression(value);
            }),
            Expression::TemplateExpr(template) => {
                for element in Template::from_expr(template).unwrap().elements() {
                    match element {
                        Element::Literal(_) => {}
                        Element::Interpolation(inner) => self.expression(&inner.expr),
                        Element::Directive(_) => self.wrong.push("a directive in a text".to_owned()),
                    }
                }
            }
            Expression::FuncCall(call) => call.args.iter().for_each(|argument| self.expression(argument)),
            Expression::Parenthesis(inner) => self.expression(inner),
            Expression::Operation(operation) => match &**operation {
                Operation::Unary(unary) => self.expression(&unary.expr),
                Operation::Binary(binary) => {
                    self.expression(&binary.lhs_expr);
                    self.expression(&binary.rhs_expr);
                }
            },
            Expression::Traversal(traversal) => match &traversal.expr {
                Expression::Variable(variable) => self.reference(variable.as_str(), &traversal.operators),
                other => self.expression(other),
            },
            Expression::Variable(variable) => self.wrong.push(format!("`{}` alone", variable.as_str())),
            Expression::Null | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => {}
            other => self.wrong.push(format!("an expression {other:?}")),
        }
    }

    fn reference(&mut self, first: &str, operators: &[TraversalOperator]) {
        let mut names = vec![first.to_owned()];
        for operator in operators {
            match operator {
                TraversalOperator::GetAttr(name) => names.push(name.to_string()),
                TraversalOperator::Index(index) => self.expression(index),
                other => self.wrong.push(format!("{first}: {other:?}")),
            }
        }
        let whole = names.join(".");
        if ["each.key", "each.value"].contains(&whole.as_str()) || self.declared.contains(&whole) && first == "var" {
            return;
        }
        let own = self.declared.iter().find(|address| whole.starts_with(&format!("{address}.")) && !address.starts_with("var."));
        let Some(own) = own else {
            return self.wrong.push(format!("nothing declares `{whole}`"));
        };
        let path: Vec<&str> = whole[own.len() + 1..].split('.').collect();
        let (table, kind) = match own.strip_prefix("data.") {
            Some(rest) => ("data_sources", rest.split('.').next().unwrap_or_default()),
            None => ("resources", own.split('.').next().unwrap_or_default()),
        };
        let known = &self.schema[table][kind];
        // Data sources show an object without its parts: they are those of the resource.
        let resource = &self.schema["resources"][kind];
        if !leads(known, &path, resource) {
            self.wrong.push(format!("`{own}` has no `{}`", path.join(".")));
        }
    }
}

/// Whether a path of names leads somewhere in a block.
fn leads(block: &Value, path: &[&str], parts: &Value) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return true;
    };
    let inner = &block["blocks"][first];
    if !inner.is_null() {
        return leads(inner, rest, &Value::Null);
    }
    let plain = !block["attributes"][first].is_null() || !block["computed"][first].is_null();
    plain && (rest.is_empty() || block["computed"][first] == "object" && leads(&parts["blocks"][first], rest, &Value::Null))
}

#[test]
fn every_argument_exists_in_both_majors() {
    let mut wrong = Vec::new();
    for (platform, files) in trees() {
        for schema in schemas(platform) {
            let found = judge(&files, &schema);
            wrong.extend(found.into_iter().map(|what| format!("{} {}: {what}", schema["provider"], schema["version"])));
        }
    }
    none(&wrong);
}

/// The judge is awake: each spoilt text is refused.
#[test]
fn spoilt_text_is_refused() {
    let trees = trees();
    for (platform, file, from, to) in [
        ("eks", "attach/main.tf", "retention_in_days", "retention_days"),
        ("eks", "attach/main.tf", "filter_pattern  = \"\"", ""),
        ("eks", "attach/main.tf", "aws_eks_access_entry\" \"people", "aws_eks_access_entries\" \"people"),
        ("eks", "attach/main.tf", "access_scope {", "scope {"),
        ("eks", "attach/main.tf", "var.cluster_name", "var.cluster"),
        ("eks", "attach/main.tf", "aws_eks_access_entry.people[each.key]", "aws_eks_access_entry.person[each.key]"),
        ("eks", "attach/main.tf", "access_scope {\n    type = \"cluster\"\n  }", ""),
        ("eks", "attach/main.tf", "resource \"aws_kms_key\"", "resource \"aws_kms_keys\""),
        ("eks", "attach/outputs.tf", "aws_kms_key.secrets.arn", "aws_kms_key.secrets.key_arn"),
        ("eks", "attach/verify.tf", "vpc_config[0].public_access_cidrs", "vpc_config[0].access_cidrs"),
        ("eks", "attach/verify.tf", "live.enabled_cluster_log_types", "live.enabled_log_types"),
        ("eks", "attach/verify.tf", "data.aws_region.live.id", "data.aws_region.here.id"),
        ("eks", "attach/verify.tf", "vpc_cni.configuration_values", "vpc_cni.configuration"),
        ("eks", "attach/verify.tf", "live.version", "live.kubernetes_version"),
        ("aks", "attach/verify.tf", "live.current_kubernetes_version", "live.version"),
        ("eks", "attach/main.tf", "each.key\n", "each.kye\n"),
        ("aks", "attach/main.tf", "target_resource_id", "resource_id"),
        ("aks", "attach/main.tf", "enabled_log {", "log {"),
        ("aks", "attach/verify.tf", "api_server_authorized_ip_ranges", "authorized_ip_ranges"),
        ("aks", "attach/variables.tf", "variable \"cluster_id\"", "variable \"id\""),
    ] {
        let mut files = trees.iter().find(|(name, _)| *name == platform).unwrap().1.clone();
        let text = files.get_mut(file).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        *text = text.replacen(from, to, 1);
        for schema in schemas(platform) {
            assert_ne!(judge(&files, &schema), [""; 0], "{file}: `{from}` as `{to}` was taken");
        }
    }
}

/// What only one major knows would be noticed.
#[test]
fn the_majors_differ() {
    for (platform, block, of) in [
        ("eks", "resource \"aws_cloudwatch_log_group\" \"x\" {\n  deletion_protection_enabled = true\n}\n", [1, 0]),
        (
            "eks",
            "resource \"aws_eks_addon\" \"x\" {\n  addon_name = \"a\"\n  cluster_name = \"b\"\n  resolve_conflicts = \"NONE\"\n}\n",
            [0, 1],
        ),
        (
            "aks",
            "resource \"azurerm_monitor_diagnostic_setting\" \"x\" {\n  name = \"a\"\n  target_resource_id = \"b\"\n  metric {\n    category = \"c\"\n  }\n}\n",
            [0, 1],
        ),
    ] {
        let files = BTreeMap::from([("attach/main.tf".to_owned(), block.to_owned())]);
        let found = schemas(platform).map(|schema| judge(&files, &schema).len());
        assert_eq!(found, of, "{block}");
    }
}

/// The code blocks of the page, joined.
fn page(files: &BTreeMap<String, String>) -> Vec<Body> {
    let text = &files["ADOPT.md"];
    text.split("```hcl\n").skip(1).map(|rest| hcl::parse(rest.split("```").next().unwrap()).unwrap()).collect()
}

/// The resources of `attach`; without any there is no file.
fn made(files: &BTreeMap<String, String>) -> &str {
    files.get("attach/main.tf").map_or("", String::as_str)
}

/// The lines for owners name arguments that the raw resource and the module have, and outputs that exist.
#[test]
fn the_page_names_what_exists() {
    let modules = fixture("modules.json");
    let mut wrong = Vec::new();
    for (platform, files) in trees() {
        let bodies = page(&files);
        let outputs: Vec<String> = files
            .values()
            .flat_map(|text| text.split("\noutput \"").skip(1))
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        for text in files["ADOPT.md"].split("module.harden_").skip(1) {
            let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(text.len());
            let path: Vec<&str> = text[..end].trim_end_matches('.').split('.').collect();
            let known = match path.as_slice() {
                [_] => true,
                [_, output] => outputs.iter().any(|known| known == output),
                [_, kind, name, ..] => made(&files).contains(&format!("resource \"{kind}\" \"{name}\"")),
                [] => false,
            };
            if !known {
                wrong.push(format!("{platform}: nothing at `{}`", path.join(".")));
            }
        }
        for block in blocks(&bodies) {
            let labels: Vec<&str> = block.labels.iter().map(hcl::BlockLabel::as_str).collect();
            match (block.identifier.as_str(), labels.as_slice()) {
                ("resource", [kind, _]) => {
                    for schema in schemas(platform) {
                        raw(kind, &block.body, &schema["resources"][kind], &mut wrong);
                    }
                }
                ("data", [kind, _]) => {
                    for schema in schemas(platform) {
                        raw(kind, &block.body, &schema["data_sources"][kind], &mut wrong);
                    }
                }
                ("module", ["eks" | "aks"]) => {
                    let source = block.body.attributes().find(|a| a.key.as_str() == "source").unwrap().expr.to_string();
                    let known = &modules[source.trim_matches('"')]["inputs"];
                    assert!(known.is_object(), "{source}");
                    inputs(&block.body, known, &mut wrong);
                }
                ("module", [name]) => {
                    let folder = name.replace("harden_", "");
                    let own = module(&files, &format!("{folder}/")).unwrap();
                    let declared: Vec<&str> =
                        blocks(&own).filter(|b| b.identifier.as_str() == "variable").map(|b| b.labels[0].as_str()).collect();
                    let given: Vec<&str> =
                        block.body.attributes().map(|a| a.key.as_str()).filter(|key| *key != "source").collect();
                    wrong
                        .extend(given.iter().filter(|key| !declared.contains(key)).map(|key| format!("{name} takes no `{key}`")));
                    // A later step adds to the call of the first.
                    if block.body.attributes().all(|a| a.key.as_str() != "source") {
                        continue;
                    }
                    let needed = blocks(&own).filter(|b| {
                        b.identifier.as_str() == "variable" && b.body.attributes().all(|a| a.key.as_str() != "default")
                    });
                    wrong.extend(
                        needed
                            .map(|b| b.labels[0].as_str())
                            .filter(|key| !given.contains(key))
                            .map(|key| format!("{name} is not given `{key}`")),
                    );
                }
                _ => {}
            }
        }
    }
    none(&wrong);
}

fn raw(place: &str, body: &Body, known: &Value, wrong: &mut Vec<String>) {
    for structure in body.iter() {
        let (name, found) = match structure {
            Structure::Attribute(attribute) => (attribute.key.as_str(), &known["attributes"][attribute.key.as_str()]),
            Structure::Block(block) => (block.identifier.as_str(), &known["blocks"][block.identifier.as_str()]),
        };
        if name == "lifecycle" {
            continue;
        }
        if found.is_null() && !META.contains(&name) {
            wrong.push(format!("{place} has no `{name}`"));
        } else if let Structure::Block(block) = structure {
            raw(&format!("{place}.{name}"), &block.body, found, wrong);
        }
    }
}

fn inputs(body: &Body, known: &Value, wrong: &mut Vec<String>) {
    for attribute in body.attributes().filter(|a| !["source", "version"].contains(&a.key.as_str())) {
        let name = attribute.key.as_str();
        match known.get(name) {
            None => wrong.push(format!("the module takes no `{name}`")),
            Some(kind) => {
                let Expression::Object(object) = &attribute.expr else {
                    continue;
                };
                let kind = kind.get("map of").unwrap_or(kind);
                for (key, value) in object {
                    let text = key.to_string();
                    let text = text.trim_matches('"');
                    let inner = if known[name].get("map of").is_some() { value } else { &attribute.expr };
                    let Expression::Object(inner) = inner else { continue };
                    for (key, _) in inner {
                        if kind.get(key.to_string()).is_none() {
                            wrong.push(format!("`{name}` of the module takes no `{key}` ({text})"));
                        }
                    }
                }
            }
        }
    }
}

/// What a module makes when it is called with these arguments; `attach` beside it.
fn twice(files: &BTreeMap<String, String>, call: &hcl::Block, modules: &Value) -> Vec<String> {
    let argument = |name: &str| call.body.attributes().find(|a| a.key.as_str() == name).map(|a| &a.expr);
    let source = argument("source").unwrap().to_string();
    let mut made: Vec<(String, String)> = Vec::new();
    for created in modules[source.trim_matches('"')]["creates"].as_array().unwrap() {
        let kind = created["resource"].as_str().unwrap().to_owned();
        if created["unless"].as_str().is_some_and(|name| argument(name) == Some(&Expression::Bool(false))) {
            continue;
        }
        match created["each"].as_str() {
            Some(each) => {
                let Some(Expression::Object(object)) = argument(each) else {
                    continue;
                };
                made.extend(object.keys().map(|key| (kind.clone(), key.to_string().trim_matches('"').to_owned())));
            }
            None => made.push((kind, String::new())),
        }
    }
    let bodies = module(files, "attach/").unwrap();
    let own = blocks(&bodies).filter(|block| block.identifier.as_str() == "resource").flat_map(|block| {
        let kind = block.labels[0].as_str().to_owned();
        let text = |name: &str| block.body.attributes().find(|a| a.key.as_str() == name).map(|a| a.expr.clone());
        let setting = text("name").filter(|_| kind == "azurerm_monitor_diagnostic_setting");
        let names: Vec<String> = match (text("for_each"), text("addon_name").or(setting)) {
            (Some(Expression::Object(object)), _) => {
                object.keys().map(|key| key.to_string().trim_matches('"').to_owned()).collect()
            }
            (_, Some(Expression::String(name))) => vec![name],
            _ => vec![String::new()],
        };
        names.into_iter().map(move |name| (kind.clone(), name))
    });
    own.filter(|own| made.contains(own)).map(|(kind, name)| format!("{kind} {name}")).collect()
}

/// The call of a module with the lines of every step.
fn call(bodies: &[Body], name: &str) -> hcl::Block {
    let mut calls = blocks(bodies).filter(|block| block.identifier.as_str() == "module" && block.labels[0].as_str() == name);
    let mut call = calls.next().unwrap().clone();
    for more in calls {
        let known: Vec<String> = call.body.attributes().map(|a| a.key.to_string()).collect();
        let new = more.body.attributes().filter(|a| !known.contains(&a.key.to_string())).cloned().map(Structure::Attribute);
        call.body = call.body.iter().cloned().chain(new.collect::<Vec<_>>()).collect();
    }
    call
}

/// Whoever owns what: beside the module of the owner, called as the page says, nothing is made twice.
#[test]
fn nothing_is_made_twice() {
    let modules = fixture("modules.json");
    let mut seen = 0;
    let owners = ["harden", "module", "existing"];
    for group in owners {
        for key in owners {
            for cni in owners {
                let filter = group;
                let owns = format!("owns: {{ logGroup: {group}, kmsKey: {key}, vpcCni: {cni}, subscriptionFilter: {filter} }}");
                let files = built("eks", &[(OWNS, &owns)]);
                let bodies = page(&files);
                assert_eq!(twice(&files, &call(&bodies, "eks"), &modules), [""; 0], "{owns}");
                for (owner, kind) in [
                    (group, "\"aws_cloudwatch_log_group\" \"control_plane\""),
                    (key, "\"aws_kms_key\""),
                    (cni, "\"aws_eks_addon\""),
                    (filter, "\"aws_cloudwatch_log_subscription_filter\""),
                ] {
                    let made = made(&files).contains(&format!("resource {kind}"));
                    assert_eq!(made, owner == "harden", "{owns}: {kind}");
                }
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 27);
    for owner in owners {
        let files = built("aks", &[(SETTING, &SETTING.replace("harden", owner))]);
        let call = call(&page(&files), "aks");
        assert_eq!(twice(&files, &call, &modules), [""; 0], "{owner}");
        let ours = made(&files).contains("resource \"azurerm_monitor_diagnostic_setting\"");
        let theirs = call.body.attributes().any(|a| a.key.as_str() == "diagnostic_settings");
        assert_eq!((ours, theirs), (owner == "harden", owner == "module"), "{owner}");
    }
}

/// What sends logs on for another owner is an output for it, its receiver and every category in it, and not made.
#[test]
fn what_sends_logs_for_another_owner_is_an_output() {
    for owner in ["module", "existing"] {
        let files = built("aks", &[(SETTING, &SETTING.replace("harden", owner))]);
        assert_eq!(made(&files), "", "{owner}");
        assert!(files["attach/kept.tf"].contains("from = azurerm_monitor_diagnostic_setting.control_plane"), "{owner}");
        assert!(!files["attach/variables.tf"].contains("eventhub"), "{owner}");
        let settings = &files["settings/outputs.tf"];
        for text in ["output \"diagnostic_setting\"", "\"guard\"", "\"kube-audit-admin\"", "event_hub_name", "log_groups"] {
            assert!(settings.contains(text), "{owner}: {text}: {settings}");
        }
        let files = built("eks", &[(OWNS, &OWNS.replace("subscriptionFilter: harden", &format!("subscriptionFilter: {owner}")))]);
        assert!(!made(&files).contains("subscription_filter"), "{owner}");
        assert!(files["attach/kept.tf"].contains("from = aws_cloudwatch_log_subscription_filter.relay"), "{owner}");
        let settings = &files["settings/outputs.tf"];
        for text in ["output \"subscription_filter\"", "deliverystream/logs", "role/logs"] {
            assert!(settings.contains(text), "{owner}: {text}: {settings}");
        }
    }
    for platform in ["aks", "eks"] {
        let files = built(platform, &[]);
        assert!(!files["settings/outputs.tf"].contains("output \"diagnostic_setting\""), "{platform}");
        assert!(!files["settings/outputs.tf"].contains("output \"subscription_filter\""), "{platform}");
    }
}

/// Every value is compared with the live cluster, or the plan knows that no data source shows it.
#[test]
fn what_no_check_sees_is_known() {
    let mut wrong = Vec::new();
    for (platform, files) in trees() {
        let conditions: String = files["attach/verify.tf"].lines().filter(|line| line.contains("condition ")).collect();
        for output in files["settings/outputs.tf"].split("\noutput \"").skip(1) {
            let name = output.split('"').next().unwrap();
            let argument =
                ["cloudwatch_log_group_", "vpc_cni_"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
            if conditions.contains(argument) != harden::plan::cloud::is_seen(name) {
                wrong.push(format!("{platform}: {name}"));
            }
        }
    }
    none(&wrong);
}

/// What closes a way in is not in the same apply as what opens the other one.
#[test]
fn nothing_is_closed_in_the_first_apply() {
    let mut wrong = Vec::new();
    for (platform, files) in trees() {
        let page = &files["ADOPT.md"];
        let first = page.split("Apply A: ").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
        for closing in [
            "harden_settings.authorized_ip_ranges",
            "harden_settings.endpoint_public_access",
            "harden_settings.public_access_cidrs",
            "harden_settings.local_account_disabled",
            "harden_settings.run_command_enabled",
            "harden_settings.private_cluster",
            "harden_settings.network_",
            "encryption_config",
            "create_kms_key",
        ] {
            if first.contains(closing) {
                wrong.push(format!("{platform}: {closing}"));
            }
        }
        let mode = files["settings/outputs.tf"].contains("\"API\"\n");
        if mode && first.contains("harden_settings.authentication_mode") {
            wrong.push(format!("{platform}: the mode of authentication"));
        }
    }
    none(&wrong);
}

/// Access entries of another owner are listed for it, and not made.
#[test]
fn entries_of_another_owner_are_not_made() {
    for owner in ["module", "existing"] {
        let files = built("eks", &[(OWNS, &OWNS.replace("accessEntries: harden", &format!("accessEntries: {owner}")))]);
        assert!(!files["attach/main.tf"].contains("aws_eks_access"), "{owner}");
        assert!(files["settings/outputs.tf"].contains("output \"access_entries\""), "{owner}");
        assert_eq!(files["attach/kept.tf"].matches("from = aws_eks_access").count(), 2, "{owner}");
        let bodies = page(&files);
        let call = call(&bodies, "eks");
        assert!(call.body.attributes().any(|a| a.key.as_str() == "access_entries"), "{owner}");
    }
    assert!(built("eks", &[])["attach/main.tf"].contains("resource \"aws_eks_access_entry\""));
}

/// The judge is awake: a call without the switches makes the same things again.
#[test]
fn what_is_made_twice_is_found() {
    let modules = fixture("modules.json");
    let files = built("eks", &[(OWNS, &OWNS.replace("module", "harden"))]);
    let text = "module \"eks\" {\n  source = \"terraform-aws-modules/eks/aws\"\n  access_entries = {\n    \"arn:aws:iam::111122223333:role/dev\" = {}\n  }\n  addons = {\n    vpc-cni = {}\n  }\n}\n";
    let body = hcl::parse(text).unwrap();
    let call = body.blocks().next().unwrap();
    assert_eq!(
        twice(&files, call, &modules),
        [
            "aws_cloudwatch_log_group ",
            "aws_eks_access_entry arn:aws:iam::111122223333:role/dev",
            "aws_eks_addon vpc-cni",
            "aws_kms_key ",
        ]
    );
    let files = built("aks", &[]);
    let text = "module \"aks\" {\n  source = \"Azure/avm-res-containerservice-managedcluster/azurerm\"\n  diagnostic_settings = {\n    harden = {}\n  }\n}\n";
    let body = hcl::parse(text).unwrap();
    assert_eq!(twice(&files, body.blocks().next().unwrap(), &modules), ["azurerm_monitor_diagnostic_setting harden"]);
}

/// Hostile texts of the spec end as texts: no block more, and the value as it was.
#[test]
fn no_text_becomes_code() {
    for hostile in [
        "x\"\n}\nresource \"aws_iam_user\" \"evil\" {\n  name = \"y",
        "${file(\"/etc/passwd\")}",
        "%{ for x in [1] }${x}%{ endfor }",
        "$${x} %%{y} \\${z} $$${q}",
        "\u{202e}\u{1f600} \u{7f} # */ <<EOF",
        "\\",
        "$",
        "",
    ] {
        let block = Block::new("a", &[])
            .set("x", Expr::text(hostile))
            .set("y", Expr::map([(hostile.to_owned(), Expr::bool(true))]))
            .say(hostile);
        let lines = write(&[hostile.to_owned()], &[block], &Origin::shape(FactId("terraform-block")));
        let body = hcl::parse(lines.text()).unwrap_or_else(|error| panic!("{error}: {}", lines.text()));
        assert_eq!(body.iter().count(), 1, "{}", lines.text());
        let value: Value = hcl::eval::from_str(lines.text(), &hcl::eval::Context::new()).unwrap();
        assert_eq!(value, json!({ "a": { "x": hostile, "y": { hostile: true } } }), "{}", lines.text());
    }
}

/// The same through a whole spec.
#[test]
fn a_hostile_name_stays_a_text() {
    let hostile = "a${file(\\\"/etc/passwd\\\")}%{ if true }\\\" }";
    let files = built("aks", &[("name: aks }", &format!("name: \"{hostile}\" }}"))]);
    for schema in schemas("aks") {
        none(&judge(&files, &schema));
    }
    let body = hcl::parse(&files["attach/main.tf"]).unwrap();
    let setting = body.blocks().find(|block| block.labels[0].as_str() == "azurerm_monitor_diagnostic_setting").unwrap();
    let value = &setting.body.attributes().find(|a| a.key.as_str() == "eventhub_name").unwrap().expr;
    let value = hcl::eval::Evaluate::evaluate(value, &hcl::eval::Context::new()).unwrap();
    assert_eq!(value, hcl::Value::from("a${file(\"/etc/passwd\")}%{ if true }\" }"));
}
