import * as z from 'zod/mini';
import { ApiProblem } from '../problem.ts';

/** Problems that an answer tells: a request can be made that has hundreds of thousands. */
const maxIssues = 50;

/** Parses what a caller sent. @throws ApiProblem 422 that names every wrong field. */
export function checkRequest<T extends z.ZodMiniType>(schema: T, value: unknown): z.output<T> {
  const result = parse(schema, value);
  if (result.success) return result.data;
  const fields: Record<string, string[]> = {};
  for (const issue of result.error.issues.slice(0, maxIssues)) {
    const name = issue.path.join('.') || 'body';
    fields[name] = [...(fields[name] ?? []), describeIssue(issue)];
  }
  const message = Object.entries(fields).map(([name, problems]) => `${name} ${problems.join(' and ')}`);
  throw new ApiProblem(422, 'invalid-request', message.join('; '), fields);
}

function parse<T extends z.ZodMiniType>(schema: T, value: unknown): z.core.util.SafeParseResult<z.output<T>> {
  try {
    return z.safeParse(schema, value);
  } catch (error) {
    // So much is wrong that zod cannot hand it on.
    if (!(error instanceof RangeError)) throw error;
    throw new ApiProblem(422, 'invalid-request', 'too much is wrong with this request to tell it');
  }
}

/** What was expected, as the end of a sentence that begins with the field's name. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${issue.expected === 'int' ? 'a whole number' : `of type ${issue.expected}`}`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? 'must not be empty'
        : `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters long' : ''}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'unrecognized_keys':
      return `has unknown keys: ${issue.keys.join(', ')}`;
    case 'custom':
      return issue.message;
    default:
      return 'has a value that is not allowed';
  }
}
