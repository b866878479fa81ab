output "launch_template_ids" {
  description = "In the order of the zones' names."
  value       = module.devbox.launch_template_ids
}

output "prefix" {
  value = var.prefix
}

output "user_policy_arn" {
  description = "Attach it to whoever launches boxes."
  value       = aws_iam_policy.user.arn
}

output "user_policy_json" {
  description = "The same as a document, such as for a permission set."
  value       = local.user_policy
}

output "dead_letter_queue_url" {
  value = aws_sqs_queue.dead_letters.url
}

output "lease_table_name" {
  description = "For leases.table; null without lease_table = true."
  value       = one(aws_dynamodb_table.leases[*].name)
}
