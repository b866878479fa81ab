import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
} from '@aws-sdk/client-ec2';
import { cleanLine } from '../../base/text.ts';
import type { Acting } from '../act/act.ts';
import { lineOf } from '../act/words.ts';
import type { Step } from '../decide/step.ts';
import { drive } from '../drive.ts';
import { isOurs, originOf, type Tags, tagKeys, tagsOf } from '../marks.ts';
import { isProjectKey, legacyRunId, type ProjectName } from '../names.ts';
import { type Project, runOf } from '../project.ts';
import { readEvent } from './events.ts';

/** What a function did about an event, for its log. */
export type Handled =
  | { readonly kind: 'ignored'; readonly why: string }
  | {
      readonly kind: 'handled';
      readonly project: ProjectName;
      readonly did: readonly string[];
      /** What only time helps with, or another function has to do; null where nothing is left. */
      readonly left: string | null;
      readonly problems: readonly string[];
    };

/** The functions that EC2's events start. Each may do only what its role permits; `reconcile` may do all. */
export type HandlerName = 'create-snapshots' | 'create-image' | 'mark-ready' | 'delete-volume';

/** Steps that change nothing but rows. */
const inRows: readonly Step['do'][] = [
  'note-instance',
  'give-up-launch',
  'begin-rescue',
  'note-image',
  'record',
  'fail',
  'give-up-save',
  'lose',
  'resume',
  'end',
  'throw-away',
  'forget-trash',
];

/** What each function may do beyond rows. */
const permitted: Readonly<Record<HandlerName, (step: Step) => boolean>> = {
  'create-snapshots': (step) => step.do === 'snapshot',
  'create-image': (step) => step.do === 'register',
  'mark-ready': (step) => step.do === 'delete' && step.thing.kind !== 'instance',
  'delete-volume': (step) => step.do === 'delete' && step.thing.kind === 'volume',
};

/**
 * Goes on with the project that an event is about, as far as this function may. What the event says is only where to look.
 * @throws DevboxError for what AWS refuses, so that the function is started again.
 */
export async function handleEvent(acting: Acting, name: HandlerName, event: unknown): Promise<Handled> {
  const found = await projectOf(acting, event);
  if ('why' in found) return { kind: 'ignored', why: found.why };
  const end = await drive(acting, found.project.name, {
    longest: 0,
    may: (step) => inRows.includes(step.do) || permitted[name](step),
  });
  return {
    kind: 'handled',
    project: found.project.name,
    did: end.taken.map(lineOf),
    left: end.end === 'not-allowed' ? 'the rest is for others to do' : end.waitsFor,
    problems: end.problems.map(({ error }) => (error instanceof Error ? error.message : String(error))),
  };
}

/** Takes away the name of the run whose box has ended; the name of any other run stays. */
export async function handleNames(acting: Acting, event: unknown): Promise<Handled> {
  const { dns } = acting.deps;
  if (dns === null) return { kind: 'ignored', why: 'no DNS is set up' };
  const found = await projectOf(acting, event);
  if ('why' in found) return { kind: 'ignored', why: found.why };
  if (found.isLive) return { kind: 'ignored', why: 'the box has not ended' };
  if (found.run === null) return { kind: 'ignored', why: 'it is no box of a run' };
  const outcomes = await dns.drop({ project: found.project.name, runId: found.run });
  const failed = outcomes.find((outcome) => outcome.kind === 'failed');
  if (failed !== undefined && 'error' in failed) throw failed.error;
  return {
    kind: 'handled',
    project: found.project.name,
    did: outcomes.map(({ kind, name }) => `${name}: ${kind}`),
    left: null,
    problems: [],
  };
}

interface Found {
  readonly project: Project;
  /** The run that the thing is of; null where nothing says. */
  readonly run: string | null;
  /** Whether it is a box that has not ended. */
  readonly isLive: boolean;
}

/** The project that an event is about, if it is one of this deployment and has a row. */
async function projectOf(acting: Acting, event: unknown): Promise<Found | { readonly why: string }> {
  const hint = readEvent(event);
  if (hint.kind === 'none') return { why: hint.why };
  const thing = await look(acting, hint);
  if (thing === null) return { why: `${hint.id} is not there, or somebody else's` };
  const name = thing.tags[tagKeys.project] ?? '';
  if (!isProjectKey(name)) return { why: `${hint.id} is of no project` };
  const project = await acting.store.get(name);
  if (project === null) return { why: `there is no project ${cleanLine(name, 80)}` };
  const whose = { project: name, deployment: acting.deps.deployment };
  const isNamed =
    runOf(project)?.instanceId === hint.id ||
    (project.state.kind === 'legacy' && project.state.instanceId === hint.id);
  if (!isOurs(thing.tags, whose) && !isNamed)
    return { why: `${hint.id} does not carry the marks of this deployment` };
  const oldRun = hint.kind === 'instance' ? legacyRunId(hint.id) : null;
  return { project, run: originOf(thing.tags).run ?? oldRun, isLive: thing.isLive };
}

async function look(
  { deps: { ec2 } }: Acting,
  hint: { readonly kind: 'instance' | 'snapshot' | 'image'; readonly id: string },
): Promise<{ readonly tags: Tags; readonly isLive: boolean } | null> {
  const filter = (name: string) => ({ Filters: [{ Name: name, Values: [hint.id] }] });
  if (hint.kind === 'instance') {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand(filter('instance-id')));
    const instance = Reservations?.flatMap(({ Instances }) => Instances ?? [])[0];
    if (instance === undefined) return null;
    const state = instance.State?.Name ?? '';
    return { tags: tagsOf(instance.Tags), isLive: state !== 'shutting-down' && state !== 'terminated' };
  }
  if (hint.kind === 'snapshot') {
    const answer = await ec2.send(
      new DescribeSnapshotsCommand({ ...filter('snapshot-id'), OwnerIds: ['self'] }),
    );
    const snapshot = answer.Snapshots?.[0];
    return snapshot === undefined ? null : { tags: tagsOf(snapshot.Tags), isLive: false };
  }
  const answer = await ec2.send(new DescribeImagesCommand({ ...filter('image-id'), Owners: ['self'] }));
  const image = answer.Images?.[0];
  return image === undefined ? null : { tags: tagsOf(image.Tags), isLive: false };
}
