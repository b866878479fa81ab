variable "param_prefix" {
  type    = string
  default = "/devbox"
}

variable "launch_template_ids" {
  type = list(string)
}

variable "snapshot_table_name" {
  type = string
}

variable "meta_table_name" {
  type = string
}

variable "dns_provider" {
  type    = string
  default = "none"

  validation {
    condition     = contains(["none", "cloudflare", "route53"], var.dns_provider)
    error_message = "dns_provider must be none, cloudflare or route53."
  }
}

variable "dns_zone" {
  type    = string
  default = ""
}

variable "cloudflare_api_token" {
  type      = string
  default   = ""
  sensitive = true
}
