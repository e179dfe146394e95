# Values for the cluster resource, which stays yours. `../ADOPT.md` has the lines that take them.
# Controls: cloud/api-access, cloud/control-plane-logs, cloud/identities, cloud/log-retention

# cloud/identities: spec /identity/breakGlass, spec /identity/groups/developers, profile baseline /select/levels
output "access_entries" {
  description = "The access entries of people, in the form of terraform-aws-modules/eks."
  value = {
    "arn:aws:iam::111122223333:role/break-glass" = {
      kubernetes_groups = ["corp:break-glass"]
      policy_associations = {
        break_glass = {
          access_scope = {
            type = "cluster"
          }
          policy_arn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
        }
      }
      principal_arn = "arn:aws:iam::111122223333:role/break-glass"
    }
    "arn:aws:iam::111122223333:role/dev" = {
      kubernetes_groups = ["corp:dev"]
      principal_arn     = "arn:aws:iam::111122223333:role/dev"
    }
  }
}

# cloud/identities: profile baseline /with/cloud~1identities/authentication-mode
output "authentication_mode" {
  description = "Where EKS reads who may come in. There is no step back from API_AND_CONFIG_MAP or API."
  value       = "API_AND_CONFIG_MAP"
}

# cloud/log-retention: spec /logging/audit/retentionDays
output "cloudwatch_log_group_retention_in_days" {
  description = "For how many days the log group keeps events; 0 means for ever."
  value       = 30
}

# cloud/control-plane-logs: spec /logging/audit/goals/secrets-access, profile baseline /select/levels
output "enabled_cluster_log_types" {
  description = "The logs of the control plane that EKS hands out."
  value = [
    "api",
    "audit",
    "authenticator",
    "controllerManager",
    "scheduler",
  ]
}

# cloud/api-access: spec /platform/eks/endpoint
output "endpoint_private_access" {
  description = "Whether the API server answers inside the VPC."
  value       = true
}

# cloud/api-access: spec /platform/eks/endpoint
output "endpoint_public_access" {
  description = "Whether the API server answers on the internet."
  value       = false
}
