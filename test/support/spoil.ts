import type { ServerResponse } from 'node:http';
import type { FaultKind } from './faults.ts';

/**
 * Faults in which nothing happens; true where the exchange is over.
 * @param refuse answers a refusal in the API's own form.
 */
export function spoilBefore(
  fault: FaultKind,
  response: ServerResponse,
  refuse: (refusal: Extract<FaultKind, { kind: 'refuse' }>) => void,
): boolean {
  if (fault.kind === 'drop-before') {
    response.destroy();
    return true;
  }
  if (fault.kind === 'hold' && !fault.afterEffect) {
    fault.met();
    return true;
  }
  if (fault.kind === 'refuse') {
    refuse(fault);
    return true;
  }
  if (fault.kind === 'status' && !fault.afterEffect) {
    write(response, fault.status, fault.body ?? '', 'text/html', fault.headers);
    return true;
  }
  return false;
}

/**
 * Faults after the effect; true where the answer has been given, or withheld.
 * @param outcome what would have been answered.
 */
export async function spoilAfter(
  fault: FaultKind,
  response: ServerResponse,
  outcome: unknown,
): Promise<boolean> {
  switch (fault.kind) {
    case 'drop-after':
      response.destroy();
      return true;
    case 'status':
      write(response, fault.status, fault.body ?? '', 'text/html', fault.headers);
      return true;
    case 'hold':
      fault.met();
      return true;
    case 'slow':
      await new Promise((resolve) => setTimeout(resolve, fault.milliseconds).unref());
      return false;
    case 'truncate': {
      const whole = Buffer.from(JSON.stringify(outcome));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length });
      response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.destroy());
      return true;
    }
    case 'html':
      write(response, 200, '<!doctype html><title>Sign in</title><p>Please sign in.</p>', 'text/html');
      return true;
    case 'wrong-json':
      write(response, 200, '{"data": [{"id": ');
      return true;
    case 'wrong-shape':
      write(response, 200, '{"data": {"instance_ids": "none", "terminated_instances": 3, "id": 17}}');
      return true;
    case 'answer':
      write(response, 200, JSON.stringify(fault.json));
      return true;
    default:
      return false;
  }
}

export function write(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'application/json',
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(body);
}
