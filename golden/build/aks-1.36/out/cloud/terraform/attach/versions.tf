# What this module needs. Provider and backend are those of the caller.

terraform {
  required_version = ">= 1.7"

  # spec /platform/aks/terraform/azurerm
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.81, < 6"
    }
  }
}
