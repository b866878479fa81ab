import * as z from 'zod/mini';
import type { Command } from '../../commands/command.ts';
import { sshSchema, waitSchema } from '../../commands/settings.ts';
import { fieldsOf, knownValues } from '../../commands/shape.ts';
import { leasesSchema } from '../../leases/settings.ts';
import { providerSchemas } from '../../providers/schemas.ts';
import type { Candidate } from './candidate.ts';

/** A setting by its whole key, such as `max_retries` or `wait.timeout`. */
export interface Setting {
  readonly key: string;
  readonly description: string | undefined;
  /** What it can be, where that is a short list. */
  readonly values: readonly string[];
}

/**
 * The settings that a command line can change.
 * @param commands those that it may be about: one that is chosen, or all.
 * @param providers names of those that it may be about.
 */
export function settingsOf(commands: readonly Command[], providers: readonly string[]): Setting[] {
  const schemas = Object.entries(providerSchemas).filter(([name]) => providers.includes(name));
  const all = [
    ...commands.flatMap(({ shape }) =>
      Object.entries(shape).flatMap(([key, schema]) => settings(key, schema)),
    ),
    ...settings('wait', waitSchema).slice(1),
    ...settings('ssh', sshSchema).slice(1),
    ...settings('leases', leasesSchema).slice(1),
    ...schemas.flatMap(([, { api }]) => settings('api', api).slice(1)),
  ];
  return [...new Map(all.map((setting) => [setting.key, setting])).values()];
}

/** A setting and those inside it. */
function settings(key: string, schema: z.core.$ZodType): Setting[] {
  const inside = Object.entries(fieldsOf(schema)).flatMap(([name, field]) =>
    settings(`${key}.${name}`, field),
  );
  const description = z.globalRegistry.get(schema)?.description;
  return [{ key, description, values: knownValues(schema) }, ...inside];
}

/** A setting as a word that its value follows. */
export function asWord({ key, description }: Setting, prefix = ''): Candidate {
  return { value: `${prefix}${key}=`, description };
}
