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
    let rules: Vec<(&str, &Rule<'_>)> = pool
        .rules()
        .filter_map(|rule| {
            let HostRule::Runtime(runtime, key) = rule.rule else { return None };
            (runtime == pool.plan.host.runtime).then_some((key, rule))
        })
        .collect();
    let mirrors = mirrors(pool);
    if rules.is_empty() {
        return mirrors;
    }
    let file = match pool.plan.host.runtime.as_str() {
        "containerd" => containerd(pool, &rules),
        "crio" => crio(pool, &rules),
        "docker" => docker(&rules),
        _ => return mirrors,
    };
    std::iter::once(file).chain(mirrors).collect()
}

/// The files that send pulls from a registry to its mirror first.
fn mirrors(pool: &Pool<'_>) -> Vec<HostFile> {
    let rules: Vec<(&str, &Rule<'_>)> = pool
        .rules()
        .filter_map(|rule| if let HostRule::Mirror(registry) = rule.rule { Some((registry, rule)) } else { None })
        .collect();
    match pool.plan.host.runtime.as_str() {
        "containerd" => rules.iter().map(|(registry, rule)| hosts(registry, rule)).collect(),
        "crio" if !rules.is_empty() => vec![registries(&rules)],
        _ => Vec::new(),
    }
}

/// One registry of containerd. A mirror that is a folder of a registry is asked below `/v2/`, as a proxy cache serves it.
fn hosts(registry: &str, rule: &Rule<'_>) -> HostFile {
    let (form, asked) = (form(), origin(rule));
    let mut body = Lines::default();
    let url = match rule.held.value.split_once('/') {
        Some((host, folder)) => format!("https://{host}/v2/{folder}"),
        None => format!("https://{}", rule.held.value),
    };
    body.push(&format!("[host.\"{url}\"]"), &asked);
    body.push("  capabilities = [\"pull\", \"resolve\"]", &form);
    if rule.held.value.contains('/') {
        body.push("  override_path = true", &form);
    }
    // containerd reads `host_PORT_` as `host:PORT`: a colon is no letter of our paths.
    let folder = registry.split_once(':').map_or_else(|| registry.to_owned(), |(host, port)| format!("{host}_{port}_"));
    let purpose =
        format!("Images of {registry} come from the mirror; where it does not answer or has no such image, from {registry}.");
    HostFile::new(format!("/etc/containerd/certs.d/{folder}/hosts.toml"), &purpose, body)
}

/// The registries of CRI-O.
fn registries(rules: &[(&str, &Rule<'_>)]) -> HostFile {
    let form = form();
    let mut body = Lines::default();
    for (registry, rule) in rules {
        let asked = origin(rule);
        body.push("[[registry]]", &form);
        body.push(&format!("prefix = \"{registry}\""), &asked);
        body.push(&format!("location = \"{registry}\""), &asked);
        body.push("[[registry.mirror]]", &form);
        body.push(&format!("location = \"{}\"", rule.held.value), &asked);
    }
    let purpose =
        "Images of a registry come from its mirror; where that does not answer or has no such image, from the registry.";
    let file = HostFile::new("/etc/containers/registries.conf.d/50-harden.conf", purpose, body);
    HostFile { validator: "crio".to_owned(), effect: "runtime", ..file }
}

/// A whole file: parts of a plug-in's section in a second file would replace the section, not be merged into it (1.7).
fn containerd(pool: &Pool<'_>, rules: &[(&str, &Rule<'_>)]) -> HostFile {
    let version = &pool.plan.host.runtime_version;
    let mut numbers = version.split('.').map(|text| text.parse().unwrap_or_default());
    let (major, minor) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    let config = facts::containerd_config(major, minor);
    let mut tables: BTreeMap<String, Lines> = BTreeMap::new();
    for (key, rule) in rules {
        let (part, path) = key.split_once('/').unwrap_or(("runtime", key));
        let path = if config == 2 && path == "pinned_images.sandbox" { "sandbox_image" } else { path };
        let (table, name) = path.rsplit_once('.').map_or((String::new(), path), |(table, name)| (format!(".{table}"), name));
        let lines = tables.entry(format!("[plugins.\"{}\"{table}]", plugin(config, part))).or_default();
        lines.push(&format!("  {name} = {}", rule.held.value), &origin(rule));
    }
    let form = form();
    let mut body = Lines::of(format!("version = {config}\n"), &form);
    let further = if facts::containerd_merges_imports(major) {
        body.push("imports = [\"/etc/containerd/conf.d/*.toml\"]", &form);
        "Settings of your own: /etc/containerd/conf.d"
    } else {
        "It names no further files: a section of one would replace the whole section here"
    };
    for (table, lines) in tables {
        body.push("", &form);
        body.push(&table, &form);
        body.extend(lines);
    }
    let purpose = format!("The configuration of containerd {version}. {further}. Registries: /etc/containerd/certs.d.");
    let file = HostFile::new("/etc/containerd/config.toml", &purpose, body);
    HostFile { validator: format!("containerd:{major}.{minor}"), effect: "runtime", ..file }
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

fn crio(pool: &Pool<'_>, rules: &[(&str, &Rule<'_>)]) -> HostFile {
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
    let version = &pool.plan.host.runtime_version;
    let purpose = format!("Settings of CRI-O {version}; of several files the last by name wins.");
    let file = HostFile::new("/etc/crio/crio.conf.d/50-harden.conf", &purpose, body);
    let minor: Vec<&str> = version.split('.').take(2).collect();
    HostFile { validator: format!("crio:{}", minor.join(".")), effect: "runtime", ..file }
}

fn docker(rules: &[(&str, &Rule<'_>)]) -> HostFile {
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
