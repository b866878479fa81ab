resource "aws_dynamodb_table" "leases" {
  count = var.lease_table ? 1 : 0

  name                        = "${var.prefix}-leases"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  tags = { Name = "${var.prefix}-leases" }
}

resource "aws_ebs_encryption_by_default" "this" {
  count = var.ebs_encryption_by_default ? 1 : 0

  enabled = true
}

# What a person needs who launches boxes; attach it to your users' group or permission set.
resource "aws_iam_policy" "user" {
  name        = "${var.prefix}-user"
  description = "Launches, saves and ends dev boxes of the deployment ${var.prefix}"
  policy      = local.user_policy
}

locals {
  user_policy = jsonencode({ Version = "2012-10-17", Statement = module.grants.statements.user })
}
