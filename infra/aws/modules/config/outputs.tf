output "param_launch_templates" {
  description = "One parameter for each zone."
  value       = [for parameter in aws_ssm_parameter.launch_template_id : parameter.name]
}

output "param_launch_template_list" {
  value = aws_ssm_parameter.launch_template_ids.name
}

output "param_snapshot_table" {
  value = aws_ssm_parameter.snapshot_table.name
}
