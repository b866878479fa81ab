import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { hasCode } from '../base/files.ts';
import { ApiProblem, problemBody, problemHeaders } from './problem.ts';

/** Answers on a connection on which HTTP goes no further, and lets go of it: the other side may never do that. */
export function refuse(stream: Duplex, problem: ApiProblem): void {
  stream.on('error', () => stream.destroy());
  if (!stream.writable) return void stream.destroy();
  const body = JSON.stringify(problemBody(problem));
  stream.once('finish', () => stream.destroy());
  stream.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Refused'}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...Object.entries(problemHeaders(problem)).map(([name, value]) => `${name}: ${value}`),
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

/** What is wrong with bytes that Node does not take for a request. */
export function malformed(error: unknown): ApiProblem {
  if (hasCode(error, 'HPE_HEADER_OVERFLOW')) {
    return new ApiProblem(431, 'headers-too-large', 'the headers of this request are too large');
  }
  if (hasCode(error, 'ERR_HTTP_REQUEST_TIMEOUT')) {
    return new ApiProblem(408, 'too-slow', 'this request took too long to arrive');
  }
  return new ApiProblem(400, 'malformed', 'this is no HTTP request');
}
