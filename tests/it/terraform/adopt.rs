//! The page for the owner: what exists is taken over, and nothing is made twice.

use std::collections::BTreeMap;

use hcl::{Body, Expression, Structure};
use serde_json::Value;

use crate::support::none;

use super::{META, OWNS, SETTING, blocks, built, fixture, module, schemas, trees};

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
