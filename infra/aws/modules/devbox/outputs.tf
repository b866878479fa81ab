output "launch_template_ids" {
  description = "In the order of the subnets."
  value       = [for position in range(length(var.subnet_ids)) : aws_launch_template.zone[tostring(position)].id]
}

output "launch_template_names" {
  value = [for position in range(length(var.subnet_ids)) : aws_launch_template.zone[tostring(position)].name]
}
