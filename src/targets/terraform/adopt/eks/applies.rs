//! The applies, from what opens to what cannot go back.

use crate::{
    hcl::{Block, Expr},
    plan::cloud::{CloudValue, Owner, Stage},
    targets::{
        k8s,
        terraform::adopt::{Line, Page, Taken, Way},
    },
};

use super::{LOGS, LOGS_AFTER_GROUP, TABLE, TITLES};

impl Page<'_> {
    pub(super) fn eks_open(&mut self) {
        self.step("Apply A: open what stays");
        self.people_first();
        if !self.cloud.entries.is_empty() {
            self.say(
                "An access entry takes the place of what aws-auth gives the same ARN, and an imported one gets the groups of the spec, at once. \
                 Whoever needs more than those groups give, the role of your pipeline first of all, stays out of `identity.groups` of the spec until \
                 they have it another way: an entry with a policy that is made beside `attach`.",
            );
        }
        let mut raw: Vec<Line> = Vec::new();
        let mut module: Vec<Line> = Vec::new();
        if self.asks("endpoint_private_access", &CloudValue::Bool(true)) {
            self.say(
                "Nodes find the private endpoint by a private zone, which works only in a VPC with DNS support and DNS host names: without \
                 them they are lost as soon as the public endpoint is off. This stops the plan of such a VPC:",
            );
            let dns = Block::new("postcondition", &[])
                .set("condition", Expr::code("self.enable_dns_hostnames && self.enable_dns_support"))
                .set("error_message", Expr::text("The private endpoint of EKS needs DNS support and DNS host names in its VPC."));
            let lifecycle = Block::new("lifecycle", &[]).block(dns);
            self.code(&[Block::new("data", &["aws_vpc", "harden"]).set("id", Expr::text("VPC")).block(lifecycle)]);
            self.say(
                "Where the private endpoint is new, the name of the API server leads to private addresses inside the VPC from then on: a runner or bastion \
                 host there needs a rule for port 443 in the security group of the cluster before this apply.",
            );
        }
        if self.cloud.ends_aws_auth() {
            let between = || Expr::text("API_AND_CONFIG_MAP");
            raw.push(("access_config", "authentication_mode", between()));
            module.push(("", "authentication_mode", between()));
        }
        let group = self.owner_of_group() == Some(Owner::Harden);
        let logs = self.cloud.settings.contains_key("enabled_cluster_log_types");
        let rows: Vec<&[Taken]> = if group || !logs { vec![TABLE] } else { vec![TABLE, LOGS] };
        if group && logs {
            raw.push(("", "enabled_cluster_log_types", Expr::code(LOGS_AFTER_GROUP)));
            module.push(("", "enabled_log_types", Expr::code(LOGS_AFTER_GROUP)));
        }
        if group {
            module.push(("", "create_cloudwatch_log_group", Expr::bool(false)));
        }
        let entries = !self.cloud.entries.is_empty() && self.owner_of_entries() != Some(Owner::Harden);
        if entries {
            // What the owner has stays; `{}` stands for it.
            module.push(("", "access_entries", Expr::code("merge({}, module.harden_settings.access_entries)")));
            self.say(
                "The access entries are yours: with a raw cluster make an `aws_eks_access_entry` of each in `module.harden_settings.access_entries`, and an \
                 `aws_eks_access_policy_association` of each of its `policy_associations`; \
                 with the module write your own entries in place of `{}`, without a second one for the same principal.",
            );
        }
        self.eks_rows(Stage::Open, &rows, raw, module);
        if self.cloud.settings.contains_key("cloudwatch_log_group_retention_in_days") {
            self.say(
                "With a raw cluster `module.harden_settings.cloudwatch_log_group_retention_in_days` goes to `retention_in_days` of your \
                 `aws_cloudwatch_log_group`. A group that EKS made by itself keeps everything and is nobody's in Terraform: write the resource, and \
                 import it by its name.",
            );
        }
        self.say(
            "A change of log types needs up to five free addresses in each subnet of the cluster. `bootstrap_cluster_creator_admin_permissions` \
             counts when a cluster is made and never later: write what the state shows, since another value makes a running cluster anew.",
        );
        if self.cloud.settings.contains_key("authentication_mode") {
            self.say(
                "`authentication_mode` only goes forward (CONFIG_MAP, API_AND_CONFIG_MAP, API), and access entries need API_AND_CONFIG_MAP at \
                 least. A cluster that is in mode API already writes API here.",
            );
        }
        if self.is_other_filter() {
            self.say(
                "The subscription filter is yours: `aws logs describe-subscription-filters --log-group-name /aws/eks/NAME/cluster` lists what there \
                 is. One must send everything, by an empty pattern, as `module.harden_settings.subscription_filter` says. CloudWatch takes two for a \
                 log group: where there are two, change one of them.",
            );
        }
        if let Some(function) = self.function() {
            let partition = function.split(':').nth(1).unwrap_or("aws");
            self.say(&format!(
                "The function of the relay must let CloudWatch call it before the filter is made: `aws lambda add-permission --function-name \
                 '{function}' --statement-id harden-logs --action lambda:InvokeFunction --principal logs.amazonaws.com --source-arn \
                 'arn:{partition}:logs:REGION:ACCOUNT:log-group:/aws/eks/NAME/cluster:*' --source-account ACCOUNT`.",
            ));
        }
        if self.cloud.forward.as_ref().is_some_and(|forward| forward.value.role.is_some()) {
            self.say(
                "The role of the relay must trust `logs.amazonaws.com` and be allowed `firehose:PutRecord` and `firehose:PutRecordBatch` \
                 (Firehose) or `kinesis:PutRecord` (Kinesis) on the receiver; whoever applies needs `iam:PassRole` for it.",
            );
        }
    }

    /// The rows of several tables as one.
    fn eks_rows(&mut self, stage: Stage, tables: &[&[Taken]], raw: Vec<Line>, module: Vec<Line>) {
        let mut raw = raw;
        let mut module = module;
        for table in tables.iter().skip(1) {
            for (taken, origin) in self.values(table, stage) {
                let value = || Expr::code(taken.reference).with(&origin);
                raw.extend(taken.raw.map(|(place, argument)| (place, argument, value())));
                module.extend(taken.module.map(|(place, argument)| (place, argument, value())));
            }
        }
        self.eks_ways(stage, tables.first().copied().unwrap_or(&[]), raw, module);
    }

    pub(super) fn eks_close(&mut self) {
        self.step("Apply C: close");
        self.eks_ways(Stage::Close, TABLE, Vec::new(), Vec::new());
        if self.cloud.ends_aws_auth() {
            self.say("The mode does not go back. Apply the endpoint first and the mode after it, if a mistake in one is not to hide the other.");
        }
    }

    /// It hardens nothing, and what came by it until now is in no audit log with its public address.
    pub(super) fn eks_private(&mut self) {
        self.step("Apply C2: take the private endpoint away");
        self.say(
            "Only after the ranges have held for a while, since this closes nothing to anybody outside: nodes and others in the VPC come to the public \
             endpoint from then on, by the addresses of their NAT gateways, which no audit log of the time before shows. Leave these lines out where \
             the private endpoint may stay, and write `endpoint: both`.",
        );
        self.eks_ways(Stage::Private, TABLE, Vec::new(), Vec::new());
    }

    pub(super) fn eks_network(&mut self) {
        self.step("Apply D: let network policies take effect");
        self.wakes("takes effect at once");
        if self.owner_of_vpc_cni() == Some(Owner::Harden) {
            self.code(&[Block::new("module", &["harden_attach"]).set("enforce_network_policies", Expr::bool(true))]);
            return;
        }
        // What the owner has stays; `{}` stands for it.
        let values = || Expr::code("jsonencode(merge({}, jsondecode(module.harden_settings.vpc_cni_configuration_values)))");
        self.say(
            "In place of `{}` write the configuration that the add-on has today: it is one text, which this one would replace.",
        );
        let raw = Block::new("resource", &["aws_eks_addon", "vpc_cni"]).set("configuration_values", values());
        let addon = Expr::map([("vpc-cni".to_owned(), Expr::object([("configuration_values", values())]))]);
        let module = Self::eks_block(Way::Module).set("addons", addon);
        self.ways(Some(raw), Some(module), ["A raw `aws_eks_addon`", TITLES[1]]);
    }

    /// Auto Mode has no add-on that takes the switch.
    pub(super) fn eks_auto_mode(&mut self) {
        self.step("Apply D: let network policies take effect");
        self.wakes("takes effect at once");
        let look = "kubectl -n kube-system get configmap amazon-vpc-cni -o yaml";
        if self.cloud.own_auto_mode_engine().is_some() {
            self.say("The ConfigMap may be there already; the apply sets one key of it and leaves the others as they are:");
            self.shell(&[look, &format!("kubectl apply --server-side -k k8s/{}", k8s::NETWORK_ENGINE)]);
        } else {
            self.say("The ConfigMap is yours (`owns.vpcCni`). Look what it says; make it where there is none, or else set one key of it:");
            self.shell(&[
                look,
                "kubectl -n kube-system create configmap amazon-vpc-cni --from-literal=enable-network-policy-controller=true",
                "kubectl -n kube-system patch configmap amazon-vpc-cni --type merge -p '{\"data\":{\"enable-network-policy-controller\":\"true\"}}'",
            ]);
        }
        self.say(
            "It holds on nodes whose NodeClass says `networkPolicy: DefaultAllow` (`kubectl get nodeclass -o yaml`). The NodeClass `default` that EKS \
             makes says it and is not to be changed; in one of yours that says `DefaultDeny` a pod is cut off until its first policy is known.",
        );
    }

    pub(super) fn eks_key(&mut self) {
        self.step("Apply E: the key of Secrets");
        self.say(
            "Only for a cluster that has no key of yours: `aws eks describe-cluster --name NAME --query cluster.encryptionConfig` must say \
             `null`. If it names a key, write `owns: { kmsKey: existing }` (or `module`) and build again: EKS keeps the key that it has \
             whatever Terraform says, and `create_kms_key = false` would delete the one that the module made, and with it every object of the cluster. A \
             cluster made by terraform-aws-modules/eks has such a key by default.",
        );
        let arn = || Expr::code("module.harden_attach.secrets_key_arn");
        let secrets = || Expr::list([Expr::text("secrets")]);
        let raw = Self::eks_block(Way::Raw).block(
            Block::new("encryption_config", &[])
                .set("resources", secrets())
                .block(Block::new("provider", &[]).set("key_arn", arn())),
        );
        let module = Self::eks_block(Way::Module)
            .set("create_kms_key", Expr::bool(false))
            .set("encryption_config", Expr::object([("provider_key_arn", arn()), ("resources", secrets())]));
        self.ways(Some(raw), Some(module), TITLES);
        self.say("There is no way back: the key cannot be taken off the cluster again.");
    }
}
