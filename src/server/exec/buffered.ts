import { CommandNotStarted, type Engine } from '../engine/engine.ts';
import type { ExecAnswer } from '../wire/exec.ts';
import { after } from './after.ts';
import { BoundedOutput } from './bounded.ts';
import { drained, letGo } from './drain.ts';

/** Most of one stream that a buffered exec answers, in bytes. */
const maxOutputBytes = 8 * 1024 * 1024;

/**
 * Runs a shell command without input and answers all it wrote, bounded. When its time is over, or `gone` aborts
 * because nobody waits for the answer any more, its whole process group is killed.
 */
export async function execBuffered(
  engine: Engine,
  id: string,
  request: { readonly command: string; readonly timeout: number },
  gone: AbortSignal,
): Promise<ExecAnswer> {
  try {
    const running = await engine.exec(id, ['/bin/sh', '-c', request.command]);
    running.stdin.end();
    const stdout = new BoundedOutput(maxOutputBytes);
    const stderr = new BoundedOutput(maxOutputBytes);
    running.stdout.on('data', (bytes: Buffer) => stdout.add(bytes));
    running.stderr.on('data', (bytes: Buffer) => stderr.add(bytes));
    let timedOut = false;
    const kill = (): void => running.kill('SIGKILL');
    const callOff = after(request.timeout, () => {
      timedOut = true;
      kill();
    });
    gone.addEventListener('abort', kill, { once: true });
    if (gone.aborted) kill();
    await drained(running);
    const { code } = await running.exited;
    callOff();
    letGo(running);
    if (timedOut) stderr.add(Buffer.from(`devbox: killed after ${request.timeout} s\n`));
    return answer(stdout, stderr, timedOut ? 124 : code, timedOut);
  } catch (error) {
    if (!(error instanceof CommandNotStarted)) throw error;
    const stderr = new BoundedOutput(maxOutputBytes);
    stderr.add(Buffer.from(`devbox: ${error.message}\n`));
    return answer(new BoundedOutput(0), stderr, error.exitCode, false);
  }
}

function answer(stdout: BoundedOutput, stderr: BoundedOutput, code: number, timedOut: boolean): ExecAnswer {
  const [out, err] = [stdout.finish(), stderr.finish()];
  return {
    stdout: out.text,
    stderr: err.text,
    exit_code: code,
    timed_out: timedOut,
    truncated: { stdout: out.omitted, stderr: err.omitted },
  };
}
