//! `namespaces`, `images`, `workloads`, `policies`.

use super::{
    Reader,
    platform::{is_registry, texts},
    reader::{Form, Name, is_absolute},
};
use crate::{
    base::SpecPath,
    policy::Image,
    spec::{
        diagnostics::{NotARegistry, RolloutOrder},
        model::{Engines, Gatekeeper, HostPath, Images, Namespace, Policies, Port, PortRange, Rollout, Workloads},
        v1alpha1::{self as v1, List},
    },
};

pub(super) fn namespaces(r: &mut Reader<'_>, at: &SpecPath, written: List<v1::Namespace>) -> Vec<Namespace> {
    let name = Name { key: "name", of: |namespace: &v1::Namespace| namespace.name.as_deref() };
    let namespaces = r.named(at, "a namespace", Form::Label, written, name);
    let taken =
        |(_, n): (SpecPath, v1::Namespace)| Some(Namespace { name: n.name?, pod_security: n.pod_security, waiver: n.waiver });
    namespaces.into_iter().filter_map(taken).collect()
}

pub(super) fn images(r: &mut Reader<'_>, at: &SpecPath, written: v1::Images) -> Images {
    let expected = "a registry such as registry.example.com/shop, without scheme, tag or wildcard";
    let list = at.child("allowedRegistries");
    for (index, text) in written.allowed_registries.iter().flat_map(List::entries) {
        if is_registry(text) && !Image::may_be_from(text) {
            let place = r.value_place(&list.index(index));
            r.push(NotARegistry { text: text.clone(), place });
        }
    }
    let allowed_registries = texts(r, &list, written.allowed_registries, expected, is_registry);
    Images { allowed_registries, require_digest: written.require_digest, always_pull: written.always_pull }
}

pub(super) fn workloads(r: &mut Reader<'_>, at: &SpecPath, written: v1::Workloads) -> Workloads {
    let ports_at = at.child("hostPorts");
    let port = |(index, port): (usize, v1::HostPort)| match port {
        v1::HostPort::One(number) => Port::new(number).map(|port| PortRange { first: port, last: port }),
        v1::HostPort::Range(text) => r.read(&ports_at.index(index), Some(text), "a port, or a range such as \"30000-30010\""),
    };
    let host_ports = written.host_ports.map(|list| list.indexed().filter_map(port).collect());
    let paths_at = at.child("hostPaths");
    let host_paths = written
        .host_paths
        .map(|list| list.indexed().filter_map(|(index, path)| host_path(r, &paths_at.index(index), path)).collect());
    Workloads { host_ports, host_paths }
}

fn host_path(r: &mut Reader<'_>, at: &SpecPath, written: v1::HostPath) -> Option<HostPath> {
    let path = r.need(at, "path", written.path)?;
    let path = r.check(&at.child("path"), path, "an absolute path such as /var/log", is_absolute)?;
    Some(HostPath { path, read_only: written.read_only })
}

pub(super) fn policies(r: &mut Reader<'_>, at: &SpecPath, written: v1::Policies) -> Policies {
    let engines = written.engines.unwrap_or_default();
    let version_at = at.child("engines").child("gatekeeper").child("version");
    let gatekeeper = engines.gatekeeper.map(|g| Gatekeeper {
        version: r.version(&version_at, g.version),
        installed: g.installed,
        connect: g.connect == Some(true),
    });
    let rollout = rollout(r, &at.child("rollout"), written.rollout.unwrap_or_default());
    Policies {
        engines: Engines {
            gatekeeper,
            admission_policy: engines.admission_policy.is_some(),
            azure_policy: engines.azure_policy.is_some(),
        },
        failure: written.failure,
        rollout,
    }
}

fn rollout(r: &mut Reader<'_>, at: &SpecPath, written: v1::Rollout) -> Rollout {
    let warn = r.date(&at.child("warn"), written.warn);
    let deny = r.date(&at.child("deny"), written.deny);
    if let (Some(warn), Some(deny)) = (warn, deny)
        && deny < warn
    {
        let (warn, deny) = (r.value_place(&at.child("warn")), r.value_place(&at.child("deny")));
        r.push(RolloutOrder { warn, deny });
    }
    Rollout { warn, deny }
}
