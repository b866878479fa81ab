import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { WebSocket } from 'ws';
import type { Exit } from '../../../src/server/engine/engine.ts';
import { Session } from '../../../src/server/terminal/holder/session.ts';
import type { ViewerSocket } from '../../../src/server/terminal/holder/viewer.ts';
import type { Shell, TerminalSize } from '../../../src/server/terminal/shell.ts';
import { decodeServerMessage, encodeHello, encodeInput } from '../../../src/server/wire/ttyd.ts';

/** The part of a WebSocket that a session uses, with a connection that can be slow. */
class FakeSocket extends EventEmitter implements ViewerSocket {
  readonly OPEN = WebSocket.OPEN;
  readyState: number = WebSocket.OPEN;
  bufferedAmount = 0;
  isSlow = false;
  output = '';
  readonly titles: string[] = [];
  readonly preferences: string[] = [];
  closedWith: number | 'dropped' | undefined;
  #sent: { readonly bytes: number; readonly done: () => void }[] = [];

  send(frame: Buffer, done: () => void = () => undefined): void {
    const message = decodeServerMessage(frame);
    if (message?.type === 'output') this.output += message.bytes.toString();
    if (message?.type === 'title') this.titles.push(message.text);
    if (message?.type === 'preferences') this.preferences.push(message.text);
    this.bufferedAmount += frame.length;
    this.#sent.push({ bytes: frame.length, done });
    if (!this.isSlow) this.deliver();
  }

  /** All that waits has gone out. */
  deliver(): void {
    for (const { bytes, done } of this.#sent.splice(0)) {
      this.bufferedAmount -= bytes;
      done();
    }
  }

  close(code: number): void {
    this.leave(code);
  }

  terminate(): void {
    this.leave(1006);
    this.closedWith = 'dropped';
  }

  /** The connection ends with a code: 1006 for one that breaks. */
  leave(code: number): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.closedWith = code;
    this.emit('close', code);
  }

  say(message: Buffer | string): void {
    this.emit('message', Buffer.from(message));
  }
}

class FakeShell implements Shell {
  size: TerminalSize;
  input = '';
  isPaused = false;
  hangUps = 0;
  exit: (exit: Exit) => void = () => undefined;
  readonly exited = new Promise<Exit>((resolve) => {
    this.exit = resolve;
  });
  #listener: (bytes: Buffer) => void = () => undefined;

  constructor(size: TerminalSize) {
    this.size = size;
  }
  onData(listener: (bytes: Buffer) => void): void {
    this.#listener = listener;
  }
  print(text: string): void {
    this.#listener(Buffer.from(text));
  }
  write(bytes: Buffer): void {
    this.input += bytes.toString();
  }
  resize(size: TerminalSize): void {
    this.size = size;
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  hangUp(): void {
    this.hangUps++;
    this.exit({ code: 129, signal: 'SIGHUP' });
  }
}

let shells: FakeShell[];
let hasEnded: boolean;

function openSession(open?: () => Promise<Shell>): Session {
  const session = new Session({
    title: 'box',
    open:
      open ??
      (async (size) => {
        const shell = new FakeShell(size);
        shells.push(shell);
        return shell;
      }),
    unusedMilliseconds: 60_000,
    lostMilliseconds: 300_000,
  });
  void session.ended.then(() => {
    hasEnded = true;
  });
  return session;
}

/** What was begun goes as far as it does without time passing. */
const settled = (): Promise<void> => jest.advanceTimersByTimeAsync(0);
const pass = (milliseconds: number): Promise<void> => jest.advanceTimersByTimeAsync(milliseconds);

async function view(session: Session, from: number | null = null, size = { columns: 100, rows: 30 }) {
  const socket = new FakeSocket();
  session.add(socket, from);
  socket.say(encodeHello(size));
  await settled();
  return socket;
}

beforeEach(() => {
  jest.useFakeTimers();
  shells = [];
  hasEnded = false;
});
afterEach(() => void jest.useRealTimers());

describe('a terminal', () => {
  test('starts its shell once, at the size of its first viewer, and shows it to all', async () => {
    const session = openSession();
    const [one, other] = [await view(session), await view(session, null, { columns: 40, rows: 10 })];
    expect(shells).toHaveLength(1);
    shells[0]?.print('hello');
    other.say(encodeInput(Buffer.from('typed')));
    await settled();
    expect([one.output, other.output, one.titles, other.titles]).toEqual([
      'hello',
      'hello',
      ['box'],
      ['box'],
    ]);
    expect(shells[0]).toMatchObject({ input: 'typed', size: { columns: 40, rows: 10 } });
  });

  test('that nobody looks at ends by itself', async () => {
    openSession();
    await pass(59_999);
    expect(hasEnded).toBe(false);
    await pass(1);
    expect(hasEnded).toBe(true);
    expect(shells).toEqual([]);
  });

  test('whose viewer never said a word waits for another as long again', async () => {
    const session = openSession();
    const socket = new FakeSocket();
    session.add(socket, null);
    await pass(100_000);
    socket.leave(1006);
    await pass(59_999);
    expect([hasEnded, session.isWaiting]).toEqual([false, false]);
    await pass(1);
    expect(hasEnded).toBe(true);
  });

  test.each([1000, 1001, 1005])('hangs up when its last viewer closes properly: %d', async (code) => {
    const session = openSession();
    const [one, other] = [await view(session), await view(session)];
    one.leave(code);
    await settled();
    expect(shells[0]?.hangUps).toBe(0);
    other.leave(code);
    await settled();
    expect([shells[0]?.hangUps, hasEnded, session.isWaiting]).toEqual([1, true, false]);
  });

  test('closes with the exit status of its shell', async () => {
    const session = openSession();
    const viewer = await view(session);
    shells[0]?.exit({ code: 7, signal: null });
    await settled();
    expect([viewer.closedWith, hasEnded]).toEqual([4007, true]);
  });

  test('whose shell cannot be started says why, and ends', async () => {
    const session = openSession(async () => {
      throw new Error('the box has stopped');
    });
    const viewer = await view(session);
    expect(viewer.output).toBe('devbox: the box has stopped\r\n');
    expect([viewer.closedWith, hasEnded]).toEqual([4001, true]);
  });

  test('whose viewer is gone before the shell runs ends it at once', async () => {
    let start: (shell: Shell) => void = () => undefined;
    const session = openSession(() => new Promise((resolve) => (start = resolve)));
    const viewer = await view(session);
    viewer.leave(1000);
    const shell = new FakeShell({ columns: 1, rows: 1 });
    start(shell);
    await settled();
    expect([shell.hangUps, hasEnded]).toEqual([1, true]);
  });
});

describe('a viewer that was cut off', () => {
  test('finds the same shell, and exactly what it has missed', async () => {
    const session = openSession();
    const lost = await view(session);
    shells[0]?.print('seen ');
    lost.leave(1006);
    await settled();
    expect(session.isWaiting).toBe(true);
    shells[0]?.print('missed ');
    await pass(299_000);
    const back = await view(session, Buffer.byteLength('seen '));
    expect(session.isWaiting).toBe(false);
    shells[0]?.print('new');
    expect([back.output, back.preferences]).toEqual(['missed new', ['{"devbox_offset":5}']]);
    await pass(10 ** 7);
    expect([shells.length, shells[0]?.hangUps, hasEnded]).toEqual([1, 0, false]);
  });

  test('and does not come back is given up', async () => {
    const session = openSession();
    (await view(session)).leave(1006);
    await pass(299_999);
    expect([session.isWaiting, shells[0]?.hangUps]).toEqual([true, 0]);
    await pass(1);
    expect([session.isWaiting, shells[0]?.hangUps, hasEnded]).toEqual([false, 1, true]);
  });

  test('does not end what others look at', async () => {
    const session = openSession();
    const [lost, other] = [await view(session), await view(session)];
    lost.leave(1006);
    await pass(10 ** 7);
    shells[0]?.print('still here');
    expect([other.output, session.isWaiting, shells[0]?.hangUps]).toEqual(['still here', false, 0]);
  });
});

describe('a viewer that takes nothing', () => {
  const screenfuls = 'x'.repeat(600_000);

  test('holds the program up until it has caught up', async () => {
    const session = openSession();
    const slow = await view(session);
    slow.isSlow = true;
    shells[0]?.print(screenfuls);
    expect(shells[0]?.isPaused).toBe(true);
    slow.deliver();
    expect(shells[0]?.isPaused).toBe(false);
  });

  test('alone may take its time', async () => {
    const session = openSession();
    const slow = await view(session);
    slow.say('2');
    await pass(10 ** 7);
    expect([slow.closedWith, shells[0]?.isPaused]).toEqual([undefined, true]);
    slow.say('3');
    await settled();
    expect(shells[0]?.isPaused).toBe(false);
  });

  test('is let go after a while where others wait for it, and they go on', async () => {
    const session = openSession();
    const [slow, other] = [await view(session), await view(session)];
    slow.isSlow = true;
    shells[0]?.print(screenfuls);
    await pass(19_999);
    expect([slow.closedWith, shells[0]?.isPaused]).toEqual([undefined, true]);
    await pass(1);
    expect([slow.closedWith, other.closedWith, shells[0]?.isPaused]).toEqual(['dropped', undefined, false]);
    shells[0]?.print('on it goes');
    expect(other.output).toBe(`${screenfuls}on it goes`);
    await pass(10 ** 7);
    expect([hasEnded, session.isWaiting]).toEqual([false, false]);
  });

  test('that catches up in time stays', async () => {
    const session = openSession();
    const [slow] = [await view(session), await view(session)];
    slow.isSlow = true;
    shells[0]?.print(screenfuls);
    await pass(15_000);
    slow.deliver();
    await pass(10_000);
    slow.isSlow = true;
    shells[0]?.print(screenfuls);
    await pass(15_000);
    expect([slow.closedWith, shells[0]?.isPaused]).toEqual([undefined, true]);
  });

  test('and is cut off holds nobody up', async () => {
    const session = openSession();
    const slow = await view(session);
    slow.say('2');
    await settled();
    slow.leave(1006);
    await settled();
    expect([shells[0]?.isPaused, session.isWaiting]).toEqual([false, true]);
  });
});
