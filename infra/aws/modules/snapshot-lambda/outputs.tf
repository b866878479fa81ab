output "create_snapshots_lambda_function" {
  value = module.create_snapshots.arn
}

output "create_image_lambda_function" {
  value = module.create_image.arn
}

output "mark_ready_lambda_function" {
  value = module.mark_ready.arn
}

output "delete_volume_lambda_function" {
  value = module.delete_volume.arn
}

output "dynamodb_table_name" {
  description = "The main table."
  value       = aws_dynamodb_table.main.name
}

output "dynamodb_table_arn" {
  value = aws_dynamodb_table.main.arn
}

output "dynamodb_metadata_name" {
  description = "The meta table."
  value       = aws_dynamodb_table.meta.name
}
