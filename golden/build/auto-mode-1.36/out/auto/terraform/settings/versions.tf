# What this module needs: Terraform, and no provider.

terraform {
  required_version = ">= 1.7"
}
