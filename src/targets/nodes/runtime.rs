//! The configuration of the container runtime, for its exact version.

use std::collections::BTreeMap;

use crate::{
    base::Lines,
    facts,
    plan::HostRule,
    yaml::{self, Out},
};

use super::{
    Pool, Rule,
    file::{HostFile, form, origin},
};

pub(super) fn files(pool: &Pool<'_>) -> Vec<HostFile> {
    let rules: Vec<(&str, Rule<'_>)> = pool
        .rules()
        .filter_map(|rule| {
            let HostRule::Runtime(runtime, key) = rule.rule else { return None };
            (runtime == pool.plan.host.runtime).then_some((key, rule))
        })
        .collect();
    if rules.is_empty() {
        return Vec::new();
    }
    let file = match pool.plan.host.runtime.as_str() {
        "containerd" => containerd(pool, &rules),
        "crio" => crio(&rules),
        "docker" => docker(&rules),
        _ => return Vec::new(),
    };
    vec![file]
}

/// A whole file: parts of a plug-in's section in a second file would replace the section, not be merged into it (1.7).
fn containerd(pool: &Pool<'_>, rules: &[(&str, Rule<'_>)]) -> HostFile {
    let version = &pool.plan.host.runtime_version;
    let major = version.split('.').next().and_then(|text| text.parse().ok()).unwrap_or(2);
    let config = facts::containerd_config(major);
    let mut tables: BTreeMap<String, Lines> = BTreeMap::new();
    for (key, rule) in rules {
        let (part, path) = key.split_once('/').unwrap_or(("runtime", key));
        let (table, name) = path.rsplit_once('.').map_or((String::new(), path), |(table, name)| (format!(".{table}"), name));
        let lines = tables.entry(format!("[plugins.\"{}\"{table}]", plugin(config, part))).or_default();
        lines.push(&format!("  {name} = {}", rule.held.value), &origin(rule));
    }
    let form = form();
    let mut body = Lines::of(format!("version = {config}\nimports = [\"/etc/containerd/conf.d/*.toml\"]\n"), &form);
    for (table, lines) in tables {
        body.push("", &form);
        body.push(&table, &form);
        body.extend(lines);
    }
    let purpose = format!(
        "The configuration of containerd {version}. Further files: /etc/containerd/conf.d; registries: /etc/containerd/certs.d."
    );
    let file = HostFile::new("/etc/containerd/config.toml", &purpose, body);
    let minor: Vec<&str> = version.split('.').take(2).collect();
    HostFile { validator: format!("containerd:{}", minor.join(".")), effect: "runtime", ..file }
}

/// The plug-in that a part belongs to, by the version of the file.
fn plugin(config: u16, part: &str) -> &'static str {
    match (config, part) {
        (_, "nri") => "io.containerd.nri.v1.nri",
        (2, _) | (_, "stream") => "io.containerd.grpc.v1.cri",
        (_, "images") => "io.containerd.cri.v1.images",
        (_, _) => "io.containerd.cri.v1.runtime",
    }
}

fn crio(rules: &[(&str, Rule<'_>)]) -> HostFile {
    let mut tables: BTreeMap<&str, Lines> = BTreeMap::new();
    for (key, rule) in rules {
        let (part, name) = key.split_once('/').unwrap_or(("runtime", key));
        tables.entry(part).or_default().push(&format!("{name} = {}", rule.held.value), &origin(rule));
    }
    let mut body = Lines::default();
    for (part, lines) in tables {
        body.push(&format!("[crio.{part}]"), &form());
        body.extend(lines);
    }
    let file =
        HostFile::new("/etc/crio/crio.conf.d/50-harden.conf", "Settings of CRI-O; of several files the last by name wins.", body);
    HostFile { validator: "crio".to_owned(), effect: "runtime", ..file }
}

fn docker(rules: &[(&str, Rule<'_>)]) -> HostFile {
    let entries = rules.iter().map(|(key, rule)| {
        let value: serde_json::Value = serde_json::from_str(&rule.held.value).unwrap_or_default();
        ((*key).to_owned(), written(&value).with(&origin(rule)))
    });
    let lines = yaml::write_json(&Out::map(entries), &form());
    HostFile { validator: "dockerd".to_owned(), effect: "runtime", ..HostFile::bare("/etc/docker/daemon.json", lines) }
}

/// A JSON value of a rule, to be written.
fn written(value: &serde_json::Value) -> Out {
    use serde_json::Value;
    match value {
        Value::Null => Out::null(),
        Value::Bool(value) => Out::bool(*value),
        Value::Number(number) => Out::int(number.as_i64().unwrap_or_default()),
        Value::String(text) => Out::str(text.as_str()),
        Value::Array(items) => Out::list(items.iter().map(written)),
        Value::Object(entries) => Out::map(entries.iter().map(|(key, value)| (key.as_str(), written(value)))),
    }
}
