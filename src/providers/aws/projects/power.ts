import { isProjectKey } from '../../../lifecycle/names.ts';
import type { Box } from '../../provider.ts';
import { getInstance } from '../instances.ts';
import { projectTag } from '../marks.ts';
import type { ProjectDeployment } from './deployment.ts';
import { followNames } from './follow-names.ts';

/** How long a started box is waited for that is to get its name again, in milliseconds. */
const longestStart = 120_000;

type Change = (box: Box) => Promise<Box>;

/** A box that is stopped loses its address, and so its name: AWS may give the address to somebody else. */
export async function stopProjectBox(deployment: ProjectDeployment, box: Box, stop: Change): Promise<Box> {
  const stopped = await stop(box);
  const name = box.tags[projectTag] ?? '';
  if (isProjectKey(name)) await followNames(deployment, name);
  return stopped;
}

/** A box that had a name when it was stopped gets it again as soon as it has an address. */
export async function startProjectBox(deployment: ProjectDeployment, box: Box, start: Change): Promise<Box> {
  const { account, acting, context, emit } = deployment;
  const started = await start(box);
  const name = box.tags[projectTag] ?? '';
  if (!isProjectKey(name)) return started;
  const project = await acting.store.get(name);
  const wish = project?.dns.pending ?? null;
  if (wish === null || wish.runId !== project?.runId) return started;
  emit({ type: 'notice', level: 'info', message: `${name}: waiting for its address, for its name in DNS` });
  const begun = context.clock.monotonic();
  for (;;) {
    const instance = await getInstance(account, box.id);
    if (instance?.State?.Name !== 'pending') break;
    if (context.clock.monotonic() - begun > longestStart) break;
    await context.clock.sleep(account.api.poll_interval * 1000, context.signal);
  }
  await followNames(deployment, name);
  return started;
}
