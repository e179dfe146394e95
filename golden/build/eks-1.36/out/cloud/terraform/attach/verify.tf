# Compares the live cluster with the spec at every plan and apply. A difference is a warning: `terraform plan` goes
# on.
# Controls: cloud/api-access, cloud/control-plane-logs, cloud/identities

# cloud/api-access: spec /api/sources, spec /platform/eks/endpoint
# cloud/control-plane-logs: profile baseline /select/levels
# cloud/identities: profile restricted /with/cloud~1identities/authentication-mode
check "cluster" {
  data "aws_eks_cluster" "live" {
    name = var.cluster_name
  }

  assert {
    condition     = data.aws_eks_cluster.live.access_config[0].authentication_mode == "API"
    error_message = "Cluster ${var.cluster_name}: authentication_mode differs from the spec."
  }

  assert {
    condition     = length(setsubtract(["api", "audit", "authenticator", "controllerManager", "scheduler"], data.aws_eks_cluster.live.enabled_cluster_log_types)) == 0
    error_message = "Cluster ${var.cluster_name}: a log type of the control plane is off."
  }

  assert {
    condition     = data.aws_eks_cluster.live.vpc_config[0].endpoint_private_access == true
    error_message = "Cluster ${var.cluster_name}: endpoint_private_access differs from the spec."
  }

  assert {
    condition     = data.aws_eks_cluster.live.vpc_config[0].endpoint_public_access == true
    error_message = "Cluster ${var.cluster_name}: endpoint_public_access differs from the spec."
  }

  assert {
    condition     = length(setsubtract(data.aws_eks_cluster.live.vpc_config[0].public_access_cidrs, ["203.0.113.0/24", "198.51.100.4/32"])) == 0
    error_message = "Cluster ${var.cluster_name}: the public endpoint answers ranges that the spec does not name."
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
