import { dnsNameOf } from '../../../dns/entry.ts';
import { drive } from '../../../lifecycle/drive.ts';
import type { ProjectName } from '../../../lifecycle/names.ts';
import type { ProjectDeployment } from './deployment.ts';

/** Has the name of a box follow its address. Where that fails it is only worth a warning: the box is as it should be. */
export async function followNames(
  { acting, emit }: Pick<ProjectDeployment, 'acting' | 'emit'>,
  name: ProjectName,
): Promise<void> {
  const { project, problems } = await drive(acting, name, { longest: 0 });
  for (const { error } of problems) {
    const message = `${name}: ${error instanceof Error ? error.message : String(error)}`;
    emit({ type: 'notice', level: 'warning', message, hint: 'devbox reconcile api=aws tries again' });
  }
  const dnsName = project && dnsNameOf(project.dns, project.runId);
  if (dnsName) emit({ type: 'notice', level: 'info', message: `${name} is reached as ${dnsName}` });
}
