import { createHash } from 'node:crypto';
import type { RawConfig } from '../command.ts';

/**
 * A fingerprint of what is asked for, the same for the same request. Of the environment only the names count: what a short
 * secret is could be found out from its fingerprint.
 */
export function requestFingerprint({
  name,
  settings,
}: {
  readonly name: string;
  readonly settings: RawConfig;
}): string {
  const { env, ...rest } = settings;
  const text = JSON.stringify([name, sorted(rest), Object.keys(Object(env)).sort()]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The same value with the keys of its mappings in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
