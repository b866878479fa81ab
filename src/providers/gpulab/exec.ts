import { DevboxError } from '../../base/errors.ts';
import { shellLine } from '../../base/shell.ts';
import { defaultExecSeconds, maxExecSeconds } from '../../server/wire/exec.ts';
import type { Emit } from '../../ui/events.ts';
import type { ExecRequest, ExecStreams } from '../provider.ts';
import { type Connection, has } from './connection.ts';
import { execStreaming } from './exec-stream.ts';
import { execTimedOut } from './exec-timed-out.ts';
import { type ApiRequest, parseAnswer } from './request.ts';
import { execSchema } from './wire.ts';

/**
 * Runs a command in a container: over the streaming extension where the server has it, otherwise over GPULab's
 * exec, which takes no input and answers when all is over.
 * @returns the command's exit code.
 */
export async function execIn(
  connection: Connection,
  id: string,
  request: ExecRequest,
  streams: ExecStreams,
  { signal, emit }: { readonly signal: AbortSignal; readonly emit: Emit },
): Promise<number> {
  if (has(connection, 'exec-stream')) return execStreaming(connection, id, request, streams, signal);
  const seconds = request.timeoutSeconds ?? defaultExecSeconds;
  if (seconds > maxExecSeconds) {
    throw new DevboxError('usage', `this server runs a command for at most ${maxExecSeconds} seconds`, {
      code: 'exec/timeout-too-long',
      hint: `Use a timeout of ${maxExecSeconds} or less.`,
    });
  }
  const call: ApiRequest = {
    method: 'POST',
    path: `/v1/containers/${encodeURIComponent(id)}/exec`,
    json: { command: shellLine(request.argv), timeout: Math.max(1, Math.ceil(seconds)) },
    // The server answers a few seconds after the command's own time at the latest.
    timeoutSeconds: seconds + 10,
  };
  const endWatch = watchInput(streams.stdin, emit);
  const answer = await connection
    .request(call)
    .then((answer) => parseAnswer(execSchema, call, answer))
    .finally(endWatch);
  streams.stdout.write(answer.stdout);
  streams.stderr.write(answer.stderr);
  if (answer.timed_out) throw execTimedOut(seconds);
  return answer.exit_code & 255;
}

/** Says once that what comes on stdin reaches nobody. @returns what ends the watch. */
function watchInput(stdin: NodeJS.ReadableStream, emit: Emit): () => void {
  if ('isTTY' in stdin && stdin.isTTY) return () => undefined;
  const onData = (): void => {
    stdin.off('data', onData).pause();
    emit({
      type: 'notice',
      level: 'warning',
      message: 'this server passes no input to commands: what came on stdin was not used',
    });
  };
  stdin.on('data', onData);
  return () => {
    stdin.off('data', onData).pause();
    if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  };
}
