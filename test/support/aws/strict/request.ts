import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { readQuery } from './query.ts';
import { readRoute, routeAction } from './route53/request.ts';

/** One call as it came in. */
export interface AwsRequest {
  /** As in the signature: `ec2`, `dynamodb`, `ssm`, `route53`, `sts`. */
  readonly service: string;
  /** AWS' name of the operation: `RunInstances`. */
  readonly action: string;
  /** JSON as sent; EC2's query parameters as a tree; Route 53's as `RouteParams`. */
  readonly params: unknown;
  /** Who asks: the access key of the signature. */
  readonly accessKey: string;
  readonly region: string;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Reads a request to its end and finds out what is asked of whom. */
export async function readRequest(message: IncomingMessage): Promise<AwsRequest> {
  const body = await buffer(message);
  const { headers, method = 'GET', url: path = '/' } = message;
  const [, accessKey = '', region = '', service = ''] =
    /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '') ?? [];
  const common = { service, accessKey, region, method, path, headers, body };
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    const params: unknown = body.length === 0 ? {} : JSON.parse(body.toString());
    return { ...common, action: target.replace(/^.*\./, ''), params };
  }
  if (service === 'route53') {
    const params = readRoute(path, body.toString());
    return { ...common, action: routeAction(method, path), params };
  }
  const query = body.toString() || new URL(path, 'http://x').search.slice(1);
  return {
    ...common,
    action: new URLSearchParams(query).get('Action') ?? `${method} ${path}`,
    params: readQuery(query),
  };
}
