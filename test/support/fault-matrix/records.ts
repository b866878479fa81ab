import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';

const lease = z.looseObject({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  instanceId: z.nullable(z.string()),
  launchedAt: z.nullable(z.string()),
  sshKey: z.nullable(z.object({ made: z.boolean(), name: z.string(), publicKey: z.optional(z.string()) })),
});

/** A record of a lease, as far as the truth of it is looked at. */
export type LeaseRecord = z.infer<typeof lease>;

const state = (home: string): string => join(home, '.local/state/devbox');

/** The folder of a lease's files for SSH. */
export const keyFolder = (home: string, id: string): string => join(state(home), 'ssh', id);

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Leases that have files for SSH. */
export const keyFolders = (home: string): string[] => namesIn(join(state(home), 'ssh'));

/** The entries for ssh. */
export const sshEntries = (home: string): string[] =>
  namesIn(join(home, '.ssh/config.d')).filter((name) => !name.startsWith('.'));

/** The paths of the records of leases, without what a write that was cut short has left. */
export function leaseFiles(home: string): string[] {
  const folder = join(state(home), 'leases');
  return namesIn(folder).flatMap((name) => (name.endsWith('.json') ? [join(folder, name)] : []));
}

/** The leases that are on disk. @throws where one cannot be read. */
export function leasesOf(home: string): LeaseRecord[] {
  return leaseFiles(home).map((file) => z.parse(lease, JSON.parse(readFileSync(file, 'utf8'))));
}

/** Time goes by: what has not appeared by now will not. */
export function age(home: string): void {
  for (const file of leaseFiles(home)) {
    const record = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...record, updatedAt: '2020-01-01T00:00:00.000Z' }));
  }
}
