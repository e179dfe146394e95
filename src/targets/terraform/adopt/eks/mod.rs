//! The page for EKS: a raw `aws_eks_cluster`, or terraform-aws-modules/eks 21.

mod applies;
mod checks;
mod existing;

use crate::{
    hcl::{Block, Expr},
    plan::cloud::{Owner, Stage},
};

use super::{Line, Page, Taken, Way, kept, taken};

/// The module: terraform-aws-modules/eks 21.19.0.
const TABLE: &[Taken] = &[
    taken!("authentication_mode", Some(("access_config", "authentication_mode")), Some(("", "authentication_mode"))),
    taken!("cloudwatch_log_group_retention_in_days", None, Some(("", "cloudwatch_log_group_retention_in_days"))),
    taken!("endpoint_private_access", Some(("vpc_config", "endpoint_private_access")), Some(("", "endpoint_private_access"))),
    taken!("endpoint_public_access", Some(("vpc_config", "endpoint_public_access")), Some(("", "endpoint_public_access"))),
    taken!("public_access_cidrs", Some(("vpc_config", "public_access_cidrs")), Some(("", "endpoint_public_access_cidrs"))),
];

/// The log types, where another one owns the group.
const LOGS: &[Taken] =
    &[taken!("enabled_cluster_log_types", Some(("", "enabled_cluster_log_types")), Some(("", "enabled_log_types")))];

/// The log types, which wait for the group of `attach` by its name.
const LOGS_AFTER_GROUP: &str =
    "module.harden_attach.log_group_name == \"\" ? [] : module.harden_settings.enabled_cluster_log_types";

const TITLES: [&str; 2] = ["A raw `aws_eks_cluster`", "terraform-aws-modules/eks 21"];

impl Page<'_> {
    pub(super) fn eks(&mut self) {
        self.eks_call();
        self.eks_existing();
        self.eks_open();
        self.eks_checks();
        if self.cloud.has(Stage::Close) {
            self.eks_close();
        }
        if self.cloud.has(Stage::Private) {
            self.eks_private();
        }
        if self.cloud.has(Stage::Network) {
            self.eks_network();
        }
        if self.cloud.auto_mode_engine.is_some() {
            self.eks_auto_mode();
        }
        if self.owner_of_key() == Some(Owner::Harden) {
            self.eks_key();
        }
        self.end(match (self.owner_of_key() == Some(Owner::Harden), self.is_other_filter()) {
            (true, true) => "`encryption_config` and subscription filters",
            (true, false) => "`encryption_config`",
            (false, true) => "subscription filters",
            (false, false) => "",
        });
        self.eks_back();
    }

    fn owner_of_group(&self) -> Option<Owner> {
        self.cloud.log_group.as_ref().map(|group| group.owner.value)
    }

    fn owner_of_key(&self) -> Option<Owner> {
        self.cloud.secrets_key.as_ref().map(|owner| owner.value)
    }

    fn owner_of_filter(&self) -> Option<Owner> {
        self.cloud.filter_owner.as_ref().map(|owner| owner.value)
    }

    /// Whether the log group goes on to the relay by a filter that `attach` does not make.
    fn is_other_filter(&self) -> bool {
        self.owner_of_filter().is_some_and(|owner| owner != Owner::Harden)
    }

    /// The function that logs are sent to, where the receiver is one.
    fn function(&self) -> Option<&str> {
        let destination = self.cloud.forward.as_ref()?.value.destination.as_str();
        destination.contains(":lambda:").then_some(destination)
    }

    fn owner_of_entries(&self) -> Option<Owner> {
        self.cloud.entries_owner.as_ref().map(|owner| owner.value)
    }

    fn owner_of_vpc_cni(&self) -> Option<Owner> {
        self.cloud.vpc_cni.as_ref().map(|owner| owner.value)
    }

    /// The block of the owner that a step adds lines to.
    fn eks_block(way: Way) -> Block {
        match way {
            Way::Raw => Block::new("resource", &["aws_eks_cluster", "this"]),
            Way::Module => Block::new("module", &["eks"])
                .set("source", Expr::text("terraform-aws-modules/eks/aws"))
                .set("version", Expr::text("~> 21.0")),
        }
    }

    fn eks_ways(&mut self, stage: Stage, table: &[Taken], raw: Vec<Line>, module: Vec<Line>) {
        let of_raw = self.raw(Self::eks_block(Way::Raw), table, stage, raw);
        let of_raw = if stage == Stage::Open { of_raw.map(|block| block.block(kept())) } else { of_raw };
        let of_module = self.module(Self::eks_block(Way::Module), table, stage, module);
        self.ways(of_raw, of_module, TITLES);
    }

    fn eks_call(&mut self) {
        self.step("Call both modules");
        let mut attach = Block::new("module", &["harden_attach"])
            .set("cluster_name", Expr::code("aws_eks_cluster.this.name"))
            .set("source", Expr::text("./terraform/attach"));
        if self.owner_of_group() == Some(Owner::Harden) {
            attach = attach.set("log_group_name", Expr::text("/aws/eks/NAME/cluster"));
        }
        if self.owner_of_vpc_cni() == Some(Owner::Harden) {
            attach = attach.set("enforce_network_policies", Expr::bool(false)).set("vpc_cni_overwrite", Expr::bool(false));
        }
        self.code(&[Block::new("module", &["harden_settings"]).set("source", Expr::text("./terraform/settings")), attach]);
        self.say("With terraform-aws-modules/eks the name is `module.eks.cluster_name`.");
        if self.owner_of_group() == Some(Owner::Harden) {
            self.say(
                "`log_group_name` is literal text with the cluster's name in it, never an attribute of the cluster: the group is made before \
                 the logs are switched on, since EKS makes one without retention where it finds none.",
            );
        }
        if self.owner_of_vpc_cni() == Some(Owner::Harden) {
            self.say(
                "`enforce_network_policies` stays false until step D, unless the add-on enforces them today. Where the add-on has a role or a \
                 configuration of its own today, give them as `vpc_cni_role_arn` and `vpc_cni_configuration`: what is not given is taken off. A Pod Identity of it \
                 stays as it is. `vpc_cni_overwrite` is true on a new cluster, which has no setting of yours; on one that runs it stays false until the \
                 next step has been gone through.",
            );
        }
    }

    /// What `attach` made and would destroy without its call.
    fn eks_back(&mut self) {
        let ours = |owner: Option<Owner>| owner == Some(Owner::Harden);
        let rows = [
            (ours(self.owner_of_entries()) && !self.cloud.entries.is_empty(), "the access entries"),
            (ours(self.owner_of_filter()), "the subscription filter"),
            (ours(self.owner_of_key()), "the key"),
            (ours(self.owner_of_vpc_cni()), "the add-on"),
        ];
        let lost: Vec<&str> = rows.iter().filter(|(made, _)| *made).map(|(_, what)| *what).collect();
        self.back(
            lost,
            if rows[0].0 && self.cloud.ends_aws_auth() { " In mode API nobody comes in without an entry." } else { "" },
        );
    }
}
