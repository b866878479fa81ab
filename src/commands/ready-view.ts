import { DevboxError } from '../base/errors.ts';
import type { Box } from '../providers/provider.ts';
import { providersWith } from '../providers/registry.ts';
import { plainText, type Text, token } from '../ui/card.ts';
import type { View } from '../ui/view.ts';
import { boxCard, boxJson } from './box-card.ts';
import type { CommandDeps } from './command.ts';
import { lookAtLeases } from './lease-look.ts';
import type { SshConfig } from './settings.ts';
import { shellLineTo } from './ssh-access.ts';

type ReadyDeps = Pick<CommandDeps, 'context' | 'leases'>;

/** Boxes as `up` and `wait` show them: how each is reached, and what to type next. */
export async function readyView(boxes: readonly Box[], ssh: SshConfig, deps: ReadyDeps): Promise<View> {
  const look = await lookAtLeases(deps);
  const shown = await Promise.all(boxes.map((box) => access(box, ssh, deps)));
  const advice = shown.flatMap((one) => one.advice);
  const json = shown.map(({ box, line }) => ({ ...boxJson(box, look), ssh: line ?? null }));
  return {
    cards: shown.map(({ box, line }) => boxCard(box, { reachWith: line, look })),
    footer: [...distinct(advice), ...shown.flatMap(({ box }) => nextSteps(box))],
    json: json.length === 1 ? json[0] : json,
    quiet: boxes.map((box) => box.id),
  };
}

interface Shown {
  readonly box: Box;
  readonly line: string | undefined;
  readonly advice: readonly Text[];
}

async function access(box: Box, ssh: SshConfig, deps: ReadyDeps): Promise<Shown> {
  if (box.reach.kind === 'none') return { box, line: undefined, advice: [] };
  try {
    const { line, advice } = await shellLineTo(box, ssh, deps);
    return { box, line, advice };
  } catch (error) {
    // The box is there all the same.
    if (!(error instanceof DevboxError) || !/^ssh\/(no-user|key-elsewhere)$/.test(error.code)) throw error;
    return { box, line: undefined, advice: [`${error.message}. ${error.hint ?? ''}`] };
  }
}

function nextSteps(box: Box): Text[] {
  const name = box.name ?? box.id;
  const isServed = providersWith('server').includes(box.provider);
  const steps: Readonly<Record<Box['reach']['kind'], readonly (readonly [string, string])[]>> = {
    server: [
      ['Run', `devbox exec ${name} -- COMMAND`],
      ['Logs', `devbox logs ${name}`],
    ],
    ssh: [],
    none: [
      ['Wait', `devbox wait ${name}`],
      ...(isServed ? ([['Logs', `devbox logs ${name} --deploy`]] as const) : []),
      ...(isServed ? ([['Shell', `devbox ssh ${name}`]] as const) : []),
    ],
  };
  const all = [...steps[box.reach.kind], ['End', `devbox down ${name}`] as const];
  const width = Math.max(...all.map(([label]) => label.length)) + 2;
  return all.map(([label, command]) => [token('dim', `${label}:`.padEnd(width)), token('command', command)]);
}

function distinct(texts: readonly Text[]): Text[] {
  return [...new Map(texts.map((text) => [plainText(text), text])).values()];
}
