import type { Context } from '../base/context.ts';
import { redact } from '../base/redact.ts';
import { cleanLine } from '../base/text.ts';

/** Longest line of a trace, in characters. */
const longest = 8000;

/** The same context with a trace on stderr, for `--debug`: one line each, without control characters or secrets. */
export function withTrace(context: Context, secrets: readonly string[]): Context {
  return {
    ...context,
    trace(line) {
      context.stderr.stream.write(`debug: ${cleanLine(redact(line, secrets), longest)}\n`);
    },
  };
}
