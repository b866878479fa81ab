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

variable "lease_table" {
  description = "The table of shared leases; null where there is none."
  type        = string
  default     = null
}

variable "param_prefix" {
  type    = string
  default = "/devbox"
}

variable "schedule" {
  type = string
}

variable "keep_images" {
  type    = number
  default = 2
}
