# Values for the cluster resource, which stays yours. `../ADOPT.md` has the lines that take them.
# Controls: cloud/api-access, cloud/identities, cloud/network-policy

# cloud/identities: spec /identity/breakGlass, spec /platform/aks/entra, spec /platform/aks/entra/adminGroups/0
output "admin_group_object_ids" {
  description = "The Entra ID groups that administer the cluster."
  value = [
    "00000000-0000-0000-0000-000000000001",
    "00000000-0000-0000-0000-00000000000f",
  ]
}

# cloud/api-access: spec /api/sources, spec /api/sources/admins/0, spec /api/sources/egress/0
output "authorized_ip_ranges" {
  description = "Who may reach the API server, the outgoing addresses of the cluster's own nodes among them."
  value = [
    "203.0.113.0/24",
    "198.51.100.4/32",
  ]
}

# cloud/identities: profile baseline /select/levels
output "local_account_disabled" {
  description = "Whether kubeconfigs without a person in them are refused."
  value       = true
}

# cloud/network-policy: spec /platform/cni/azure-cni/networkPolicy
output "network_data_plane" {
  description = "What carries the packets of pods."
  value       = "cilium"
}

# cloud/network-policy: spec /platform/cni/azure-cni
output "network_plugin" {
  description = "What gives pods their addresses."
  value       = "azure"
}

# cloud/network-policy: spec /platform/cni/azure-cni/overlay
output "network_plugin_mode" {
  description = "Where the addresses of pods come from: overlay keeps them off the network."
  value       = "overlay"
}

# cloud/network-policy: spec /platform/cni/azure-cni/networkPolicy
output "network_policy" {
  description = "What enforces network policies. Setting it wakes every policy that lies dormant in the cluster."
  value       = "cilium"
}

# cloud/api-access: profile baseline /select/levels
output "run_command_enabled" {
  description = "Whether the provider's API runs commands in the cluster, past every list of ranges."
  value       = false
}

# spec /platform/aks/tier
output "sku_tier" {
  description = "The tier of the cluster."
  value       = "Standard"
}
