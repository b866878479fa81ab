import { DevboxError, interrupted } from '../../../base/errors.ts';
import { leaseOfKey } from '../../../leases/marks.ts';
import { drive } from '../../../lifecycle/drive.ts';
import { runMarks, tagKeys } from '../../../lifecycle/marks.ts';
import { drawRunId, type ProjectName, projectName, type RunId } from '../../../lifecycle/names.ts';
import type { Project } from '../../../lifecycle/project.ts';
import { type Change, instanceGiven, launchClaimed } from '../../../lifecycle/transitions.ts';
import type { LaunchAnswer, LaunchRequest } from '../../provider.ts';
import { launchAnswer, launchSettings, tagsFor, userDataFor } from '../launch.ts';
import { launchMappings } from '../mappings.ts';
import { sshUserTag } from '../marks.ts';
import { launchTemplates } from '../parameters.ts';
import { type Refusal, runInstance } from '../run-instance.ts';
import type { AwsLaunch } from '../schema.ts';
import { sshUserOf } from '../ssh-user.ts';
import { type ZoneTemplate, zonesOf } from '../zones.ts';
import { type BootImage, bootImage } from './boot-image.ts';
import { type ProjectDeployment, tableMeans } from './deployment.ts';
import { labelFor } from './plan.ts';
import { notNow, refuseUnlessLaunchable } from './states.ts';

/**
 * Launches the box of a project. The row says that this run launches before EC2 is asked, and only one run can say so;
 * where EC2 refuses, the row is as it was before.
 */
export async function launchProject(
  deployment: ProjectDeployment,
  request: LaunchRequest,
  told: (refusal: Refusal) => void,
): Promise<LaunchAnswer> {
  const settings = launchSettings(request.settings);
  const name = projectName(settings.project ?? '');
  const prepared = await prepare(deployment, name, request, settings);
  const claimed = await claim(deployment, name, request, settings, prepared);
  if ('refused' in claimed) return { outcome: 'refused', retry: 'no', error: claimed.refused };
  const { run } = claimed;
  try {
    const outcome = await runInstance(
      deployment.account,
      wantedOf(deployment, name, request, prepared, run),
      {
        told,
        before: () => goesOn(deployment, name, run),
      },
    );
    if (outcome.kind === 'launched') await note(deployment, name, run, instanceGiven(outcome.id));
    else if (outcome.kind !== 'lost') await giveUp(deployment, name);
    return launchAnswer(outcome);
  } catch (error) {
    // Nothing was sent, or it was refused before it was.
    await giveUp(deployment, name).catch(() => undefined);
    if (!deployment.context.signal.aborted) throw error;
    throw interrupted(`Interrupted before ${name} was launched. The project is as it was before.`, {
      details: [{ label: 'Project', value: name }],
      hint: `Launch it: devbox launch ${name}`,
      cause: error,
    });
  }
}

/** Everything that a launch sends, found out before the row is claimed. */
interface Prepared {
  readonly project: Project | null;
  readonly boot: BootImage;
  readonly zones: readonly ZoneTemplate[];
  readonly types: readonly string[];
  readonly keyName: string | null;
  readonly userData: string | null;
  readonly user: string | null;
  readonly rootGib: number;
}

async function prepare(
  { account, acting, context, prefix, ...rest }: ProjectDeployment,
  name: ProjectName,
  request: LaunchRequest,
  settings: AwsLaunch,
): Promise<Prepared> {
  const deployment = { account, acting, context, prefix, ...rest };
  const userData = await userDataFor(request, settings, { cwd: context.cwd, home: context.paths.home });
  tagsFor(request, {});
  const project = await account.read({ doing: `Could not read the project ${name}`, means: tableMeans }, () =>
    acting.store.get(name),
  );
  refuseUnlessLaunchable(project);
  const boot = await bootImage(deployment, name, project, settings);
  const templates = await launchTemplates(account, prefix);
  return {
    project,
    boot,
    zones: await zonesOf(account, templates),
    types: [settings.instance_type ?? [], settings.fallback_types].flat(),
    keyName: request.access?.keyName ?? settings.ssh_key_name,
    userData,
    user: settings.ssh_user ?? settings.username ?? project?.username ?? sshUserOf(boot.image),
    rootGib: settings.volume_size ?? project?.volumeSize ?? 0,
  };
}

type Claimed = { readonly run: RunId } | { readonly refused: DevboxError };

async function claim(
  { acting, context, dns }: ProjectDeployment,
  name: ProjectName,
  _request: LaunchRequest,
  settings: AwsLaunch,
  { project, boot, types, keyName, user }: Prepared,
): Promise<Claimed> {
  const { store } = acting;
  const run = drawRunId(context.random);
  const wish = {
    run,
    at: new Date(context.clock.now()).toISOString(),
    image: boot.image.id,
    isBase: boot.from === 'base',
    instanceType: types[0] ?? '',
    keyPair: keyName !== null && leaseOfKey(keyName) === null ? keyName : null,
    volumeSize: settings.volume_size,
    keepImages: settings.keep_images,
  };
  const written =
    project === null
      ? await store.createLaunching(name, wish)
      : await store.change(project, launchClaimed(project, wish));
  if (!written.done)
    return { refused: written.now === null ? vanished(name) : notNow(written.now, 'launched') };
  if (user !== null && user !== written.project.username) {
    await store.change(written.project, {
      status: written.project.status,
      set: { Username: user },
      remove: [],
    });
  }
  const label = labelFor(name, project, settings);
  // While it cannot be found out, the name is noted down all the same, and made later.
  if (label === null || (await dns.state()).kind === 'off') return { run };
  const reserved = await dns.reserve({ project: name, runId: run, label });
  if (reserved.kind !== 'taken') return { run };
  await giveUp({ acting, dns }, name);
  return { refused: reserved.error };
}

function vanished(name: string): DevboxError {
  return new DevboxError('failed', `the project ${name} was deleted meanwhile; nothing was launched`, {
    code: 'aws/project-gone',
    title: 'Project',
    hint: 'Launch it again, if it is to begin anew.',
  });
}

function wantedOf(
  { acting }: ProjectDeployment,
  name: ProjectName,
  request: LaunchRequest,
  { boot, zones, types, keyName, userData, user, rootGib }: Prepared,
  run: RunId,
) {
  const marks = runMarks({ project: name, deployment: acting.deps.deployment }, run);
  return {
    zones,
    types,
    image: boot.image.id,
    keyName,
    userData,
    mappings: launchMappings(boot.image, { rootGib, outlive: true }).mappings,
    tags: {
      ...tagsFor(request, marks),
      Name: `devbox-${name}`,
      ...(user === null ? {} : { [sshUserTag]: user }),
    },
    mark: { key: tagKeys.run, value: run },
  };
}

/**
 * Says before each place that is tried that the launch goes on, so that nobody takes it for one that has died.
 * @throws DevboxError where somebody did; then nothing more may be asked for.
 */
async function goesOn({ acting, context }: ProjectDeployment, name: ProjectName, run: RunId): Promise<void> {
  const at = new Date(context.clock.now()).toISOString();
  const project = await acting.store.get(name);
  const isOwn = project?.state.kind === 'launching' && project.runId === run;
  const written = isOwn
    ? await acting.store.change(project, { status: project.status, set: { LaunchedAt: at }, remove: [] })
    : null;
  if (written?.done) return;
  throw new DevboxError('failed', `the launch of ${name} was given up by another devbox`, {
    code: 'aws/launch-superseded',
    title: 'Project',
    hint: `See what there is: devbox status ${name}`,
  });
}

/** Writes down something about a run, if the row is still in it. */
async function note(
  { acting }: Pick<ProjectDeployment, 'acting'>,
  name: ProjectName,
  run: RunId,
  change: Change,
): Promise<void> {
  const project = await acting.store.get(name);
  if (project?.runId === run && project.state.kind === 'launching')
    await acting.store.change(project, change);
}

/** Puts the row back as it was before the launch; a row that was made for it goes, and so does its name. */
async function giveUp(
  { acting: { deps, store }, dns }: Pick<ProjectDeployment, 'acting' | 'dns'>,
  name: ProjectName,
): Promise<void> {
  const project = await store.get(name);
  if (project?.state.kind === 'launching' && project.state.fresh) await dns.forget(name);
  // Nobody needs to wait for a box that was refused; and after Ctrl-C, too, the row is put back.
  const { signal: _, ...rest } = deps;
  const wait = { ...deps.wait, launch: 0, settle: 0 };
  await drive({ deps: { ...rest, wait, report: () => undefined }, store }, name, { longest: 0 });
}
