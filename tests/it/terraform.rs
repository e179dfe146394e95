//! Emitted Terraform against what the providers of two majors and the modules of owners know: every block and argument exists, every
//! reference leads somewhere, nothing is made twice, and no text of a user becomes code.

mod adopt;

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
                Structure::Block(block) if block.identifier.as_str() == "lifecycle" => self.lifecycle(place, &block.body, known),
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

    /// What Terraform is told to leave alone has to be there: it refuses a name that the provider does not know.
    fn lifecycle(&mut self, place: &str, body: &Body, known: &Value) {
        for structure in body.iter() {
            match structure {
                Structure::Attribute(attribute) if attribute.key.as_str() == "prevent_destroy" => {}
                Structure::Attribute(attribute) if attribute.key.as_str() == "ignore_changes" => {
                    let Expression::Array(names) = &attribute.expr else {
                        self.wrong.push(format!("{place} ignores {:?}", attribute.expr));
                        continue;
                    };
                    for name in names {
                        let text = name.to_string();
                        if known["attributes"][&text].is_null() && known["blocks"][&text].is_null() {
                            self.wrong.push(format!("{place} has no `{text}` to ignore"));
                        }
                    }
                }
                other => self.wrong.push(format!("the lifecycle of {place} holds {other:?}")),
            }
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
            Expression::Conditional(choice) => {
                [&choice.cond_expr, &choice.true_expr, &choice.false_expr].into_iter().for_each(|part| self.expression(part));
            }
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
        ("eks", "attach/main.tf", "ignore_changes = [kms_key_id]", "ignore_changes = [kms_key_arn]"),
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

/// What a group or an add-on has and the spec does not speak of stays when it is taken over: the provider would take it off.
#[test]
fn nothing_is_lost_that_nobody_named() {
    let files = built("eks", &[(OWNS, &OWNS.replace("module", "harden"))]);
    let body = hcl::parse(&files["attach/main.tf"]).unwrap();
    let ignored = |kind: &str| {
        let block = body.blocks().find(|block| block.labels[0].as_str() == kind).unwrap();
        let lifecycle = block.body.blocks().find(|inner| inner.identifier.as_str() == "lifecycle").unwrap();
        lifecycle.body.attributes().find(|a| a.key.as_str() == "ignore_changes").unwrap().expr.to_string()
    };
    assert!(ignored("aws_cloudwatch_log_group").contains("kms_key_id"));
    assert!(ignored("aws_eks_addon").contains("pod_identity_association"));
    for schema in schemas("eks") {
        none(&judge(&files, &schema));
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
