import { StopInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { DevboxError } from '../../base/errors.ts';
import type { CurrentRun } from '../../dns/entry.ts';
import type { Seen, SeenInstance } from '../decide/seen.ts';
import type { Step } from '../decide/step.ts';
import type { LifecycleDeps } from '../deps.ts';
import { removeOldRows } from '../look/old-rows.ts';
import type { ProjectName, RunId } from '../names.ts';
import { type Machine, type Project, type Run, runOf, type Trash } from '../project.ts';
import type { ProjectStore } from '../projects.ts';
import {
  type Change,
  imageAsked,
  imageGiven,
  instanceGiven,
  launchGivenUp,
  moreTrash,
  ranFirst,
  runEnded,
  runLost,
  runResumed,
  runSeen,
  saveBegun,
  saveFailed,
  saveGivenUp,
  saveRecorded,
  snapshotsAsked,
  trashChanged,
} from '../transitions.ts';
import { imageOfBox, imageOfSnapshots, snapshotDisks } from './images.ts';
import { refusalOf } from './refusals.ts';
import { deleteTrash } from './trash.ts';
import { careForVolumes, isAnyThere, mark } from './volumes.ts';

/** Everything with which a step is carried out. */
export interface Acting {
  readonly deps: LifecycleDeps;
  readonly store: ProjectStore;
}

/**
 * Carries out one step. A row that somebody else has changed meanwhile is left as it is: whoever looks again sees what to
 * do then. Where EC2 refuses a part of a save for good, the row says so.
 */
export async function act({ deps, store }: Acting, seen: Seen, step: Step): Promise<void> {
  const { project } = seen;
  const change = async (to: Change): Promise<Project | null> => {
    const written = await store.change(project, to);
    return written.done ? written.project : null;
  };
  const at = new Date(deps.clock.now()).toISOString();
  switch (step.do) {
    case 'nothing':
    case 'wait':
      return;
    case 'adopt': {
      for (const { ids, tags } of step.marks) await mark(deps, ids, tags);
      if ((await change(step.change)) !== null) await removeOldRows(deps, project.name, seen.oldRows);
      return;
    }
    case 'note-instance':
      await change(instanceGiven(step.instance.id));
      return;
    case 'mark-running': {
      const run = runNamed(project);
      await careForVolumes(deps, seen, run.id, step.instance, { ...step.care, markRan: true });
      await change(
        ranFirst(project, run, { ...factsOf(seen, run, step.instance), volumes: step.volumes, at }),
      );
      return;
    }
    case 'give-up-launch':
      await giveUpLaunch({ deps, store }, project, step.trash);
      return;
    case 'keep-volumes':
      await careForVolumes(deps, seen, runNamed(project).id, step.instance, step.care);
      await change(runSeen(project.status, { volumes: step.volumes, publicIp: step.instance.publicIp }));
      return;
    case 'begin-rescue':
      await change(saveBegun(project, { at, keeps: false }));
      return;
    case 'stop':
      return orFail(change, 'The box cannot be stopped', async () => {
        await deps.ec2.send(new StopInstancesCommand({ InstanceIds: [step.instance.id] }));
      });
    case 'ask-image':
    case 'register':
      return makeImage({ deps, store }, seen, step, at);
    case 'snapshot': {
      const claimed = await change(snapshotsAsked(step.saving, at));
      if (claimed === null) return;
      return orFail(
        (to) => changed(store, claimed, to),
        'The disks cannot be snapshotted',
        () => snapshotDisks(deps, seen, runNamed(project).id, step),
      );
    }
    case 'note-image':
      await change(imageGiven(step.saving, step.image));
      return;
    case 'record':
      await change(saveRecorded(project, step.saving, step.save, step.trash));
      return;
    case 'fail':
      await change(saveFailed(step.reason));
      return;
    case 'give-up-save':
      await change(saveGivenUp(project, step.trash));
      return;
    case 'lose':
      if (await isAnyThere(deps, step.volumes)) return;
      await change(runLost(project, step.reason));
      return;
    case 'resume':
      await change(runResumed());
      return;
    case 'terminate':
      await deps.ec2.send(new TerminateInstancesCommand({ InstanceIds: [step.instance.id] }));
      return;
    case 'end':
      await change(runEnded(project, step.trash));
      return;
    case 'settle-names':
      return settleNames(deps, project, step.current);
    case 'throw-away':
      await change(
        trashChanged(project, {
          trash: moreTrash(project, step.trash),
          ...(step.saves === null ? {} : { saves: step.saves }),
        }),
      );
      return;
    case 'delete':
      return deleteTrash(deps, store, seen, step.thing);
    case 'forget-trash':
      await change(
        trashChanged(project, { trash: project.trash.filter((thing) => !step.gone.includes(thing)) }),
      );
      return;
    case 'remove-project': {
      await forgetNames(deps, project.name);
      await store.remove(step.project);
      return;
    }
  }
}

async function changed(store: ProjectStore, project: Project, to: Change): Promise<Project | null> {
  const written = await store.change(project, to);
  return written.done ? written.project : null;
}

/** The run of a project whose state has one; the decision has seen that it has. */
function runNamed(project: Project): Run {
  const run = runOf(project);
  if (run === null) throw new Error(`${project.name} is in no run`);
  return run;
}

/** What EC2 refuses for good makes the save a failed one; all else is thrown, and whoever comes next goes on. */
async function orFail(
  change: (to: Change) => Promise<unknown>,
  doing: string,
  send: () => Promise<void>,
): Promise<void> {
  try {
    await send();
  } catch (error) {
    const refusal = isMoved(error) ? null : refusalOf(error);
    if (refusal === null) throw error;
    await change(saveFailed(`${doing}: ${refusal.message || refusal.name} (${refusal.name})`));
  }
}

function isMoved(error: unknown): boolean {
  return /^(IncorrectInstanceState|InvalidInstanceID\.NotFound|InvalidVolume\.NotFound)$/.test(
    error instanceof Error ? error.name : '',
  );
}

async function makeImage(
  { deps, store }: Acting,
  seen: Seen,
  step: Extract<Step, { readonly do: 'ask-image' | 'register' }>,
  at: string,
): Promise<void> {
  const run: RunId = runNamed(seen.project).id;
  const claimed = await changed(store, seen.project, imageAsked(step.saving, at));
  if (claimed === null) return;
  await orFail(
    (to) => changed(store, claimed, to),
    'The image cannot be made',
    async () => {
      const image =
        step.do === 'ask-image'
          ? await imageOfBox(deps, seen, run, step)
          : await imageOfSnapshots(deps, seen, run, step);
      if (image !== null) await changed(store, claimed, imageGiven({ ...step.saving, askedAt: at }, image));
    },
  );
}

/** A row that was made for the launch goes with it, unless there is something to delete that only it remembers. */
async function giveUpLaunch(
  { deps, store }: Acting,
  project: Project,
  trash: readonly Trash[],
): Promise<void> {
  const isFresh = project.state.kind === 'launching' && project.state.fresh;
  if (isFresh && trash.length === 0 && project.trash.length === 0) {
    await forgetNames(deps, project.name);
    await store.remove(project);
    return;
  }
  await store.change(project, launchGivenUp(project, trash));
}

function factsOf(seen: Seen, run: Run, instance: SeenInstance) {
  const image = seen.images.find(({ id }) => id === run.image);
  const machine: Machine = {
    ...instance.machine,
    sriovNetSupport: instance.machine.sriovNetSupport ?? image?.machine.sriovNetSupport ?? null,
    enaSupport: image?.machine.enaSupport ?? instance.machine.enaSupport,
    bootMode: image?.machine.bootMode ?? instance.machine.bootMode,
    tpmSupport: image?.machine.tpmSupport ?? null,
    imdsSupport: image?.machine.imdsSupport ?? null,
  };
  return {
    instanceId: instance.id,
    machine,
    instanceType: instance.type,
    zone: instance.zone,
    publicIp: instance.publicIp,
    privateIp: instance.privateIp,
  };
}

async function settleNames(
  { dns }: LifecycleDeps,
  { name }: Project,
  current: CurrentRun | null,
): Promise<void> {
  if (dns === null) return;
  const { set, dropped } = await dns.settle(name, current);
  const failed = [...(set === null ? [] : [set]), ...dropped].find(
    (outcome) => outcome.kind === 'failed' || outcome.kind === 'refused',
  );
  if (failed !== undefined && 'error' in failed) throw failed.error;
  if (set?.kind === 'off' && current !== null)
    throw new DevboxError('failed', `The name of ${name} cannot be set: no DNS is set up.`, {
      title: 'DNS',
      code: 'dns/off',
      hint: 'See the parameters below dns/ of the deployment.',
    });
}

/** Takes away the names of a project whose row goes; what nobody can look at any more is told to the user. */
async function forgetNames({ dns, report }: LifecycleDeps, project: ProjectName): Promise<void> {
  if (dns === null) return;
  for (const outcome of await dns.forget(project)) {
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind === 'left')
      report({
        project,
        run: null,
        text: `${outcome.name} is left in DNS: ${outcome.found}`,
        waiting: false,
      });
  }
}
