import * as z from 'zod/mini';
import { functionEnv } from '../lifecycle/deployment.ts';
import { parameterPrefix } from '../lifecycle/names.ts';

/** What the module has set up a function with. */
export interface FunctionSettings {
  readonly tables: { readonly main: string; readonly meta: string };
  /** `/devbox` */
  readonly parameterPrefix: string;
  readonly deployment: string;
  readonly keepImages: number;
  /** The table of shared leases; null where there is none. */
  readonly leaseTable: string | null;
}

const text = z.string().check(z.minLength(1));

const shape = z.object({
  [functionEnv.mainTable]: text,
  [functionEnv.metaTable]: text,
  [functionEnv.parameterPrefix]: text,
  [functionEnv.deployment]: text,
  [functionEnv.keepImages]: z._default(z.coerce.number().check(z.int(), z.minimum(1)), 2),
  [functionEnv.leaseTable]: z.optional(text),
});

/**
 * Reads the environment of a function.
 * @throws an error that names the variable; the module in infra/aws sets all of them.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): FunctionSettings {
  const parsed = shape.safeParse(env);
  if (!parsed.success) {
    const wrong = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].join(', ');
    throw new Error(`the environment of this function is not what infra/aws sets: ${wrong}`);
  }
  const { data } = parsed;
  return {
    tables: { main: data[functionEnv.mainTable], meta: data[functionEnv.metaTable] },
    parameterPrefix: parameterPrefix(data[functionEnv.parameterPrefix]),
    deployment: data[functionEnv.deployment],
    keepImages: data[functionEnv.keepImages],
    leaseTable: data[functionEnv.leaseTable] ?? null,
  };
}
