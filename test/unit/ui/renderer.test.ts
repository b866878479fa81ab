import { Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';
import type { Output } from '../../../src/base/context.ts';
import { DevboxError } from '../../../src/base/errors.ts';
import { token } from '../../../src/ui/card.ts';
import type { DevboxEvent } from '../../../src/ui/events.ts';
import { createRenderer, type Mode, type Renderer } from '../../../src/ui/renderer.ts';
import type { ResultLine, View } from '../../../src/ui/view.ts';

interface Setting {
  readonly mode?: Mode;
  readonly color?: boolean;
  readonly live?: boolean;
  readonly terminal?: 'stdout' | 'stderr' | 'both' | 'none';
  readonly columns?: number;
}

/** A renderer over byte buffers, and what they hold. */
function start({ mode = 'cards', color = true, live = false, terminal = 'none', columns = 80 }: Setting) {
  const buffers = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr'): Output => ({
    stream: new Writable({
      write(chunk, _encoding, done) {
        buffers[name] += String(chunk);
        done();
      },
    }),
    isTTY: terminal === name || terminal === 'both',
    columns,
  });
  const renderer = createRenderer({
    mode,
    color,
    live,
    stdout: output('stdout'),
    stderr: output('stderr'),
    clock: systemClock,
  });
  return { renderer, buffers };
}

const view: View = {
  cards: [{ title: 'box', rows: [{ label: 'Status', value: [token('good', 'active')] }] }],
  footer: ['1 instance'],
  json: [{ name: 'box', status: 'active', note: 'a\u009bb' }],
  quiet: ['id-1', 'id-2'],
};
const cards = 'box\n    Status:  active\n\n1 instance\n';
const colored =
  '\u001b[1m\u001b[36mbox\u001b[39m\u001b[22m\n    \u001b[2mStatus:\u001b[22m  \u001b[32mactive\u001b[39m\n\n1 instance\n';
const json = '[\n  {\n    "name": "box",\n    "status": "active",\n    "note": "a\\u009bb"\n  }\n]\n';

const views: readonly { name: string; setting: Setting; view: View; stdout: string }[] = [
  { name: 'cards into a pipe have no colour', setting: {}, view, stdout: cards },
  { name: 'cards on a terminal have colour', setting: { terminal: 'both' }, view, stdout: colored },
  {
    name: 'cards drawn by Ink look the same',
    setting: { terminal: 'stdout', live: true },
    view,
    stdout: colored,
  },
  { name: 'cards without colour', setting: { terminal: 'both', color: false }, view, stdout: cards },
  {
    name: 'cards drawn by Ink without colour',
    setting: { terminal: 'stdout', live: true, color: false },
    view,
    stdout: cards,
  },
  {
    name: 'JSON is one document',
    setting: { mode: 'json', terminal: 'both', live: true },
    view,
    stdout: json,
  },
  {
    name: 'quiet is identifiers',
    setting: { mode: 'quiet', terminal: 'both', live: true },
    view,
    stdout: 'id-1\nid-2\n',
  },
  { name: 'quiet with nothing to say', setting: { mode: 'quiet' }, view: { ...view, quiet: [] }, stdout: '' },
  {
    name: 'raw text replaces cards in a pipe',
    setting: {},
    view: { ...view, raw: 'ssh box' },
    stdout: 'ssh box\n',
  },
  {
    name: 'raw text does not replace cards on a terminal',
    setting: { terminal: 'both' },
    view: { ...view, raw: 'ssh box' },
    stdout: colored,
  },
  {
    name: 'raw text is all there is',
    setting: { terminal: 'both', live: true },
    view: { ...view, cards: [], footer: [], raw: 'a: 1\n' },
    stdout: 'a: 1\n',
  },
  {
    name: 'raw text does not replace JSON',
    setting: { mode: 'json' },
    view: { ...view, raw: 'ssh box' },
    stdout: json,
  },
  {
    name: 'a terminal that says 0 columns has 80',
    setting: { terminal: 'both', columns: 0, color: false },
    view,
    stdout: cards,
  },
];

describe('a view', () => {
  test.each(views)('$name', async ({ setting, view, stdout }) => {
    const { renderer, buffers } = start(setting);
    await renderer.show(view);
    expect(buffers).toEqual({ stdout, stderr: '' });
  });
});

const lines: readonly ResultLine[] = [
  { text: [token('dim', '10:00 '), 'one'], json: { text: 'one' } },
  { text: [token('busy', '\u001b[31mtwo\u001b[0m')], json: { text: 'two' } },
];

const streams: readonly { name: string; setting: Setting; stdout: string }[] = [
  { name: 'text in a pipe', setting: {}, stdout: '10:00 one\ntwo\n' },
  { name: 'text with --quiet', setting: { mode: 'quiet' }, stdout: '10:00 one\ntwo\n' },
  {
    name: 'an object a line with --json',
    setting: { mode: 'json' },
    stdout: '{"text":"one"}\n{"text":"two"}\n',
  },
  {
    name: 'coloured on a terminal, its own colours kept',
    setting: { terminal: 'both' },
    stdout: '\u001b[2m10:00 \u001b[22mone\n\u001b[33m\u001b[31mtwo\u001b[0m\u001b[39m\n',
  },
  {
    name: 'plain on a terminal without colour',
    setting: { terminal: 'both', color: false },
    stdout: '10:00 one\ntwo\n',
  },
];

describe('lines that come one after another', () => {
  test.each(streams)('are $name', async ({ setting, stdout }) => {
    const { renderer, buffers } = start(setting);
    expect(await renderer.append(lines)).toBe(true);
    expect(buffers).toEqual({ stdout, stderr: '' });
  });

  test.each(streams.filter(({ setting }) => setting.mode !== 'json'))(
    'of a view are $name',
    async ({ setting, stdout }) => {
      const { renderer, buffers } = start(setting);
      await renderer.show({ cards: [], lines, json: null, quiet: [] });
      expect(buffers.stdout).toBe(stdout);
    },
  );
});

describe('a view that is watched', () => {
  test.each<[string, Setting, string]>([
    ['one below the other in a pipe', {}, 'a\n\na\n'],
    ['an object a line with --json', { mode: 'json' }, '{"n":1}\n{"n":1}\n'],
    ['identifiers with --quiet', { mode: 'quiet' }, '1\n1\n'],
  ])('is %s', async (_name, setting, stdout) => {
    const { renderer, buffers } = start(setting);
    const watched: View = { cards: [{ title: 'a', rows: [] }], json: { n: 1 }, quiet: ['1'] };
    await renderer.replace(watched);
    await renderer.replace(watched);
    expect(buffers.stdout).toBe(stdout);
  });
});

const events: readonly DevboxEvent[] = [
  { type: 'launching', name: 'box', what: 'a gpu', attempt: 1, attempts: 3 },
  {
    type: 'retrying',
    name: 'box',
    reason: 'capacity',
    message: 'No.',
    attempt: 1,
    attempts: 3,
    delaySeconds: 12,
  },
  { type: 'launched', name: 'box', id: '1' },
  { type: 'waiting', name: 'box', id: '1', status: 'booting', elapsedSeconds: 0, timeoutSeconds: 900 },
  { type: 'waiting', name: 'box', id: '1', status: 'booting', elapsedSeconds: 5, timeoutSeconds: 900 },
  { type: 'poll-failed', name: 'box', message: 'reset' },
  { type: 'notice', level: 'info', message: 'fine' },
  { type: 'notice', level: 'warning', message: 'careful', hint: 'do this' },
  { type: 'ready', name: 'box', id: '1', elapsedSeconds: 60 },
];
const retryLine = '⚠ Insufficient capacity - retrying in 12.0s (attempt 1/3)\n';
const pollLine = '⚠ No news of box (reset) - trying again\n';
const story = [
  'Launching box: a gpu\n',
  retryLine,
  'Launched box (1)\n',
  'Waiting for box: booting (0s of 15m)\n',
  pollLine,
  'fine\n⚠ careful\n  do this\n✓ box is ready after 1m\n',
].join('');

const logs: readonly { name: string; setting: Setting; stderr: string }[] = [
  { name: 'cards tell the whole story', setting: {}, stderr: story },
  {
    name: 'JSON tells what makes it slow',
    setting: { mode: 'json' },
    stderr: `${retryLine}${pollLine}fine\n⚠ careful\n  do this\n`,
  },
  { name: 'quiet only warns', setting: { mode: 'quiet' }, stderr: '⚠ careful\n  do this\n' },
  {
    name: 'a terminal that cannot move its cursor gets lines',
    setting: { terminal: 'both', color: false },
    stderr: story,
  },
];

describe('progress', () => {
  test.each(logs)('$name', async ({ setting, stderr }) => {
    const { renderer, buffers } = start(setting);
    for (const event of events) renderer.emit(event);
    await renderer.release();
    expect(buffers).toEqual({ stdout: '', stderr });
  });

  test('a live area that ends before it could start leaves lines', async () => {
    const { renderer, buffers } = start({ terminal: 'stderr', live: true, color: false });
    for (const event of events) renderer.emit(event);
    await renderer.release();
    expect(buffers.stderr).toBe(story);
  });

  test('a line is coloured where stderr is a terminal, whatever stdout is', async () => {
    const { renderer, buffers } = start({ terminal: 'stderr' });
    renderer.emit({ type: 'notice', level: 'warning', message: 'careful' });
    await renderer.release();
    expect(buffers.stderr).toBe('\u001b[33m⚠ careful\u001b[39m\n');
  });

  test('lines come before the result that follows them', async () => {
    const { renderer, buffers } = start({});
    renderer.emit({ type: 'launched', name: 'box', id: '1' });
    const shown = renderer.show(view);
    await shown;
    expect(buffers).toEqual({ stdout: cards, stderr: 'Launched box (1)\n' });
  });
});

test('on a terminal an empty line sets the result off from the story before it', async () => {
  const { renderer, buffers } = start({ terminal: 'both', color: false });
  renderer.emit({ type: 'launched', name: 'box', id: '1' });
  await renderer.show(view);
  expect(buffers).toEqual({ stdout: cards, stderr: 'Launched box (1)\n\n' });
});

describe('an error', () => {
  const error = new DevboxError('not-found', 'there is no box "x"', {
    code: 'box/not-found',
    hint: 'devbox list',
  });

  test('is a card on stderr', async () => {
    const { renderer, buffers } = start({});
    await renderer.fail(error);
    expect(buffers).toEqual({
      stdout: '',
      stderr: 'Error\n   Message:  there is no box "x"\n      Next:  devbox list\n',
    });
  });

  test('is JSON on stderr where the result would be', async () => {
    const { renderer, buffers } = start({ mode: 'json' });
    await renderer.fail(error);
    expect(buffers.stdout).toBe('');
    expect(JSON.parse(buffers.stderr)).toEqual({
      error: { code: 'box/not-found', message: 'there is no box "x"', hint: 'devbox list', exit: 4 },
    });
  });
});

describe('a stream that takes nothing', () => {
  const failing = (code: string): Renderer => {
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error(`write ${code}`), { code })),
    });
    const output: Output = { stream, isTTY: false, columns: 80 };
    return createRenderer({
      mode: 'cards',
      color: false,
      live: false,
      stdout: output,
      stderr: output,
      clock: systemClock,
    });
  };

  test('because its reader has gone is no error', async () => {
    const renderer = failing('EPIPE');
    await expect(renderer.show(view)).resolves.toBeUndefined();
    await expect(renderer.show(view)).resolves.toBeUndefined();
  });

  test('because the disk is full is one', async () => {
    await expect(failing('ENOSPC').show(view)).rejects.toMatchObject({ code: 'output/failed' });
  });

  test('does not stop a command where only progress is lost', async () => {
    const renderer = failing('ENOSPC');
    renderer.emit({ type: 'launched', name: 'box', id: '1' });
    await expect(renderer.release()).resolves.toBeUndefined();
  });
});
