import { DescribeImagesCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import type { Clock } from '../../../src/base/clock.ts';
import type { DnsPort } from '../../../src/dns/port.ts';
import type { Acting } from '../../../src/lifecycle/act/act.ts';
import type { LifecycleDeps, LifecycleWait } from '../../../src/lifecycle/deps.ts';
import { type Drive, drive } from '../../../src/lifecycle/drive.ts';
import { type Handled, type HandlerName, handleEvent } from '../../../src/lifecycle/handlers/handle.ts';
import { runMarks, tagList } from '../../../src/lifecycle/marks.ts';
import { drawRunId, type ProjectName, projectName } from '../../../src/lifecycle/names.ts';
import { imageToBoot, isLaunchable, type Project } from '../../../src/lifecycle/project.ts';
import { openProjects } from '../../../src/lifecycle/projects.ts';
import { launchClaimed } from '../../../src/lifecycle/transitions.ts';
import type { AwsEvent, World } from './strict/index.ts';

/** What a launch with a data disk beside its root asks for; both stay when it ends. */
export const twoDisks = {
  BlockDeviceMappings: [
    { DeviceName: '/dev/sda1', Ebs: { DeleteOnTermination: false } },
    { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 2, VolumeType: 'gp3', DeleteOnTermination: false } },
  ],
} as const;

/** Counted in looks, of which each takes one millisecond of an actor's time. */
export const inLooks: LifecycleWait = {
  poll: 1,
  longest: 100,
  tidy: 40,
  launch: 30,
  settle: 6,
  claim: 6,
};

/** Time that passes only where somebody waits, so that a slow machine changes nothing. */
class LookClock implements Clock {
  private passed = 0;
  private readonly begun = Date.now();

  now(): number {
    return this.begun + this.passed;
  }

  monotonic(): number {
    return this.passed;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.passed += milliseconds;
    await new Promise((done) => setImmediate(done));
  }
}

/** Somebody who acts on projects in a world, and what they told. */
export interface Actor extends Acting {
  readonly told: string[];
  /** Lets so many milliseconds pass. */
  pass(milliseconds: number): Promise<void>;
}

/** @param accessKey who it is in the log of calls. */
export function actorIn(
  world: World,
  options: {
    readonly accessKey?: string;
    readonly keepImages?: number;
    readonly deployment?: World['deployment'];
    readonly dns?: DnsPort;
    readonly wait?: Partial<LifecycleWait>;
  } = {},
): Actor {
  const { ec2, dynamo } = world.clients(options.accessKey);
  const { prefix, mainTable, metaTable } = options.deployment ?? world.deployment;
  const told: string[] = [];
  const clock = new LookClock();
  const deps: LifecycleDeps = {
    ec2,
    dynamo,
    tables: { main: mainTable, meta: metaTable },
    deployment: prefix,
    dns: options.dns ?? null,
    clock,
    random: Math.random,
    wait: { ...inLooks, ...options.wait },
    keepImages: options.keepImages ?? 2,
    report: ({ text }) => told.push(text),
  };
  return {
    deps,
    store: openProjects(dynamo, mainTable, clock, Math.random),
    told,
    pass: (ms) => clock.sleep(ms),
  };
}

/** Launches a project as the provider does: claim, ask for a box, see it run. */
export async function launch(
  world: World,
  actor: Actor,
  text: string,
  options: { readonly base?: string; readonly extra?: object } = {},
): Promise<Project> {
  const name = projectName(text);
  await settle(actor, name);
  const before = await actor.store.get(name);
  if (before !== null && !isLaunchable(before)) throw new Error(`${text} is ${before.status}`);
  const boot = before === null ? null : imageToBoot(before);
  const image = boot?.image ?? options.base ?? world.images.ubuntu;
  const claim = {
    run: drawRunId(actor.deps.random),
    at: new Date(actor.deps.clock.now()).toISOString(),
    image,
    isBase: boot === null || boot.from === 'base',
    instanceType: 't3.micro',
    keyPair: world.deployment.keyPair,
  };
  const claimed =
    before === null
      ? await actor.store.createLaunching(name, claim)
      : await actor.store.change(before, launchClaimed(before, claim));
  if (!claimed.done) throw new Error(`${text} was claimed by somebody else`);
  await runBox(world, actor, name, claimed.project, options.extra);
  const { project } = await drive(actor, name, {
    longest: actor.deps.wait.longest,
    until: ({ project: { state } }) => state.kind !== 'launching',
  });
  if (project === null) throw new Error(`${text} is gone`);
  return project;
}

async function runBox(
  world: World,
  actor: Actor,
  name: ProjectName,
  project: Project,
  extra: object = {},
): Promise<void> {
  const { state } = project;
  if (state.kind !== 'launching') throw new Error(`${name} is not launching`);
  const { Images } = await actor.deps.ec2.send(
    new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: [state.run.image ?? ''] }] }),
  );
  const Tags = tagList(runMarks({ project: name, deployment: actor.deps.deployment }, state.run.id));
  await actor.deps.ec2.send(
    new RunInstancesCommand({
      LaunchTemplate: { LaunchTemplateId: world.deployment.templateIds[0], Version: '$Latest' },
      ImageId: state.run.image ?? '',
      InstanceType: 't3.micro',
      KeyName: world.deployment.keyPair,
      MinCount: 1,
      MaxCount: 1,
      ClientToken: state.run.id,
      BlockDeviceMappings: (Images?.[0]?.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }) =>
        Ebs === undefined ? [] : [{ DeviceName, Ebs: { DeleteOnTermination: false } }],
      ),
      TagSpecifications: [
        { ResourceType: 'instance', Tags },
        { ResourceType: 'volume', Tags },
      ],
      ...extra,
    }),
  );
}

/** Lets whatever is left to do be done, as the schedule does, until nothing is. */
export async function settle(actor: Actor, name: ProjectName): Promise<Drive> {
  return drive(actor, name, { longest: actor.deps.wait.tidy });
}

/** The instance of a project's run. */
export function boxOf(project: Project | null): string {
  const id = project !== null && 'run' in project.state ? project.state.run.instanceId : null;
  if (id === null) throw new Error('no box');
  return id;
}

/** Hands an event to the functions that the rules of infra/aws start with it. */
export async function deliver(actor: Actor, event: AwsEvent): Promise<Handled[]> {
  const { detail } = event;
  const type = event['detail-type'];
  const names: HandlerName[] = [];
  if (type === 'EC2 Instance State-change Notification') {
    const state = detail['state'];
    if (state === 'shutting-down' || state === 'terminated') names.push('create-snapshots');
    if (state === 'terminated') names.push('delete-volume');
  }
  if (type === 'EBS Snapshot Notification') names.push('create-image');
  if (type === 'EC2 AMI State Change') names.push('mark-ready');
  const handled: Handled[] = [];
  for (const name of names) handled.push(await handleEvent(actor, name, event));
  return handled;
}

/** Delivers what has happened since the last delivery, and what that causes, until nothing happens any more. */
export async function deliverAll(world: World, actor: Actor): Promise<void> {
  for (let next = 0; ; next++) {
    const event = world.events()[next];
    if (event === undefined) {
      const before = world.events().length;
      world.arrive();
      if (world.events().length === before) return;
      next -= 1;
    } else await deliver(actor, event);
  }
}
