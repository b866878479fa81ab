import { DevboxError, interrupted } from '../../../base/errors.ts';
import { formatSeconds } from '../../../base/seconds.ts';
import { drive } from '../../../lifecycle/drive.ts';
import { projectName } from '../../../lifecycle/names.ts';
import { type Project, runOf } from '../../../lifecycle/project.ts';
import type { ProjectDeployment } from './deployment.ts';
import { followNames } from './follow-names.ts';

/**
 * Follows a launch until its box runs, is recorded so and has its name.
 * @throws DevboxError `timed-out` while it still starts; `aws/launch-failed` where nothing came of it: then the project is
 *   as it was before.
 */
export async function arrive(
  deployment: ProjectDeployment,
  text: string,
  timeoutSeconds: number,
): Promise<void> {
  const { acting, context } = deployment;
  const name = projectName(text);
  try {
    const { project, end, taken } = await drive(acting, name, {
      longest: timeoutSeconds * 1000,
      until: ({ project: { state } }) => state.kind !== 'launching',
    });
    const failed = taken.find((step) => step.do === 'give-up-launch');
    if (failed?.do === 'give-up-launch') throw launchFailed(name, failed.reason);
    if (project === null) throw launchFailed(name, 'its record is gone');
    if (end === 'timed-out') throw notYet(project, timeoutSeconds);
    await followNames(deployment, name);
  } catch (error) {
    if (!context.signal.aborted) throw error;
    const project = await acting.store.get(name).catch(() => null);
    throw stopped(name, project, error);
  }
}

function launchFailed(name: string, reason: string): DevboxError {
  return new DevboxError('failed', `${name} was not launched: ${reason}`, {
    code: 'aws/launch-failed',
    title: 'Launch Failed',
    details: [{ label: 'Project', value: name }],
    hint: `The project is as it was before. Try again: devbox launch ${name}`,
  });
}

function notYet(project: Project, seconds: number): DevboxError {
  const instance = runOf(project)?.instanceId ?? 'none yet';
  return new DevboxError(
    'timed-out',
    `${project.name} did not run within ${formatSeconds(seconds)}. It still exists.`,
    {
      code: 'aws/not-running-yet',
      title: 'Timed Out',
      details: [
        { label: 'Project', value: project.name },
        { label: 'Instance', value: instance },
        { label: 'Status', value: project.status },
      ],
      hint: `Look at it: devbox status ${project.name}. Go on waiting: devbox launch ${project.name}`,
    },
  );
}

function stopped(name: string, project: Project | null, cause: unknown): DevboxError {
  const instance = (project && runOf(project)?.instanceId) ?? null;
  return interrupted(`Interrupted while waiting for ${name}. It still exists.`, {
    details: [
      { label: 'Project', value: name },
      ...(instance === null ? [] : [{ label: 'Instance', value: instance }]),
    ],
    hint: `Go on waiting: devbox launch ${name}. End it: devbox terminate ${name}`,
    cause,
  });
}
