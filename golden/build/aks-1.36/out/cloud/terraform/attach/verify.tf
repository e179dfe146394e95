# Compares the live cluster with the spec at every plan and apply. A difference is a warning: `terraform plan` goes
# on.
# Controls: cloud/api-access, cloud/identities

# cloud/api-access: spec /api/sources
# cloud/identities: spec /platform/aks/entra
check "cluster" {
  data "azurerm_kubernetes_cluster" "live" {
    name                = split("/", var.cluster_id)[8]
    resource_group_name = split("/", var.cluster_id)[4]
  }

  assert {
    condition     = length(setsubtract(data.azurerm_kubernetes_cluster.live.azure_active_directory_role_based_access_control[0].admin_group_object_ids, ["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-00000000000f"])) == 0
    error_message = "Cluster ${var.cluster_id}: groups administer the cluster that the spec does not name."
  }

  assert {
    condition     = length(setsubtract(data.azurerm_kubernetes_cluster.live.api_server_authorized_ip_ranges, ["203.0.113.0/24", "198.51.100.4/32"])) == 0
    error_message = "Cluster ${var.cluster_id}: the API server answers ranges that the spec does not name."
  }
}

# spec /platform/aks/location
check "location" {
  data "azurerm_kubernetes_cluster" "live" {
    name                = split("/", var.cluster_id)[8]
    resource_group_name = split("/", var.cluster_id)[4]
  }

  assert {
    condition     = data.azurerm_kubernetes_cluster.live.location == "westeurope"
    error_message = "Cluster ${var.cluster_id}: it stands in another location."
  }
}
