import * as z from 'zod/mini';
import { parseSince, sinceForms } from '../../base/since.ts';

const flag = z.optional(z.enum(['true', 'false']));

/**
 * Query of `GET /v1/containers/{uuid}/logs`. `since` selects lines written at that time or later: a line of exactly that
 * moment is in the answer. With `tail`, the last so many of those.
 *
 * `entries`, `stream` and `after` are additions of ours, announced as the extension `log-entries`. With `entries=true` the
 * lines come in `entries` and `logs` is empty. `after` takes a `cursor`: lines behind that page, oldest first.
 */
export const logsQuery = z.object({
  tail: z.optional(z.string().check(z.regex(/^(\d{1,9}|all)$/, 'must be a number of lines'))),
  since: z.optional(
    z.string().check(z.refine((text) => parseSince(text) !== undefined, `must be ${sinceForms}`)),
  ),
  timestamps: flag,
  entries: flag,
  stream: z.optional(z.enum(['stdout', 'stderr'])),
  after: z.optional(z.string()),
});

const logsFields = {
  logs: z
    .string()
    .check(z.describe('all lines, each ended, both streams in the order in which they were written')),
  timestamp: z
    .int()
    .check(
      z.describe(
        'Unix seconds of the server’s clock when it began to read, rounded down: the next `since` that misses nothing',
      ),
    ),
};

/** What GPULab's clients read. */
export const logsWire = z.object(logsFields);

/** With `entries=true`. */
export const logEntriesWire = z.object({
  ...logsFields,
  entries: z.array(z.object({ time: z.string(), stream: z.enum(['stdout', 'stderr']), text: z.string() })),
  cursor: z.string(),
  truncated: z
    .boolean()
    .check(
      z.describe(
        'whether an answer has no room for all: older lines are left out, or, with `after`, there are more at once',
      ),
    ),
  ended: z
    .boolean()
    .check(
      z.describe('whether the container does not run, so that nothing follows until somebody starts it'),
    ),
});

/** Answer of `GET /v1/containers/{uuid}/logs`. */
export const logsAnswer = z.union([logEntriesWire, logsWire]);

/** Answer of `GET /v1/containers/{uuid}/logs/deploy`. */
export const deployLogWire = z.object({ logs: z.string() });
