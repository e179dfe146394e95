# Compares the live cluster with the spec at every plan and apply. A difference is a warning: `terraform plan` goes
# on.
# Controls: cloud/api-access, cloud/identities, cloud/network-policy

# spec /platform/aks/kubernetesVersion, spec /platform/aks/location
# cloud/api-access: spec /api/sources
# cloud/identities: spec /platform/aks/entra
# cloud/network-policy: spec /platform/cni/azure-cni, spec /platform/cni/azure-cni/networkPolicy
check "cluster" {
  data "azurerm_kubernetes_cluster" "live" {
    name                = split("/", var.cluster_id)[8]
    resource_group_name = split("/", var.cluster_id)[4]
  }

  assert {
    condition     = try(toset(data.azurerm_kubernetes_cluster.live.azure_active_directory_role_based_access_control[0].admin_group_object_ids), null) == toset(["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-00000000000f"])
    error_message = "Cluster ${var.cluster_id}: other groups administer the cluster than the spec names, or none."
  }

  assert {
    condition     = try(toset(data.azurerm_kubernetes_cluster.live.api_server_authorized_ip_ranges), null) == toset(["203.0.113.0/24", "198.51.100.4/32"])
    error_message = "Cluster ${var.cluster_id}: the API server answers other ranges than the spec names; without a list it answers everybody."
  }

  assert {
    condition     = try(data.azurerm_kubernetes_cluster.live.network_profile[0].network_plugin, null) == "azure"
    error_message = "Cluster ${var.cluster_id}: another network plug-in runs."
  }

  assert {
    condition     = try(data.azurerm_kubernetes_cluster.live.network_profile[0].network_policy, null) == "cilium"
    error_message = "Cluster ${var.cluster_id}: another engine enforces network policies, or none."
  }

  assert {
    condition     = data.azurerm_kubernetes_cluster.live.location == "westeurope"
    error_message = "Cluster ${var.cluster_id}: it stands in another location."
  }

  assert {
    condition     = try(join(".", slice(split(".", data.azurerm_kubernetes_cluster.live.current_kubernetes_version), 0, 2)), null) == "1.36"
    error_message = "Cluster ${var.cluster_id}: it runs another minor of Kubernetes than the tree is made for."
  }
}
