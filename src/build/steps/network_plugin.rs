//! The plug-in that carries the pods' packets, and kube-proxy beside it.

use crate::{
    facts,
    plan::{Ground, Plan},
};

use super::kubeadm::{Tree, ranges};

impl Tree<'_> {
    /// The plug-in: nothing becomes ready before it.
    pub(super) fn network_plugin(&self) -> Option<String> {
        let cni = self.plan.host.cni.as_str();
        let told = [
            self.pool_of(cni),
            self.carried(cni),
            self.encrypted(cni),
            self.without_kube_proxy(cni),
            nftables(self.plan).map(|()| NFTABLES.to_owned()),
        ];
        let told: Vec<String> = told.into_iter().flatten().collect();
        (!cni.is_empty()).then(|| {
            format!(
                "Install the network plug-in ({cni}), as its makers say, {}. Nodes are not ready before, and no pod of the next steps starts.",
                told.join("; ")
            )
        })
    }

    /// The ranges of the pods, which most plug-ins do not take from kubeadm.
    fn pool_of(&self, cni: &str) -> Option<String> {
        let pods = ranges(&self.kubeadm.pod_subnets);
        Some(match cni {
            "cilium" => {
                format!("with `ipam.mode=kubernetes`, so that pods have addresses of {pods} (its own default is another range)")
            }
            "calico" => format!("with {pods} as `cidr` of the `ipPools` of its Installation"),
            _ => format!("with {pods} as the range of pods"),
        })
    }

    /// The way between nodes, where the spec has a word on it: each plug-in has a default of its own, and the firewall of the nodes opens what is
    /// declared alone.
    fn carried(&self, cni: &str) -> Option<String> {
        let word = self.plan.host.carried.as_deref()?;
        let told = match (cni, word) {
            ("calico", word) => {
                let name = match word {
                    "vxlan" => "VXLAN",
                    "vxlan-cross-subnet" => "VXLANCrossSubnet",
                    "ipip" => "IPIP",
                    "ipip-cross-subnet" => "IPIPCrossSubnet",
                    _ => "None",
                };
                format!("with `encapsulation: {name}` in those `ipPools`")
            }
            ("cilium", "native") => {
                let family = |cidr: &crate::base::Cidr| if cidr.address().is_ipv4() { "ipv4" } else { "ipv6" };
                let ranges = self.kubeadm.pod_subnets.iter().map(|cidr| format!("`{}NativeRoutingCIDR={cidr}`", family(cidr)));
                format!(
                    "with `routingMode=native`, {}, and `autoDirectNodeRoutes=true` or routers that know the way to the pods of each node",
                    ranges.collect::<Vec<_>>().join(", ")
                )
            }
            ("cilium", word) => format!("with `routingMode=tunnel`, `tunnelProtocol={word}`"),
            ("flannel", word) => format!("with `\"Type\": \"{word}\"` as `Backend` of its `net-conf.json`"),
            _ => return None,
        };
        Some(told)
    }

    /// The encryption between nodes, where the spec asks for it.
    fn encrypted(&self, cni: &str) -> Option<String> {
        let word = self.plan.host.encrypted.as_deref()?;
        Some(match (cni, word) {
            ("cilium", word) => format!("with `encryption.enabled=true`, `encryption.type={word}`"),
            ("calico", "wireguard") => {
                "with WireGuard on as soon as it runs (`kubectl patch felixconfiguration default --type merge -p '{\"spec\":{\"wireguardEnabled\":true}}'`)"
                    .to_owned()
            }
            (_, word) => format!("with encryption by {word}"),
        })
    }

    /// How the plug-in reaches the API server where nobody serves the address of its Service yet.
    fn without_kube_proxy(&self, cni: &str) -> Option<String> {
        let (host, port) = self.kubeadm.endpoint.rsplit_once(':')?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        (!self.kubeadm.kube_proxy).then(|| match cni {
            "cilium" => format!("with `kubeProxyReplacement=true`, `k8sServiceHost={host}`, `k8sServicePort={port}`, since kube-proxy does not run"),
            "calico" => format!(
                "with its eBPF data plane, since kube-proxy does not run, and before it a ConfigMap `kubernetes-services-endpoint` in the namespace of \
                 its operator (`KUBERNETES_SERVICE_HOST: {host}`, `KUBERNETES_SERVICE_PORT: \"{port}\"`)"
            ),
            _ => format!("told to serve Services in place of kube-proxy and to reach the API server at `{host}`, port {port}"),
        })
    }

    pub(super) fn kube_proxy(&self) -> String {
        if !self.kubeadm.kube_proxy {
            return "kube-proxy is not deployed by these documents. One that still runs from earlier is removed by hand, after the network plug-in has \
                    taken over its work: `kubectl -n kube-system delete daemonset,configmap kube-proxy`, then on each node `iptables-save | grep -v KUBE | \
                    iptables-restore` (and `ip6tables`), or its old rules go on to catch the addresses of Services. Connections to Services that are open break."
                .to_owned();
        }
        let store = "`kubeadm init phase addon kube-proxy --config kubeadm/init.yaml` stores its configuration (upload-config does not), then \
                     `kubectl -n kube-system rollout restart daemonset kube-proxy`";
        match nftables(self.plan) {
            None => format!("kube-proxy: {store}. A change of mode replaces the Service rules of every node."),
            Some(()) => format!(
                "kube-proxy and Calico, which must program the same tables, in one maintenance window and right after each other: {store}, then \
                 `kubectl patch installation default --type merge -p \
                 '{{\"spec\":{{\"calicoNetwork\":{{\"linuxDataplane\":\"Nftables\",\"linuxPolicySetupTimeoutSeconds\":null}}}}}}'` (its operator refuses the \
                 change while the time-out is set; look first which of the two you have: without the operator it is `nftablesMode: Enabled` of \
                 `FelixConfiguration` `default`). Between the two Services and policies may fail. Where both are as this says already, nothing changes."
            ),
        }
    }
}

const NFTABLES: &str = "with its own rules in nftables, as kube-proxy's are (`linuxDataplane: Nftables` of its Installation)";

/// Whether Calico has to be told of a kube-proxy that writes nftables, since it does not follow by itself.
fn nftables(plan: &Plan) -> Option<()> {
    let mode = plan.verdicts.iter().find(|control| control.id.0 == "kube-proxy/mode")?;
    let told = mode.verdicts.iter().any(|verdict| verdict.ground == Ground::Fact(facts::id::CALICO_DATA_PLANE));
    told.then_some(())
}
