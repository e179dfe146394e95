# What this module needs. Provider and backend are those of the caller.

terraform {
  required_version = ">= 1.7"

  # spec /platform/eks/terraform/aws
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.99, < 7"
    }
  }
}
