import { resolve } from 'node:path';
import type { AwsLaunch } from './schema.ts';

/** The file with the user's own user data, absolute; null where devbox's own is sent, or none. */
export function ownFileOf(
  { cloud_init: { enabled, file } }: Pick<AwsLaunch, 'cloud_init'>,
  { cwd, paths }: { readonly cwd: string; readonly paths: { readonly home: string } },
): string | null {
  return enabled && file !== null ? resolve(cwd, file.replace(/^~(?=\/)/, paths.home)) : null;
}
