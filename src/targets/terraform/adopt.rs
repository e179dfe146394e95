//! `terraform/ADOPT.md`: the exact lines with which an owner's cluster resource, or a module around it, takes the values.

use std::sync::Arc;

use crate::{
    base::{Artifact, Lines, Mode, Origin, OutPath, Platform},
    hcl::{self, Block, Expr},
    plan::{
        CloudPlan, Plan,
        cloud::{Destination, Owner, cloud_setting},
    },
    targets::origins,
};

use super::FORM;

/// How one value is taken: its name and reference, the block and argument of the raw resource, those of the module.
struct Taken {
    name: &'static str,
    reference: &'static str,
    raw: Option<(&'static str, &'static str)>,
    module: Option<(&'static str, &'static str)>,
    /// What the module takes, where it is not the value as it is.
    module_value: Option<&'static str>,
}

macro_rules! taken {
    ($name:literal, $raw:expr, $module:expr) => {
        taken!($name, $raw, $module, None)
    };
    ($name:literal, $raw:expr, $module:expr, $value:expr) => {
        Taken {
            name: $name,
            reference: concat!("module.harden_settings.", $name),
            raw: $raw,
            module: $module,
            module_value: $value,
        }
    };
}

/// terraform-aws-modules/eks 21.19.0; an empty block means the resource or module itself.
const EKS: &[Taken] = &[
    taken!("authentication_mode", Some(("access_config", "authentication_mode")), Some(("", "authentication_mode"))),
    taken!("cloudwatch_log_group_retention_in_days", None, Some(("", "cloudwatch_log_group_retention_in_days"))),
    taken!("enabled_cluster_log_types", Some(("", "enabled_cluster_log_types")), Some(("", "enabled_log_types"))),
    taken!("endpoint_private_access", Some(("vpc_config", "endpoint_private_access")), Some(("", "endpoint_private_access"))),
    taken!("endpoint_public_access", Some(("vpc_config", "endpoint_public_access")), Some(("", "endpoint_public_access"))),
    taken!("public_access_cidrs", Some(("vpc_config", "public_access_cidrs")), Some(("", "endpoint_public_access_cidrs"))),
];

/// Azure/avm-res-containerservice-managedcluster/azurerm 0.8.1.
const AKS: &[Taken] = &[
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
    taken!("network_policy", Some(("network_profile", "network_policy")), Some(("network_profile", "network_policy"))),
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
    taken!(
        "run_command_enabled",
        Some(("", "run_command_enabled")),
        Some(("api_server_access_profile", "disable_run_command")),
        Some("!module.harden_settings.run_command_enabled")
    ),
    taken!("sku_tier", Some(("", "sku_tier")), Some(("sku", "tier"))),
];

pub(super) fn page(plan: &Plan, cloud: &CloudPlan) -> Option<Artifact> {
    let mut page = Page { lines: Lines::default(), form: Origin::shape(FORM), cloud };
    match plan.cluster.platform {
        Platform::Aks => page.aks(),
        Platform::Eks | Platform::Kubeadm => page.eks(),
    }
    Some(Artifact { path: OutPath::new("terraform/ADOPT.md").ok()?, mode: Mode::Plain, lines: page.lines })
}

struct Page<'a> {
    lines: Lines,
    form: Arc<Origin>,
    cloud: &'a CloudPlan,
}

impl Page<'_> {
    fn say(&mut self, text: &str) {
        self.lines.push(text, &self.form);
        self.lines.push("", &self.form);
    }

    fn code(&mut self, blocks: &[Block]) {
        self.lines.push("```hcl", &self.form);
        self.lines.extend(hcl::write(&[], blocks, &self.form));
        self.lines.push("```", &self.form);
        self.lines.push("", &self.form);
    }

    fn owner(&self, of: fn(&CloudPlan) -> Option<Owner>) -> Option<Owner> {
        of(self.cloud)
    }

    fn eks(&mut self) {
        let log_group = self.owner(|cloud| cloud.log_group.as_ref().map(|group| group.owner.value));
        let key = self.owner(|cloud| cloud.secrets_key.as_ref().map(|owner| owner.value));
        let vpc_cni = self.owner(|cloud| cloud.vpc_cni.as_ref().map(|owner| owner.value));
        self.say("# Taking the modules over");
        self.say(
            "`settings` holds values that only the owner of the cluster resource can set; `attach` makes what stands beside the cluster. \
             Neither has a provider or a backend of its own. Paths below are relative to the folder that holds `terraform/`.",
        );
        self.say("## 1. Call both modules");
        let mut attach = Block::new("module", &["harden_attach"])
            .set("cluster_name", Expr::code("aws_eks_cluster.this.name"))
            .set("source", Expr::text("./terraform/attach"));
        if log_group == Some(Owner::Harden) {
            attach = attach.set("log_group_name", Expr::text("/aws/eks/NAME/cluster"));
        }
        self.code(&[Block::new("module", &["harden_settings"]).set("source", Expr::text("./terraform/settings")), attach]);
        self.say("With terraform-aws-modules/eks the name is `module.eks.cluster_name`.");
        if log_group == Some(Owner::Harden) {
            self.say(
                "`log_group_name` is literal text with the cluster's name in it, so that the group is made before a new cluster; EKS makes one \
                 without retention if it finds none. For a cluster that runs already, import its group instead:",
            );
            self.code(&[Block::new("import", &[])
                .set("id", Expr::text("/aws/eks/NAME/cluster"))
                .set("to", Expr::code("module.harden_attach.aws_cloudwatch_log_group.control_plane"))]);
        }
        self.say("## 2. Take the values: a raw `aws_eks_cluster`");
        let mut raw = self.raw("aws_eks_cluster", EKS);
        if key == Some(Owner::Harden) {
            raw = raw.block(
                Block::new("encryption_config", &[])
                    .set("resources", Expr::list([Expr::text("secrets")]))
                    .block(Block::new("provider", &[]).set("key_arn", Expr::code("module.harden_attach.secrets_key_arn"))),
            );
        }
        if log_group == Some(Owner::Harden) {
            raw = raw.set("depends_on", Expr::list([Expr::code("module.harden_attach.log_group_name")]));
        }
        self.code(&[raw]);
        self.say("## 2. Take the values: terraform-aws-modules/eks 21");
        let mut module = self.module("eks", "terraform-aws-modules/eks/aws", "~> 21.0", EKS);
        if log_group == Some(Owner::Harden) {
            module = module.set("create_cloudwatch_log_group", Expr::bool(false));
        }
        if key == Some(Owner::Harden) {
            module = module.set("create_kms_key", Expr::bool(false)).set(
                "encryption_config",
                Expr::object([
                    ("provider_key_arn", Expr::code("module.harden_attach.secrets_key_arn")),
                    ("resources", Expr::list([Expr::text("secrets")])),
                ]),
            );
        }
        if vpc_cni.is_some_and(|owner| owner != Owner::Harden) {
            let values =
                Expr::object([("configuration_values", Expr::code("module.harden_settings.vpc_cni_configuration_values"))]);
            module = module.set("addons", Expr::map([("vpc-cni".to_owned(), values)]));
        }
        self.code(&[module]);
        if vpc_cni.is_some_and(|owner| owner != Owner::Harden) {
            self.say("An add-on that is a resource of its own takes the same value:");
            let name = Expr::code("aws_eks_cluster.this.name");
            let values = Expr::code("module.harden_settings.vpc_cni_configuration_values");
            self.code(&[Block::new("resource", &["aws_eks_addon", "vpc_cni"])
                .set("addon_name", Expr::text("vpc-cni"))
                .set("cluster_name", name)
                .set("configuration_values", values)]);
            self.say(
                "`configuration_values` is one JSON text: where yours holds more, merge both (`jsonencode(merge(jsondecode(...), {...}))`), since \
                 the add-on keeps nothing that it is not given.",
            );
        }
        if vpc_cni == Some(Owner::Harden) {
            self.say("`attach` owns the add-on vpc-cni: leave it out of `addons`.");
        }
        self.say(
            "Entries of `access_entries` for the principals that `attach` lists would exist twice: take them out. \
             `bootstrap_cluster_creator_admin_permissions` counts when a cluster is made and never later: the provider would make a running \
             cluster anew, so set it to false in new code only.",
        );
        self.order(
            "An endpoint that is public today stays so until the private one is known to work: build with `endpoint: both`, apply, see every \
             node Ready and every runner connected, then build with `endpoint: private` and apply again. Ranges are closed the same way: first \
             with every outgoing address under `api.sources.egress`.",
        );
        self.say(
            "`authentication_mode` only goes forward: CONFIG_MAP, API_AND_CONFIG_MAP, API, one step an apply. Before API, `aws eks \
             list-access-entries` must list the role of every node and of everybody whom only aws-auth knows.",
        );
        if vpc_cni.is_some() {
            self.wakes("`enableNetworkPolicy`");
        }
        self.end("encryption_config and the configuration of add-ons");
    }

    fn aks(&mut self) {
        self.say("# Taking the modules over");
        self.say(
            "`settings` holds values that only the owner of the cluster resource can set; `attach` makes what stands beside the cluster. \
             Neither has a provider or a backend of its own. Paths below are relative to the folder that holds `terraform/`.",
        );
        self.say("## 1. Call both modules");
        let mut attach = Block::new("module", &["harden_attach"])
            .set("cluster_id", Expr::code("azurerm_kubernetes_cluster.this.id"))
            .set("source", Expr::text("./terraform/attach"));
        for held in &self.cloud.destinations {
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
        self.say("## 2. Take the values: a raw `azurerm_kubernetes_cluster`");
        let raw = self.raw("azurerm_kubernetes_cluster", AKS);
        self.code(&[raw]);
        self.say("## 2. Take the values: Azure/avm-res-containerservice-managedcluster 0.8");
        let module = self.module("aks", "Azure/avm-res-containerservice-managedcluster/azurerm", "~> 0.8.1", AKS);
        self.code(&[module]);
        self.say(
            "`log_analytics_retention_in_days` goes to `retention_in_days` of the workspace. Azure refuses two diagnostic settings that send one \
             category to one receiver: an entry of `diagnostic_settings` for it, or one made by hand, has to go first.",
        );
        self.order(
            "Before ranges are closed, the outgoing addresses of nodes and runners must be in the list: build and apply with them under \
             `api.sources.egress`, and see every node Ready.",
        );
        self.say(
            "Before local accounts are switched off, somebody of an administrators' group signs in (`kubelogin`), and pipelines that use \
             `--admin` kubeconfigs are changed. Entra ID cannot be taken out of a cluster again.",
        );
        if self.cloud.settings.contains_key("network_policy") {
            self.wakes("`network_policy`");
            self.say("A change of engine or data plane makes every node anew, and some changes the cluster: read the plan.");
        }
        self.end("`local_account_disabled`, `run_command_enabled` and the network engine");
    }

    fn order(&mut self, how: &str) {
        self.say("## 3. The order");
        self.say(how);
    }

    /// What a switch of enforcement does to policies that nobody enforced before.
    fn wakes(&mut self, switch: &str) {
        self.say(&format!(
            "{switch} wakes every NetworkPolicy that lies dormant in the cluster, those of charts and of other teams among them. List them first \
             (`kubectl get networkpolicy -A`), take out or mend what would cut somebody off, switch enforcement on, and apply `k8s/network` after \
             that, one namespace at a time.",
        ));
    }

    fn end(&mut self, unseen: &str) {
        self.say("## 4. What the checks see");
        self.lines.push(
            &format!(
                "`attach/verify.tf` compares at every plan and warns. The provider's data sources do not show {unseen}: read those in the plan."
            ),
            &self.form,
        );
    }

    /// The cluster resource with the lines that take the values.
    fn raw(&self, kind: &'static str, table: &[Taken]) -> Block {
        let mut inner: Vec<(&'static str, Block)> = Vec::new();
        let mut block = Block::new(
            "resource",
            match kind {
                "aws_eks_cluster" => &["aws_eks_cluster", "this"],
                _ => &["azurerm_kubernetes_cluster", "this"],
            },
        );
        for (taken, origin) in self.values(table) {
            let Some((place, argument)) = taken.raw else { continue };
            let value = Expr::code(taken.reference).with(&origin);
            if place.is_empty() {
                block = block.set(argument, value);
                continue;
            }
            match inner.iter_mut().find(|(name, _)| *name == place) {
                Some((_, present)) => *present = present.clone().set(argument, value),
                None => inner.push((place, Block::new(place, &[]).set(argument, value))),
            }
        }
        inner.into_iter().fold(block, |block, (_, inner)| block.block(inner))
    }

    /// The call of a module with the lines that take the values.
    fn module(&self, label: &'static str, source: &'static str, version: &'static str, table: &[Taken]) -> Block {
        let mut objects: Vec<(&'static str, Vec<(&'static str, Expr)>)> = Vec::new();
        let labels: &[&'static str] = if label == "eks" { &["eks"] } else { &["aks"] };
        let mut block = Block::new("module", labels).set("source", Expr::text(source)).set("version", Expr::text(version));
        for (taken, origin) in self.values(table) {
            let Some((place, argument)) = taken.module else { continue };
            let value = Expr::code(taken.module_value.unwrap_or(taken.reference)).with(&origin);
            if place.is_empty() {
                block = block.set(argument, value);
                continue;
            }
            match objects.iter_mut().find(|(name, _)| *name == place) {
                Some((_, entries)) => entries.push((argument, value)),
                None => objects.push((place, vec![(argument, value)])),
            }
        }
        objects.into_iter().fold(block, |block, (name, entries)| block.set(name, Expr::object(entries)))
    }

    /// The rows whose value is planned, each with the origin of its setting.
    fn values<'t>(&self, table: &'t [Taken]) -> Vec<(&'t Taken, Arc<Origin>)> {
        let of = |taken: &'t Taken| {
            let held = self.cloud.settings.get(taken.name)?;
            Some((taken, origins::setting(&cloud_setting(taken.name), held)))
        };
        table.iter().filter_map(of).collect()
    }
}
