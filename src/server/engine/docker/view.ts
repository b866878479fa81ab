import type { BoxStatus, EngineBox, PublishedPort } from '../engine.ts';
import type { EngineFacts } from './client.ts';
import type { BoxContainer } from './containers.ts';
import type { Note } from './notes.ts';

/** What a box is seen by. */
export interface Sight {
  readonly id: string;
  readonly note: Note | undefined;
  /** How far making it has come, where that is under way. */
  readonly phase: 'pulling' | 'creating';
  readonly container: BoxContainer | undefined;
  readonly facts: EngineFacts;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Puts together what the note and the container say of a box; undefined where neither says that there is one. */
export function toEngineBox({ id, note, phase, container, facts, now }: Sight): EngineBox | undefined {
  const outside = { id, home: null, workspace: null, isolation: isolationOf(facts) };
  if (note?.state === 'deploying' || note?.state === 'undeployed') {
    return {
      ...outside,
      spec: note.spec,
      status: note.state === 'deploying' ? phase : 'failed',
      failure: note.state === 'deploying' ? null : note.failure,
      createdAt: note.createdAt,
      updatedAt: note.since,
      startedAt: null,
      endedAt: null,
      published: [],
    };
  }
  if (!container) return undefined;
  const { mark, state } = container;
  const { status, failure } = statusOf(note, container, now);
  const endedByItself = status === 'stopped' && state.Status === 'exited' && !isNoted(note, state);
  const startedAt = time(state.StartedAt);
  return {
    ...outside,
    spec: mark.spec,
    status,
    failure,
    createdAt: mark.createdAt,
    updatedAt: Math.max(mark.createdAt, note?.since ?? 0, startedAt, time(state.FinishedAt)),
    startedAt: status === 'running' ? startedAt : null,
    endedAt: endedByItself ? time(state.FinishedAt) : null,
    published: status === 'running' ? publishedBy(container) : [],
  };
}

/** An engine that has not started a program again by then does not do it any more. */
const restartMilliseconds = 5_000;

interface Standing {
  readonly status: BoxStatus;
  readonly failure: string | null;
}

function statusOf(note: Note | undefined, { mark, state }: BoxContainer, now: number): Standing {
  if (note?.state === 'deleting' || state.Status === 'removing') return { status: 'deleting', failure: null };
  // Its program has ended, and the engine is about to start it again.
  if (state.Restarting) return { status: 'creating', failure: null };
  if (state.Paused) return { status: 'stopped', failure: null };
  if (state.Running) return { status: 'running', failure: null };
  if (isNoted(note, state)) {
    return note.state === 'given-up'
      ? { status: 'failed', failure: note.failure }
      : { status: 'stopped', failure: null };
  }
  // What an image runs is started again, which takes some engines a moment.
  const ended = time(state.FinishedAt);
  const hasLived = state.Status !== 'created' && state.Status !== 'configured';
  // While an engine prepares the next life, it has forgotten when the last one ended.
  const isBetweenLives =
    mark.spec.command === null && hasLived && (ended === 0 || now - ended < restartMilliseconds);
  if (isBetweenLives) return { status: 'creating', failure: null };
  const failure = failureOf(state);
  return { status: failure === null ? 'stopped' : 'failed', failure };
}

/** Whether a note says how this life ended. One on an earlier life does not: somebody has started it since. */
export function isNoted(
  note: Note | undefined,
  { StartedAt }: BoxContainer['state'],
): note is Extract<Note, { readonly life: string }> {
  return note !== undefined && 'life' in note && note.life === StartedAt;
}

/** Why a container that does not run failed; null where it did not. */
function failureOf({ Status, ExitCode, OOMKilled, Error: words }: BoxContainer['state']): string | null {
  if (OOMKilled) return 'it was ended because it used more memory than it may';
  if (Status === 'dead') return 'the engine could not remove it';
  if (Status === 'created' || Status === 'configured') return words || null;
  if (ExitCode === 0) return null;
  return words ? `it ended with status ${ExitCode}: ${words}` : `it ended with status ${ExitCode}`;
}

function publishedBy({ mark, isOnHostNetwork, hostPorts }: BoxContainer): PublishedPort[] {
  return mark.spec.ports.flatMap((port) => {
    // In the machine's own network a port is the same inside and outside.
    const hostPort = isOnHostNetwork ? port : hostPorts.get(port);
    return hostPort === undefined ? [] : [{ port, hostPort }];
  });
}

function isolationOf({ product, version }: EngineFacts): string {
  return `a container of ${product} ${version}: its own files, processes and network, on this machine's kernel`;
}

/** Milliseconds since 1970; engines write the year 1 for never. */
function time(text: string): number {
  return Math.max(0, Date.parse(text) || 0);
}
