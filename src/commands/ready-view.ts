import type { Context } from '../base/context.ts';
import type { Box } from '../providers/provider.ts';
import { plainText, type Text, token } from '../ui/card.ts';
import type { View } from '../ui/view.ts';
import { boxCard, boxJson } from './box-card.ts';
import type { SshConfig } from './settings.ts';
import { shellLineTo } from './ssh-access.ts';

/** Boxes as `up` and `wait` show them: how each is reached, and what to type next. */
export async function readyView(boxes: readonly Box[], ssh: SshConfig, context: Context): Promise<View> {
  const shown = await Promise.all(boxes.map((box) => access(box, ssh, context)));
  const advice = shown.flatMap((one) => one.advice);
  const json = shown.map(({ box, line }) => ({ ...boxJson(box), ssh: line ?? null }));
  return {
    cards: shown.map(({ box, line }) => boxCard(box, { reachWith: line })),
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

async function access(box: Box, ssh: SshConfig, context: Context): Promise<Shown> {
  if (box.reach.kind === 'none') return { box, line: undefined, advice: [] };
  const { line, advice } = await shellLineTo(box, ssh, context);
  return { box, line, advice };
}

function nextSteps(box: Box): Text[] {
  const name = box.name ?? box.id;
  const step = (label: string, command: string): Text => [token('dim', label), token('command', command)];
  switch (box.reach.kind) {
    case 'server':
      return [step('Run: ', `devbox exec ${name} -- COMMAND`), step('End: ', `devbox down ${name}`)];
    case 'ssh':
      return [step('End: ', `devbox down ${name}`)];
    case 'none':
      return [step('Wait: ', `devbox wait ${name}`), step('End:  ', `devbox down ${name}`)];
  }
}

function distinct(texts: readonly Text[]): Text[] {
  return [...new Map(texts.map((text) => [plainText(text), text])).values()];
}
