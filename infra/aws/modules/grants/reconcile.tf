# The schedule does what all the others do.
locals {
  reconcile = concat(
    local.look,
    local.rows,
    local.snapshot,
    local.image,
    local.retire,
    local.volumes,
    local.dns,
  )
}
