variable "name" {
  type = string
}

variable "vpc_cidr" {
  type = string
}

variable "ssh_cidr_blocks" {
  type = list(string)
}

variable "availability_zones" {
  type    = list(string)
  default = null
}
