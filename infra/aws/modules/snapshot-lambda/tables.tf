# The row of a project names its images: without it a saved disk is only an image nobody knows.
resource "aws_dynamodb_table" "main" {
  name                        = "${var.prefix}-main"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "project"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "project"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  tags = { Name = "${var.prefix}-main" }
}

resource "aws_dynamodb_table" "meta" {
  name                        = "${var.prefix}-meta"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "project"
  range_key                   = "volumeId"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "project"
    type = "S"
  }

  attribute {
    name = "volumeId"
    type = "S"
  }

  attribute {
    name = "snapshotId"
    type = "S"
  }

  global_secondary_index {
    name            = "SnapshotIndex"
    hash_key        = "snapshotId"
    projection_type = "ALL"
  }

  point_in_time_recovery {
    enabled = true
  }

  tags = { Name = "${var.prefix}-meta" }
}
