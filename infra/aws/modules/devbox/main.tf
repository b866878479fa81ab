# One template for each zone. Image, type, key, disks and tags come with each launch: a disk in the template would become
# a second one beside the image's. Boxes get no role: nothing that runs on one can touch the account.
resource "aws_launch_template" "zone" {
  for_each = { for position, subnet in var.subnet_ids : tostring(position) => subnet }

  name_prefix            = "${var.prefix}-az${each.key}-"
  update_default_version = true

  # A shutdown from inside keeps the disks.
  instance_initiated_shutdown_behavior = "stop"

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  network_interfaces {
    device_index                = 0
    subnet_id                   = each.value
    security_groups             = var.ssh_sg_ids
    associate_public_ip_address = true
    delete_on_termination       = true
  }

  tags = { Name = "${var.prefix}-launch-template-az${each.key}" }
}
