import * as z from 'zod/mini';
import type { Context } from '../base/context.ts';
import { ComposeError, type Composition } from '../compose/index.ts';
import type { ConfigSource } from '../config/compose.ts';
import { openLeases } from '../leases/open.ts';
import { type LeasesConfig, leasesSchema } from '../leases/settings.ts';
import type { LeaseStore } from '../leases/store.ts';

/**
 * The store of leases that a composition names. It is asked before the whole composition is held against its schemas, so
 * settings of it that are wrong stand for none here, and are an error there.
 * @param hasRest whether there are words after `--`.
 * @throws DevboxError `config/untrusted` where the project that names another store is not trusted.
 */
export function leasesOf(
  composition: Composition,
  { guard }: Pick<ConfigSource, 'guard'>,
  context: Context,
  hasRest = false,
): LeaseStore {
  const settings = settingsIn(composition);
  // Your credentials are sent to it.
  if (settings.store !== 'files') guard?.check(composition, hasRest);
  return openLeases(settings, context);
}

function settingsIn(composition: Composition): LeasesConfig {
  const none = leasesSchema.parse(undefined);
  try {
    const part = Object.hasOwn(composition.config, 'leases')
      ? composition.part({ path: 'leases', resolve: true })
      : undefined;
    const result = z.safeParse(leasesSchema, part?.value);
    return result.success ? result.data : none;
  } catch (error) {
    if (error instanceof ComposeError) return none;
    throw error;
  }
}
