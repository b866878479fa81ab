locals {
  param_prefix = "/${var.prefix}"
  zip          = coalesce(var.functions_zip, "${path.module}/../../dist/functions.zip")
}

module "vpc" {
  source = "./modules/vpc"

  name               = var.prefix
  vpc_cidr           = var.vpc_cidr
  ssh_cidr_blocks    = var.ssh_cidr_blocks
  availability_zones = var.availability_zones
}

module "devbox" {
  source = "./modules/devbox"

  prefix     = var.prefix
  subnet_ids = module.vpc.subnet_ids
  ssh_sg_ids = [module.vpc.ssh_sg_id]
}

module "grants" {
  source = "./modules/grants"

  prefix       = var.prefix
  dns_provider = var.dns_provider
  dns_zone     = var.dns_zone
}

module "snapshot_lambda" {
  source = "./modules/snapshot-lambda"

  prefix              = var.prefix
  functions           = local.functions
  grants              = module.grants.statements
  keep_images         = var.keep_images
  deletion_protection = var.deletion_protection
}

module "dns_cleanup_lambda" {
  source = "./modules/dns-cleanup-lambda"

  prefix          = var.prefix
  functions       = local.functions
  grants          = module.grants.statements
  main_table_name = module.snapshot_lambda.dynamodb_table_name
  meta_table_name = module.snapshot_lambda.dynamodb_metadata_name
  param_prefix    = local.param_prefix
  dns_provider    = var.dns_provider
}

module "reconcile_lambda" {
  source = "./modules/reconcile-lambda"

  prefix          = var.prefix
  functions       = local.functions
  grants          = module.grants.statements
  main_table_name = module.snapshot_lambda.dynamodb_table_name
  meta_table_name = module.snapshot_lambda.dynamodb_metadata_name
  lease_table     = one(aws_dynamodb_table.leases[*].name)
  param_prefix    = local.param_prefix
  schedule        = var.reconcile_schedule
  keep_images     = var.keep_images
}

module "config" {
  source = "./modules/config"

  param_prefix         = local.param_prefix
  launch_template_ids  = module.devbox.launch_template_ids
  snapshot_table_name  = module.snapshot_lambda.dynamodb_table_name
  meta_table_name      = module.snapshot_lambda.dynamodb_metadata_name
  dns_provider         = var.dns_provider
  dns_zone             = var.dns_zone
  cloudflare_api_token = var.cloudflare_api_token
}

locals {
  # What all functions have in common.
  functions = {
    zip                   = local.zip
    runtime               = var.functions_runtime
    dead_letter_queue_arn = aws_sqs_queue.dead_letters.arn
    log_retention_days    = var.log_retention_days
  }
}

check "ssh_is_not_open_to_the_world" {
  assert {
    condition     = length(setintersection(var.ssh_cidr_blocks, ["0.0.0.0/0", "::/0"])) == 0
    error_message = "Port 22 of every box is open to the whole internet. Name your own network in ssh_cidr_blocks, unless this is meant."
  }
}
