# Events are hints: each function looks at AWS itself, may be called twice or late, and what it misses the schedule does.
locals {
  environment = {
    MAIN_TABLE   = aws_dynamodb_table.main.name
    META_TABLE   = aws_dynamodb_table.meta.name
    PARAM_PREFIX = "/${var.prefix}"
    DEPLOYMENT   = var.prefix
    KEEP_IMAGES  = var.keep_images
  }
}

module "create_snapshots" {
  source = "../function"

  name        = "${var.prefix}_create_snapshots"
  description = "Saves the disks of a box that was terminated from outside"
  handler     = "create-snapshots.handler"
  timeout     = 300
  environment = local.environment
  common      = var.functions
  statements  = concat(var.grants.look, var.grants.rows, var.grants.snapshot)
  rules = {
    "${var.prefix}-ec2-shutting-down" = {
      description = "A box is going away"
      target_id   = "CreateSnapshots"
      pattern = {
        source        = ["aws.ec2"]
        "detail-type" = ["EC2 Instance State-change Notification"]
        detail        = { state = ["shutting-down", "terminated"] }
      }
    }
  }
}

module "create_image" {
  source = "../function"

  name        = "${var.prefix}_create_image"
  description = "Makes an image of the snapshots of a run once all of them are there"
  handler     = "create-image.handler"
  timeout     = 300
  environment = local.environment
  common      = var.functions
  statements  = concat(var.grants.look, var.grants.rows, var.grants.register)
  rules = {
    "${var.prefix}-snapshot-complete" = {
      description = "A snapshot is there, or failed"
      target_id   = "CreateImage"
      pattern = {
        source        = ["aws.ec2"]
        "detail-type" = ["EBS Snapshot Notification"]
        detail = {
          event  = ["createSnapshot"]
          result = ["succeeded", "failed"]
        }
      }
    }
  }
}

module "mark_ready" {
  source = "../function"

  name        = "${var.prefix}_mark_ready"
  description = "Records a new image, and only then removes what it replaces"
  handler     = "mark-ready.handler"
  timeout     = 300
  environment = local.environment
  common      = var.functions
  statements  = concat(var.grants.look, var.grants.rows, var.grants.retire, var.grants.volumes)
  rules = {
    "${var.prefix}-ami-available" = {
      description = "An image is there, or failed"
      target_id   = "MarkReady"
      pattern = {
        source        = ["aws.ec2"]
        "detail-type" = ["EC2 AMI State Change"]
        detail        = { State = ["available", "failed"] }
      }
    }
  }
}

# EC2 tells nobody that a volume was detached; that its instance is gone it does tell.
module "delete_volume" {
  source = "../function"

  name        = "${var.prefix}_delete_volume"
  description = "Deletes the volumes of a run whose image is there"
  handler     = "delete-volume.handler"
  timeout     = 300
  environment = local.environment
  common      = var.functions
  statements  = concat(var.grants.look, var.grants.rows, var.grants.volumes)
  rules = {
    "${var.prefix}-ec2-terminated" = {
      description = "A box is gone"
      target_id   = "DeleteVolume"
      pattern = {
        source        = ["aws.ec2"]
        "detail-type" = ["EC2 Instance State-change Notification"]
        detail        = { state = ["terminated"] }
      }
    }
  }
}
