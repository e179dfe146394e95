//! What is looked at before anything is closed.

use crate::plan::cloud::CloudValue;

use crate::targets::terraform::adopt::Page;

impl Page<'_> {
    pub(super) fn eks_checks(&mut self) {
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
}
