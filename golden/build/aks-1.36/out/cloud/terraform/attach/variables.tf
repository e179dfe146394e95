# What the caller of this module gives.
# Controls: cloud/log-forwarding

variable "cluster_id" {
  description = "The id of the AKS cluster: the attribute of its resource."
  type        = string
}

# cloud/log-forwarding: spec /logging/siem/eventHub
variable "eventhub_authorization_rule_id" {
  description = "The id of the rule of the Event Hubs namespace that lets send to it."
  type        = string
}
