import { DevboxError } from '../../../base/errors.ts';
import { isLaunchable, type Project, runOf } from '../../../lifecycle/project.ts';
import { saveFailedError } from '../../../lifecycle/save.ts';

/** The word for where a project stands. */
export function statusOf({ state, status }: Project): string {
  switch (state.kind) {
    case 'saving':
      return state.saving.keeps ? 'running, saving' : 'saving';
    case 'removing':
      return 'deleting';
    case 'legacy':
      return `${status.toLowerCase()} (by an earlier devbox)`;
    default:
      return state.kind;
  }
}

/** Why a project stands where it stands, where that needs saying. */
export function reasonOf({ state }: Project): string | null {
  return state.kind === 'failed' || state.kind === 'lost' || state.kind === 'unknown' ? state.reason : null;
}

/** What to type so that it goes on; null where nothing has to be done. */
export function nextOf(project: Project): string | null {
  const { name, state } = project;
  switch (state.kind) {
    case 'launching':
    case 'saving':
    case 'ending':
    case 'legacy':
      return 'devbox reconcile api=aws';
    case 'failed':
      return `devbox terminate ${name}`;
    case 'lost':
      return `devbox launch ${name}`;
    case 'removing':
      return `devbox delete-project ${name}`;
    default:
      return null;
  }
}

/** @throws DevboxError where a launch may not claim the project now, with what to do instead. */
export function refuseUnlessLaunchable(project: Project | null): void {
  if (project === null || isLaunchable(project)) return;
  if (project.state.kind === 'failed') throw saveFailedError(project.name, project.state.reason);
  throw notNow(project, 'launched');
}

/** That something cannot be done with a project as it stands. @param done completes "cannot be". */
export function notNow(project: Project, done: string): DevboxError {
  const { name, state, status } = project;
  const [why, hint] = whyNot(project);
  const instance = runOf(project)?.instanceId ?? null;
  return new DevboxError('failed', `the project ${name} cannot be ${done}: ${why}`, {
    code: `aws/project-${state.kind}`,
    title: 'Project',
    details: [
      { label: 'Project', value: name },
      { label: 'Status', value: status },
      ...(instance === null ? [] : [{ label: 'Instance', value: instance }]),
    ],
    hint,
  });
}

function whyNot({ name, state }: Project): readonly [why: string, hint: string] {
  switch (state.kind) {
    case 'launching':
      return [
        `a launch of it is in progress${state.run.launchedAt === null ? '' : `, begun ${state.run.launchedAt}`}`,
        `Look at it: devbox status ${name}. If whoever began it has died, devbox reconcile api=aws goes on in a few minutes.`,
      ];
    case 'running':
      return ['its box runs', `Save and end it: devbox terminate ${name}`];
    case 'saving':
      return [
        'its disk is being saved',
        `Look at it: devbox status ${name}, or wait: devbox terminate ${name}`,
      ];
    case 'ending':
      return ['its box is ending', `Finish that: devbox terminate ${name}`];
    case 'failed':
      return [state.reason, `Save it again: devbox terminate ${name}`];
    case 'removing':
      return ['it is being deleted', `Finish that: devbox delete-project ${name}`];
    case 'legacy':
      return [
        'an earlier devbox left it in the middle of something',
        'Finish that: devbox reconcile api=aws',
      ];
    case 'unknown':
      return [state.reason, 'A newer devbox may have written its row: update this one.'];
    case 'ready':
      return ['no box of it runs', `Launch one: devbox launch ${name}`];
    case 'lost':
      return [state.reason, `Launch its last save: devbox launch ${name}`];
  }
}
