variable "prefix" {
  description = "Begins the name of everything here, is the SSM prefix (/PREFIX) and marks what belongs to this deployment."
  type        = string
  default     = "devbox"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,22}[a-z0-9]$", var.prefix))
    error_message = "prefix must be 2 to 24 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen."
  }
}

variable "ssh_cidr_blocks" {
  description = "Who may reach port 22 of the boxes, as IPv4 or IPv6 networks: [\"203.0.113.7/32\"]. There is no default on purpose; an empty list closes the port, such as for Tailscale."
  type        = list(string)

  validation {
    condition     = alltrue([for block in var.ssh_cidr_blocks : can(cidrhost(block, 0))])
    error_message = "ssh_cidr_blocks must be networks such as 203.0.113.7/32 or 2001:db8::/64."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the network; each zone gets a /24 of it."
  type        = string
  default     = "10.219.0.0/16"

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && try(tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 20, false)
    error_message = "vpc_cidr must be an IPv4 network from /16 to /20: AWS allows none larger, and a smaller one has no /24 for each zone."
  }
}

variable "availability_zones" {
  description = "Zones to launch into, such as [\"us-east-1a\", \"us-east-1b\"]; null takes every ordinary zone of the region."
  type        = list(string)
  default     = null
}

variable "functions_zip" {
  description = "Path of functions.zip; null takes the one of the devbox package that this module lies in."
  type        = string
  default     = null
}

variable "functions_runtime" {
  description = "Lambda runtime of the functions."
  type        = string
  default     = "nodejs24.x"
}

variable "reconcile_schedule" {
  description = "How often interrupted saves are finished and expired leases ended, as an EventBridge schedule."
  type        = string
  default     = "rate(15 minutes)"
}

variable "keep_images" {
  description = "How many saves of a project the functions keep, at least 1; give devbox the same number."
  type        = number
  default     = 2

  validation {
    condition     = var.keep_images >= 1 && floor(var.keep_images) == var.keep_images
    error_message = "keep_images must be a whole number, at least 1."
  }
}

variable "lease_table" {
  description = "Make a table for leases that several people share (leases.store=dynamodb), and have the schedule end boxes of other providers whose leases are over, where it has their keys."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "Keep the tables from being destroyed; set it to false and apply before a destroy."
  type        = bool
  default     = true
}

variable "log_retention_days" {
  description = "How long the functions' logs are kept."
  type        = number
  default     = 14
}

variable "alarm_actions" {
  description = "ARNs, such as of an SNS topic, that are told when an event could not be handled; without any there is no alarm."
  type        = list(string)
  default     = []
}

variable "ebs_encryption_by_default" {
  description = "Encrypt every new volume of the whole account in this region, not only devbox's."
  type        = bool
  default     = false
}

variable "dns_provider" {
  description = "Where each running project gets a CNAME: none, cloudflare or route53."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "cloudflare", "route53"], var.dns_provider)
    error_message = "dns_provider must be none, cloudflare or route53."
  }
}

variable "dns_zone" {
  description = "The zone of those names, such as dev.example.com."
  type        = string
  default     = ""

  validation {
    condition     = var.dns_provider == "none" || trimspace(var.dns_zone) != ""
    error_message = "dns_zone must name a zone where dns_provider is not none."
  }
}

variable "cloudflare_api_token" {
  description = "Written to the SSM parameter of the token and never to the state. Empty where you put the parameter there yourself."
  type        = string
  default     = ""
  sensitive   = true
}
