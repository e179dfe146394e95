//! Promise 2: from the emitted bytes, no flag, gate, plugin, field or API version is unknown to the exact target version.

use harden::{
    base::Minor,
    facts::{self, ConfigKind, Program},
    plan::SettingKey,
    targets::{self, Form, Observed, Sighting},
};

use super::{Case, cases, none_in};

#[test]
fn nothing_is_unknown_to_the_version() {
    none_in(cases(), |case| unknown(case, &read(case)));
}

#[test]
fn what_is_unknown_would_be_found() {
    let case = cases().iter().find(|case| case.name.ends_with("everything")).unwrap();
    for (file, good, bad, what) in [
        ("control-plane/flags/kube-apiserver.flags", "--profiling=", "--insecure-port=", "insecure-port"),
        ("kubeadm/init.yaml", "name: profiling", "name: enable-swagger-ui", "enable-swagger-ui"),
        ("control-plane/cp-1/manifests/etcd.yaml", "--auto-tls=", "--enable-v2=", "enable-v2"),
        (
            "control-plane/flags/kube-apiserver.flags",
            "NodeRestriction",
            "NodeRestriction,DenyEscalatingExec",
            "DenyEscalatingExec",
        ),
        ("kubeadm/init.yaml", "seccompDefault:", "seccompDefaults:", "seccompDefaults"),
        ("kubeadm/init.yaml", "enableProfiling:", "enableProfilings:", "enableProfilings"),
        ("kubeadm/init.yaml", "criSocket:", "criSockets:", "criSockets"),
        ("kubeadm/init.yaml", "v1beta4", "v1beta2", "v1beta2"),
        (
            "control-plane/etc/kubernetes/authentication/authentication.yaml",
            "apiserver.config.k8s.io/v1",
            "apiserver.config.k8s.io/v9",
            "nothing known",
        ),
        ("kubeadm/init.yaml", "kubelet.config.k8s.io/v1beta1", "kubelet.config.k8s.io/v9", "nothing known"),
        ("kubeadm/init.yaml", "this text is not there", "", ""),
    ] {
        let mut observed = Observed::default();
        let mut changed = false;
        for artifact in &case.built.artifacts {
            let text = artifact.text();
            if artifact.path.as_str() == file && text.contains(good) {
                changed = true;
                observed.read(file, &text.replacen(good, bad, 1));
            } else {
                observed.read(artifact.path.as_str(), text);
            }
        }
        let found = unknown(case, &observed);
        assert_eq!(changed, !what.is_empty(), "{file}: {good}");
        assert_eq!(found.iter().any(|found| found.contains(what)), changed, "{good} -> {bad}: {found:?}");
    }
}

/// An object that a later minor brings is found in a cluster of an earlier one, and so is a version that no minor serves.
#[test]
fn an_object_of_another_version_would_be_found() {
    let file = "k8s/admission/always-pull.yaml";
    let case = |minor: u16| {
        let fits = |case: &&Case| case.built.plan.cluster.minor() == Minor(minor);
        cases().iter().find(fits).unwrap_or_else(|| panic!("no cluster of 1.{minor}"))
    };
    let emitted = cases().iter().flat_map(|case| &case.built.artifacts).find(|artifact| artifact.path.as_str() == file);
    let text = emitted.expect("some cluster has in-tree policies").text();
    let found = |minor: u16, text: &str| {
        let mut observed = Observed::default();
        observed.read(file, text);
        unknown(case(minor), &observed)
    };
    assert_eq!(found(36, text), [""; 0]);
    assert_eq!(found(37, text), [""; 0]);
    let mutating = text.matches("\nkind: MutatingAdmissionPolicy").count();
    assert!(mutating > 1, "{text}");
    assert_eq!(found(35, text).len(), mutating, "{:?}", found(35, text));
    let beta = text.replacen("admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1", 1);
    assert_eq!(found(36, &beta).len(), 1);
}

fn read(case: &Case) -> Observed {
    let mut observed = Observed::default();
    for artifact in &case.built.artifacts {
        observed.read(artifact.path.as_str(), artifact.text());
    }
    observed
}

/// Every name that the version of the cluster does not know, and every YAML file that holds nothing known.
fn unknown(case: &Case, observed: &Observed) -> Vec<String> {
    let mut wrong: Vec<String> = observed.problems.iter().map(|problem| problem.message.clone()).collect();
    let unread = observed.unread.iter().filter(|name| targets::has_observer(name));
    wrong.extend(unread.map(|name| format!("{name}: nothing known")));
    for sighting in &observed.sightings {
        wrong.extend(names(case, sighting).into_iter().map(|what| format!("{}: {what}", sighting.file)));
    }
    wrong
}

fn names(case: &Case, sighting: &Sighting) -> Vec<String> {
    let minor = case.built.plan.cluster.minor();
    let mut wrong = Vec::new();
    for (key, values) in &sighting.settings {
        for value in values {
            wrong.extend(setting(case, key, &value.text));
        }
    }
    let version = sighting.others.get("/apiVersion").map_or("", |written| written.text.as_str());
    let read = match sighting.form {
        Form::Pod(_) => version == "v1",
        Form::Flags(_) | Form::Patch(_) => true,
        // Kinds of other projects come with their definitions; their consumers judge them.
        Form::Object(_) => {
            let kind = sighting.others.get("/kind").map_or("", |written| written.text.as_str());
            facts::is_foreign_api(version) || facts::object_api(version, kind, minor).is_known()
        }
        Form::Kubeadm(_) => facts::kubeadm_api_read(version, minor),
        Form::Fields(Program::Kubelet) => facts::config_api_read(ConfigKind::Kubelet, version, minor),
        Form::Fields(_) => facts::config_api_read(ConfigKind::KubeProxy, version, minor),
        Form::Configuration(kind) => facts::config_api_read(kind, version, minor),
    };
    if !read {
        wrong.push(format!("`{version}` of {:?} is not read", sighting.form));
    }
    if let Form::Kubeadm(kind) = sighting.form {
        for pointer in sighting.others.keys().filter(|pointer| *pointer != "/apiVersion") {
            let path = field_path(pointer);
            if let Some(why) = facts::kubeadm_field(kind, version, &path, minor).refusal() {
                wrong.push(format!("field `{path}` {why}"));
            }
            if let Some(gate) = path.strip_prefix("featureGates.") {
                wrong.extend(facts::kubeadm_gate(gate, minor).refusal().map(|why| format!("gate `{gate}` of kubeadm {why}")));
            }
        }
    }
    if let Form::Patch(program) = sighting.form
        && !facts::kubeadm_patch_targets(minor).contains(&program.name())
    {
        wrong.push(format!("no patches of {program}"));
    }
    wrong
}

fn setting(case: &Case, key: &SettingKey, value: &str) -> Vec<String> {
    let minor = case.built.plan.cluster.minor();
    let refusal = match key {
        SettingKey::Flag(Program::Etcd, name) => {
            let etcd = case.built.plan.cluster.etcd_version().expect("the version of etcd is known");
            facts::etcd_flag(name, etcd).refusal()
        }
        SettingKey::Flag(program, name) => facts::flag(*program, name, minor).refusal(),
        SettingKey::Field(Program::Kubelet, path) => facts::kubelet_field(path, minor).refusal(),
        SettingKey::Field(_, path) => facts::kube_proxy_field(path, minor).refusal(),
        SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => None,
    };
    let mut wrong: Vec<String> = refusal.map(|why| format!("`{key}` {why}")).into_iter().collect();
    match key {
        SettingKey::Flag(program, name) => wrong.extend(listed(*program, name, value, minor)),
        SettingKey::Field(program, path) => {
            if let Some(gate) = path.strip_prefix("featureGates.") {
                wrong.extend(facts::gate_of(*program, gate, minor).refusal().map(|why| format!("gate `{gate}` {why}")));
            }
        }
        SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => {}
    }
    wrong
}

/// Names inside the value of a flag.
fn listed(program: Program, name: &str, value: &str, minor: Minor) -> Vec<String> {
    let items = value.split(',').filter(|item| !item.is_empty());
    match name {
        "enable-admission-plugins" | "disable-admission-plugins" => {
            items.filter_map(|item| facts::plugin(item, minor).refusal().map(|why| format!("plugin `{item}` {why}"))).collect()
        }
        // etcd's own gates have no table: only what kubeadm sets itself is known.
        "feature-gates" if program == Program::Etcd => {
            let set = facts::etcd_for(minor).map_or(&[][..], facts::kubeadm_etcd_arguments);
            items.filter(|item| !set.contains(&("feature-gates", item))).map(|item| format!("gate `{item}` of etcd")).collect()
        }
        "feature-gates" => items
            .filter_map(|item| item.split_once('='))
            .filter_map(|(gate, _)| facts::gate_of(program, gate, minor).refusal().map(|why| format!("gate `{gate}` {why}")))
            .collect(),
        "tls-cipher-suites" | "cipher-suites" => {
            items.filter(|item| facts::cipher(item).is_none()).map(|item| format!("cipher suite `{item}`")).collect()
        }
        _ => Vec::new(),
    }
}

/// `/a/0/b` as fields are listed: `a[].b`.
fn field_path(pointer: &str) -> String {
    let mut path = String::new();
    for segment in pointer.split('/').skip(1) {
        if segment.parse::<usize>().is_ok() {
            path.push_str("[]");
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&segment.replace("~1", "/").replace("~0", "~"));
        }
    }
    path
}
