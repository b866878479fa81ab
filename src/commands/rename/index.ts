import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { renamed } from '../../leases/lease.ts';
import type { Box } from '../../providers/provider.ts';
import { removeAliases } from '../../remote/ssh-config.ts';
import { isSafeAlias } from '../../remote/ssh-target.ts';
import { type CommandDeps, defineCommand } from '../command.ts';
import { type FoundBox, findBox } from '../find-box.ts';
import { readyView } from '../ready-view.ts';
import { requireFacet } from '../require-facet.ts';
import { identifierShape } from '../settings.ts';
import { sshPlaces } from '../ssh-access.ts';

export const rename = defineCommand({
  name: 'rename',
  changes: true,
  summary: 'give a box another name',
  examples: [
    'devbox rename gh200-devbox training',
    'devbox command=rename instance_identifier=gh200-devbox name=training',
  ],
  positionals: ['instance_identifier', 'name'],
  shape: {
    ...identifierShape,
    name: z.string().check(
      z.refine(isSafeAlias, {
        error:
          'letters, digits, dots, hyphens and underscores, a letter, digit or underscore first, at most 64 characters',
      }),
      z.describe('the new name; ssh knows the box by it, too'),
    ),
  },
  async run({ instance_identifier, name, ssh }, deps) {
    requireFacet(await deps.provider(), 'rename');
    const found = await findBox(instance_identifier, deps);
    const box = await deps.leases.withName(found.provider.name, name, () => change(found, name, deps));
    await removeAliases(sshPlaces(ssh, deps.context), box.id);
    return { view: await readyView([box], ssh, deps) };
  },
});

async function change({ box, provider, leases }: FoundBox, name: string, deps: CommandDeps): Promise<Box> {
  const others = (await provider.list()).filter((other) => other.name === name && other.id !== box.id);
  const taken = others.find(({ phase }) => phase !== 'ended' && phase !== 'ending');
  if (taken) throw isTaken(name, taken);
  const after = await requireFacet(provider, 'rename').rename(box, name);
  for (const lease of leases) await deps.leases.update(lease.id, renamed(name));
  return after;
}

/** Names are how `up` knows a box again, so two boxes do not get the same one. */
function isTaken(name: string, { id, status }: Box): DevboxError {
  return new DevboxError('usage', `${name} is the name of another box; nothing was changed`, {
    code: 'rename/taken',
    title: 'Usage Error',
    details: [{ label: id, value: status }],
    hint: 'Choose another name.',
  });
}
