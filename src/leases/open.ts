import type { Context } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import { openFiles } from './files/index.ts';
import type { LeasesConfig } from './settings.ts';
import type { LeaseStore } from './store.ts';

/**
 * Opens the store of leases that the settings name; touches nothing until it is used.
 * @throws DevboxError of kind `usage` for a store that this build does not have.
 */
export function openLeases({ store }: LeasesConfig, context: Context): LeaseStore {
  switch (store) {
    case 'files':
      return openFiles(context);
    case 'dynamodb':
      throw new DevboxError('usage', 'leases.store=dynamodb is not part of this build of devbox', {
        code: 'leases/no-store',
        title: 'Configuration Error',
        hint: 'Keep leases in files: leases.store=files',
      });
  }
}
