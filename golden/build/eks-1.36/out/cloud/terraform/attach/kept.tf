# What an earlier tree may have made and this one leaves to another owner: Terraform forgets what of it is in the
# state, and destroys nothing.

removed {
  from = aws_eks_addon.vpc_cni

  lifecycle {
    destroy = false
  }
}
