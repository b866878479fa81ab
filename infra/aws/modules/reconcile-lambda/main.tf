module "reconcile" {
  source = "../function"

  name        = "${var.prefix}_reconcile"
  description = "Finishes what an event was lost for, and ends what is past its time"
  handler     = "reconcile.handler"
  timeout     = 900
  memory_size = 512
  common      = var.functions
  statements  = var.grants.reconcile
  environment = merge(
    {
      MAIN_TABLE   = var.main_table_name
      META_TABLE   = var.meta_table_name
      PARAM_PREFIX = var.param_prefix
      DEPLOYMENT   = var.prefix
      KEEP_IMAGES  = tostring(var.keep_images)
    },
    var.lease_table == null ? {} : { LEASE_TABLE = var.lease_table },
    # Where the keys are, not the keys.
    { for name, parameter in var.reaper_keys : "${name}_PARAMETER" => "${var.param_prefix}/secrets/${parameter}" },
  )
  rules = {
    "${var.prefix}-reconcile" = {
      description = "Finishes what was interrupted"
      target_id   = "Reconcile"
      schedule    = var.schedule
    }
  }
}
