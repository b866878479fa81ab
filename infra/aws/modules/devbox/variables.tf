variable "subnet_ids" {
  type = list(string)
}

variable "ssh_sg_ids" {
  type = list(string)
}

variable "prefix" {
  type    = string
  default = "devbox"
}
