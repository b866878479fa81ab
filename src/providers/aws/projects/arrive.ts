import { DevboxError, interrupted } from '../../../base/errors.ts';
import { formatSeconds } from '../../../base/seconds.ts';
import { dnsNameOf } from '../../../dns/entry.ts';
import { drive } from '../../../lifecycle/drive.ts';
import { type ProjectName, projectName } from '../../../lifecycle/names.ts';
import { type Project, runOf } from '../../../lifecycle/project.ts';
import type { ProjectDeployment } from './deployment.ts';

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
    await settleName(deployment, name);
  } catch (error) {
    if (!context.signal.aborted) throw error;
    const project = await acting.store.get(name).catch(() => null);
    throw stopped(name, project, error);
  }
}

/** A name that cannot be set is only worth a warning: the box is up. */
async function settleName({ acting, emit }: ProjectDeployment, name: ProjectName): Promise<void> {
  const { project, problems } = await drive(acting, name, { longest: 0 });
  for (const { error } of problems) {
    const message = `${name}: ${error instanceof Error ? error.message : String(error)}`;
    emit({ type: 'notice', level: 'warning', message, hint: 'devbox reconcile api=aws tries again' });
  }
  const dnsName = project && dnsNameOf(project.dns, project.runId);
  if (dnsName) emit({ type: 'notice', level: 'info', message: `${name} is reached as ${dnsName}` });
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
