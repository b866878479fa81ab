import type { Context } from '../../base/context.ts';
import { cleanLine, count } from '../../base/text.ts';
import { shortPath } from '../../config/place.ts';
import type { Run } from '../../runs/run.ts';
import { type Card, type Text, token } from '../../ui/card.ts';
import { formatDuration } from '../../ui/duration.ts';
import type { View } from '../../ui/view.ts';
import { commandLine } from '../command-line.ts';

/** Runs that are shown as cards; `--json` has all. */
const shownRuns = 20;

/** The latest runs, newest first. */
export function runsView(runs: readonly Run[], context: Pick<Context, 'cwd' | 'paths'>): View {
  const latest = runs.slice(0, shownRuns);
  return {
    cards: latest.map((run) => runCard(run, context)),
    footer:
      runs.length === 0
        ? ['No runs are recorded yet: up, down and exec are.']
        : [
            latest.length < runs.length
              ? `The latest ${latest.length} of ${count(runs.length, 'run')}`
              : count(runs.length, 'run'),
            [token('dim', 'Repeat one: '), token('command', 'devbox rerun ID [key=value ...]')],
          ],
    json: runs,
    quiet: runs.map(({ id }) => id),
  };
}

function runCard(run: Run, context: Pick<Context, 'cwd' | 'paths'>): Card {
  return {
    title: run.id,
    rows: [
      { label: 'When', value: `${run.startedAt.slice(0, 19).replace('T', ' ')} UTC` },
      { label: 'Command', value: [token('command', cleanLine(lineOf(run)))] },
      { label: 'Directory', value: [token('path', cleanLine(shortPath(run.cwd, context)))] },
      { label: 'Exit', value: exitText(run) },
      ...(run.boxes.length === 0 ? [] : [{ label: 'Boxes', value: cleanLine(run.boxes.join(', ')) }]),
      ...(run.hidden.length === 0 ? [] : [{ label: 'Secrets', value: 'not recorded, to be given again' }]),
    ],
  };
}

function lineOf({ overrides, rest, config }: Run): string {
  const flags = [
    ...config.dirs.flatMap((dir) => ['--config-dir', dir]),
    ...(config.path === null ? [] : ['--config-path', config.path]),
    ...(config.name === 'config' ? [] : ['--config-name', config.name]),
  ];
  return commandLine(['devbox', ...overrides, ...flags, ...(rest === null ? [] : ['--', ...rest])]);
}

function exitText({ exit, seconds }: Run): Text {
  if (exit === null) return [token('dim', 'still running, or killed')];
  const duration = seconds === null ? '' : ` after ${formatDuration(seconds)}`;
  return [token(exit === 0 ? 'good' : 'bad', String(exit)), token('dim', duration)];
}
