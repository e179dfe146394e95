//! What exists before the first apply, and is imported or moved.

use crate::{
    hcl::{Block, Expr, Piece},
    plan::cloud::Owner,
};

use crate::targets::terraform::adopt::Page;

impl Page<'_> {
    /// What exists already comes into the state of `attach`, and nothing of it is destroyed or made again.
    pub(super) fn eks_existing(&mut self) {
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
            self.say("The add-on vpc-cni, where `aws eks list-addons --cluster-name NAME` lists it:");
            self.code(&[Block::new("import", &[])
                .set("id", Expr::text("NAME:vpc-cni"))
                .set("to", Expr::code("module.harden_attach.aws_eks_addon.vpc_cni"))]);
            self.say("Or, where terraform-aws-modules/eks made it; then leave it out of `addons`:");
            self.shell(&[
                "terraform state mv 'module.eks.aws_eks_addon.this[\"vpc-cni\"]' module.harden_attach.aws_eks_addon.vpc_cni",
            ]);
            self.say(
                "An EKS Pod Identity that the add-on has (`aws eks describe-addon --cluster-name NAME --addon-name vpc-cni --query \
                 addon.podIdentityAssociations`) stays with it: `attach` neither sets nor takes off `pod_identity_association`. Its role has to stay \
                 where your Terraform makes it.",
            );
            self.self_managed_plugin();
        }
    }

    /// Clusters that were made by the API, the command line or a raw resource have the plug-in without an add-on.
    fn self_managed_plugin(&mut self) {
        self.say(
            "Where it is not listed, the plug-in runs by itself, as on every cluster that was made without add-ons, and `attach` makes the add-on. Then \
             the settings that its DaemonSet has of its own (custom networking, prefix delegation, security groups for pods, SNAT, warm addresses) and \
             the role of its service account would become the defaults of the add-on: new pods get no address, or one of the wrong subnet. Read them \
             before apply A:",
        );
        self.shell(&[
            "kubectl -n kube-system get daemonset aws-node -o jsonpath='{range .spec.template.spec.containers[*]}{.name}{\" \"}{.image}{\"\\n\"}{range .env[*]}{.name}={.value}{\"\\n\"}{end}{end}'",
            "kubectl -n kube-system get serviceaccount aws-node -o jsonpath='{.metadata.annotations.eks\\.amazonaws\\.com/role-arn}'",
            "aws eks describe-addon-versions --addon-name vpc-cni --kubernetes-version MINOR --query 'addons[].addonVersions[].addonVersion'",
        ]);
        self.say(
            "Give what is yours to the call of `attach`: variables as `vpc_cni_configuration = { env = { NAME = \"VALUE\" } }`, the role as \
             `vpc_cni_role_arn`, the version that runs as `vpc_cni_version` (else EKS takes its default for the minor). While `vpc_cni_overwrite` is false \
             EKS makes no add-on over an aws-node that differs, changes nothing, and the error (`ConfigurationConflict`) names every field that does. \
             When each of them is given or not needed, write `vpc_cni_overwrite = true`, and look at a new pod of every subnet right after that apply.",
        );
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
        self.say(
            "A KMS key that the group has (`kmsKeyId` in the list of the first command) stays with it: `attach` neither sets nor takes off \
             `kms_key_id`, and `aws logs associate-kms-key` gives a group without one a key.",
        );
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
}
