import { formatSeconds } from '../base/seconds.ts';
import { cleanLine } from '../base/text.ts';
import { statusTone, type Text, type Token, token } from './card.ts';
import { formatDuration } from './duration.ts';
import type { CheckedPart, DevboxEvent } from './events.ts';
import { byteSize } from './units.ts';

type EventOf<Type extends DevboxEvent['type']> = Extract<DevboxEvent, { readonly type: Type }>;

/** One event in one line; a notice with a hint has a second, indented one after a line break. */
export function eventText(event: DevboxEvent): Text {
  switch (event.type) {
    case 'launching':
      return launchingText(event);
    case 'retrying':
      return retryingText(event);
    case 'launched':
      return ['Launched ', token('strong', event.name), ' ', token('dim', `(${event.id})`)];
    case 'waiting':
      return waitingText(event, event.elapsedSeconds);
    case 'checking':
      return checkingText(event, event.elapsedSeconds);
    case 'checked':
      return [token('good', '✓ '), `${event.name}: `, cleanLine(event.message, 200)];
    case 'transferring':
      return transferText(event);
    case 'transferred':
      return ['Transferred ', token('path', cleanLine(event.name))];
    case 'poll-failed':
      return warning(`No news of ${event.name} (${cleanLine(event.message)}) - trying again`);
    case 'ready':
      return [
        token('good', `✓ ${event.name} is ready`),
        token('dim', ` after ${formatDuration(event.elapsedSeconds)}`),
      ];
    case 'notice':
      return noticeText(event);
  }
}

/** What is being launched, and of what kind. */
export function launchingText(event: EventOf<'launching'>): Text {
  return ['Launching ', token('strong', event.name), token('dim', `: ${event.what}`)];
}

/** How a wait stands. @param elapsedSeconds how long it has lasted by now. */
export function waitingText(event: EventOf<'waiting'>, elapsedSeconds: number): Text {
  const times = `(${formatDuration(elapsedSeconds)} of ${formatDuration(event.timeoutSeconds)})`;
  return [
    'Waiting for ',
    token('strong', event.name),
    ': ',
    token(statusTone(event.status), cleanLine(event.status)),
    token('dim', ` ${times}`),
  ];
}

/** How the look at a part of a box stands. @param elapsedSeconds how long it has been looked at by now. */
export function checkingText(event: EventOf<'checking'>, elapsedSeconds: number): Text {
  const times = `(${formatDuration(elapsedSeconds)} of ${formatDuration(event.timeoutSeconds)})`;
  return [
    'Waiting for ',
    token('strong', event.name),
    `: ${partNames[event.part]}: `,
    token('busy', cleanLine(event.message, 120)),
    token('dim', ` ${times}`),
  ];
}

const partNames: Readonly<Record<CheckedPart, string>> = {
  ssh: 'SSH',
  'cloud-init': 'cloud-init',
  gpus: 'GPUs',
};

/** How far a transfer is, and how fast. */
export function transferText({ name, bytes, total, elapsedSeconds }: EventOf<'transferring'>): Text {
  const part = total === null || total === 0 ? '' : ` ${Math.floor((bytes / total) * 100)}%`;
  const of = total === null ? '' : ` of ${byteSize(total)}`;
  const speed = elapsedSeconds >= 1 ? `, ${byteSize(Math.round(bytes / elapsedSeconds))}/s` : '';
  return [token('path', cleanLine(name, 200)), part, token('dim', ` (${byteSize(bytes)}${of}${speed})`)];
}

function retryingText(event: EventOf<'retrying'>): Text {
  const delay = `retrying in ${formatSeconds(event.delaySeconds)} (attempt ${event.attempt}/${event.attempts})`;
  switch (event.reason) {
    case 'capacity':
      return warning(`Insufficient capacity - ${delay}`);
    case 'rate-limit':
      return warning(`Rate limit reached - ${delay}`);
    case 'provider':
      return [...warning(`Provider error - ${delay}`), token('dim', `: ${cleanLine(event.message)}`)];
  }
}

function noticeText(event: EventOf<'notice'>): Text {
  const message = event.level === 'warning' ? warning(event.message) : [event.message];
  return event.hint === undefined ? message : [...message, '\n  ', token('command', event.hint)];
}

function warning(text: string): Token[] {
  return [token('busy', `⚠ ${text}`)];
}
