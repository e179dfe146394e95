# Compares the live cluster with the spec at every plan and apply. A difference is a warning: `terraform plan` goes
# on.
# Controls: cloud/api-access, cloud/control-plane-logs, cloud/identities, cloud/log-retention, cloud/network-policy

# spec /platform/eks/kubernetesVersion
# cloud/api-access: spec /api/sources, spec /platform/eks/endpoint
# cloud/control-plane-logs: profile baseline /select/levels
# cloud/identities: profile restricted /with/cloud~1identities/authentication-mode
check "cluster" {
  data "aws_eks_cluster" "live" {
    name = var.cluster_name
  }

  assert {
    condition     = try(data.aws_eks_cluster.live.access_config[0].authentication_mode, null) == "API"
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
    condition     = try(data.aws_eks_cluster.live.vpc_config[0].endpoint_public_access, null) == true
    error_message = "Cluster ${var.cluster_name}: endpoint_public_access differs from the spec."
  }

  assert {
    condition     = try(toset(data.aws_eks_cluster.live.vpc_config[0].public_access_cidrs), null) == toset(["203.0.113.0/24", "198.51.100.4/32"])
    error_message = "Cluster ${var.cluster_name}: the public endpoint answers other ranges than the spec names."
  }

  assert {
    condition     = try(data.aws_eks_cluster.live.version, null) == "1.36"
    error_message = "Cluster ${var.cluster_name}: it runs another minor of Kubernetes than the tree is made for."
  }
}

# cloud/network-policy: profile restricted /select/levels
check "vpc_cni" {
  data "aws_eks_addon" "vpc_cni" {
    addon_name   = "vpc-cni"
    cluster_name = var.cluster_name
  }

  assert {
    condition     = try(tostring(jsondecode(data.aws_eks_addon.vpc_cni.configuration_values).enableNetworkPolicy), "false") == "true"
    error_message = "Cluster ${var.cluster_name}: the add-on vpc-cni does not enforce network policies."
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

# cloud/log-retention: spec /platform/eks/owns/logGroup
check "log_group" {
  assert {
    condition     = var.log_group_name == "/aws/eks/${var.cluster_name}/cluster"
    error_message = "Cluster ${var.cluster_name}: `log_group_name` is not the group that EKS writes to."
  }
}
