//! Lowering of policies to Rego that Gatekeeper 3.14 and later read: `import future.keywords`, nothing undefined under a negation,
//! messages from values that are always there.

use std::fmt::Write as _;

use crate::policy::{CONTROLLERS, Check, Const, Field, ImageTest, Of, Over, Piece, Policy, Rule, Subject, Test, UNKNOWN_POD};

use super::prelude;

/// The Rego of a policy, whole.
#[must_use]
pub fn rego(policy: &Policy) -> String {
    let mut text = format!("package {}\n\nimport future.keywords\n\n", super::template_name(policy));
    match policy.subject {
        Subject::Pods | Subject::AdmittedPods => {
            text.push_str(prelude::OBJECTS);
            text.push('\n');
            places(policy, &mut text);
            text.push('\n');
            text.push_str(prelude::WORKLOADS);
            controllers(&mut text);
        }
        Subject::EnteredPod => {
            text.push_str(prelude::ENTRY);
            let _ = write!(
                text,
                "\nunknown := {{\"rule\": \"unknown\", \"list\": \"\", \"container\": \"\", \"image\": \"\", \"pointer\": \"\", \"message\": {}}}\n",
                quoted(UNKNOWN_POD)
            );
        }
    }
    let rules: Vec<String> = policy.rules.iter().map(|rule| format!("{}(pod)", ident(rule.name))).collect();
    let _ = write!(text, "\nfindings(pod) := {}\n\n", rules.join(" | "));
    let mut writer = Writer { text, more: Vec::new() };
    policy.rules.iter().for_each(|rule| writer.rule(rule));
    let mut text = writer.text;
    let helpers = prelude::reached_from(&text);
    text.push_str(&helpers);
    text
}

/// Where the spec of the pod is, by kind.
fn places(policy: &Policy, text: &mut String) {
    text.push_str("places := {\n");
    for (_, kind, path) in policy.holders() {
        let _ = writeln!(text, "  {}: {},", quoted(kind), list(path));
    }
    text.push_str("}\n");
}

/// Who makes the pods of a kind.
fn controllers(text: &mut String) {
    text.push_str("\ncontrollers := {\n");
    for (kind, account) in CONTROLLERS {
        let _ = writeln!(text, "  {}: {},", quoted(kind), quoted(account));
    }
    text.push_str("}\n");
}

struct Writer {
    text: String,
    /// Rules that tests need beside the one that is written.
    more: Vec<String>,
}

impl Writer {
    fn rule(&mut self, rule: &Rule) {
        let name = ident(rule.name);
        let mut lines = over(rule.over);
        self.test(&rule.refused, &name, &mut lines);
        let way: String = rule.at.iter().map(|key| format!("/{key}")).collect();
        let message: Vec<String> = rule.message.iter().map(piece).collect();
        lines.push(format!(
            "found := finding(x, {}, {}, concat(\"\", [{}]))",
            quoted(rule.name),
            quoted(&way),
            message.join(", ")
        ));
        let _ = write!(self.text, "{name}(pod) := {{found |\n{}}}\n\n", indented(&lines));
        for more in std::mem::take(&mut self.more) {
            self.text.push_str(&more);
        }
    }

    /// The lines that hold where a test does.
    fn test(&mut self, test: &Test, rule: &str, lines: &mut Vec<String>) {
        match test {
            Test::All(tests) => tests.iter().for_each(|test| self.test(test, rule, lines)),
            Test::Any(_) => lines.push(format!("{}(x)", self.named(test, rule))),
            Test::Is(field, check) => lines.push(checked(field, *check)),
            Test::Param(name) => lines.push(format!("param({}, false) == true", quoted(name))),
            Test::Changed => lines.push("object.get(input.review, \"operation\", \"\") == \"UPDATE\"".to_owned()),
            Test::Not(Test::Is(field, Check::Equals(constant))) => {
                lines.push(format!("{} != {}", value(field), literal(*constant)));
            }
            Test::Not(Test::Is(field, check @ (Check::PortIn(_) | Check::PathUnder { .. } | Check::Image(_)))) => {
                lines.push(format!("not {}", checked(field, *check)));
            }
            Test::Not(inner) => lines.push(format!("not {}(x)", self.named(inner, rule))),
        }
    }

    /// A rule of its own for a test; one clause for each way in which it holds.
    fn named(&mut self, test: &Test, rule: &str) -> String {
        let name = format!("{rule}_{}", self.more.len() + 1);
        let at = self.more.len();
        self.more.push(String::new());
        let alternatives: Vec<&Test> = match test {
            Test::Any(tests) => tests.iter().collect(),
            Test::All(_) | Test::Not(_) | Test::Is(..) | Test::Param(_) | Test::Changed => vec![test],
        };
        let mut text = String::new();
        for alternative in alternatives {
            let mut lines = Vec::new();
            self.test(alternative, rule, &mut lines);
            let _ = write!(text, "{name}(x) if {{\n{}}}\n\n", indented(&lines));
        }
        self.more[at] = text;
        name
    }
}

fn over(over: Over) -> Vec<String> {
    match over {
        Over::Pod => vec!["x := pod".to_owned()],
        Over::Volumes => vec!["some x in each(pod, [\"volumes\"])".to_owned(), "is_object(x.item)".to_owned()],
        Over::Containers => vec!["some x in containers(pod)".to_owned()],
        Over::InContainers(path) => {
            vec!["some c in containers(pod)".to_owned(), format!("some x in each(c, {})", list(path))]
        }
        Over::Mounts => vec!["some x in mounts(pod)".to_owned()],
    }
}

fn value(field: &Field) -> String {
    let of = match field.of {
        Of::Item => "x.item",
        Of::Pod => "x.pod",
        Of::Volume => "x.volume",
    };
    match field.path {
        [] => format!("itself({of}, {})", literal(field.absent)),
        path => format!("field({of}, {}, {})", list(path), literal(field.absent)),
    }
}

fn checked(field: &Field, check: Check) -> String {
    let value = value(field);
    match check {
        Check::Equals(constant) => format!("{value} == {}", literal(constant)),
        Check::OneOf(texts) => format!("{value} in {}", set(texts)),
        Check::WordOf(words) => format!("word({value}) in {}", set(words)),
        Check::Present => format!("{value} != null"),
        Check::PortIn(param) => format!("port_in({value}, {})", quoted(param)),
        Check::PathUnder { param, writable } => format!("path_under({value}, {}, {writable})", quoted(param)),
        Check::Image(ImageTest::From(param)) => format!("image_from({value}, {})", quoted(param)),
        Check::Image(ImageTest::Qualified) => format!("image_qualified({value})"),
        Check::Image(ImageTest::Digest) => format!("image_pinned({value})"),
        Check::Image(ImageTest::Latest) => format!("image_latest({value})"),
    }
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Text(text) => quoted(text),
        Piece::Container => "x.noun, \" `\", x.name, \"`\"".to_owned(),
        Piece::Value(field) => format!("shown({})", value(field)),
    }
}

fn literal(constant: Const) -> String {
    match constant {
        Const::Nothing => "null".to_owned(),
        Const::Bool(value) => value.to_string(),
        Const::Int(number) => number.to_string(),
        Const::Text(text) => quoted(text),
    }
}

/// A text of Rego, which is one of JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list(items: &[&str]) -> String {
    format!("[{}]", items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
}

fn set(items: &[&str]) -> String {
    format!("{{{}}}", items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
}

/// The name of a rule in Rego.
fn ident(name: &str) -> String {
    format!("rule_{}", name.replace('-', "_"))
}

fn indented(lines: &[String]) -> String {
    lines.iter().fold(String::new(), |text, line| text + "  " + line + "\n")
}
