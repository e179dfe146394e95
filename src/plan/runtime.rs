//! Where the container runtime of the nodes listens.

use std::collections::BTreeMap;

use crate::base::{Cause, Reason, SpecPath};

use super::{Cluster, Held, SettingKey, Topic};

/// The sockets of the runtimes that a spec declares, as their packages place them.
const SOCKETS: [(&str, &str); 3] =
    [("containerd", "/run/containerd/containerd.sock"), ("crio", "/run/crio/crio.sock"), ("docker", "/run/cri-dockerd.sock")];

/// The runtime that listens on a socket; nothing where the place says none.
#[must_use]
pub fn runtime_of_socket(socket: &str) -> Option<&'static str> {
    let path = socket_path(socket);
    SOCKETS.into_iter().find(|(_, known)| *known == path).map(|(name, _)| name)
}

/// The file of a socket: `unix://` may be left out, and `/var/run` is `/run`.
#[must_use]
pub fn socket_path(socket: &str) -> String {
    let path = socket.trim_start_matches("unix://");
    path.strip_prefix("/var/run/").map_or_else(|| path.to_owned(), |rest| format!("/run/{rest}"))
}

/// A socket that no declared runtime has by itself; for the others the runtime says all.
pub(super) fn settings(cluster: &Cluster, out: &mut BTreeMap<SettingKey, Held<String>>) {
    let Some(kubeadm) = cluster.kubeadm.as_ref().filter(|kubeadm| runtime_of_socket(&kubeadm.cri_socket).is_none()) else {
        return;
    };
    const POINTER: &str = "/nodeRegistration/criSocket";
    let said = [("InitConfiguration", "Init"), ("JoinConfiguration/control-plane", "Join"), ("JoinConfiguration/worker", "Join")];
    let place = said.into_iter().find_map(|(key, kind)| {
        kubeadm.owner_value(key, POINTER)?;
        Some(kubeadm.owner_documents.get(key)?.place(&format!("{kind}Configuration"), POINTER))
    });
    let cause = place.map_or_else(|| Cause::Spec(SpecPath::new("/platform/runtime")), |place| Cause::Owner(place.into()));
    let key = SettingKey::Part(Topic::Runtime, "socket".to_owned());
    out.insert(key, Held::new(socket_path(&kubeadm.cri_socket), Reason { control: None, cause }));
}
