import * as z from 'zod/mini';
import { DevboxError } from '../base/errors.ts';
import { cleanLine, nearest } from '../base/text.ts';
import { type Composition, type OverrideValue, parseOverride } from '../compose/index.ts';

/** How the jobs of a multirun are made and run, from what is set under `hydra`. */
export interface MultirunSettings {
  /** Jobs that run at the same time. */
  readonly atOnce: number;
  /** Jobs that are begun before all of them have to be over; null for no limit. */
  readonly batchSize: number | null;
  /** Sweeps beside those of the command line, as overrides. */
  readonly params: readonly string[];
}

const positive = z.int('a whole number from 1').check(z.minimum(1, 'a whole number from 1'));
const mapping = 'a mapping, written {key: value}';

const schema = z.looseObject({
  launcher: z.optional(z.looseObject({ n_jobs: z.optional(positive) }, mapping)),
  sweeper: z.optional(
    z.looseObject(
      {
        max_batch_size: z.optional(z.nullable(positive)),
        params: z.optional(z.nullable(z.record(z.string(), z.unknown(), mapping))),
      },
      mapping,
    ),
  ),
  job: z.optional(z.looseObject({ name: z.optional(z.string('text')) }, mapping)),
});

/** Keys under `hydra` that a command line can set; below `hydra.sweeper.params` any. */
const known = [
  'hydra.launcher.n_jobs',
  'hydra.sweeper.max_batch_size',
  'hydra.sweeper.params',
  'hydra.job.name',
];

/** What Hydra's other keys are called here. */
const instead: Readonly<Record<string, string>> = {
  'hydra.searchpath': 'Use --config-dir DIR.',
  'hydra.mode': 'Use --multirun.',
  'hydra.verbose': 'Set the variable DEVBOX_DEBUG=1.',
};

/**
 * Checks which keys overrides set under `hydra`; those about something else are passed over.
 * @throws DevboxError of kind `usage` that names the key, and the nearest one that there is.
 */
export function checkHydra(overrides: readonly string[]): void {
  for (const text of overrides) {
    const { key, value, isSweep, type } = parseOverride(text);
    if (!/^hydra(?:$|[./])/.test(key)) continue;
    if (key.startsWith('hydra/')) throw noGroup(text, key);
    if (isSweep) throw wrong(`${text} is a sweep, and what is set under hydra is one for all jobs`);
    if (type === 'delete') throw wrong(`${text}: nothing under hydra can be removed`);
    for (const leaf of leaves(key, value)) checkKey(leaf);
  }
}

/** Reads what a composition sets under `hydra`. @throws DevboxError of kind `usage` for a value that is none. */
export function multirunSettings({ hydra }: Pick<Composition, 'hydra'>): MultirunSettings {
  const parsed = z.safeParse(schema, hydra);
  if (!parsed.success) throw wrongValue(parsed.error.issues[0], hydra);
  const { launcher, sweeper } = parsed.data;
  return {
    atOnce: launcher?.n_jobs ?? 1,
    batchSize: sweeper?.max_batch_size ?? null,
    params: paramsOf('', sweeper?.params ?? {}),
  };
}

/** Overrides from a mapping of keys to sweeps; the parts of a key may be nested mappings. */
function paramsOf(prefix: string, params: object): string[] {
  return Object.entries(params).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? paramsOf(`${prefix}${name}.`, value)
      : [`${prefix}${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`],
  );
}

function leaves(key: string, value: OverrideValue): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || known.includes(key))
    return [key];
  return Object.entries(value).flatMap(([name, inner]) => leaves(`${key}.${name}`, inner));
}

function checkKey(key: string): void {
  if (known.includes(key) || key.startsWith('hydra.sweeper.params.')) return;
  const near = nearest(key, known);
  throw wrong(
    `${key} is nothing that devbox knows of Hydra`,
    instead[key] ?? (near ? `Did you mean ${near}?` : undefined),
  );
}

function noGroup(text: string, key: string): DevboxError {
  return wrong(
    `${text}: devbox has no ${key.slice('hydra/'.length)} to choose from`,
    key === 'hydra/launcher' ? 'hydra.launcher.n_jobs=N runs N jobs at a time.' : undefined,
  );
}

function wrongValue(issue: z.core.$ZodIssue | undefined, hydra: unknown): DevboxError {
  const path = issue?.path ?? [];
  const value = path.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? Reflect.get(at, part) : undefined),
    hydra,
  );
  return new DevboxError(
    'usage',
    `${['hydra', ...path].join('.')} is ${cleanLine(JSON.stringify(value) ?? 'not set', 80)}`,
    {
      code: 'config/hydra',
      title: 'Configuration Error',
      details: [{ label: 'Expected', value: issue?.message ?? 'something else' }],
    },
  );
}

function wrong(message: string, hint?: string): DevboxError {
  return new DevboxError('usage', message, {
    code: 'config/hydra',
    title: 'Configuration Error',
    details: [{ label: 'There is', value: known.join(', ') }],
    hint: hint ?? 'devbox --multirun runs sweeps; see the README.',
  });
}
