import type { Answer } from './answer.ts';
import type { AwsRequest } from './request.ts';

/** Hands a request to moto as it came, or with another body. */
export async function askMoto(
  url: string,
  request: AwsRequest,
  body: Buffer | string = request.body,
): Promise<Answer> {
  const { method, path, headers } = request;
  const kept = ['authorization', 'content-type', 'x-amz-target', 'x-amz-date', 'x-amz-content-sha256'];
  const answer = await fetch(new URL(path, url), {
    method,
    headers: Object.fromEntries(
      kept.flatMap((name) => {
        const value = headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    ),
    ...(method === 'GET' ? {} : { body: Buffer.from(body).toString('utf8') }),
  });
  const type = answer.headers.get('content-type') ?? 'application/octet-stream';
  return {
    status: answer.status,
    headers: { 'content-type': type },
    body: Buffer.from(await answer.arrayBuffer()),
  };
}

/** Whether moto crashed or does not have the call: it answers with a page for people. */
export function isCrash({ status, headers }: Answer): boolean {
  return status >= 400 && (headers['content-type'] ?? '').startsWith('text/html');
}
