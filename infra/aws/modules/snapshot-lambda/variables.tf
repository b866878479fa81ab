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

variable "deletion_protection" {
  type    = bool
  default = true
}

variable "keep_images" {
  type    = number
  default = 2
}
