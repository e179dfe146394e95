# Resources beside the cluster: none of them owns the cluster. What exists already is imported or moved into the state
# before the first apply (../ADOPT.md).
# Controls: cloud/control-plane-logs, cloud/log-forwarding

# cloud/control-plane-logs: spec /logging/audit/goals/node-changes, spec /logging/audit/goals/rbac-changes, spec
# /platform/aks/owns/diagnosticSetting, profile baseline /select/levels
# cloud/log-forwarding: spec /logging/siem/eventHub
resource "azurerm_monitor_diagnostic_setting" "control_plane" {
  eventhub_authorization_rule_id = var.eventhub_authorization_rule_id
  eventhub_name                  = "aks"
  name                           = "harden"
  target_resource_id             = var.cluster_id

  enabled_log {
    category = "cloud-controller-manager"
  }

  enabled_log {
    category = "guard"
  }

  enabled_log {
    category = "kube-apiserver"
  }

  enabled_log {
    category = "kube-audit-admin"
  }

  enabled_log {
    category = "kube-controller-manager"
  }

  enabled_log {
    category = "kube-scheduler"
  }
}
