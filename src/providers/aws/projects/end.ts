import { DevboxError, interrupted } from '../../../base/errors.ts';
import { isOurs, tagKeys, tagsOf } from '../../../lifecycle/marks.ts';
import { isProjectKey, projectName } from '../../../lifecycle/names.ts';
import { runOf, type Save } from '../../../lifecycle/project.ts';
import { discardRun, type Ended, saveAndEnd, saveNow } from '../../../lifecycle/save.ts';
import type { SavedImage } from '../../facets/projects.ts';
import type { Box, TerminateOptions } from '../../provider.ts';
import { getInstance } from '../instances.ts';
import type { ProjectDeployment } from './deployment.ts';
import { notNow } from './states.ts';

/**
 * Ends the box of a project: its disk is saved first, unless that is not wanted, and it is waited for.
 * @throws DevboxError where the box is not the one that the project's record names, or the save fails.
 */
export async function endProjectBox(
  deployment: ProjectDeployment,
  box: Box,
  { discard = false }: Pick<TerminateOptions, 'discard'>,
): Promise<Box> {
  const { acting, account } = deployment;
  const instance = await getInstance(account, box.id);
  const tags = tagsOf(instance?.Tags);
  const name = tags[tagKeys.project] ?? box.tags[tagKeys.project] ?? '';
  if (!isProjectKey(name)) throw notOurs(box);
  if (instance !== null && !isOurs(tags, { project: name, deployment: acting.deps.deployment })) {
    throw notOurs(box);
  }
  const project = await acting.store.get(name);
  if (project === null || (runOf(project)?.instanceId ?? box.id) !== box.id) throw notCurrent(box, name);
  const save = await endProject(deployment, name, discard);
  return {
    ...box,
    status: 'terminated',
    phase: 'ended',
    extra: [
      ...box.extra.filter(({ label }) => label !== 'Volumes'),
      save === null
        ? { label: 'Saved', value: 'nothing of this session' }
        : { label: 'Saved', value: `${save.image}, generation ${save.generation}` },
    ],
  };
}

/**
 * Ends the run of a project, whatever is left of it: a save that failed or was left unfinished goes on.
 * @returns the save that came of it; null after a discard.
 */
export async function endProject(
  deployment: ProjectDeployment,
  text: string,
  discard: boolean,
): Promise<Save | null> {
  // Rows of before may have names that are no longer given; their boxes must end all the same.
  const name = isProjectKey(text) ? text : projectName(text);
  const end = discard ? discardRun : saveAndEnd;
  const ended = await end(deployment.acting, name).catch((error: unknown) => {
    throw discard ? error : stoppedSaving(deployment, name, 'terminate', error);
  });
  tellRest(deployment, ended);
  return ended.save;
}

/** Saves the disk of a running box, which runs on. */
export async function snapshotProject(deployment: ProjectDeployment, text: string): Promise<SavedImage> {
  const name = projectName(text);
  const ended = await saveNow(deployment.acting, name).catch((error: unknown) => {
    throw stoppedSaving(deployment, name, 'snapshot', error);
  });
  tellRest(deployment, ended);
  if (ended.save === null) throw notNow(ended.project, 'saved');
  return savedImage(ended.save, true, 'available');
}

/** After Ctrl-C the save is unfinished, and so it stays until somebody goes on with it. */
function stoppedSaving(
  { context }: ProjectDeployment,
  name: string,
  command: 'terminate' | 'snapshot',
  cause: unknown,
): unknown {
  if (!context.signal.aborted) return cause;
  return interrupted(`Interrupted while the disk of ${name} was being saved. Nothing of it is lost.`, {
    details: [{ label: 'Project', value: name }],
    hint: `Go on: devbox ${command} ${name}, or devbox reconcile api=aws. Where it stands: devbox status ${name}`,
    cause,
  });
}

/** A save as users see it. */
export function savedImage(save: Save, isNext: boolean, state: string): SavedImage {
  const { image, generation, savedAt, bootedAt, missing } = save;
  return { id: image, generation, savedAt, bootedAt, isNext, state, missing };
}

function tellRest({ emit }: ProjectDeployment, { project, save, rest }: Ended): void {
  if (save && save.missing.length > 0) {
    const message = `The save of ${project.name} lacks ${save.missing.join(', ')}: these disks were gone already`;
    emit({ type: 'notice', level: 'warning', message });
  }
  for (const line of rest) {
    const message = `${project.name}: not tidied up yet: ${line}`;
    emit({ type: 'notice', level: 'warning', message, hint: 'devbox reconcile api=aws goes on' });
  }
}

function notOurs(box: Box): DevboxError {
  return new DevboxError('failed', `${box.name ?? box.id} was not ended: devbox did not make it here`, {
    code: 'aws/not-ours',
    title: 'Not Done',
    details: [{ label: 'ID', value: box.id }],
    hint: 'It lacks the marks of this deployment (api.param_prefix). End it in the AWS console, if it is yours.',
  });
}

function notCurrent(box: Box, name: string): DevboxError {
  return new DevboxError(
    'failed',
    `${box.id} is not the box that the record of ${name} names; it was left alone`,
    {
      code: 'aws/not-current',
      title: 'Not Done',
      details: [
        { label: 'ID', value: box.id },
        { label: 'Project', value: name },
      ],
      hint: 'devbox reconcile api=aws finds out what it is.',
    },
  );
}
