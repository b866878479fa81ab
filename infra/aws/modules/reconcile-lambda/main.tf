module "reconcile" {
  source = "../function"

  name        = "${var.prefix}_reconcile"
  description = "Finishes what an event was lost for, and ends what is past its time"
  handler     = "reconcile.handler"
  timeout     = 900
  memory_size = 512
  common      = var.functions
  statements  = var.grants.reconcile
  environment = {
    MAIN_TABLE   = var.main_table_name
    META_TABLE   = var.meta_table_name
    PARAM_PREFIX = var.param_prefix
    DEPLOYMENT   = var.prefix
    KEEP_IMAGES  = var.keep_images
    LEASE_TABLE  = var.lease_table
  }
  rules = {
    "${var.prefix}-reconcile" = {
      description = "Finishes what was interrupted"
      target_id   = "Reconcile"
      schedule    = var.schedule
    }
  }
}
