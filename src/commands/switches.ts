import type * as z from 'zod/mini';
import type { Command } from './command.ts';

/** The keys of these commands that are true or false, so that `--KEY` alone means `KEY=true`. */
export function switchKeys(commands: readonly Command[]): ReadonlySet<string> {
  return new Set(
    commands.flatMap((command) =>
      Object.entries(command.shape)
        .filter(([, schema]) => isSwitch(schema))
        .map(([key]) => key),
    ),
  );
}

function isSwitch(schema: z.core.$ZodType): boolean {
  const { def } = schema._zod;
  if (def.type === 'boolean') return true;
  return 'innerType' in def && isSchema(def.innerType) && isSwitch(def.innerType);
}

function isSchema(value: unknown): value is z.core.$ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value;
}
