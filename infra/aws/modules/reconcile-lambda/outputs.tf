output "reconcile_lambda_function" {
  value = module.reconcile.arn
}
