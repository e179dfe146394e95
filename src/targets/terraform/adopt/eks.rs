//! The page for EKS: a raw `aws_eks_cluster`, or terraform-aws-modules/eks 21.

use crate::{
    hcl::{Block, Expr, Piece},
    plan::cloud::{CloudValue, Owner, Stage},
};

use crate::targets::k8s;

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
            attach = attach.set("enforce_network_policies", Expr::bool(false));
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
                 configuration of its own today, give them as `vpc_cni_role_arn` and `vpc_cni_configuration`: what is not given is taken off.",
            );
        }
    }

    /// What exists already comes into the state of `attach`, and nothing of it is destroyed or made again.
    fn eks_existing(&mut self) {
        let group = self.owner_of_group() == Some(Owner::Harden);
        let vpc_cni = self.owner_of_vpc_cni() == Some(Owner::Harden);
        let entries = self.owner_of_entries() == Some(Owner::Harden) && !self.cloud.entries.is_empty();
        let filter = self.owner_of_filter() == Some(Owner::Harden);
        if !group && !vpc_cni && !entries && !filter {
            return;
        }
        self.step("Take over what exists");
        self.say("A new cluster skips this step. What no Terraform manages yet is imported, what your Terraform manages is moved in the state.");
        if group {
            self.group();
        }
        if filter {
            self.filter();
        }
        if entries {
            self.entries();
        }
        if vpc_cni {
            self.say("The add-on vpc-cni, if it is one (`aws eks list-addons --cluster-name NAME`):");
            self.code(&[Block::new("import", &[])
                .set("id", Expr::text("NAME:vpc-cni"))
                .set("to", Expr::code("module.harden_attach.aws_eks_addon.vpc_cni"))]);
            self.say("Or, where terraform-aws-modules/eks made it; then leave it out of `addons`:");
            self.shell(&[
                "terraform state mv 'module.eks.aws_eks_addon.this[\"vpc-cni\"]' module.harden_attach.aws_eks_addon.vpc_cni",
            ]);
        }
    }

    fn group(&mut self) {
        self.say(
            "The log group: a cluster whose logs were ever on has it (`aws logs describe-log-groups --log-group-name-prefix \
             /aws/eks/NAME/cluster`). Where nothing manages it:",
        );
        self.code(&[Block::new("import", &[])
            .set("id", Expr::text("/aws/eks/NAME/cluster"))
            .set("to", Expr::code("module.harden_attach.aws_cloudwatch_log_group.control_plane"))]);
        self.say(
            "Where terraform-aws-modules/eks made it (its default), never import it as well: the line `create_cloudwatch_log_group = false` \
             would destroy the group that you import, and the audit history with it. Move it, before that line is written:",
        );
        self.shell(&[
            "terraform state mv 'module.eks.aws_cloudwatch_log_group.this[0]' module.harden_attach.aws_cloudwatch_log_group.control_plane",
        ]);
    }

    /// CloudWatch takes two subscription filters for one log group.
    fn filter(&mut self) {
        self.say(
            "The subscription filter: CloudWatch takes two for a log group (`aws logs describe-subscription-filters --log-group-name \
             /aws/eks/NAME/cluster`), so one of two that are there has to go first. One named `harden-relay` is imported:",
        );
        self.code(&[Block::new("import", &[])
            .set("id", Expr::text("/aws/eks/NAME/cluster|harden-relay"))
            .set("to", Expr::code("module.harden_attach.aws_cloudwatch_log_subscription_filter.relay"))]);
        if self.owner_of_group() != Some(Owner::Harden) {
            self.say(
                "It needs the log group: where the logs were never on, EKS makes the group in apply A, so call `attach` after that apply, or make the \
                 group before.",
            );
        }
    }

    fn entries(&mut self) {
        self.say(
            "Access entries: EKS may have made one for whoever made the cluster, and others may be yours. List them (`aws eks \
             list-access-entries --cluster-name NAME`), and keep in the list below only principals that are there; EKS refuses to make an \
             entry twice. An entry for the cluster's maker that is not below stays as it is.",
        );
        let principals = |principals: Vec<&String>| {
            Expr::call("toset", [Expr::list(principals.into_iter().map(|principal| Expr::text(principal.clone())))])
        };
        let entry = Block::new("import", &[])
            .set("for_each", principals(self.cloud.entries.keys().collect()))
            .set("id", Expr::template([Piece::Text("NAME:".to_owned()), Piece::Code("each.value")]))
            .set("to", Expr::code("module.harden_attach.aws_eks_access_entry.people[each.value]"));
        self.code(&[entry]);
        self.say(
            "Or, where terraform-aws-modules/eks made them; take an entry out of `access_entries` only after this and the next command, since its \
             policies are resources of their own:",
        );
        self.shell(&[
            "terraform state mv 'module.eks.aws_eks_access_entry.this[\"KEY\"]' 'module.harden_attach.aws_eks_access_entry.people[\"ARN\"]'",
        ]);
        let admins = !self.cloud.admins.is_empty();
        if admins {
            self.say("The policy of cluster administrators that a principal of break glass has there, by its own key, is moved as well:");
            self.shell(&["terraform state mv 'module.eks.aws_eks_access_policy_association.this[\"KEY_POLICYKEY\"]' \
                 'module.harden_attach.aws_eks_access_policy_association.break_glass[\"ARN\"]'"]);
        }
        self.say(
            "Every other policy of such an entry is forgotten, or the plan would destroy it. It goes on to give its rights beside the roles of this \
             tree, which `tests/can-i.csv` knows nothing of: take it off by hand when nobody needs it (`aws eks disassociate-access-policy`).",
        );
        self.shell(&["terraform state rm 'module.eks.aws_eks_access_policy_association.this[\"KEY_POLICYKEY\"]'"]);
        if admins {
            self.say(
                "A policy of break glass that no Terraform manages (`aws eks list-associated-access-policies --cluster-name NAME --principal-arn ARN`) \
                 is imported into `module.harden_attach.aws_eks_access_policy_association.break_glass[\"ARN\"]` by the id `NAME#ARN#POLICY-ARN`; \
                 never one that your module manages.",
            );
        }
    }

    fn eks_open(&mut self) {
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

    /// The partition of AWS that the principals of the spec stand in.
    fn partition(&self) -> Option<&str> {
        self.cloud.entries.keys().next()?.split(':').nth(1)
    }

    /// What nodes of Auto Mode come in by, where their NodeClass is the owner's.
    fn node_class(&self) -> String {
        let (partition, which) = match self.partition() {
            Some(partition) => (partition, ""),
            None => ("PARTITION", " (PARTITION is `aws`, `aws-cn` in China, `aws-us-gov` in GovCloud)"),
        };
        format!(
            "Auto Mode: EKS makes the entry of the role of its own node pools. The role of a NodeClass of yours gets one of another type, which \
             cannot be changed later: `aws eks create-access-entry --cluster-name NAME --principal-arn ARN --type EC2`, and `aws eks \
             associate-access-policy --cluster-name NAME --principal-arn ARN --access-scope type=cluster --policy-arn \
             arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy`{which}. Nodes under one of EC2_LINUX do not come in."
        )
    }

    fn eks_checks(&mut self) {
        self.step("B: check, before anything is closed");
        let private = self.asks("endpoint_private_access", &CloudValue::Bool(true));
        let node_class = self.node_class();
        let mut points = self.first_points();
        if private {
            points.push(
                "Every node is Ready and uses the private endpoint: on a node, `getent hosts` of the endpoint's name answers with addresses of \
                 the VPC. The same on every runner and machine of an administrator that comes from a private network.",
            );
        }
        if self.is_other_filter() {
            points.push(
                "A subscription filter of yours sends everything to the relay (`aws logs describe-subscription-filters --log-group-name \
                 /aws/eks/NAME/cluster`), and an event of today is in the SIEM.",
            );
        }
        if self.cloud.settings.contains_key("public_access_cidrs") {
            points.push(
                "Every address that comes to the public endpoint is in `public_access_cidrs`. The audit log names them: in CloudWatch Logs \
                 Insights, on the log group, `filter @logStream like /kube-apiserver-audit/ | stats count(*) by sourceIPs.0, user.username`, \
                 over a week at least.",
            );
            if !private {
                points.push(
                    "The addresses of the NAT gateways that nodes go out by are in `public_access_cidrs` (`aws ec2 describe-nat-gateways --filter \
                     Name=vpc-id,Values=VPC`): nodes that use a private endpoint today are in no audit log with them.",
                );
            }
        } else if self.asks("endpoint_public_access", &CloudValue::Bool(false)) {
            points.push(
                "Nobody comes to the public endpoint any more. The audit log names the addresses: in CloudWatch Logs Insights, on the log group, \
                 `filter @logStream like /kube-apiserver-audit/ | stats count(*) by sourceIPs.0, user.username`, over a week at least.",
            );
        }
        if !self.cloud.entries.is_empty() {
            points.push(
                "Somebody of every group signs in by the access entry: `kubectl auth whoami` shows the group's name, and the ARN is no longer in \
                 aws-auth.",
            );
        }
        if !self.cloud.admins.is_empty() {
            points.push("Break glass signs in, and `kubectl auth can-i '*' '*'` says yes.");
        }
        if self.cloud.ends_aws_auth() {
            points.push(
                "`aws eks list-access-entries --cluster-name NAME` lists the role of every node and of everybody and every pipeline that \
                 aws-auth names (`kubectl -n kube-system get configmap aws-auth -o yaml`): in mode API that ConfigMap is not read, and a node without an \
                 entry is lost. EKS makes them with managed node groups and Fargate profiles; look whether those that are older than this have theirs. \
                 The role of any other node gets one by `aws eks \
                 create-access-entry --cluster-name NAME --principal-arn ARN --type EC2_LINUX` (EC2_WINDOWS, FARGATE_LINUX), without groups.",
            );
            if self.auto_mode {
                points.push(&node_class);
            }
            points.push(if self.cloud.admins.is_empty() {
                "Somebody can still apply `k8s/` after step C: no identity of this tree administers the cluster, so the role that applies it \
                 needs an access entry with a policy of its own."
            } else {
                "Somebody can still apply `k8s/` after step C: of this tree's identities only break glass may. A pipeline needs an access entry \
                 of its own with a policy, made beside `attach`."
            });
        }
        self.points(&points);
    }

    fn eks_close(&mut self) {
        self.step("Apply C: close");
        self.eks_ways(Stage::Close, TABLE, Vec::new(), Vec::new());
        if self.cloud.ends_aws_auth() {
            self.say("The mode does not go back. Apply the endpoint first and the mode after it, if a mistake in one is not to hide the other.");
        }
    }

    /// It hardens nothing, and what came by it until now is in no audit log with its public address.
    fn eks_private(&mut self) {
        self.step("Apply C2: take the private endpoint away");
        self.say(
            "Only after the ranges have held for a while, since this closes nothing to anybody outside: nodes and others in the VPC come to the public \
             endpoint from then on, by the addresses of their NAT gateways, which no audit log of the time before shows. Leave these lines out where \
             the private endpoint may stay, and write `endpoint: both`.",
        );
        self.eks_ways(Stage::Private, TABLE, Vec::new(), Vec::new());
    }

    fn eks_network(&mut self) {
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
    fn eks_auto_mode(&mut self) {
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

    fn eks_key(&mut self) {
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
