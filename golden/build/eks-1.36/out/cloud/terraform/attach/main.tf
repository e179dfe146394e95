# Resources beside the cluster: none of them owns the cluster. What exists already is imported or moved into the state
# before the first apply (../ADOPT.md).
# Controls: cloud/identities, cloud/log-forwarding, cloud/log-retention, cloud/secrets-key

# cloud/log-retention: spec /logging/audit/retentionDays, spec /platform/eks/owns/logGroup
# EKS makes the group by itself once a log type is on: import or move it where it exists (../ADOPT.md).
# A key that it has stays its key: the provider takes off what is not named here.
resource "aws_cloudwatch_log_group" "control_plane" {
  name              = var.log_group_name
  retention_in_days = 120
  skip_destroy      = true

  lifecycle {
    ignore_changes = [kms_key_id]
  }
}

# cloud/log-forwarding: spec /logging/siem/relay, spec /platform/eks/owns/subscriptionFilter
resource "aws_cloudwatch_log_subscription_filter" "relay" {
  destination_arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs"
  filter_pattern  = ""
  log_group_name  = aws_cloudwatch_log_group.control_plane.name
  name            = "harden-relay"
  role_arn        = "arn:aws:iam::111122223333:role/logs"
}

# cloud/identities: spec /identity/breakGlass, spec /identity/groups/developers, spec /identity/groups/operators
resource "aws_eks_access_entry" "people" {
  cluster_name = var.cluster_name
  for_each = {
    "arn:aws:iam::111122223333:role/both"        = ["corp:dev", "corp:ops"]
    "arn:aws:iam::111122223333:role/break-glass" = ["corp:break-glass"]
    "arn:aws:iam::111122223333:role/dev"         = ["corp:dev"]
  }
  kubernetes_groups = each.value
  principal_arn     = each.key
}

# cloud/identities: spec /identity/breakGlass
resource "aws_eks_access_policy_association" "break_glass" {
  cluster_name = var.cluster_name
  for_each = {
    "arn:aws:iam::111122223333:role/break-glass" = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
  }
  policy_arn    = each.value
  principal_arn = aws_eks_access_entry.people[each.key].principal_arn

  access_scope {
    type = "cluster"
  }
}

# cloud/secrets-key: spec /platform/eks/owns/kmsKey
# Every object of the cluster is lost with the key.
resource "aws_kms_key" "secrets" {
  deletion_window_in_days = 30
  description             = "Secrets of an EKS cluster"
  enable_key_rotation     = true

  lifecycle {
    prevent_destroy = true
  }
}
