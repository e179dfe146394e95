# What the caller of this module gives.
# Controls: cloud/log-forwarding

variable "cluster_id" {
  description = "The id of the AKS cluster: the attribute of its resource."
  type        = string
}

# cloud/log-forwarding: spec /logging/siem/eventHub
variable "eventhub_authorization_rule_id" {
  description = "The id of an authorization rule of the Event Hubs namespace, with the rights Manage, Send and Listen."
  type        = string

  validation {
    condition     = strcontains(lower(var.eventhub_authorization_rule_id), lower("/namespaces/logs/"))
    error_message = "The rule is not one of the Event Hubs namespace that the spec names."
  }
}
