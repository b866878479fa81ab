import { messageBytes } from '../../wire/message.ts';
import { type ClientMessage, closeCode, decodeClientMessage, defaultSize } from '../../wire/ttyd.ts';
import type { Shell, TerminalSize } from '../shell.ts';
import { History } from './history.ts';
import { Viewer, type ViewerSocket } from './viewer.ts';

/** A viewer that takes nothing for so long is let go if there are others, whom it holds up. In milliseconds. */
const patienceMilliseconds = 20_000;

/** Close codes with which a viewer leaves on purpose: done, going away, none given. */
const orderly = new Set([1000, 1001, 1005]);

export interface SessionOptions {
  readonly title: string;
  readonly open: (size: TerminalSize) => Promise<Shell>;
  readonly unusedMilliseconds: number;
  readonly lostMilliseconds: number;
}

/**
 * One shell and whoever looks at it: several at a time, or nobody for a while. The shell starts at the first message of the first
 * viewer, whatever it is: stock clients of ttyd send the hello, others begin with a resize or with input.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #viewers = new Set<Viewer>();
  readonly #history = new History();
  #starting: Promise<Shell | undefined> | undefined;
  #shell: Shell | undefined;
  #isWaiting = false;
  #timer: NodeJS.Timeout;
  #patience: NodeJS.Timeout | undefined;
  #end: (() => void) | undefined;
  /** Resolves when the shell has ended, or nobody came to start one. */
  readonly ended: Promise<void>;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#timer = setTimeout(() => this.#end?.(), options.unusedMilliseconds);
  }

  /** Whether the shell runs and waits for a viewer whose connection was lost. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /**
   * Takes a viewer in.
   * @param from offset of the output that it has seen already; null for one that does not count.
   */
  add(socket: ViewerSocket, from: number | null): void {
    clearTimeout(this.#timer);
    this.#isWaiting = false;
    const viewer = new Viewer(socket, () => this.#balance());
    this.#viewers.add(viewer);
    socket.on('message', (data) => {
      const message = decodeClientMessage(messageBytes(data));
      if (!message) return;
      void this.#start(message, socket).then((shell) => {
        if (!shell) return;
        if (!viewer.isGreeted) this.#greet(viewer, from);
        this.#obey(shell, viewer, message);
      });
    });
    socket.on('close', (code) => this.#leave(viewer, orderly.has(code)));
    socket.on('error', () => socket.terminate());
  }

  #start(first: ClientMessage, socket: ViewerSocket): Promise<Shell | undefined> {
    this.#starting ??= this.#open(sizeOf(first) ?? defaultSize, socket);
    return this.#starting;
  }

  async #open(size: TerminalSize, socket: ViewerSocket): Promise<Shell | undefined> {
    try {
      const shell = await this.#options.open(size);
      this.#shell = shell;
      shell.onData((bytes) => {
        this.#history.add(bytes);
        for (const viewer of this.#viewers) if (viewer.isGreeted) viewer.show(bytes);
      });
      void shell.exited.then(({ code }) => {
        for (const viewer of this.#viewers) viewer.close(closeCode(code));
        this.#end?.();
      });
      if (this.#viewers.size === 0) this.#leaveAlone(true);
      return shell;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      socket.send(Buffer.from(`0devbox: ${why}\r\n`));
      for (const viewer of this.#viewers) viewer.close(closeCode(1));
      this.#end?.();
      return undefined;
    }
  }

  #greet(viewer: Viewer, from: number | null): void {
    const { offset, bytes } = from === null ? this.#history.screenful() : this.#history.since(from);
    viewer.greet(this.#options.title, from === null ? null : offset);
    viewer.show(bytes);
  }

  #obey(shell: Shell, viewer: Viewer, message: ClientMessage): void {
    switch (message.type) {
      case 'input':
        shell.write(message.bytes);
        return;
      case 'hello':
      case 'resize':
        if (message.size) shell.resize(message.size);
        return;
      case 'pause':
      case 'resume':
        viewer.hold(message.type === 'pause');
        return;
    }
  }

  /** Holds the program up while a viewer takes nothing; one that others wait for too long is let go. */
  #balance(): void {
    const holding = [...this.#viewers].filter((viewer) => viewer.holds);
    if (holding.length === 0) {
      clearTimeout(this.#patience);
      this.#patience = undefined;
      this.#shell?.resume();
      return;
    }
    this.#shell?.pause();
    this.#patience ??= setTimeout(() => {
      this.#patience = undefined;
      if (this.#viewers.size > 1) for (const viewer of this.#viewers) if (viewer.holds) viewer.drop();
      this.#balance();
    }, patienceMilliseconds);
  }

  #leave(viewer: Viewer, isOrderly: boolean): void {
    this.#viewers.delete(viewer);
    this.#balance();
    if (this.#viewers.size === 0) this.#leaveAlone(isOrderly);
  }

  /** The last viewer has gone: for good, or its connection was lost and it may come back. */
  #leaveAlone(isOrderly: boolean): void {
    clearTimeout(this.#timer);
    if (!this.#shell) {
      this.#timer = setTimeout(() => this.#end?.(), this.#options.unusedMilliseconds);
    } else if (isOrderly) this.#shell.hangUp();
    else {
      this.#isWaiting = true;
      this.#timer = setTimeout(() => this.#giveUp(), this.#options.lostMilliseconds);
    }
  }

  #giveUp(): void {
    this.#isWaiting = false;
    this.#shell?.hangUp();
  }
}

function sizeOf(message: ClientMessage): TerminalSize | undefined {
  return message.type === 'hello' || message.type === 'resize' ? message.size : undefined;
}
