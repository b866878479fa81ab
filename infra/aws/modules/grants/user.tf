# What a person's own credentials are used for: all that the functions do, which devbox also does where nothing is
# deployed, and launching boxes. Boxes without a project carry no mark of a deployment; those of other deployments do.
locals {
  user = concat(
    local.projects,
    local.leases,
    local.settings,
    local.look_for_launches,
    local.launch,
    local.boxes,
    local.key_pairs,
  )

  settings = [
    {
      Effect = "Allow"
      Action = ["ssm:GetParameter", "ssm:GetParameters"]
      Resource = [
        "${local.parameters}/launchTemplateIds",
        "${local.parameters}/snapshotTable",
        "${local.parameters}/metaTable",
        # Where AWS and others publish their newest images; of no account.
        "arn:${local.partition}:ssm:${local.region}:*:parameter/aws/service/*",
      ]
    },
  ]

  look_for_launches = [
    {
      Effect = "Allow"
      Action = [
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeKeyPairs",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:DescribeRegions",
        "ec2:DescribeSubnets",
        "sts:GetCallerIdentity",
      ]
      Resource = "*"
    },
  ]

  launched_into = [
    "${local.ec2_own}:launch-template/*",
    "${local.ec2_own}:security-group/*",
    "${local.ec2_own}:subnet/*",
  ]

  launch = [
    {
      Effect    = "Allow"
      Action    = ["ec2:RunInstances"]
      Resource  = concat(local.instances, local.disks, local.networks)
      Condition = { StringEquals = { "aws:RequestTag/ManagedBy" = "devbox-cli" } }
    },
    {
      Effect   = "Allow"
      Action   = ["ec2:RunInstances"]
      Resource = concat(local.images, local.snapshots, local.keys, local.launched_into)
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:CreateTags"]
      Resource  = concat(local.instances, local.disks, local.networks)
      Condition = { StringEquals = { "ec2:CreateAction" = ["RunInstances"] } }
    },
  ]

  boxes = [
    {
      Effect   = "Allow"
      Action   = ["ec2:RebootInstances", "ec2:StartInstances", "ec2:StopInstances", "ec2:TerminateInstances"]
      Resource = local.instances
      Condition = {
        StringEquals         = { "aws:ResourceTag/ManagedBy" = "devbox-cli" }
        StringEqualsIfExists = { "aws:ResourceTag/devbox:deployment" = var.prefix }
      }
    },
  ]

  key_pairs = [
    {
      Effect    = "Allow"
      Action    = ["ec2:ImportKeyPair"]
      Resource  = local.keys
      Condition = { StringEquals = { "aws:RequestTag/ManagedBy" = "devbox-cli" } }
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:CreateTags"]
      Resource  = local.keys
      Condition = { StringEquals = { "ec2:CreateAction" = ["ImportKeyPair"] } }
    },
    {
      Effect    = "Allow"
      Action    = ["ec2:DeleteKeyPair"]
      Resource  = local.keys
      Condition = { StringEquals = { "aws:ResourceTag/ManagedBy" = "devbox-cli" } }
    },
  ]
}
