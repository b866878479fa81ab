import type { problemWire } from './wire/answers.ts';
import type { Wire } from './wire/wire.ts';

/** An error that a caller of the API gets to see: a status from 400 up and a message, always. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  /** Stable and lower-case, for machines: `not-found`, `name-taken`. */
  readonly code: string;
  /** What is wrong with which field of the request, as Laravel's validation errors have it. */
  readonly fields: Readonly<Record<string, readonly string[]>> | undefined;
  /** When it is worth asking again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    fields?: Readonly<Record<string, readonly string[]>>,
    retryAfterSeconds?: number,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Headers that go with the answer to a problem. */
export function problemHeaders({ retryAfterSeconds }: ApiProblem): Readonly<Record<string, string>> {
  return retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
}

/** The body with which a problem is answered. */
export function problemBody(problem: ApiProblem): Wire<typeof problemWire> {
  return {
    message: problem.message,
    code: problem.code,
    ...(problem.fields ? { errors: problem.fields } : {}),
  };
}

export const noSuchBox = (id: string): ApiProblem =>
  new ApiProblem(404, 'not-found', `there is no container ${JSON.stringify(id)}`);
