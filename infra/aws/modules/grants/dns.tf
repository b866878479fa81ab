# Fails where there are two public zones of the name.
data "aws_route53_zone" "this" {
  count = var.dns_provider == "route53" ? 1 : 0

  name         = var.dns_zone
  private_zone = false
}

locals {
  dns = concat(local.dns_settings, local.dns_by_provider[var.dns_provider])

  dns_settings = [
    {
      Effect   = "Allow"
      Action   = ["ssm:GetParameter", "ssm:GetParameters"]
      Resource = ["${local.parameters}/dns/*"]
    },
  ]

  # CNAMEs of the one zone, or the token of it.
  dns_by_provider = {
    none = []
    route53 = [
      {
        Effect   = "Allow"
        Action   = ["route53:ListHostedZonesByName"]
        Resource = "*"
      },
      {
        Effect   = "Allow"
        Action   = ["route53:ListResourceRecordSets"]
        Resource = data.aws_route53_zone.this[*].arn
      },
      {
        Effect    = "Allow"
        Action    = ["route53:ChangeResourceRecordSets"]
        Resource  = data.aws_route53_zone.this[*].arn
        Condition = { "ForAllValues:StringEquals" = { "route53:ChangeResourceRecordSetsRecordTypes" = ["CNAME"] } }
      },
    ]
    cloudflare = [
      {
        Effect   = "Allow"
        Action   = ["ssm:GetParameter", "ssm:GetParameters"]
        Resource = ["${local.parameters}/secrets/cloudflare/apiToken"]
      },
    ]
  }
}
