variable "prefix" {
  type = string
}

variable "dns_provider" {
  type = string
}

variable "dns_zone" {
  type = string
}

variable "reaper_keys" {
  description = "Names of SSM parameters below /PREFIX/secrets/."
  type        = list(string)
}
