output "vpc_id" {
  value = aws_vpc.this.id
}

output "subnet_ids" {
  description = "In the order of the zones' names."
  value       = [for zone in local.zones : aws_subnet.public[zone].id]
}

output "ssh_sg_id" {
  value = aws_security_group.ssh.id
}

output "internet_gateway_id" {
  value = aws_internet_gateway.this.id
}

output "public_route_table_id" {
  value = aws_route_table.public.id
}
