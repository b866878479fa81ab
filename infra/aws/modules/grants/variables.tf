variable "prefix" {
  type = string
}

variable "dns_provider" {
  type = string
}

variable "dns_zone" {
  type = string
}
