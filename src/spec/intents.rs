//! What a spec asks for, as paths: every struct is taken apart without `..`, so a new field does not compile until it is listed here.

use std::collections::BTreeMap;

use super::model::{
    Aks, AksOwns, Api, Audit, Cilium, Cni, ControlChoice, Deadlines, Delivery, Duty, Eks, EncryptionAtRest, Engines, Entra, Flow,
    Group, HostPath, Identity, Images, Impersonation, Issuer, KubeProxy, Kubeadm, LoadBalancer, Logging, Namespace, Network,
    NodePool, Owns, Patching, Peer, PlatformSpec, Policies, Provider, Relay, Rollout, Scanning, Siem, Size, Sources, Spec, Tier,
    Vulnerabilities, Waiver, Workloads,
};
use crate::base::SpecPath;

/// One path for every named entry, and one for every other decision that the spec makes. Sorted, each once.
#[must_use]
pub fn intents(spec: &Spec) -> Vec<SpecPath> {
    let mut list = List(Vec::new());
    let at = |field: &str| SpecPath::root().child(field);
    // Profiles select controls, and each control has verdicts of its own.
    let Spec {
        profiles: _,
        platform,
        api,
        identity,
        namespaces,
        images,
        workloads,
        policies,
        network,
        logging,
        vulnerabilities,
        controls,
        waivers,
    } = spec;
    list.platform(&at("platform"), platform);
    list.api(&at("api"), api);
    list.identity(&at("identity"), identity);
    list.namespaces(&at("namespaces"), namespaces);
    list.images(&at("images"), images);
    list.workloads(&at("workloads"), workloads);
    list.policies(&at("policies"), policies);
    list.network(&at("network"), network);
    list.logging(&at("logging"), logging);
    list.vulnerabilities(&at("vulnerabilities"), vulnerabilities);
    list.controls(&at("controls"), controls);
    list.waivers(&at("waivers"), waivers);
    list.0.sort();
    list.0.dedup();
    list.0
}

struct List(Vec<SpecPath>);

impl List {
    /// A decision, where it was made.
    fn said<T>(&mut self, parent: &SpecPath, field: &str, value: Option<&T>) {
        if value.is_some() {
            self.0.push(parent.child(field));
        }
    }

    /// Named entries below a field.
    fn named<'n>(&mut self, parent: &SpecPath, field: &str, names: impl IntoIterator<Item = &'n str>) {
        let list = parent.child(field);
        self.0.extend(names.into_iter().map(|name| list.child(name)));
    }

    fn platform(&mut self, at: &SpecPath, platform: &PlatformSpec) {
        let PlatformSpec { provider, pod_cidrs, service_cidrs, cni, runtime, node_local_dns, size, node_pools, mirrors, addons } =
            platform;
        match provider {
            Provider::Kubeadm(kubeadm) => self.kubeadm(&at.child("kubeadm"), kubeadm),
            Provider::Eks(eks) => self.eks(&at.child("eks"), eks),
            Provider::Aks(aks) => self.aks(&at.child("aks"), aks),
        }
        let Size { nodes, pods } = size;
        self.said(&at.child("size"), "nodes", nodes.as_ref());
        self.said(&at.child("size"), "pods", pods.as_ref());
        self.said(at, "podCidrs", pod_cidrs.as_ref());
        self.said(at, "serviceCidrs", service_cidrs.as_ref());
        self.named(at, "cni", cni.iter().map(|cni| cni.name()));
        // The version, the way of packets and their encryption shape what is written; the firewall would be rules of its own.
        if let Some(Cni::Cilium(Cilium { version: _, datapath: _, host_firewall, encryption: _ })) = cni {
            self.said(&at.child("cni").child("cilium"), "hostFirewall", host_firewall.filter(|on| *on).as_ref());
        }
        self.named(at, "runtime", runtime.iter().map(|runtime| runtime.name()));
        self.said(at, "nodeLocalDns", node_local_dns.as_ref());
        for pool in node_pools {
            self.pool(&at.child("nodePools"), pool);
        }
        self.named(at, "mirrors", mirrors.keys().map(String::as_str));
        self.named(at, "addons", addons.iter().map(String::as_str));
    }

    fn pool(&mut self, list: &SpecPath, NodePool { name, role: _, os: _, cidrs: _, access, nodes: _, open }: &NodePool) {
        let at = list.child(name);
        self.said(&at, "access", access.as_ref());
        self.0.extend((0..open.len()).map(|n| at.child("open").index(n)));
        self.0.push(at);
    }

    fn kubeadm(&mut self, at: &SpecPath, kubeadm: &Kubeadm) {
        let Kubeadm {
            kubernetes_version,
            config,
            control_plane_endpoint,
            pod_subnets,
            service_subnets,
            dns_domain,
            etcd,
            kube_proxy,
            serving_certificates,
        } = kubeadm;
        self.said(at, "kubernetesVersion", Some(kubernetes_version));
        self.said(at, "config", config.as_ref());
        self.said(at, "controlPlaneEndpoint", control_plane_endpoint.as_ref());
        self.said(at, "podSubnets", pod_subnets.as_ref());
        self.said(at, "serviceSubnets", service_subnets.as_ref());
        self.said(at, "dnsDomain", dns_domain.as_ref());
        self.said(at, "etcd", etcd.as_ref());
        let KubeProxy { mode, node_port_addresses } = kube_proxy;
        self.said(&at.child("kubeProxy"), "mode", mode.as_ref());
        self.said(&at.child("kubeProxy"), "nodePortAddresses", node_port_addresses.as_ref());
        self.said(at, "servingCertificates", serving_certificates.as_ref());
    }

    fn eks(&mut self, at: &SpecPath, eks: &Eks) {
        let Eks { kubernetes_version, region, endpoint, nodes, owns, terraform } = eks;
        self.said(at, "kubernetesVersion", Some(kubernetes_version));
        self.said(at, "region", region.as_ref());
        self.said(at, "endpoint", endpoint.as_ref());
        self.said(at, "nodes", nodes.as_ref());
        let Owns { log_group, kms_key, vpc_cni, access_entries, subscription_filter } = owns;
        self.said(&at.child("owns"), "logGroup", log_group.as_ref());
        self.said(&at.child("owns"), "kmsKey", kms_key.as_ref());
        self.said(&at.child("owns"), "vpcCni", vpc_cni.as_ref());
        self.said(&at.child("owns"), "accessEntries", access_entries.as_ref());
        self.said(&at.child("owns"), "subscriptionFilter", subscription_filter.as_ref());
        self.said(&at.child("terraform"), "aws", terraform.as_ref());
    }

    fn aks(&mut self, at: &SpecPath, aks: &Aks) {
        let Aks { kubernetes_version, location, access, tier, entra, owns, terraform } = aks;
        self.said(at, "kubernetesVersion", Some(kubernetes_version));
        self.said(at, "location", location.as_ref());
        self.said(at, "access", access.as_ref());
        self.said(at, "tier", tier.as_ref());
        if let Some(Entra { admin_groups }) = entra {
            self.said(&at.child("entra"), "adminGroups", Some(admin_groups));
        }
        let AksOwns { diagnostic_setting } = owns;
        self.said(&at.child("owns"), "diagnosticSetting", diagnostic_setting.as_ref());
        self.said(&at.child("terraform"), "azurerm", terraform.as_ref());
    }

    fn api(&mut self, at: &SpecPath, api: &Api) {
        let Api { sources, encryption_at_rest } = api;
        if let Some(Sources { admins, load_balancer, egress }) = sources {
            let at = at.child("sources");
            self.said(&at, "admins", admins.as_ref());
            if let Some(LoadBalancer { addresses: _, preserves_client_ip: _ }) = load_balancer {
                self.said(&at, "loadBalancer", Some(&()));
            }
            self.said(&at, "egress", egress.as_ref());
        }
        if let Some(EncryptionAtRest { provider: _, resources: _, stage: _ }) = encryption_at_rest {
            self.said(at, "encryptionAtRest", Some(&()));
        }
    }

    fn identity(&mut self, at: &SpecPath, identity: &Identity) {
        let Identity { issuers, groups, delivery, break_glass, duties, impersonation } = identity;
        self.named(at, "issuers", issuers.iter().map(issuer_name));
        self.named(at, "groups", groups.iter().map(|(name, Group { kubernetes: _, aws: _, entra: _ })| name.as_str()));
        for (index, Delivery::ServiceAccount { namespace: _, name: _ }) in delivery.iter().enumerate() {
            self.0.push(at.child("delivery").index(index));
        }
        self.said(at, "breakGlass", break_glass.as_ref());
        self.named(at, "duties", duties.iter().map(duty_name));
        self.named(at, "impersonation", impersonation.iter().map(impersonation_name));
    }

    fn namespaces(&mut self, at: &SpecPath, namespaces: &[Namespace]) {
        self.0.extend(namespaces.iter().map(|Namespace { name, pod_security: _, waiver: _ }| at.child(name)));
    }

    fn images(&mut self, at: &SpecPath, images: &Images) {
        let Images { allowed_registries, require_digest, always_pull } = images;
        self.said(at, "allowedRegistries", allowed_registries.as_ref());
        self.said(at, "requireDigest", require_digest.as_ref());
        self.said(at, "alwaysPull", always_pull.as_ref());
    }

    fn workloads(&mut self, at: &SpecPath, workloads: &Workloads) {
        let Workloads { host_ports, host_paths } = workloads;
        self.said(at, "hostPorts", host_ports.as_ref());
        self.said(at, "hostPaths", host_paths.as_ref());
        for (index, HostPath { path: _, read_only: _ }) in host_paths.iter().flatten().enumerate() {
            self.0.push(at.child("hostPaths").index(index));
        }
    }

    fn policies(&mut self, at: &SpecPath, policies: &Policies) {
        let Policies { engines, failure, rollout } = policies;
        let Engines { gatekeeper, admission_policy, azure_policy } = engines;
        let engines = at.child("engines");
        self.said(&engines, "gatekeeper", gatekeeper.as_ref());
        self.said(&engines, "admissionPolicy", admission_policy.then_some(&()));
        self.said(&engines, "azurePolicy", azure_policy.then_some(&()));
        self.said(at, "failure", failure.as_ref());
        let Rollout { warn, deny } = rollout;
        self.said(&at.child("rollout"), "warn", warn.as_ref());
        self.said(&at.child("rollout"), "deny", deny.as_ref());
    }

    fn network(&mut self, at: &SpecPath, network: &Network) {
        let Network { peers, tiers, flows } = network;
        self.named(at, "peers", peers.iter().map(|(name, Peer { namespace: _, selector: _ })| name.as_str()));
        self.named(at, "tiers", tiers.iter().map(|Tier { name, namespace: _, selector: _, ports: _ }| name.as_str()));
        self.named(at, "flows", flows.iter().map(|Flow { name, from: _, to: _, ports: _, reason: _ }| name.as_str()));
    }

    fn logging(&mut self, at: &SpecPath, logging: &Logging) {
        let Logging { audit, collector, sources, siem } = logging;
        let Audit { goals, retention_days, events_per_second } = audit;
        let audit = at.child("audit");
        self.named(&audit, "goals", goals.iter().flatten().map(|goal| goal.name()));
        self.said(&audit, "retentionDays", retention_days.as_ref());
        self.said(&audit, "eventsPerSecond", events_per_second.as_ref());
        self.said(at, "collector", collector.as_ref());
        self.named(at, "sources", sources.iter().flatten().map(|source| source.name()));
        if let Some(Siem { sink, relay }) = siem {
            self.named(at, "siem", [sink.name()]);
            if let Some(Relay { destination: _, role: _, name: _ }) = relay {
                self.named(at, "siem", ["relay"]);
            }
        }
    }

    fn vulnerabilities(&mut self, at: &SpecPath, vulnerabilities: &Vulnerabilities) {
        let Vulnerabilities { patching, scanning } = vulnerabilities;
        let Patching { window, reboot, deadlines } = patching;
        let patching = at.child("patching");
        self.said(&patching, "window", window.as_ref());
        self.said(&patching, "reboot", reboot.as_ref());
        let Deadlines { critical, high, medium, low } = deadlines;
        for (severity, days) in [("critical", critical), ("high", high), ("medium", medium), ("low", low)] {
            self.said(&patching.child("deadlines"), severity, days.as_ref());
        }
        let Scanning { pipeline, registry, cluster } = scanning;
        let scanning = at.child("scanning");
        self.said(&scanning, "pipeline", pipeline.as_ref());
        self.said(&scanning, "registry", registry.as_ref());
        self.said(&scanning, "cluster", cluster.as_ref());
    }

    fn controls(&mut self, at: &SpecPath, controls: &BTreeMap<String, ControlChoice>) {
        self.0.extend(controls.iter().map(|(id, ControlChoice { apply: _, waiver: _, with: _ })| at.child(id)));
    }

    fn waivers(&mut self, at: &SpecPath, waivers: &[Waiver]) {
        let id = |Waiver { id, control: _, scope: _, owner: _, reason: _, expires: _ }: &Waiver| at.child(id);
        self.0.extend(waivers.iter().map(id));
    }
}

fn issuer_name(Issuer { name, url: _, audiences: _, username: _, groups: _ }: &Issuer) -> &str {
    name
}

fn duty_name(Duty { name, group: _, namespaces: _, may: _ }: &Duty) -> &str {
    name
}

fn impersonation_name(
    Impersonation { name, by: _, users: _, groups: _, namespaces: _, may: _, reason: _ }: &Impersonation,
) -> &str {
    name
}
