output "dns_cleanup_lambda_function" {
  value = module.cleanup_dns.arn
}
