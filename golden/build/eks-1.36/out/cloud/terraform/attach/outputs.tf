# What the owner's own resources take from this module.
# Controls: cloud/log-retention, cloud/secrets-key

# cloud/log-retention: spec /platform/eks/owns/logGroup
output "log_group_name" {
  description = "The log group: the log types of the cluster depend on it, so that EKS finds it."
  value       = aws_cloudwatch_log_group.control_plane.name
}

# cloud/secrets-key: spec /platform/eks/owns/kmsKey
output "secrets_key_arn" {
  description = "The key of Secrets, for encryption_config of the cluster. It cannot be taken off again."
  value       = aws_kms_key.secrets.arn
}
