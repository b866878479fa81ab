# Who may do what, in small parts that the functions and the users' policy are put together from. What destroys or changes
# something is bound to devbox's marks: a function that is wrong can touch nothing that is not devbox's.
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region
  place     = "${local.region}:${data.aws_caller_identity.current.account_id}"
  # Images and snapshots have no account in their ARNs.
  ec2_own    = "arn:${local.partition}:ec2:${local.place}"
  ec2_shared = "arn:${local.partition}:ec2:${local.region}:"
  tables     = "arn:${local.partition}:dynamodb:${local.place}:table/${var.prefix}"
  parameters = "arn:${local.partition}:ssm:${local.place}:parameter/${var.prefix}"

  ours = {
    StringEquals = {
      "aws:ResourceTag/ManagedBy"         = "devbox-cli"
      "aws:ResourceTag/devbox:deployment" = var.prefix
    }
  }
  # Made before deployments were told apart.
  older = {
    StringEquals = { "aws:ResourceTag/ManagedBy" = ["devbox-cli", "devbox-lambda"] }
    Null         = { "aws:ResourceTag/devbox:deployment" = "true" }
  }
  # Nobody has put a name on it: a volume attached by hand.
  unclaimed = {
    Null = {
      "aws:ResourceTag/ManagedBy"         = "true"
      "aws:ResourceTag/Project"           = "true"
      "aws:ResourceTag/devbox:deployment" = "true"
    }
  }
  marked = {
    StringEquals = {
      "aws:RequestTag/ManagedBy"         = "devbox-cli"
      "aws:RequestTag/devbox:deployment" = var.prefix
    }
  }

  images    = ["${local.ec2_shared}:image/*"]
  snapshots = ["${local.ec2_shared}:snapshot/*"]
  instances = ["${local.ec2_own}:instance/*"]
  disks     = ["${local.ec2_own}:volume/*"]
}

locals {
  look = [
    {
      Effect = "Allow"
      Action = [
        "ec2:DescribeImages",
        "ec2:DescribeInstances",
        "ec2:DescribeSnapshots",
        "ec2:DescribeVolumes",
      ]
      Resource = "*"
    },
  ]

  rows = [
    {
      Effect   = "Allow"
      Action   = ["dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:UpdateItem"]
      Resource = ["${local.tables}-main", "${local.tables}-meta", "${local.tables}-meta/index/SnapshotIndex"]
    },
  ]

  snapshot = [
    {
      Effect   = "Allow"
      Action   = ["ec2:CreateSnapshot"]
      Resource = local.disks
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:CreateSnapshot"]
      Resource  = local.snapshots
      Condition = local.marked
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:CreateTags"]
      Resource  = local.snapshots
      Condition = { StringEquals = { "ec2:CreateAction" = ["CreateSnapshot"] } }
    },
  ]

  image = [
    {
      Effect    = "Allow"
      Action    = ["ec2:RegisterImage"]
      Resource  = local.images
      Condition = local.marked
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:RegisterImage"]
      Resource  = local.snapshots
      Condition = local.ours
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:CreateTags"]
      Resource  = local.images
      Condition = { StringEquals = { "ec2:CreateAction" = ["RegisterImage"] } }
    },
  ]

  retire = [
    {
      Effect    = "Allow"
      Action    = ["ec2:DeregisterImage", "ec2:DeleteSnapshot"]
      Resource  = concat(local.images, local.snapshots)
      Condition = local.ours
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:DeregisterImage", "ec2:DeleteSnapshot"]
      Resource  = concat(local.images, local.snapshots)
      Condition = local.older
    },
  ]

  volumes = [
    {
      Effect    = "Allow"
      Action    = ["ec2:DeleteVolume"]
      Resource  = local.disks
      Condition = local.ours
    },
  ]
}
