//! The ports of hosts that the owner may have moved, and how kube-proxy handles Services.

use crate::facts;

use super::{Plan, Program};

impl Plan {
    /// The mode of kube-proxy; empty is its own default, `iptables`.
    #[must_use]
    pub fn proxy_mode(&self) -> &str {
        self.component(Program::KubeProxy).fields.get("mode").and_then(|held| held.value.as_str()).unwrap_or_default()
    }

    /// The port of kubelets.
    #[must_use]
    pub fn kubelet_port(&self) -> u16 {
        let kubelet = self.component(Program::Kubelet);
        let by_flag = kubelet.flag_text("port").and_then(|text| text.parse().ok());
        let in_file = || kubelet.fields.get("port").and_then(|held| u16::try_from(held.value.as_u64()?).ok());
        by_flag.or_else(in_file).filter(|port| *port != 0).unwrap_or(facts::KUBELET_PORT)
    }

    /// The port on which kube-proxy says that it is well; nothing where it says it to its own node alone.
    #[must_use]
    pub fn proxy_health_port(&self) -> Option<u16> {
        let field = self.component(Program::KubeProxy).fields.get("healthzBindAddress").and_then(|held| held.value.as_str());
        let Some((host, port)) = field.and_then(|text| text.rsplit_once(':')) else { return Some(facts::PROXY_HEALTH_PORT) };
        let host: Option<std::net::IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        if host.is_some_and(|host| host.is_loopback()) { None } else { port.parse().ok() }
    }

    /// The first and the last NodePort.
    #[must_use]
    pub fn node_ports(&self) -> (u16, u16) {
        let said = self.component(Program::KubeApiserver).flag_text("service-node-port-range");
        said.and_then(|text| facts::port_range(&text)).unwrap_or(facts::NODE_PORTS)
    }
}
