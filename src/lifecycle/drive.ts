import { awsError } from '../base/aws/failure.ts';
import { DevboxError } from '../base/errors.ts';
import { type Acting, act } from './act/act.ts';
import { isOfAws, isStale, refusalOf } from './act/refusals.ts';
import { wordsOf } from './act/words.ts';
import { isTidying, stepKey } from './decide/housekeeping.ts';
import { nextStep } from './decide/next-step.ts';
import type { Seen } from './decide/seen.ts';
import type { Step } from './decide/step.ts';
import { observe } from './look/observe.ts';
import type { ProjectName } from './names.ts';
import { type Project, runOf } from './project.ts';

export interface DriveOptions {
  /** Which steps may be taken; any other ends the drive. Absent: all. */
  readonly may?: (step: Step) => boolean;
  /** Ends the drive before the next step. */
  readonly until?: (seen: Seen, step: Step) => boolean;
  /** Whether to wait where only time helps, and how long at most, in milliseconds; 0 does not wait at all. */
  readonly longest: number;
}

/** A tidying step that failed; it is tried again by whoever comes next. */
export interface Problem {
  readonly step: Step;
  readonly error: unknown;
}

export interface Drive {
  /** Why it ended: nothing is left to do, `until` said so, only time helps, time was up, or a step that it may not take. */
  readonly end: 'settled' | 'reached' | 'waiting' | 'timed-out' | 'not-allowed';
  /** The project as it is then; null where it is gone. */
  readonly project: Project | null;
  /** What was waited for last; null where nothing was. */
  readonly waitsFor: string | null;
  readonly taken: readonly Step[];
  readonly problems: readonly Problem[];
}

/** How often in a row a call may fail that could do better in a moment. */
const mostFailures = 6;

/**
 * Looks at a project, decides, acts, and looks again, until there is nothing to do. It can be ended at any point and begun
 * again by anybody: what it has done shows in what is seen.
 * @throws DevboxError for what AWS refuses or does not answer, unless it only concerns tidying up.
 */
export async function drive(acting: Acting, name: ProjectName, options: DriveOptions): Promise<Drive> {
  const { deps, store } = acting;
  const begun = deps.clock.monotonic();
  const taken: Step[] = [];
  const problems: Problem[] = [];
  const tried = new Set<string>();
  let last = '';
  let failures = 0;
  let told = '';
  const pause = () => deps.clock.sleep(deps.wait.poll, deps.signal);
  const isTimeUp = (): boolean => deps.clock.monotonic() - begun >= options.longest;
  const tell = (seen: Seen, step: Step): void => {
    const text = wordsOf(step);
    if (text === null || text === told) return;
    told = text;
    const run = runOf(seen.project)?.id ?? null;
    deps.report({ project: name, run, text, waiting: step.do === 'wait' });
  };
  const outcome = (end: Drive['end'], project: Project | null, waitsFor: string | null = null): Drive => ({
    end,
    project,
    waitsFor,
    taken,
    problems,
  });

  for (;;) {
    deps.signal?.throwIfAborted();
    let step: Step = { do: 'nothing' };
    try {
      const seen = await observe(deps, store, name);
      if (seen === null) return outcome('settled', null);
      step = nextStep(seen, { patience: deps.wait, keepImages: deps.keepImages, tried });
      if (options.until?.(seen, step)) return outcome('reached', seen.project);
      tell(seen, step);
      if (step.do === 'nothing') return outcome('settled', seen.project);
      const isAgain = stepKey(step) === last;
      if (step.do === 'wait' || isAgain) {
        const text = wordsOf(step) ?? 'EC2 does not show yet what was done';
        if (isTimeUp()) return outcome(options.longest > 0 ? 'timed-out' : 'waiting', seen.project, text);
        await pause();
        last = '';
        continue;
      }
      if (options.may?.(step) === false) return outcome('not-allowed', seen.project);
      last = stepKey(step);
      if (isTidying(step)) tried.add(last);
      await act(acting, seen, step);
      taken.push(step);
      failures = 0;
    } catch (error) {
      if (isTidying(step) && isFromOutside(error)) {
        problems.push({ step, error: toCard(name, error) });
        continue;
      }
      failures += 1;
      const mayPass = isStale(error) || (isOfAws(error) && refusalOf(error) === null && options.longest > 0);
      if (!mayPass || failures >= mostFailures || (isTimeUp() && !isStale(error))) throw toCard(name, error);
      if (options.longest > 0) await pause();
      last = '';
    }
  }
}

/** Whether an error tells of the world outside, as opposed to a mistake in devbox or Ctrl-C. */
function isFromOutside(error: unknown): boolean {
  return error instanceof DevboxError ? error.kind !== 'interrupted' : isOfAws(error);
}

/** What AWS refused or did not answer, as a card about a project (null: about all of them); other errors as they are. */
export function toCard(name: ProjectName | null, error: unknown): unknown {
  if (!isOfAws(error)) return error;
  return awsError(error, {
    doing: `Could not go on with ${name === null ? 'the projects' : `the project ${name}`}`,
    details: name === null ? [] : [{ label: 'Project', value: name }],
  });
}

/** Does something about a project. @throws what AWS refused or did not answer as a card. */
export function withCards<T>(name: ProjectName | null, act: () => Promise<T>): Promise<T> {
  return act().catch((error: unknown) => {
    throw toCard(name, error);
  });
}
