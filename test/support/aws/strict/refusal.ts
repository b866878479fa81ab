/** An error as AWS answers it; each service has its own way to write it down (answer.ts). */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    /** AWS' own name, such as `InvalidAMIID.NotFound`. */
    readonly code: string,
    message: string,
    /** The HTTP status. */
    readonly status = 400,
  ) {
    super(message);
  }
}

/** What every service says when it is asked too often, by service; status and name differ. */
export function throttled(service: string): Refusal {
  if (service === 'ec2') return new Refusal('RequestLimitExceeded', 'Request limit exceeded.', 503);
  if (service === 'dynamodb')
    return new Refusal(
      'ProvisionedThroughputExceededException',
      'The level of configured provisioned throughput for the table was exceeded.',
    );
  if (service === 'route53') return new Refusal('Throttling', 'Rate exceeded');
  return new Refusal('ThrottlingException', 'Rate exceeded');
}
