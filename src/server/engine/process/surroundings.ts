import { realpath } from 'node:fs/promises';
import { gpuEnvironment } from '../../gpus/environment.ts';
import { ApiProblem } from '../../problem.ts';
import type { BoxSpec } from '../engine.ts';
import { checkWords } from './command.ts';
import { boxEnvironment } from './environment.ts';
import { findInBox } from './find-program.ts';
import type { Homes } from './homes.ts';
import { type Entry, enterArgv } from './isolation/enter.ts';
import type { Isolation } from './isolation/probe.ts';
import type { Sandbox } from './isolation/sandbox.ts';
import { findProgram } from './isolation/tools.ts';
import { memoryLimited } from './limits.ts';
import type { MainOptions } from './main-process.ts';
import { prepareWorkspace, workspaceIn } from './workspace.ts';

/** Where the processes of one box run, and with what. */
export class Surroundings {
  readonly #id: string;
  readonly #spec: BoxSpec;
  readonly #homes: Homes;
  readonly #isolation: Promise<Isolation>;

  constructor(id: string, spec: BoxSpec, homes: Homes, isolation: Promise<Isolation>) {
    this.#id = id;
    this.#spec = spec;
    this.#homes = homes;
    this.#isolation = isolation;
  }

  /** Makes what the main process needs. @throws ApiProblem where its home or a volume cannot be had. */
  async prepare(): Promise<Omit<MainOptions, 'pipes' | 'status'>> {
    const { name, mounts, gpus, memoryGb, command } = this.#spec;
    const { sandbox } = await this.#isolation;
    await this.#homes.prepare(name);
    const home = await this.#home(sandbox);
    const places = await prepareWorkspace(home, mounts, sandbox !== null);
    const env = this.#environment(home, sandbox, 'dumb');
    return { sandbox, box: { name, home, places, gpus, memoryGb }, command, env };
  }

  /**
   * What has to be executed on the server's machine to run a program in the box as it is now: by the engine itself,
   * and by those who hold terminals. It gets the box's environment and begins in its home.
   * @param init the first process in the box's sandbox; null where it has none.
   * @param argv undefined for the user's login shell, on a terminal of the box's own where it has one to give.
   * @throws CommandNotStarted, ApiProblem 500 where the sandbox cannot be entered any more.
   */
  async entry(
    init: number | null,
    argv: readonly [string, ...string[]] | undefined,
    term: string,
  ): Promise<Entry> {
    const sandbox = init === null ? null : await this.#sandbox();
    const cwd = await this.#home(sandbox);
    const env = this.#environment(cwd, sandbox, term);
    const shell = [env['SHELL'] ?? '/bin/sh', '-l'] as const;
    const inside = { argv: argv ?? (sandbox ? await onOwnTerminal(shell) : shell), env, cwd };
    checkWords(inside.argv);
    const { memoryGb } = this.#spec;
    if (sandbox && init !== null) {
      await findInBox(`/proc/${init}/root`, inside);
      const entry = enterArgv(sandbox, init, inside);
      return { ...entry, argv: await memoryLimited(memoryGb, entry.argv) };
    }
    if (memoryGb !== null) await findInBox('', inside);
    return { ...inside, argv: await memoryLimited(memoryGb, inside.argv) };
  }

  async #sandbox(): Promise<Sandbox> {
    const isolation = await this.#isolation;
    if (isolation.sandbox) return isolation.sandbox;
    throw new ApiProblem(500, 'not-entered', `${this.#spec.name} cannot be entered: ${isolation.why}`);
  }

  /** What leads to a home may be a link that is hidden in a sandbox. */
  async #home(sandbox: Sandbox | null): Promise<string> {
    const home = this.#homes.path(this.#spec.name);
    return sandbox ? realpath(home) : home;
  }

  #environment(home: string, sandbox: Sandbox | null, term: string): Record<string, string> {
    const { name, gpus, env } = this.#spec;
    const workspace = workspaceIn(home, sandbox !== null);
    return boxEnvironment({ id: this.#id, name, home, workspace }, { ...gpuEnvironment(gpus), ...env }, term);
  }
}

/**
 * A terminal that is made outside has no name in a sandbox, and belongs to a session that is not to be seen there: some
 * programs would not find it, and simple shells not end well. One that is made inside has both.
 */
async function onOwnTerminal(shell: readonly [string, string]): Promise<readonly [string, ...string[]]> {
  const script = await findProgram('script');
  return script ? [script, '-q', '-e', '-c', 'exec "$SHELL" -l', '/dev/null'] : shell;
}
