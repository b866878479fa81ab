# What a person's own credentials are used for.
locals {
  user = concat(local.look, local.rows, local.dns)
}
