# What devbox reads to find all this. None of them overwrites a parameter that is there already: another deployment of the
# same prefix would be taken over.
resource "aws_ssm_parameter" "launch_template_ids" {
  name  = "${var.param_prefix}/launchTemplateIds"
  type  = "String"
  value = jsonencode(var.launch_template_ids)
}

resource "aws_ssm_parameter" "launch_template_id" {
  for_each = { for position, id in var.launch_template_ids : tostring(position) => id }

  name  = "${var.param_prefix}/launchTemplateId_az${each.key}"
  type  = "String"
  value = each.value
}

resource "aws_ssm_parameter" "snapshot_table" {
  name  = "${var.param_prefix}/snapshotTable"
  type  = "String"
  value = var.snapshot_table_name
}

resource "aws_ssm_parameter" "meta_table" {
  name  = "${var.param_prefix}/metaTable"
  type  = "String"
  value = var.meta_table_name
}

resource "aws_ssm_parameter" "dns_provider" {
  name  = "${var.param_prefix}/dns/provider"
  type  = "String"
  value = var.dns_provider
}

resource "aws_ssm_parameter" "dns_zone" {
  count = var.dns_provider == "none" ? 0 : 1

  name  = "${var.param_prefix}/dns/zone"
  type  = "String"
  value = lower(trimsuffix(trimspace(var.dns_zone), "."))
}

# The token is written and never read back: it is in no state.
resource "aws_ssm_parameter" "cloudflare_api_token" {
  count = var.dns_provider == "cloudflare" && nonsensitive(var.cloudflare_api_token != "") ? 1 : 0

  name             = "${var.param_prefix}/secrets/cloudflare/apiToken"
  type             = "SecureString"
  value_wo         = var.cloudflare_api_token
  value_wo_version = parseint(substr(sha256(var.cloudflare_api_token), 0, 6), 16)
}
