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
  marked = {
    StringEquals = {
      "aws:RequestTag/ManagedBy"         = "devbox-cli"
      "aws:RequestTag/devbox:deployment" = var.prefix
    }
  }

  # What the first deployments made gets the marks of today: it has none of a deployment, and snapshots have only two.
  adopts_older = {
    StringEquals = {
      "aws:ResourceTag/ManagedBy"        = ["devbox-cli", "devbox-lambda"]
      "aws:RequestTag/ManagedBy"         = "devbox-cli"
      "aws:RequestTag/devbox:deployment" = var.prefix
    }
    Null = { "aws:ResourceTag/devbox:deployment" = "true" }
  }
  adopts_older_snapshots = {
    StringEquals = {
      "aws:RequestTag/ManagedBy"         = "devbox-cli"
      "aws:RequestTag/devbox:deployment" = var.prefix
    }
    Null = {
      "aws:ResourceTag/Project"           = "false"
      "aws:ResourceTag/VolumeID"          = "false"
      "aws:ResourceTag/ManagedBy"         = "true"
      "aws:ResourceTag/devbox:deployment" = "true"
    }
  }
  # A volume attached by hand, which nobody has put a name on.
  adopts_unclaimed = {
    StringEquals = {
      "aws:RequestTag/ManagedBy"         = "devbox-cli"
      "aws:RequestTag/devbox:deployment" = var.prefix
    }
    Null = {
      "aws:ResourceTag/Project"           = "true"
      "aws:ResourceTag/ManagedBy"         = "true"
      "aws:ResourceTag/devbox:deployment" = "true"
    }
  }

  images    = ["${local.ec2_shared}:image/*"]
  snapshots = ["${local.ec2_shared}:snapshot/*"]
  instances = ["${local.ec2_own}:instance/*"]
  disks     = ["${local.ec2_own}:volume/*"]
  networks  = ["${local.ec2_own}:network-interface/*"]
  keys      = ["${local.ec2_own}:key-pair/*"]
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
      Effect = "Allow"
      Action = [
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:UpdateItem",
      ]
      Resource = ["${local.tables}-main", "${local.tables}-meta"]
    },
  ]

  # Of any volume, since one that was attached by hand has no marks; what comes of it has them from the start.
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

  # Of snapshots: the box is gone.
  register = [
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
    {
      Effect   = "Allow"
      Action   = ["ec2:DescribeImageAttribute"]
      Resource = "*"
    },
  ]

  # Of a box that is there, which ends then.
  save = [
    {
      Effect    = "Allow"
      Action    = ["ec2:CreateImage", "ec2:StopInstances", "ec2:TerminateInstances"]
      Resource  = local.instances
      Condition = local.ours
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:CreateImage"]
      Resource  = concat(local.images, local.snapshots)
      Condition = local.marked
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:CreateTags"]
      Resource  = concat(local.images, local.snapshots)
      Condition = { StringEquals = { "ec2:CreateAction" = ["CreateImage"] } }
    },
  ]

  # What is to outlive a box, and what was made before there were all of today's marks. Nothing that somebody else has named.
  claim = [
    {
      Effect    = "Allow"
      Action    = ["ec2:ModifyInstanceAttribute"]
      Resource  = local.instances
      Condition = local.ours
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:CreateTags"]
      Resource  = concat(local.instances, local.disks, local.images, local.snapshots)
      Condition = local.ours
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:CreateTags"]
      Resource  = concat(local.instances, local.disks, local.images, local.snapshots)
      Condition = local.adopts_older
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:CreateTags"]
      Resource  = local.snapshots
      Condition = local.adopts_older_snapshots
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:CreateTags"]
      Resource  = local.disks
      Condition = local.adopts_unclaimed
    },
  ]

  retire = [
    {
      Effect    = "Allow"
      Action    = ["ec2:DeleteSnapshot", "ec2:DeregisterImage"]
      Resource  = concat(local.images, local.snapshots)
      Condition = local.ours
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

  # Whatever projects need.
  projects = concat(
    local.look,
    local.rows,
    local.snapshot,
    local.register,
    local.save,
    local.claim,
    local.retire,
    local.volumes,
    local.dns,
  )

  # The schedule finishes whatever the others and people have begun, and ends boxes elsewhere whose leases are over.
  reconcile = concat(local.projects, local.leases, local.reaper_keys)

  # The table need not be there: see lease_table.
  leases = [
    {
      Effect   = "Allow"
      Action   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
      Resource = ["${local.tables}-leases"]
    },
  ]

  # Nor need these be.
  reaper_keys = [
    {
      Effect   = "Allow"
      Action   = ["ssm:GetParameter", "ssm:GetParameters"]
      Resource = ["${local.parameters}/secrets/lambda/*", "${local.parameters}/secrets/gpulab/*"]
    },
  ]
}
