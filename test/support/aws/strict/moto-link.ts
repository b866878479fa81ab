import { Agent, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Answer } from './answer.ts';
import type { AwsRequest } from './request.ts';

const agent = new Agent({ keepAlive: true });

const kept = ['authorization', 'content-type', 'x-amz-target', 'x-amz-date', 'x-amz-content-sha256'];

/** Hands a request to moto as it came, or with another body. */
export function askMoto(
  url: string,
  request: AwsRequest,
  body: Buffer | string = request.body,
): Promise<Answer> {
  const { method, path } = request;
  const headers = Object.fromEntries(
    kept.flatMap((name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
  return new Promise((resolve, reject) => {
    send(new URL(path, url), { agent, method, headers }, async (answer) => {
      const type = answer.headers['content-type'] ?? 'application/octet-stream';
      const status = answer.statusCode ?? 500;
      resolve({ status, headers: { 'content-type': type }, body: await buffer(answer) });
    })
      .once('error', reject)
      .end(method === 'GET' ? undefined : body);
  });
}

/** Whether moto crashed or does not have the call: it answers with a page for people. */
export function isCrash({ status, headers }: Answer): boolean {
  return status >= 400 && (headers['content-type'] ?? '').startsWith('text/html');
}
