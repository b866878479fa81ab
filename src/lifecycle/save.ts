import { DevboxError, interrupted } from '../base/errors.ts';
import type { Acting } from './act/act.ts';
import { type Drive, drive, withCards } from './drive.ts';
import type { ProjectName } from './names.ts';
import { newestSave, type Project, type Save } from './project.ts';
import { type Change, runDiscarded, saveBegun, saveRetried } from './transitions.ts';

/** How a run was ended, or its disk saved. */
export interface Ended {
  readonly project: Project;
  /** The save that came of it; null after a discard. */
  readonly save: Save | null;
  /** What is still being tidied up, or could not be; `reconcile` does the rest. */
  readonly rest: readonly string[];
}

/**
 * Saves the disk of a project and ends its box: stop, image, record, terminate. Waits until the save is recorded and the
 * box is gone. It joins a save that is under way already, and tries one that failed again.
 * @throws DevboxError where there is nothing to save, the save fails, or it takes longer than `wait.longest`.
 */
export async function saveAndEnd(acting: Acting, name: ProjectName): Promise<Ended> {
  await begin(acting, name, (project, at) => {
    const { state } = project;
    if (state.kind === 'running') return saveBegun(project, { at, keeps: false });
    if (state.kind === 'failed') return saveRetried({ ...state.saving, keeps: false });
    if (state.kind === 'saving' && !state.saving.keeps) return null;
    if (state.kind === 'ending') return null;
    throw notSaveable(project, 'saved');
  });
  const project = await driveThrough(acting, name, ['saving', 'ending']);
  if (project.state.kind === 'running') throw startedAgain(project);
  return tidied(acting, project, newestSave(project) ?? null);
}

/**
 * Saves the disk of a running box, which runs on. What its disks hold at one moment is kept, as after a power cut; what a
 * program has not written yet is not.
 * @throws DevboxError likewise.
 */
export async function saveNow(acting: Acting, name: ProjectName): Promise<Ended> {
  await begin(acting, name, (project, at) => {
    const { state } = project;
    if (state.kind === 'running') return saveBegun(project, { at, keeps: true });
    if (state.kind === 'failed' && state.saving.keeps) return saveRetried(state.saving);
    if (state.kind === 'saving' && state.saving.keeps) return null;
    throw notSaveable(project, 'saved while it runs');
  });
  const project = await driveThrough(acting, name, ['saving']);
  if (project.state.kind === 'running') return tidied(acting, project, newestSave(project) ?? null);
  throw notSaveable(project, 'saved while it runs');
}

/**
 * Ends the box of a project without saving its disk; what was saved before stays.
 * @throws DevboxError where the project is in no run, or its box cannot be ended.
 */
export async function discardRun(acting: Acting, name: ProjectName): Promise<Ended> {
  await begin(acting, name, (project) => {
    const { kind } = project.state;
    if (kind === 'running' || kind === 'saving' || kind === 'failed') return runDiscarded();
    if (kind === 'ending') return null;
    throw notSaveable(project, 'ended');
  });
  const project = await driveThrough(acting, name, ['ending']);
  return tidied(acting, project, null);
}

/** How often a row that others change at the same time is read again. */
const mostTries = 10;

/** Brings a project into the state that the rest follows from. @param change null where it is in one already. */
async function begin(
  { deps, store }: Acting,
  name: ProjectName,
  change: (project: Project, at: string) => Change | null,
): Promise<void> {
  // A launch that whoever began it does not wait for any more comes up, or comes to nothing, first.
  await drive({ deps, store }, name, {
    longest: deps.wait.launch,
    until: ({ project: { state } }) => state.kind !== 'legacy' && state.kind !== 'launching',
  });
  await withCards(name, async () => {
    for (let attempt = 0; attempt < mostTries; attempt++) {
      const project = await store.get(name);
      if (project === null) throw noProject(name);
      const to = change(project, new Date(deps.clock.now()).toISOString());
      if (to === null || (await store.change(project, to)).done) return;
    }
    throw busy(name);
  });
}

/** Follows a project through states of the given kinds and says how it came out of them. */
async function driveThrough(
  acting: Acting,
  name: ProjectName,
  kinds: readonly Project['state']['kind'][],
): Promise<Project> {
  const { project, end, waitsFor } = await drive(acting, name, {
    longest: acting.deps.wait.longest,
    until: ({ project: { state } }) => !kinds.includes(state.kind),
  }).catch((error: unknown) => {
    throw acting.deps.signal?.aborted ? goesOn(name, error) : error;
  });
  if (project === null) throw noProject(name);
  if (project.state.kind === 'failed') throw saveFailedError(name, project.state.reason);
  if (project.state.kind === 'lost') throw sessionLost(name, project.state.reason);
  if (end === 'timed-out' || end === 'waiting') throw notYet(name, waitsFor);
  return project;
}

async function tidied(acting: Acting, project: Project, save: Save | null): Promise<Ended> {
  const rest: Drive = await drive(acting, project.name, {
    longest: acting.deps.wait.tidy,
    until: ({ project: { state } }) => state.kind !== project.state.kind,
  });
  return {
    project: rest.project ?? project,
    save,
    rest: [
      ...(rest.waitsFor === null ? [] : [rest.waitsFor]),
      ...rest.problems.map(({ error }) => (error instanceof Error ? error.message : String(error))),
    ],
  };
}

function goesOn(name: ProjectName, cause: unknown): DevboxError {
  return interrupted(`Interrupted while ${name} was being ended. What was begun is not undone.`, {
    details: [{ label: 'Project', value: name }],
    hint: `Go on with it: devbox terminate ${name}. The deployed functions and devbox reconcile api=aws finish it too.`,
    cause,
  });
}

/** There is no such project. */
export function noProject(name: ProjectName): DevboxError {
  return new DevboxError('not-found', `There is no project ${name}.`, {
    title: 'Project Not Found',
    code: 'aws/no-project',
    details: [{ label: 'Project', value: name }],
    hint: 'devbox status lists those that there are.',
  });
}

function busy(name: ProjectName): DevboxError {
  return new DevboxError('failed', `The project ${name} is changed by others at the same time.`, {
    title: 'Project',
    code: 'aws/project-busy',
    hint: 'Try again in a moment.',
  });
}

/** Why a project in this state cannot be saved or ended, and what can be done instead. */
function notSaveable(project: Project, done: string): DevboxError {
  const { name, state } = project;
  const [why, hint] = reasonOf(name, state);
  return new DevboxError('failed', `The project ${name} cannot be ${done}: ${why}.`, {
    title: 'Project',
    code: 'aws/project-state',
    details: [
      { label: 'Project', value: name },
      { label: 'Status', value: project.status },
    ],
    hint,
  });
}

function reasonOf(name: ProjectName, state: Project['state']): readonly [string, string] {
  switch (state.kind) {
    case 'ready':
      return ['no box of it runs', `Launch one: devbox launch ${name}`];
    case 'lost':
      return [`no box of it runs (${state.reason})`, `Launch its last save: devbox launch ${name}`];
    case 'launching':
      return [
        'it is being launched',
        'Wait until its box runs, or let devbox reconcile api=aws look after it.',
      ];
    case 'saving':
      return ['it is being saved', `Wait for it, or look: devbox status ${name}`];
    case 'removing':
      return ['it is being deleted', `Finish that: devbox delete-project ${name}`];
    case 'unknown':
      return [state.reason, 'A newer devbox may have written its row: update this one.'];
    default:
      return ['it is in the middle of something else', 'devbox reconcile api=aws goes on with it.'];
  }
}

/** A save that failed, with everything that it needs still there. */
export function saveFailedError(name: ProjectName, reason: string): DevboxError {
  return new DevboxError('failed', `The disk of ${name} is not saved: ${reason}.`, {
    title: 'Save Failed',
    code: 'aws/save-failed',
    details: [{ label: 'Project', value: name }],
    hint: `Its disks and its earlier saves are kept. Try again: devbox terminate ${name}. Or give the session up: devbox terminate ${name} discard=true`,
  });
}

function startedAgain({ name, saves }: Project): DevboxError {
  return new DevboxError(
    'failed',
    `The box of ${name} was started again while its disk was saved, and runs on.`,
    {
      title: 'Still Running',
      code: 'aws/started-again',
      details: [
        { label: 'Project', value: name },
        { label: 'Saved', value: `generation ${saves.at(-1)?.generation ?? 0}, without what was done since` },
      ],
      hint: `Save it again and end it: devbox terminate ${name}`,
    },
  );
}

function sessionLost(name: ProjectName, reason: string): DevboxError {
  return new DevboxError('failed', `${reason}.`, {
    title: 'Session Lost',
    code: 'aws/session-lost',
    details: [{ label: 'Project', value: name }],
    hint: `What was saved before is still there: devbox launch ${name}`,
  });
}

function notYet(name: ProjectName, waitsFor: string | null): DevboxError {
  return new DevboxError(
    'timed-out',
    `The disk of ${name} is not saved yet${waitsFor === null ? '' : `: ${waitsFor}`}.`,
    {
      title: 'Still Saving',
      code: 'aws/still-saving',
      details: [{ label: 'Project', value: name }],
      hint: `Nothing is lost. Go on waiting: devbox terminate ${name}, or let devbox reconcile finish it.`,
    },
  );
}
