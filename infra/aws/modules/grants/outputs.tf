output "statements" {
  description = "Policy statements by what they are for."
  value = {
    look      = local.look
    rows      = local.rows
    snapshot  = local.snapshot
    register  = local.register
    retire    = local.retire
    volumes   = local.volumes
    dns       = local.dns
    reconcile = local.reconcile
    user      = local.user
  }
}
