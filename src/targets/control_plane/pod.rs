//! A static pod, key for key and line for line as kubeadm of the version writes it.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    base::{FactId, Origin},
    facts::{self, ProbePort, SchedulerProbes},
    plan::{Held, HostMount, MountType, Program, SettingKey},
    targets::{
        arguments::{Argument, Arguments},
        carried, origins,
    },
    yaml::{Out, OutValue},
};

use super::node::Node;

/// What differs between the four pods.
struct Shape {
    component: &'static str,
    annotation: Option<(&'static str, String)>,
    requests: &'static [(&'static str, &'static str)],
    port: u16,
    scheme: &'static str,
    host: Option<String>,
    liveness: &'static str,
    readiness: Option<&'static str>,
    startup: &'static str,
}

/// The pod of a program on a node.
pub(super) fn pod(node: &Node<'_>, program: Program, common: &Arguments) -> Out {
    let command = node.command(program, common);
    let shape = shape(node, program, &command);
    let mounts = mounts(node, program);
    let mut metadata = Out::empty_map();
    if let Some((name, value)) = &shape.annotation {
        metadata.set("annotations", Out::map([(*name, Out::str(value.as_str()).with(&node.origin()))]));
    }
    if facts::static_pods(node.plan.cluster.minor()).is_some_and(|pods| pods.creation_timestamp) {
        metadata.set("creationTimestamp", Out::null());
    }
    metadata.set("labels", Out::map([("component", shape.component), ("tier", "control-plane")]));
    metadata.set("name", shape.component);
    metadata.set("namespace", "kube-system");
    let seccomp = Out::map([("seccompProfile", Out::map([("type", "RuntimeDefault")]))]);
    let spec = Out::map([
        ("containers", Out::list([container(node, program, &shape, &command, &mounts)])),
        ("hostNetwork", Out::bool(true)),
        ("priority", Out::int(2_000_001_000)),
        ("priorityClassName", Out::str("system-node-critical")),
        ("securityContext", seccomp),
        ("volumes", volumes(&mounts)),
    ]);
    Out::map([
        ("apiVersion", Out::str("v1")),
        ("kind", Out::str("Pod")),
        ("metadata", metadata),
        ("spec", spec),
        ("status", Out::empty_map()),
    ])
}

fn shape(node: &Node<'_>, program: Program, command: &[Argument]) -> Shape {
    let bound = |default: &str| {
        let address = value_of(command, "bind-address").unwrap_or(default);
        (!matches!(address, "0.0.0.0" | "::")).then(|| address.to_owned())
    };
    let new_scheduler =
        facts::static_pods(node.plan.cluster.minor()).is_some_and(|pods| pods.scheduler_probes == SchedulerProbes::LivezReadyz);
    match program {
        Program::KubeControllerManager => Shape {
            component: "kube-controller-manager",
            annotation: None,
            requests: &[("cpu", "200m")],
            port: 10_257,
            scheme: "HTTPS",
            host: bound("127.0.0.1"),
            liveness: "/healthz",
            readiness: None,
            startup: "/healthz",
        },
        Program::KubeScheduler => Shape {
            component: "kube-scheduler",
            annotation: None,
            requests: &[("cpu", "100m")],
            port: 10_259,
            scheme: "HTTPS",
            host: bound("127.0.0.1"),
            liveness: if new_scheduler { "/livez" } else { "/healthz" },
            readiness: new_scheduler.then_some("/readyz"),
            startup: if new_scheduler { "/livez" } else { "/healthz" },
        },
        Program::Etcd => etcd_shape(node, command),
        Program::KubeApiserver | Program::Kubelet | Program::KubeProxy => Shape {
            component: "kube-apiserver",
            annotation: Some((
                "kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint",
                node.socket(node.kubeadm.bind_port),
            )),
            requests: &[("cpu", "250m")],
            port: node.kubeadm.bind_port,
            scheme: "HTTPS",
            host: Some(node.address.to_string()),
            liveness: "/livez",
            readiness: Some("/readyz"),
            startup: "/livez",
        },
    }
}

/// etcd is probed where it serves its metrics first.
fn etcd_shape(node: &Node<'_>, command: &[Argument]) -> Shape {
    let local = if node.address.is_ipv6() { "::1" } else { "127.0.0.1" };
    let url = value_of(command, "listen-metrics-urls").and_then(|urls| urls.split(',').next()).unwrap_or_default();
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let (host, port) = rest.rsplit_once(':').unwrap_or((rest, ""));
    let host = host.trim_matches(['[', ']']);
    Shape {
        component: "etcd",
        annotation: Some(("kubeadm.kubernetes.io/etcd.advertise-client-urls", format!("https://{}", node.socket(2379)))),
        requests: &[("cpu", "100m"), ("memory", "100Mi")],
        port: port.parse().unwrap_or(2381),
        scheme: if scheme == "https" { "HTTPS" } else { "HTTP" },
        host: Some(if host.is_empty() { local.to_owned() } else { host.to_owned() }),
        liveness: "/livez",
        readiness: Some("/readyz"),
        startup: "/readyz",
    }
}

fn value_of<'a>(command: &'a [Argument], name: &str) -> Option<&'a str> {
    command.iter().find(|argument| argument.name == name).map(|argument| argument.value.as_str())
}

fn container(
    node: &Node<'_>,
    program: Program,
    shape: &Shape,
    command: &[Argument],
    mounts: &[(Held<HostMount>, Arc<Origin>)],
) -> Out {
    let words = std::iter::once(Out::str(shape.component))
        .chain(command.iter().map(|argument| Out::str(argument.word()).with(&argument.origin)));
    let mut container = Out::empty_map();
    container.set("command", Out::list(words));
    if let Some(environment) = environment(node, program) {
        container.set("env", environment);
    }
    container.set("image", image(node, program, shape.component));
    container.set("imagePullPolicy", "IfNotPresent");
    container.set("livenessProbe", probe(node, shape, shape.liveness, 8, 10, 10));
    container.set("name", shape.component);
    if names_port(node) {
        let port = [("containerPort", Out::int(shape.port)), ("name", Out::str("probe-port")), ("protocol", Out::str("TCP"))];
        container.set("ports", Out::list([Out::map(port)]));
    }
    if let Some(path) = shape.readiness {
        container.set("readinessProbe", probe(node, shape, path, 3, 0, 1));
    }
    container.set("resources", Out::map([("requests", Out::map(shape.requests.iter().copied()))]));
    container.set("startupProbe", probe(node, shape, shape.startup, startup_threshold(node), 10, 10));
    let mount = |(held, origin): &(Held<HostMount>, Arc<Origin>)| {
        let mut mount = Out::map([("mountPath", &held.value.mount_path), ("name", &held.value.name)]).with(origin);
        if held.value.read_only {
            mount.set("readOnly", true);
        }
        mount
    };
    if !mounts.is_empty() {
        container.set("volumeMounts", Out::list(mounts.iter().map(mount)));
    }
    container
}

fn names_port(node: &Node<'_>) -> bool {
    facts::static_pods(node.plan.cluster.minor()).is_some_and(|pods| pods.probe_port == ProbePort::Named)
}

fn probe(node: &Node<'_>, shape: &Shape, path: &str, failures: i64, delay: i64, period: i64) -> Out {
    let mut get = Out::empty_map();
    if let Some(host) = &shape.host {
        get.set("host", host);
    }
    get.set("path", path);
    if names_port(node) {
        get.set("port", "probe-port");
    } else {
        get.set("port", shape.port);
    }
    get.set("scheme", shape.scheme);
    let mut probe = Out::map([("failureThreshold", Out::int(failures)), ("httpGet", get)]);
    if delay > 0 {
        probe.set("initialDelaySeconds", delay);
    }
    probe.set("periodSeconds", period);
    probe.set("timeoutSeconds", 15);
    probe
}

/// How often the startup probe may fail: kubeadm divides its timeout by the period of ten seconds.
fn startup_threshold(node: &Node<'_>) -> i64 {
    let kind = if node.is_first() { "InitConfiguration" } else { "JoinConfiguration/control-plane" };
    let timeout = node.kubeadm.owner_text(kind, "/timeouts/controlPlaneComponentHealthCheck");
    timeout.and_then(seconds).map_or(24, |seconds| (seconds + 9) / 10)
}

/// Whole seconds of a Go duration such as `4m0s`, rounded up.
fn seconds(text: &str) -> Option<i64> {
    let mut millis = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        let units = [("ms", 1), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
        let (unit, factor) = units.into_iter().find(|(unit, _)| rest[digits..].starts_with(unit))?;
        millis += number.checked_mul(factor)?;
        rest = &rest[digits + unit.len()..];
    }
    Some((millis + 999) / 1_000)
}

fn image(node: &Node<'_>, program: Program, component: &str) -> Out {
    let kubeadm = node.kubeadm;
    if program == Program::Etcd {
        let repository =
            kubeadm.owner_text("ClusterConfiguration", "/etcd/local/imageRepository").unwrap_or(&kubeadm.image_repository);
        let tag = node.plan.cluster.etcd_tag().unwrap_or_default();
        return Out::str(format!("{repository}/etcd:{tag}"));
    }
    Out::str(format!("{}/{component}:v{}", kubeadm.image_repository, node.plan.cluster.version))
}

/// The owner's variables, sorted by name.
fn environment(node: &Node<'_>, program: Program) -> Option<Out> {
    let pointer = match program {
        Program::KubeApiserver => "/apiServer/extraEnvs",
        Program::KubeControllerManager => "/controllerManager/extraEnvs",
        Program::KubeScheduler => "/scheduler/extraEnvs",
        Program::Etcd => "/etcd/local/extraEnvs",
        Program::Kubelet | Program::KubeProxy => return None,
    };
    let document = node.kubeadm.owner_documents.get("ClusterConfiguration")?;
    let mut variables = BTreeMap::new();
    for variable in node.kubeadm.owner_value("ClusterConfiguration", pointer)?.as_array()? {
        variables.insert(variable.get("name")?.as_str()?, variable);
    }
    let origin = origins::owner(document.place("ClusterConfiguration", pointer));
    let list = variables.into_values().map(|variable| sorted(&carried::out(variable)).with(&origin));
    Some(Out::list(list)).filter(|list| !list.is_empty())
}

/// Maps in the order of their keys, as kubeadm writes them.
fn sorted(out: &Out) -> Out {
    let mut copy = out.clone();
    match &mut copy.value {
        OutValue::Map(entries) => {
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.iter_mut().for_each(|(_, value)| *value = sorted(value));
        }
        OutValue::List(items) => items.iter_mut().for_each(|item| *item = sorted(item)),
        OutValue::Null | OutValue::Bool(_) | OutValue::Int(_) | OutValue::UInt(_) | OutValue::Float(_) | OutValue::Str(_) => {}
    }
    copy
}

/// The mounts with their origins, sorted by name; etcd's in the order of kubeadm's source.
fn mounts(node: &Node<'_>, program: Program) -> Vec<(Held<HostMount>, Arc<Origin>)> {
    let component = node.plan.component(program);
    let mut mounts: Vec<(Held<HostMount>, Arc<Origin>)> = component
        .mounts
        .iter()
        .map(|(path, held)| (held.clone(), origins::setting(&SettingKey::Mount(program, path.clone()), held)))
        .collect();
    if matches!(program, Program::KubeApiserver | Program::KubeControllerManager) {
        let origin = origins::form("ca-folders");
        for folder in facts::kubeadm_ca_folders(node.os()).unwrap_or(&[]) {
            if !component.mounts.contains_key(*folder) {
                mounts.push((Held { value: ca_folder(folder), reasons: origin.reasons.clone() }, Arc::clone(&origin)));
            }
        }
    }
    let other = |mount: &HostMount| program == Program::Etcd && mount.name != "etcd-data";
    mounts.sort_by(|(a, _), (b, _)| (other(&a.value), &a.value.name).cmp(&(other(&b.value), &b.value.name)));
    mounts
}

fn ca_folder(folder: &str) -> HostMount {
    HostMount {
        name: facts::kubeadm_ca_volume(folder),
        host_path: folder.to_owned(),
        mount_path: folder.to_owned(),
        read_only: true,
        kind: MountType::DirectoryOrCreate,
        installer: true,
    }
}

fn volumes(mounts: &[(Held<HostMount>, Arc<Origin>)]) -> Out {
    let mut sorted: Vec<&(Held<HostMount>, Arc<Origin>)> = mounts.iter().collect();
    sorted.sort_by_key(|(held, _)| &held.value.name);
    Out::list(sorted.into_iter().map(|(held, origin)| {
        let path = Out::map([("path", held.value.host_path.as_str()), ("type", held.value.kind.name())]);
        Out::map([("hostPath", path), ("name", Out::str(held.value.name.as_str()))]).with(origin)
    }))
}

/// The fact behind lines that every static pod has.
pub(super) const FORM: FactId = FactId("kubeadm-static-pod");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        assert_eq!(seconds("4m0s"), Some(240));
        assert_eq!(seconds("1h2m3s"), Some(3_723));
        assert_eq!(seconds("1500ms"), Some(2));
        assert_eq!(seconds("4"), None);
        assert_eq!(seconds("x"), None);
    }
}
