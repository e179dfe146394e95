# Compares the live cluster with the spec at every plan and apply. A difference is a warning: `terraform plan` goes
# on.
# Controls: cloud/api-access, cloud/control-plane-logs, cloud/identities, cloud/log-retention

# spec /platform/eks/kubernetesVersion
# cloud/api-access: spec /platform/eks/endpoint
# cloud/control-plane-logs: profile baseline /select/levels
# cloud/identities: profile baseline /with/cloud~1identities/authentication-mode
check "cluster" {
  data "aws_eks_cluster" "live" {
    name = var.cluster_name
  }

  assert {
    condition     = try(contains(["API_AND_CONFIG_MAP", "API"], data.aws_eks_cluster.live.access_config[0].authentication_mode), false)
    error_message = "Cluster ${var.cluster_name}: authentication_mode differs from the spec."
  }

  assert {
    condition     = try(length(setsubtract(["api", "audit", "authenticator", "controllerManager", "scheduler"], data.aws_eks_cluster.live.enabled_cluster_log_types)) == 0, false)
    error_message = "Cluster ${var.cluster_name}: a log type of the control plane is off."
  }

  assert {
    condition     = try(data.aws_eks_cluster.live.vpc_config[0].endpoint_private_access, null) == true
    error_message = "Cluster ${var.cluster_name}: endpoint_private_access differs from the spec."
  }

  assert {
    condition     = try(data.aws_eks_cluster.live.vpc_config[0].endpoint_public_access, null) == false
    error_message = "Cluster ${var.cluster_name}: endpoint_public_access differs from the spec."
  }

  assert {
    condition     = try(data.aws_eks_cluster.live.version, null) == "1.36"
    error_message = "Cluster ${var.cluster_name}: it runs another minor of Kubernetes than the tree is made for."
  }
}

# spec /platform/eks/region
check "region" {
  data "aws_region" "live" {}

  assert {
    condition     = data.aws_region.live.id == "eu-west-1"
    error_message = "Cluster ${var.cluster_name}: the provider works in another region."
  }
}

# cloud/log-retention: spec /logging/audit/retentionDays
check "log_group" {
  data "aws_cloudwatch_log_group" "live" {
    name = coalesce(var.log_group_name, "/aws/eks/${var.cluster_name}/cluster")
  }

  assert {
    condition     = try(data.aws_cloudwatch_log_group.live.retention_in_days >= 30 || data.aws_cloudwatch_log_group.live.retention_in_days == 0, false)
    error_message = "Cluster ${var.cluster_name}: the log group forgets events before the spec allows it."
  }
}
