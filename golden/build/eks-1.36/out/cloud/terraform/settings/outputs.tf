# Values for the cluster resource, which stays yours. `../ADOPT.md` has the lines that take them.
# Controls: cloud/api-access, cloud/control-plane-logs, cloud/identities, cloud/network-policy

# cloud/identities: profile restricted /with/cloud~1identities/authentication-mode
output "authentication_mode" {
  description = "Where EKS reads who may come in. There is no step back from API_AND_CONFIG_MAP or API."
  value       = "API"
}

# cloud/control-plane-logs: spec /logging/audit/goals/exec, spec /logging/audit/goals/secrets-access, profile baseline
# /select/levels
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
  value       = true
}

# cloud/api-access: spec /api/sources, spec /api/sources/admins/0, spec /api/sources/egress/0
output "public_access_cidrs" {
  description = "Who may reach the public endpoint."
  value = [
    "203.0.113.0/24",
    "198.51.100.4/32",
  ]
}

# cloud/network-policy: profile restricted /select/levels
output "vpc_cni_configuration_values" {
  description = "The configuration of the vpc-cni add-on, as its JSON text. It wakes every network policy that lies dormant in the cluster."
  value = jsonencode({
    enableNetworkPolicy = "true"
  })
}
