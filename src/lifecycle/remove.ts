import { DevboxError } from '../base/errors.ts';
import type { Acting } from './act/act.ts';
import { drive, withCards } from './drive.ts';
import type { ProjectName } from './names.ts';
import type { Project } from './project.ts';
import { noProject } from './save.ts';
import { removalBegun, restoreAsked } from './transitions.ts';

export interface RemoveOptions {
  /** Images stay in the account, with their marks; nothing refers to them any more. */
  readonly keepImages: boolean;
  /** Also a project whose last session is not saved: the user has been told what is lost. */
  readonly abandon: boolean;
}

/**
 * Deletes a project: its saves (unless they are to be kept), what is left of earlier runs, its name, its row. It can be
 * repeated after a failure; what is gone already is no obstacle.
 * @returns the images that stay.
 * @throws DevboxError where it is in use, or something cannot be deleted; the row stays then.
 */
export async function removeProject(
  acting: Acting,
  name: ProjectName,
  { keepImages, abandon }: RemoveOptions,
): Promise<readonly string[]> {
  if ((await withCards(name, () => acting.store.get(name))) === null) throw noProject(name);
  // What is unfinished may only look in use; a deletion that was begun is finished by this already.
  const { project } = await drive(acting, name, { longest: 0 });
  if (project === null) return [];
  const kept = keepImages ? project.saves.map(({ image }) => image) : [];
  if (project.state.kind !== 'removing') {
    refuseInUse(project, abandon);
    const begun = await withCards(name, () => acting.store.change(project, removalBegun(keepImages)));
    if (!begun.done) throw inUse(name, 'somebody else changes it', 'Try again in a moment.');
  }
  const end = await drive(acting, name, { longest: acting.deps.wait.tidy });
  if (end.project === null) return kept;
  const failed = end.problems.map(({ error }) => (error instanceof Error ? error.message : String(error)));
  throw new DevboxError('failed', `The project ${name} is not deleted yet.`, {
    title: 'Project',
    code: 'aws/not-removed',
    details: [
      { label: 'Project', value: name },
      ...end.project.trash.map(({ kind, id }) => ({ label: 'Still there', value: `${kind} ${id}` })),
      ...failed.map((value) => ({ label: 'Reason', value })),
    ],
    hint: 'Delete it again, or let devbox reconcile api=aws finish it.',
  });
}

function refuseInUse({ name, state }: Project, abandon: boolean): void {
  switch (state.kind) {
    case 'ready':
    case 'lost':
      return;
    case 'failed':
      if (abandon) return;
      throw inUse(
        name,
        `its last session is not saved (${state.reason})`,
        `Save it: devbox terminate ${name}. Or give it up: devbox terminate ${name} discard=true`,
      );
    case 'running':
      throw inUse(name, 'its box is there', `End it first: devbox terminate ${name}`);
    case 'launching':
      throw inUse(
        name,
        'it is being launched',
        'Wait for it, or let devbox reconcile api=aws look after it.',
      );
    case 'saving':
    case 'ending':
      throw inUse(name, 'it is being saved', `Wait for it: devbox terminate ${name}`);
    default:
      throw inUse(
        name,
        `its status is ${'status' in state ? state.status : state.kind}`,
        'devbox reconcile api=aws goes on with it.',
      );
  }
}

function inUse(name: ProjectName, why: string, hint: string): DevboxError {
  return new DevboxError('failed', `The project ${name} cannot be deleted: ${why}.`, {
    title: 'Project In Use',
    code: 'aws/project-in-use',
    details: [{ label: 'Project', value: name }],
    hint,
  });
}

/**
 * Has the next launch boot an earlier save, once; newer ones stay.
 * @param generation null takes an earlier wish back.
 * @throws DevboxError where there is no such save.
 */
export async function askRestore(
  { store }: Acting,
  name: ProjectName,
  generation: number | null,
): Promise<Project> {
  const project = await withCards(name, () => store.get(name));
  if (project === null) throw noProject(name);
  const save = project.saves.find((each) => each.generation === generation);
  if (generation !== null && save === undefined)
    throw new DevboxError('not-found', `The project ${name} has no save ${generation}.`, {
      title: 'Save Not Found',
      code: 'aws/no-save',
      details: [
        { label: 'Project', value: name },
        { label: 'Saves', value: project.saves.map((each) => each.generation).join(', ') || 'none' },
      ],
      hint: `See them: devbox images project=${name} api=aws`,
    });
  const written = await withCards(name, () =>
    store.change(project, restoreAsked(project, save?.image ?? null)),
  );
  if (written.done) return written.project;
  throw inUse(name, 'somebody else changes it', 'Try again in a moment.');
}
