# What an earlier tree may have made and this one leaves to another owner: Terraform forgets what of it is in the
# state, and destroys nothing.

removed {
  from = aws_cloudwatch_log_group.control_plane

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_eks_access_entry.people

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_eks_access_policy_association.break_glass

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_eks_addon.vpc_cni

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_kms_key.secrets

  lifecycle {
    destroy = false
  }
}
