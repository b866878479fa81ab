import * as z from 'zod/mini';
import { defineCommand } from '../command.ts';
import { cleanUp } from './run.ts';

const dryRun = {
  dry_run: z.boolean().check(z.describe('only show what would be done')),
};

const orphans = {
  orphans: z
    .boolean()
    .check(
      z.describe(
        'also end boxes without a lease here whose tags are complete, of this account, and past their end',
      ),
    ),
};

export const cleanup = defineCommand({
  name: 'cleanup',
  changes: true,
  summary: 'end the boxes whose time is over, and forget those that are gone',
  examples: ['devbox cleanup dry_run=true', 'devbox cleanup', 'devbox cleanup --json'],
  positionals: [],
  shape: {
    ...dryRun,
    ...orphans,
    force: z.boolean().check(z.describe('do not ask before boxes are ended')),
  },
  async run({ dry_run, orphans, force, ssh }, deps) {
    return cleanUp({ dryRun: dry_run, orphans, ask: !force && !dry_run, showKept: true, ssh }, deps);
  },
});

export const reap = defineCommand({
  name: 'reap',
  summary: 'clean up unattended, for cron, a timer or a CI job',
  examples: ['devbox reap', 'devbox reap --json', 'devbox command=reap orphans=true api=default'],
  positionals: [],
  shape: { ...dryRun, ...orphans },
  async run({ dry_run, orphans, ssh }, deps) {
    const outcome = await cleanUp({ dryRun: dry_run, orphans, ask: false, showKept: false, ssh }, deps);
    const { context } = deps;
    // One that could not do its work is no reaper to rely on.
    if (!dry_run && !outcome.error) {
      const { name: user, host } = context.user;
      await deps.leases.noteReaped({ at: new Date(context.clock.now()).toISOString(), host, user });
    }
    return outcome;
  },
});
