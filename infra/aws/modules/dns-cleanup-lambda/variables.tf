variable "prefix" {
  type    = string
  default = "devbox"
}

variable "functions" {
  description = "What all functions have in common; see ../function."
  type        = any
}

variable "grants" {
  description = "Policy statements by what they are for; see ../grants."
  type        = any
}

variable "main_table_name" {
  type = string
}

variable "meta_table_name" {
  type = string
}

variable "param_prefix" {
  type    = string
  default = "/devbox"
}

variable "dns_provider" {
  type    = string
  default = "none"

  validation {
    condition     = contains(["none", "cloudflare", "route53"], var.dns_provider)
    error_message = "dns_provider must be none, cloudflare or route53."
  }
}
