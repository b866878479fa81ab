import { cleanLine } from '../../../base/text.ts';
import { ApiProblem } from '../../problem.ts';
import type { RunningTerminal, TerminalSize } from '../engine.ts';
import type { BoxProcess } from './attended.ts';
import type { ExecDeps } from './exec.ts';
import { Killer } from './kill.ts';
import { announcement, shellWords } from './scripts.ts';
import { exitOf, startExec } from './started.ts';

/**
 * Starts a login shell on a new pseudo-terminal in a container: the one that SHELL names there, or bash, or sh.
 * @throws ApiProblem 409 where the container has no shell
 */
export async function startTerminal(
  container: string,
  size: TerminalSize,
  deps: ExecDeps,
): Promise<RunningTerminal> {
  const { client } = deps;
  const request = { container, argv: shellWords, tty: true, env: ['TERM=xterm-256color'] };
  const { id, stream } = await startExec(client, request);
  const ended = new Promise<void>((resolve) => {
    stream.once('end', resolve);
    stream.once('close', resolve);
  });
  const killer = new Killer(client, container, deps.report);

  let listener: ((bytes: Buffer) => void) | undefined;
  let isHeld = false;
  const waiting: Buffer[] = [];
  let before = Buffer.alloc(0);
  const deliver = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    if (listener) listener(bytes);
    else waiting.push(bytes);
  };
  const began = await new Promise<BoxProcess | undefined>((resolve) => {
    const opening = (bytes: Buffer): void => {
      before = Buffer.concat([before, bytes]);
      const [line, pid, start] = announcement.exec(before.toString('latin1')) ?? [];
      if (line === undefined || pid === undefined) return;
      stream.off('data', opening);
      stream.on('data', deliver);
      deliver(before.subarray(line.length));
      resolve({ pid, start: start ?? '' });
    };
    stream.on('data', opening);
    void ended.then(() => resolve(undefined));
  });
  if (!began) throw noShell(before);
  killer.target(began.pid);
  const exited = exitOf(client, id, ended, killer.sent);
  void deps
    .attend(began)
    .then((takeBack) => exited.then(takeBack))
    .catch((error: unknown) => deps.report(String(error)));
  const resize = ({ columns, rows }: TerminalSize): void => {
    // Podman says 201 where Docker says 200.
    client
      .askQuietly((docker) => docker.getExec(id).resize({ w: columns, h: rows }), [201, 404, 409, 500])
      .catch((error: unknown) => deps.report(`a terminal was not resized: ${String(error)}`));
  };
  resize(size);
  return {
    exited,
    onData(take) {
      listener = take;
      for (const bytes of waiting.splice(0)) take(bytes);
      if (!isHeld) stream.resume();
    },
    write: (bytes) => {
      if (stream.writable) stream.write(bytes);
    },
    resize,
    pause: () => {
      isHeld = true;
      stream.pause();
    },
    resume: () => {
      isHeld = false;
      stream.resume();
    },
    kill: (signal) => killer.kill(signal),
  };
}

function noShell(said: Buffer): ApiProblem {
  const why = cleanLine(said.toString('utf8'), 300) || 'no reason given';
  return new ApiProblem(409, 'no-shell', `no shell could be started in this container: ${why}`);
}
