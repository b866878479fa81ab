import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { readIfThere, writeDurably } from '../../base/files.ts';
import { answers } from '../listen.ts';
import { ApiProblem } from '../problem.ts';
import { type HolderSpec, holderState } from './holder/spec.ts';
import type { ShellSource } from './shell.ts';

/** How long a terminal waits for its first viewer, and for one whose connection was lost, in seconds. */
const unusedSeconds = 60;
const lostSeconds = 300;

/** Terminals that one caller may have asked for without having looked at them: each is a process that waits. */
const maxUnseen = 16;

/** Longest path of a unix socket in bytes, the smaller of Linux and macOS; Node cuts longer ones silently. */
const maxSocketPath = 103;

const recordSchema = z.object({
  secret: z.string(),
  box: z.string(),
  /** Name of the key with which it was asked for. */
  caller: z.string(),
  socket: z.string(),
});

/** A terminal that somebody asked for, and where its holder answers. */
export type TerminalRecord = z.infer<typeof recordSchema>;

/** Whom a terminal is for. */
export interface TerminalRequest {
  readonly box: string;
  readonly title: string;
  readonly caller: string;
}

/**
 * The terminals of a server. Each is held by a process of its own and has a directory with a record, so that a server that starts
 * anew finds them all. The secret in a terminal's address is the only key that its WebSocket needs, so it is long, and good for one box.
 */
export class TerminalSessions {
  readonly #directory: string;
  readonly #program: string;
  readonly #monotonic: () => number;
  /** Those that nobody has looked at, by their secrets. */
  readonly #unseen = new Map<string, { readonly caller: string; readonly since: number }>();

  /**
   * @param directory where the records are.
   * @param program the holder's program.
   * @param monotonic milliseconds that only grow.
   */
  constructor(directory: string, program: string, monotonic: () => number) {
    this.#directory = directory;
    this.#program = program;
    this.#monotonic = monotonic;
  }

  /** Forgets terminals whose holder was killed. */
  async sweep(): Promise<void> {
    for (const name of await this.#names()) {
      const record = await this.#read(name);
      if (!record || !(await answers(record.socket))) await this.#forget(name);
    }
  }

  /**
   * A terminal in a box: the one that the same caller lost the connection to, if there is one, or a new one.
   * @param source makes the way to start its shell, where one is needed.
   * @returns the secret of its address.
   * @throws ApiProblem 429 for a caller who asks again and again and looks at none.
   */
  async open(wanted: TerminalRequest, source: () => Promise<ShellSource>): Promise<string> {
    for (const name of await this.#names()) {
      const record = await this.#read(name);
      if (record?.box !== wanted.box || record.caller !== wanted.caller) continue;
      const state = await stateOf(record.socket);
      if (state?.waiting) return record.secret;
    }
    return this.#start(wanted, await source());
  }

  /** The terminal behind a secret; undefined where there is none any more. */
  async find(secret: string): Promise<TerminalRecord | undefined> {
    const record = await this.#read(nameOf(secret));
    if (record?.secret !== secret) return undefined;
    if (await answers(record.socket)) {
      this.#unseen.delete(secret);
      return record;
    }
    await this.#forget(nameOf(secret));
    return undefined;
  }

  async #start({ box, title, caller }: TerminalRequest, source: ShellSource): Promise<string> {
    const secret = randomBytes(24).toString('base64url');
    this.#countUnseen(caller);
    this.#unseen.set(secret, { caller, since: this.#monotonic() });
    const directory = join(this.#directory, nameOf(secret));
    const own = join(directory, 'sock');
    const socket =
      Buffer.byteLength(own) <= maxSocketPath ? own : join(privateTemporary(), `${nameOf(secret)}.sock`);
    const record: TerminalRecord = { secret, box, caller, socket };
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeDurably(join(directory, 'record.json'), JSON.stringify(record));
      await this.#hold({ socket, directory, title, source, unusedSeconds, lostSeconds });
      return secret;
    } catch (error) {
      this.#unseen.delete(secret);
      await this.#forget(nameOf(secret));
      throw error;
    }
  }

  async #hold(spec: HolderSpec): Promise<void> {
    const said = await startHolder(this.#program, spec);
    if (said === 'ready') return;
    throw new ApiProblem(500, 'no-terminal', `the terminal could not be started: ${said}`);
  }

  #countUnseen(caller: string): void {
    const waits: number[] = [];
    for (const [secret, unseen] of this.#unseen) {
      const left = unusedSeconds - (this.#monotonic() - unseen.since) / 1000;
      if (left <= 0) this.#unseen.delete(secret);
      else if (unseen.caller === caller) waits.push(left);
    }
    if (waits.length < maxUnseen) return;
    throw new ApiProblem(
      429,
      'too-many-terminals',
      `${caller} has asked for ${waits.length} terminals without opening one; those end by themselves`,
      undefined,
      Math.ceil(Math.min(...waits)),
    );
  }

  async #names(): Promise<string[]> {
    return readdir(this.#directory).catch(() => []);
  }

  async #read(name: string): Promise<TerminalRecord | undefined> {
    try {
      const text = await readIfThere(join(this.#directory, name, 'record.json'));
      return text === undefined ? undefined : z.parse(recordSchema, JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  async #forget(name: string): Promise<void> {
    await rm(join(this.#directory, name), { recursive: true, force: true });
  }
}

/** A directory name by which a secret is found, and which does not tell it. */
const nameOf = (secret: string): string => createHash('sha256').update(secret).digest('hex').slice(0, 16);

function privateTemporary(): string {
  return join(tmpdir(), `devbox-${process.getuid?.() ?? 'user'}`);
}

/** @returns `ready`, or what kept it from starting. */
function startHolder(program: string, spec: HolderSpec): Promise<string> {
  const child = spawn(process.execPath, [program], {
    cwd: '/',
    detached: true,
    // Nothing of the server's environment is meant for it; what the shell gets is in the spec.
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return new Promise((resolve) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('\n')) resolve(said.slice(0, said.indexOf('\n')));
    });
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code) => resolve(said || `it ended with status ${code}`));
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(spec));
    child.unref();
  });
}

/** What a holder says of itself; undefined where it does not answer. */
function stateOf(socketPath: string): Promise<z.infer<typeof holderState> | undefined> {
  return new Promise((resolve) => {
    const question = request({ socketPath, path: '/state', timeout: 2_000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve(stateIn(text)));
    });
    question.on('timeout', () => question.destroy());
    question.on('error', () => resolve(undefined));
    question.on('close', () => resolve(undefined));
    question.end();
  });
}

/** Holders may be of another version than the server. */
function stateIn(text: string): z.infer<typeof holderState> | undefined {
  try {
    return z.parse(holderState, JSON.parse(text));
  } catch {
    return undefined;
  }
}
