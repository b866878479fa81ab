import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Exit } from '../../engine/engine.ts';
import type { Shell, ShellSource, TerminalSize } from '../shell.ts';

type DockerSource = Extract<ShellSource, { kind: 'docker' }>;

/**
 * Starts an exec that was made with a terminal, through the Docker API.
 * @throws an error with the engine's own words where it refuses.
 */
export async function openDockerShell(source: DockerSource, size: TerminalSize): Promise<Shell> {
  const stream = await hijack(source, size);
  const resize = ({ columns, rows }: TerminalSize): void =>
    void call(source, 'POST', `/exec/${source.exec}/resize?h=${rows}&w=${columns}`).catch(() => undefined);
  // Not every engine takes the size at the start.
  resize(size);
  let hungUp: Promise<void> | undefined;
  const exited = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve());
  })
    .then(() => hungUp)
    .then(() => exitOf(source));
  return {
    exited,
    onData: (listener) => stream.on('data', listener),
    write: (bytes) => {
      if (stream.writable) stream.write(bytes);
    },
    resize,
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    hangUp() {
      hungUp ??= hangUp(source).catch(() => undefined);
      stream.destroy();
    },
  };
}

/** The connection of an exec: what is sent on it is input, what comes is output. */
function hijack(source: DockerSource, { columns, rows }: TerminalSize): Promise<Duplex> {
  const body = JSON.stringify({ Detach: false, Tty: true, ConsoleSize: [rows, columns] });
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      ...source.engine,
      method: 'POST',
      path: `/exec/${source.exec}/start`,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        connection: 'Upgrade',
        upgrade: 'tcp',
      },
    });
    request.once('upgrade', (_answer, stream, head) => {
      if (head.length > 0) stream.unshift(head);
      resolve(stream);
    });
    request.once('response', (answer) => {
      // Some engines answer 200 and go on with the stream all the same.
      if (answer.statusCode === 200) resolve(answer.socket);
      else void textOf(answer).then((text) => reject(new Error(reasonIn(text))));
    });
    request.once('error', reject);
    request.end(body);
  });
}

/** Has the shell ended by another program in its container: engines do not do it. */
async function hangUp(source: DockerSource): Promise<void> {
  const { container, argv } = source.hangUp;
  const made = await call(source, 'POST', `/containers/${container}/exec`, { Cmd: argv });
  const { Id: id } = JSON.parse(made);
  await call(source, 'POST', `/exec/${id}/start`, { Detach: true });
}

async function exitOf(source: DockerSource): Promise<Exit> {
  try {
    const { ExitCode: code } = JSON.parse(await call(source, 'GET', `/exec/${source.exec}/json`));
    return { code: typeof code === 'number' ? code : 0, signal: null };
  } catch {
    // The box, or its engine, has gone.
    return { code: 137, signal: 'SIGKILL' };
  }
}

function call(
  source: DockerSource,
  method: 'GET' | 'POST',
  path: string,
  content?: Readonly<Record<string, unknown>>,
): Promise<string> {
  const body = content === undefined ? '' : JSON.stringify(content);
  const headers = {
    'content-length': Buffer.byteLength(body),
    ...(content === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...source.engine, method, path, headers });
    request.once('response', (answer) => textOf(answer).then(resolve, reject));
    request.once('error', reject);
    request.end(body);
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function reasonIn(text: string): string {
  try {
    const { message } = JSON.parse(text);
    if (typeof message === 'string') return message;
  } catch {
    // Not the engine's own error.
  }
  return text.trim() || 'the engine gave no reason';
}
