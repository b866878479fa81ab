module "cleanup_dns" {
  source = "../function"

  name        = "${var.prefix}_dns_cleanup"
  description = "Removes the DNS name of a box that is going away"
  handler     = "cleanup-dns.handler"
  timeout     = 60
  common      = var.functions
  statements  = concat(var.grants.look, var.grants.rows, var.grants.dns)
  environment = {
    MAIN_TABLE   = var.main_table_name
    META_TABLE   = var.meta_table_name
    PARAM_PREFIX = var.param_prefix
    DEPLOYMENT   = var.prefix
  }
  # Without DNS there is nothing to call it for.
  enabled = var.dns_provider != "none"
  rules = {
    "${var.prefix}-ec2-shutting-down-dns-cleanup" = {
      description = "A box is going away"
      target_id   = "DNSCleanup"
      pattern = {
        source        = ["aws.ec2"]
        "detail-type" = ["EC2 Instance State-change Notification"]
        detail        = { state = ["shutting-down", "terminated"] }
      }
    }
  }
}
