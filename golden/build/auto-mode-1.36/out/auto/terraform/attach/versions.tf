# What this module needs. Provider and backend are those of the caller.

terraform {
  required_version = ">= 1.7"

  # shape terraform-bounds
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.99, < 7"
    }
  }
}
