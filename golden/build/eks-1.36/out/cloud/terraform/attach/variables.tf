# What the caller of this module gives.
# Controls: cloud/log-retention

variable "cluster_name" {
  description = "The name of the EKS cluster: the attribute of its resource."
  type        = string
}

# cloud/log-retention: spec /platform/eks/owns/logGroup
variable "log_group_name" {
  description = "The name of the log group: the literal text /aws/eks/NAME/cluster, not an attribute of the cluster, so that the group is made before the logs are switched on."
  type        = string
}
