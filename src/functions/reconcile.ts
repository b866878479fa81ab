import { reconcile, scheduledAttempts } from '../lifecycle/reconcile.ts';
import { entry } from './entry.ts';

/**
 * On a schedule: finishes what was interrupted, and ends boxes whose shared leases are over. What only time helps with is
 * left to the next time.
 */
export const handler = entry('reconcile', async (_event, work) => {
  const { acting, settings, log } = work;
  const { projects } = await reconcile(acting, { attempts: scheduledAttempts, longest: 0 });
  for (const { name, did, waitsFor, problems } of projects) {
    for (const { code, message, hint } of problems) log.warn(message, { project: name, code, hint });
    if (did.length > 0) log.info(did.join('; '), { project: name, left: waitsFor });
  }
  const summary = {
    projects: projects.length,
    changed: projects.filter(({ did }) => did.length > 0).length,
    waiting: projects.filter(({ waitsFor }) => waitsFor !== null).length,
    problems: projects.reduce((sum, { problems }) => sum + problems.length, 0),
  };
  log.info('Reconciled', summary);
  if (settings.leaseTable !== null) {
    // It brings much of devbox along, which nobody else here needs.
    const { reapLeases } = await import('./reaper.ts');
    await reapLeases(settings.leaseTable, work);
  }
  return summary;
});
