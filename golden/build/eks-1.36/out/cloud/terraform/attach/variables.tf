# What the caller of this module gives.
# Controls: cloud/log-retention

variable "cluster_name" {
  description = "The name of the EKS cluster: the attribute of its resource."
  type        = string
}

# cloud/log-retention: spec /platform/eks/owns/logGroup
variable "log_group_name" {
  default     = null
  description = "The name of the log group where it is made before the cluster: the literal text /aws/eks/NAME/cluster, not an attribute of the cluster. Null takes it from cluster_name, for a cluster that exists."
  type        = string
}
