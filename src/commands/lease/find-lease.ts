import { DevboxError } from '../../base/errors.ts';
import { clip, nearest } from '../../base/text.ts';
import type { Lease } from '../../leases/lease.ts';
import type { CommandDeps } from '../command.ts';

/**
 * The one lease that an identifier means: its id or slug, or the id or name of its box.
 * @throws DevboxError `not-found` where there is none, `usage` where there are several.
 */
export async function findLease(
  identifier: string,
  { leases, emit }: Pick<CommandDeps, 'leases' | 'emit'>,
): Promise<Lease> {
  const found = await leases.find(identifier);
  for (const message of found.warnings) emit({ type: 'notice', level: 'warning', message });
  const [only] = found.leases;
  if (found.leases.length > 1) throw ambiguous(identifier, found.leases);
  if (only) return only;
  const all = (await leases.list()).leases;
  const near = nearest(
    identifier,
    all.flatMap(({ id, name, slug }) => [id, name, slug]),
  );
  throw new DevboxError('not-found', `there is no lease ${clip(identifier, 100)}`, {
    code: 'lease/not-found',
    title: 'Not Found',
    hint: near ? `Did you mean ${near}?` : 'devbox lease list shows what there is.',
  });
}

function ambiguous(identifier: string, leases: readonly Lease[]): DevboxError {
  return new DevboxError(
    'usage',
    `${clip(identifier, 100)} means ${leases.length} leases; nothing was done`,
    {
      code: 'lease/ambiguous',
      details: leases.map(({ id, name, provider, state, createdAt }) => ({
        label: id,
        value: [name, provider, state, createdAt].join(', '),
      })),
      hint: `Say which by its id: lease=${leases[0]?.id ?? 'ID'}`,
    },
  );
}
