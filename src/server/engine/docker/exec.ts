import { type Duplex, Writable } from 'node:stream';
import { CommandNotStarted, type RunningCommand } from '../engine.ts';
import type { BoxProcess } from './attended.ts';
import { type EngineClient, EngineRefusal } from './client.ts';
import { Demultiplexed, type Message } from './demux.ts';
import { Killer } from './kill.ts';
import { announcement, launchWords } from './scripts.ts';
import { exitOf, startExec } from './started.ts';

export interface ExecDeps {
  readonly client: EngineClient;
  /** Notes that a process is attended, before it does anything. @returns what takes the note back. */
  readonly attend: (process: BoxProcess) => Promise<() => Promise<void>>;
  /** Takes a line about something that nobody waits for. */
  readonly report: (line: string) => void;
}

/**
 * Starts a program with exactly these words in a container, leading a process group of its own.
 * @throws CommandNotStarted
 */
export async function startCommand(
  container: string,
  argv: readonly [string, ...string[]],
  deps: ExecDeps,
): Promise<RunningCommand> {
  const [file] = argv;
  if (argv.some((word) => word.includes('\0'))) {
    throw new CommandNotStarted(126, 'a word of the command holds a NUL byte');
  }
  const { client } = deps;
  const { id, stream } = await startExec(client, container, launchWords(argv)).catch((error: unknown) => {
    throw error instanceof EngineRefusal ? notStarted(error.message, 126) : error;
  });
  const opening = new Opening();
  const streams = new Demultiplexed(stream, (message) => opening.take(message));
  const killer = new Killer(client, container, deps.report);
  void streams.ended.then(() => opening.end());
  const began = await opening.outcome;
  const exited = exitOf(client, id, streams.ended, killer.sent);
  if (began === 'missing') throw new CommandNotStarted(127, `${file}: command not found`);
  if (began === 'denied') throw new CommandNotStarted(126, `${file}: permission denied`);
  if (began === 'cut-off') throw notStarted(opening.said, (await exited).code === 127 ? 127 : 126);
  killer.target(began.pid);
  const takeBack = await deps.attend(began);
  void exited.then(takeBack).catch((error: unknown) => deps.report(String(error)));
  stream.write('go\n');
  return {
    stdin: stdinOf(stream),
    stdout: streams.stdout,
    stderr: streams.stderr,
    exited,
    kill: (signal) => killer.kill(signal),
  };
}

type Outcome = BoxProcess | 'missing' | 'denied' | 'cut-off';

/** What comes before the program itself: a line that says how it begins. */
class Opening {
  readonly outcome: Promise<Outcome>;
  /** What was said otherwise. */
  said = '';
  #settle: (outcome: Outcome) => void = () => undefined;
  #isOver = false;
  #line = '';

  constructor() {
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  take({ stream, bytes }: Message): boolean {
    if (this.#isOver) return false;
    if (stream === 'stderr') this.said += bytes.toString('utf8');
    else this.#line += bytes.toString('utf8');
    const [, pid, start, refusal] = announcement.exec(this.#line) ?? [];
    if (refusal === 'missing' || refusal === 'denied') this.#end(refusal);
    else if (pid !== undefined) this.#end({ pid, start: start ?? '' });
    return true;
  }

  end(): void {
    this.said += this.#line;
    this.#end('cut-off');
  }

  #end(outcome: Outcome): void {
    this.#isOver = true;
    this.#settle(outcome);
  }
}

/** Nothing said how the program begins: there was no shell to say it, or the engine could not start one. */
function notStarted(said: string, exitCode: 126 | 127): CommandNotStarted {
  const words = said.replace(/\s+/g, ' ').trim().slice(0, 400);
  if (/\/bin\/sh/.test(words) && /no such file|not found/i.test(words)) {
    return new CommandNotStarted(
      127,
      'the image of this box has no /bin/sh, without which no command can be run in it',
    );
  }
  return new CommandNotStarted(
    exitCode,
    `the command could not be started: ${words || 'the engine gave no reason'}`,
  );
}

/** The program's standard input: the sending half of the connection, which may be closed on its own. */
function stdinOf(stream: Duplex): Writable {
  return new Writable({
    write(bytes: Buffer, _encoding, done) {
      // A command that does not read its input, or has ended, is nothing unusual.
      if (stream.writable) stream.write(bytes, () => done());
      else done();
    },
    final(done) {
      stream.end();
      done();
    },
    destroy(error, done) {
      stream.end();
      done(error);
    },
  });
}
