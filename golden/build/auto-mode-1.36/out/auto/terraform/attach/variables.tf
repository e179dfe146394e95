# What the caller of this module gives.
# Controls: cloud/log-retention

variable "cluster_name" {
  description = "The name of the EKS cluster: the attribute of its resource."
  type        = string
}

# cloud/log-retention: shape cloud-existing
variable "log_group_name" {
  default     = null
  description = "The name of the log group of the control plane: the attribute of its resource. Null takes the name that EKS gives it."
  type        = string
}
