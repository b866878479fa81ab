import type * as z from 'zod/mini';
import type { DevboxError } from '../../base/errors.ts';
import type { HttpAnswer } from '../../base/http.ts';
import { type Call, foreign, parseJson, unexpectedAnswer } from './errors.ts';

/**
 * The payload of a successful answer, `data` of its envelope.
 * @throws DevboxError that names the call and the field, where the answer has another form.
 */
export function readData<T>(call: Call, answer: HttpAnswer, schema: z.ZodMiniType<T>): T {
  const body = envelopeOf(call, answer);
  if (!Object.hasOwn(body, 'data')) {
    throw unexpectedAnswer(call, answer, { path: 'data', expected: 'is missing' });
  }
  const parsed = schema.safeParse(body['data']);
  if (parsed.success) return parsed.data;
  throw misfit(call, answer, parsed.error.issues, body['data'], 'data');
}

/** The envelope of a successful answer itself, for the one call that says more beside `data`. */
export function readEnvelope<T>(call: Call, answer: HttpAnswer, schema: z.ZodMiniType<T>): T {
  const body = envelopeOf(call, answer);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw misfit(call, answer, parsed.error.issues, body, '');
}

function envelopeOf(call: Call, answer: HttpAnswer): Record<string, unknown> {
  const body = parseJson(answer.text);
  if (body === undefined) throw unexpectedAnswer(call, answer, { path: 'body', expected: 'should be JSON' });
  if (isRecord(body)) return body;
  throw unexpectedAnswer(call, answer, { path: 'body', expected: 'should be an object' });
}

/** @param root where in the answer the value stands. */
function misfit(
  call: Call,
  answer: HttpAnswer,
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  root: string,
): DevboxError {
  const issue = deepest(issues, value);
  return unexpectedAnswer(call, answer, {
    path: foreign(fieldName(root, issue.path), call.secrets, 200),
    expected: issue.problem,
  });
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly problem: string;
}

/** The first problem; inside a choice of forms, that of the form which fits furthest. */
function deepest(issues: readonly z.core.$ZodIssue[], data: unknown): Problem {
  const issue = issues[0];
  if (issue === undefined) return { path: [], problem: 'has another form' };
  if (issue.code === 'invalid_union') {
    const branches = issue.errors
      .map((branch) => deepest(branch, valueAt(data, issue.path)))
      .sort((a, b) => b.path.length - a.path.length);
    const best = branches[0];
    if (best) return { path: [...issue.path, ...best.path], problem: best.problem };
  }
  const found = valueAt(data, issue.path);
  if (issue.code !== 'invalid_type') return { path: issue.path, problem: 'has another form' };
  if (found === undefined) return { path: issue.path, problem: 'is missing' };
  return { path: issue.path, problem: `should be ${withArticle(issue.expected)}, is ${typeName(found)}` };
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isRecord(value) && Object.hasOwn(value, key)) value = value[String(key)];
    else return undefined;
  }
  return value;
}

/** `data[0].region.name` */
function fieldName(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`;
    return name === '' ? String(key) : `${name}.${String(key)}`;
  }, root);
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return withArticle(Array.isArray(value) ? 'array' : typeof value);
}

function withArticle(type: string): string {
  const name = type === 'array' ? 'list' : type === 'record' ? 'object' : type;
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
