import * as z from 'zod/mini';
import { isLeaseId, type LeaseId } from '../leases/lease.ts';

const schema = z.looseObject({
  version: z.literal(1),
  id: z.custom<LeaseId>((value) => typeof value === 'string' && isLeaseId(value)),
  /** Name of the command, such as `up`. */
  command: z.string(),
  /** Overrides of the command line, secrets hidden. */
  overrides: z.array(z.string()),
  /** The words after `--`; null where there were none. */
  rest: z.nullable(z.array(z.string())),
  /** What is hidden and has to be given again: keys, and `--` for the words after it. */
  hidden: z.array(z.string()),
  /** `--config-dir`, `--config-path`, `--config-name` as given. */
  config: z.object({ dirs: z.array(z.string()), path: z.nullable(z.string()), name: z.string() }),
  /** Absolute path of the working directory. */
  cwd: z.string(),
  /** Version of devbox. */
  devbox: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string().check(z.refine((text) => Number.isFinite(Date.parse(text)))),
  /** Seconds; null while it runs, and for one that was killed. */
  seconds: z.nullable(z.number()),
  /** Exit status; null like `seconds`. */
  exit: z.nullable(z.int()),
  /** Ids of the boxes that it showed at its end. */
  boxes: z.array(z.string()),
});

/** The record of one run of a command that changes something. It holds no secrets. */
export type Run = Readonly<z.infer<typeof schema>>;

/** Reads the text of a record; undefined for one that is none. */
export function parseRun(text: string): Run | undefined {
  try {
    const parsed = z.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
