terraform {
  # Write-only arguments keep the Cloudflare token out of the state: OpenTofu 1.11, Terraform 1.11.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.19"
    }
  }
}
