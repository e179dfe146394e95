//! The page for AKS: a raw `azurerm_kubernetes_cluster`, or the Azure Verified Module.

use crate::{
    hcl::{Block, Expr},
    plan::cloud::{CloudValue, Destination, Owner, Stage},
    targets::terraform::aks::makes_setting,
};

use super::{Line, Page, Taken, Way, kept, taken};

/// The module: Azure/avm-res-containerservice-managedcluster/azurerm 0.8.1.
const TABLE: &[Taken] = &[
    taken!(
        "admin_group_object_ids",
        Some(("azure_active_directory_role_based_access_control", "admin_group_object_ids")),
        Some(("aad_profile", "admin_group_object_ids"))
    ),
    taken!(
        "authorized_ip_ranges",
        Some(("api_server_access_profile", "authorized_ip_ranges")),
        Some(("api_server_access_profile", "authorized_ip_ranges"))
    ),
    taken!("local_account_disabled", Some(("", "local_account_disabled")), Some(("", "disable_local_accounts"))),
    taken!("network_data_plane", Some(("network_profile", "network_data_plane")), Some(("network_profile", "network_dataplane"))),
    taken!("network_plugin", Some(("network_profile", "network_plugin")), Some(("network_profile", "network_plugin"))),
    taken!(
        "network_plugin_mode",
        Some(("network_profile", "network_plugin_mode")),
        Some(("network_profile", "network_plugin_mode"))
    ),
    taken!("network_policy", Some(("network_profile", "network_policy")), Some(("network_profile", "network_policy"))),
    taken!("pod_cidr", Some(("network_profile", "pod_cidr")), Some(("network_profile", "pod_cidr"))),
    taken!(
        "private_cluster_enabled",
        Some(("", "private_cluster_enabled")),
        Some(("api_server_access_profile", "enable_private_cluster"))
    ),
    taken!(
        "private_cluster_public_fqdn_enabled",
        Some(("", "private_cluster_public_fqdn_enabled")),
        Some(("api_server_access_profile", "enable_private_cluster_public_fqdn"))
    ),
    taken!("run_command_enabled", Some(("", "run_command_enabled")), Some(("api_server_access_profile", "disable_run_command")))
        .module_takes("!module.harden_settings.run_command_enabled"),
    taken!("sku_tier", Some(("", "sku_tier")), Some(("sku", "tier"))),
];

const TITLES: [&str; 2] = ["A raw `azurerm_kubernetes_cluster`", "Azure/avm-res-containerservice-managedcluster 0.8"];

impl Page<'_> {
    pub(super) fn aks(&mut self) {
        self.aks_call();
        self.aks_open();
        self.aks_checks();
        if self.cloud.has(Stage::Close) {
            self.aks_close();
        }
        if self.cloud.has(Stage::Overlay) {
            self.aks_overlay();
        }
        if self.cloud.has(Stage::Network) {
            self.aks_network();
        }
        self.end(if makes_setting(self.cloud) {
            "`local_account_disabled`, `run_command_enabled`, the tier, the data plane and the overlay"
        } else {
            "`local_account_disabled`, `run_command_enabled`, the tier, the data plane, the overlay and diagnostic settings"
        });
        self.say(
            "The data source of azurerm brings the kubeconfigs of the cluster with it: that of users, and, while local accounts are on, that of \
             the local administrator. They lie in your state, as they do with `azurerm_kubernetes_cluster`; with the AVM module they come into \
             the state by this check alone. Guard the state, and switch local accounts off (step C).",
        );
        self.back(if makes_setting(self.cloud) { vec!["the diagnostic setting"] } else { Vec::new() }, "");
    }

    fn aks_block(way: Way) -> Block {
        match way {
            Way::Raw => Block::new("resource", &["azurerm_kubernetes_cluster", "this"]),
            Way::Module => Block::new("module", &["aks"])
                .set("source", Expr::text("Azure/avm-res-containerservice-managedcluster/azurerm"))
                .set("version", Expr::text("~> 0.8.1")),
        }
    }

    fn aks_ways(&mut self, stage: Stage, module: Vec<Line>) {
        let of_raw = self.raw(Self::aks_block(Way::Raw), TABLE, stage, Vec::new());
        let of_module = self.module(Self::aks_block(Way::Module), TABLE, stage, module);
        let of_raw =
            if stage == Stage::Open { Some(of_raw.unwrap_or_else(|| Self::aks_block(Way::Raw)).block(kept())) } else { of_raw };
        self.ways(of_raw, of_module, TITLES);
    }

    fn aks_call(&mut self) {
        self.step("Call both modules");
        let mut attach = Block::new("module", &["harden_attach"])
            .set("cluster_id", Expr::code("azurerm_kubernetes_cluster.this.id"))
            .set("source", Expr::text("./terraform/attach"));
        let mut hub = false;
        for held in self.cloud.destinations.iter().filter(|_| makes_setting(self.cloud)) {
            hub |= matches!(held.value, Destination::EventHub { .. });
            attach = match &held.value {
                Destination::EventHub { rule: None, .. } => attach
                    .set("eventhub_authorization_rule_id", Expr::code("azurerm_eventhub_namespace_authorization_rule.logs.id")),
                Destination::Workspace(None) => {
                    attach.set("log_analytics_workspace_id", Expr::code("azurerm_log_analytics_workspace.logs.id"))
                }
                Destination::EventHub { .. } | Destination::Workspace(_) => attach,
            };
        }
        self.code(&[Block::new("module", &["harden_settings"]).set("source", Expr::text("./terraform/settings")), attach]);
        self.say("With the AVM module the id is `module.aks.resource_id`.");
        if hub {
            self.say(
                "The rule belongs to the Event Hubs namespace and has the rights Manage, Send and Listen: Azure Monitor asks for all three. \
                 Whoever applies needs the right to list its keys.",
            );
        }
        if !makes_setting(self.cloud) {
            return;
        }
        self.say(
            "Azure refuses two diagnostic settings that send one category to one receiver: an entry of `diagnostic_settings` for it, or one made \
             by hand, has to go first. A setting named `harden` that exists already is imported:",
        );
        self.code(&[Block::new("import", &[])
            .set("id", Expr::text("CLUSTER-ID|harden"))
            .set("to", Expr::code("module.harden_attach.azurerm_monitor_diagnostic_setting.control_plane"))]);
    }

    /// Who owns the diagnostic setting, where `attach` does not make it.
    fn other_setting(&self) -> Option<Owner> {
        self.cloud.diagnostics_owner.as_ref().map(|owner| owner.value).filter(|owner| *owner != Owner::Harden)
    }

    /// What the owner of the diagnostic setting does, and the line of the module that makes it.
    fn aks_setting(&mut self) -> Vec<Line> {
        let Some(owner) = self.other_setting() else { return Vec::new() };
        let receiver = match self.cloud.destinations.as_slice() {
            [] => "the receiver that you chose: the spec names none",
            [held] if held.value.is_complete() => "the receiver that stands there",
            [..] => "the receiver that stands there, by a rule of yours with the rights Manage, Send and Listen",
        };
        self.say(&format!(
            "The diagnostic setting is yours: `az monitor diagnostic-settings list --resource CLUSTER-ID` lists what there is. One must send every \
             category of `module.harden_settings.diagnostic_setting` to {receiver}: with a raw `azurerm_monitor_diagnostic_setting` an `enabled_log` \
             for each. Azure refuses a second setting that sends one category to the same receiver, so add them to the setting that sends there \
             already."
        ));
        if owner == Owner::Existing {
            return Vec::new();
        }
        let setting = || Expr::code("module.harden_settings.diagnostic_setting");
        let missing = match self.cloud.destinations.as_slice() {
            [] => Some(("workspace_resource_id", "azurerm_log_analytics_workspace.logs.id")),
            [held] if held.value.is_complete() => None,
            [..] => Some(("event_hub_authorization_rule_resource_id", "azurerm_eventhub_namespace_authorization_rule.logs.id")),
        };
        let value = match missing {
            Some((name, id)) => Expr::call("merge", [setting(), Expr::object([(name, Expr::code(id))])]),
            None => setting(),
        };
        vec![("diagnostic_settings", "harden", value)]
    }

    fn aks_open(&mut self) {
        self.step("Apply A: open what stays");
        self.people_first();
        let entra = self.cloud.settings.contains_key("admin_group_object_ids");
        let mut module = if entra { vec![("aad_profile", "managed", Expr::bool(true))] } else { Vec::new() };
        module.extend(self.aks_setting());
        self.aks_ways(Stage::Open, module);
        if entra {
            self.say(
                "Entra ID cannot be taken out of a cluster again. Local accounts stay on until step C, and who has a kubeconfig of one keeps \
                 coming in. But `az aks get-credentials` hands out one that signs in through Entra ID from this apply on: a pipeline that fetches \
                 its kubeconfig at every run adds `--admin` until B, or has `kubelogin` and its rights first.",
            );
        }
        if self.cloud.settings.contains_key("log_analytics_retention_in_days") {
            self.say("`module.harden_settings.log_analytics_retention_in_days` goes to `retention_in_days` of the workspace.");
        }
    }

    fn aks_checks(&mut self) {
        self.step("B: check, before anything is closed");
        let mut points = self.first_points();
        if self.other_setting().is_some() {
            points.push(
                "A diagnostic setting of yours sends every category of `module.harden_settings.diagnostic_setting` (`az monitor diagnostic-settings \
                 list --resource CLUSTER-ID`), and an event of today is at the receiver.",
            );
        }
        if self.cloud.settings.contains_key("admin_group_object_ids") {
            points.push(
                "Somebody of the administrators' groups signs in through Entra ID (`kubelogin`), and `kubectl auth can-i '*' '*'` says yes. \
                 Everybody who signs in needs the Azure role `Azure Kubernetes Service Cluster User Role` to get a kubeconfig.",
            );
        }
        if self.cloud.settings.contains_key("local_account_disabled") {
            points.push(
                "No pipeline uses a kubeconfig of `az aks get-credentials --admin` any more: each has an identity in Entra ID (`kubelogin` with a \
                 service principal or workload identity), its own bindings, and has run once.",
            );
        }
        if self.cloud.settings.contains_key("run_command_enabled") {
            points.push("Nothing uses `az aks command invoke` any more.");
        }
        if self.cloud.settings.contains_key("authorized_ip_ranges") {
            points.push(
                "The addresses that the nodes go out with are among `authorized_ip_ranges`: with a load balancer `az aks show --name NAME \
                 --resource-group GROUP --query networkProfile.loadBalancerProfile.effectiveOutboundIPs` lists them; with a NAT gateway or a \
                 firewall they are its own. The same for runners and administrators.",
            );
        }
        if self.stages.contains(&"network") {
            points.push(
                "No pool has LocalDNS on (`az aks nodepool list --cluster-name NAME --resource-group GROUP --query '[].localDnsProfile'`; AKS Automatic \
                 has it by default): its pods ask their node under 169.254.10.10 and 169.254.10.11, which `k8s/network` does not open.",
            );
        }
        if self.asks("private_cluster_enabled", &CloudValue::Bool(true)) {
            points.push(
                "The cluster is private already. azurerm makes a public cluster anew when `private_cluster_enabled` changes: then leave the lines \
                 out, and plan a new cluster.",
            );
        }
        self.points(&points);
    }

    fn aks_close(&mut self) {
        self.step("Apply C: close");
        self.aks_ways(Stage::Close, Vec::new());
        if self.cloud.settings.contains_key("local_account_disabled") {
            self.say(if self.cloud.settings.contains_key("authorized_ip_ranges") {
                "Switch local accounts off last, after the ranges have held for a while: they are the way in when a mistake is made in the list of \
                 administrators."
            } else {
                "Switch local accounts off last, in an apply of their own: they are the way in when a mistake is made in the list of administrators."
            });
            self.say(
                "Certificates of local accounts that were handed out keep working until they are rotated: `az aks rotate-certs` makes all nodes and \
                 their disks anew, with up to 30 minutes without the cluster. Plan it, or the accounts that exist stay a way in.",
            );
        }
    }

    /// An overlay comes by itself, and before an engine: AKS moves no cluster to it in which one acts.
    fn aks_overlay(&mut self) {
        self.step("Apply D1: pods get addresses of an overlay");
        self.say(
            "Only for a cluster that is not on one (`az aks show --name NAME --resource-group GROUP --query networkProfile.networkPluginMode` says \
             nothing); a cluster that is goes on to D2. There is no way back. To be seen first:",
        );
        let mut points = vec![
            "Nothing outside the cluster comes to the address of a pod: none can any more.",
            "No engine enforces network policies (`networkProfile.networkPolicy` is `none`): AKS moves no cluster in which one does. Take it off first; \
             D2 brings it back.",
            "No pool has a subnet for its pods (`podSubnetId` of `az aks nodepool list`).",
            "No ConfigMap `azure-ip-masq-agent-config` of an earlier time lies in kube-system.",
        ];
        points.push(if self.cloud.settings.contains_key("pod_cidr") {
            "`pod_cidr` overlaps neither the virtual network of any pool, nor what is peered with it, nor the range of Services."
        } else {
            "A flat cluster also needs a `pod_cidr`, which the spec does not name (`platform.podCidrs`): a range that overlaps neither the virtual \
             network of any pool, nor what is peered with it, nor the range of Services."
        });
        self.points(&points);
        let plugin = || ("network_profile", "network_plugin", Expr::code("module.harden_settings.network_plugin"));
        let of_raw = self.raw(Self::aks_block(Way::Raw), TABLE, Stage::Overlay, vec![plugin()]);
        let of_module = self.module(Self::aks_block(Way::Module), TABLE, Stage::Overlay, vec![plugin()]);
        self.ways(of_raw, of_module, TITLES);
        self.say(REIMAGED);
    }

    fn aks_network(&mut self) {
        let cilium = self.asks("network_data_plane", &CloudValue::Text("cilium".to_owned()));
        let overlay = self.cloud.has(Stage::Overlay);
        let letter = if overlay { "D2" } else { "D" };
        self.step(&format!("Apply {letter}: let network policies take effect"));
        self.wakes("takes effect");
        self.say(REIMAGED);
        if cilium {
            self.say("No pool may run Windows. Cilium enforces policies when the last node is done, and none of them before.");
        }
        self.aks_ways(Stage::Network, Vec::new());
        self.say(if cilium {
            "`network_plugin` is never changed in place. From `calico`, `azure` or no engine to `cilium` azurerm changes the cluster in place."
        } else {
            "`network_plugin` is never changed in place, nor is an engine that is set already (azurerm makes the cluster anew): change the engine \
             with `az aks update` first, and let the plan show no difference."
        });
        if cilium {
            self.say("A step back from cilium makes the cluster anew.");
        }
    }
}

/// Microsoft's pages on policies and on the change of the data plane: pools are not done one after the other.
const REIMAGED: &str = "The nodes of all pools are re-imaged at the same time, and no pool can be done by itself: plan it like an upgrade of the whole \
     cluster (surge of every pool, PodDisruptionBudgets, a window).";
