# One function: its role, its log, and the events that call it.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.common.log_retention_days
}

resource "aws_iam_role" "this" {
  name = "${replace(var.name, "_", "-")}-role"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "${replace(var.name, "_", "-")}-policy"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "${aws_cloudwatch_log_group.this.arn}:*"
        },
        {
          Effect   = "Allow"
          Action   = ["sqs:SendMessage"]
          Resource = var.common.dead_letter_queue_arn
        },
      ],
      var.statements,
    )
  })
}

resource "aws_lambda_function" "this" {
  function_name    = var.name
  description      = var.description
  role             = aws_iam_role.this.arn
  filename         = var.common.zip
  source_code_hash = filebase64sha256(var.common.zip)
  handler          = var.handler
  runtime          = var.common.runtime
  architectures    = ["arm64"]
  timeout          = var.timeout
  memory_size      = var.memory_size

  environment {
    variables = { for name, value in var.environment : name => value if value != null }
  }

  # A function that runs before its log group exists makes one itself, without an end.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]
}

resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 21600

  destination_config {
    on_failure {
      destination = var.common.dead_letter_queue_arn
    }
  }

  depends_on = [aws_iam_role_policy.this]
}

locals {
  rules = var.enabled ? var.rules : {}
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name                = each.key
  description         = each.value.description
  event_pattern       = each.value.pattern == null ? null : jsonencode(each.value.pattern)
  schedule_expression = each.value.schedule
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.rules

  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = each.value.target_id
  arn       = aws_lambda_function.this.arn

  retry_policy {
    maximum_event_age_in_seconds = 21600
    maximum_retry_attempts       = 20
  }

  dead_letter_config {
    arn = var.common.dead_letter_queue_arn
  }
}

resource "aws_lambda_permission" "this" {
  for_each = local.rules

  statement_id  = "from-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.this[each.key].arn
}
