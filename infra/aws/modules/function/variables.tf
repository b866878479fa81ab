variable "name" {
  type = string
}

variable "description" {
  type = string
}

variable "handler" {
  type = string
}

variable "timeout" {
  description = "Seconds."
  type        = number
}

variable "memory_size" {
  description = "MB."
  type        = number
  default     = 256
}

variable "environment" {
  description = "What is null is left out."
  type        = map(string)
}

variable "statements" {
  description = "What the function may do beside writing its log."
  type        = any
}

variable "rules" {
  description = "By name: an event pattern or a schedule."
  type = map(object({
    description = string
    target_id   = string
    pattern     = optional(any)
    schedule    = optional(string)
  }))
}

variable "enabled" {
  description = "Whether its rules are there."
  type        = bool
  default     = true
}

variable "common" {
  description = "What all functions have in common."
  type = object({
    zip                   = string
    runtime               = string
    dead_letter_queue_arn = string
    log_retention_days    = number
  })
}
