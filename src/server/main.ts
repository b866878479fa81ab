import { closeSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanLine } from '../base/text.ts';
import { type EngineChoice, engineChoices } from './engine/choices.ts';
import { type Listen, type ServeOptions, serve } from './serve.ts';

/** Where the starter waits for one line: `ready` with JSON that says where the server is, or what went wrong. */
const readyFd = 3;

/**
 * The program behind `api=local`, which starts it in the background, and behind `devbox serve`. Its standard error is its log. The
 * boxes do not need it to live.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: 'string' },
      homes: { type: 'string' },
      version: { type: 'string', default: 'unknown' },
      engine: { type: 'string', default: 'process' },
      'idle-seconds': { type: 'string' },
      'exec-rate': { type: 'string' },
      socket: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      'tls-cert': { type: 'string' },
      'tls-key': { type: 'string' },
      'public-url': { type: 'string' },
      open: { type: 'boolean', default: false },
      'request-log': { type: 'boolean', default: false },
      attended: { type: 'boolean', default: false },
    },
  });
  const { state, homes } = values;
  if (!state || !homes) throw new Error('--state and --homes are needed');
  const isLogged = values['request-log'];
  const running = await serve({
    state,
    homes,
    listen: listenFrom(values),
    engine: engineFrom(values.engine),
    terminalProgram: join(dirname(fileURLToPath(import.meta.url)), 'terminal.mjs'),
    idleSeconds: numberFrom(values['idle-seconds']),
    execRate: numberFrom(values['exec-rate']),
    version: values.version,
    report: isLogged ? reportAsJson : reportAsLine,
    requestLog: isLogged ? process.stderr : undefined,
    left: values.attended ? starterLeft() : undefined,
  });
  const { url, engine, boxes } = running ?? {};
  tellStarter(`ready ${JSON.stringify({ url, engine, boxes, pid: process.pid })}`);
  await running?.stopped;
}

const numberFrom = (text: string | undefined): number | null => (text === undefined ? null : Number(text));

function engineFrom(text: string): EngineChoice {
  const choice = engineChoices.find((each) => each === text);
  if (!choice) throw new Error(`--engine must be one of ${engineChoices.join(', ')}`);
  return choice;
}

function listenFrom(values: {
  readonly socket?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly 'tls-cert'?: string | undefined;
  readonly 'tls-key'?: string | undefined;
  readonly 'public-url'?: string | undefined;
  readonly open: boolean;
}): Listen {
  const { socket, host, port, open } = values;
  if (socket) return { kind: 'private', socket };
  if (!host || port === undefined) throw new Error('--socket, or --host and --port are needed');
  const [cert, key, url] = [values['tls-cert'], values['tls-key'], values['public-url']];
  return {
    kind: 'tcp',
    host,
    port: Number(port),
    tls: cert && key ? { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } : null,
    publicUrl: url ? new URL(url) : null,
    open,
  };
}

/** Resolves when the starter is gone: it holds this process's standard input open, and writes nothing. */
function starterLeft(): Promise<string> {
  process.stdin.resume();
  return new Promise((resolve) => {
    for (const event of ['end', 'error']) process.stdin.once(event, () => resolve('its starter is gone'));
  });
}

const reportAsLine: ServeOptions['report'] = (line) =>
  console.error(`${new Date().toISOString()} [${process.pid}] ${cleanLine(line)}`);

/** In the form of the lines about requests. */
const reportAsJson: ServeOptions['report'] = (msg) =>
  console.error(JSON.stringify({ level: 30, time: Date.now(), pid: process.pid, msg }));

/** The starter may be gone by now; that changes nothing. */
function tellStarter(line: string): void {
  try {
    writeSync(readyFd, `${line}\n`);
    closeSync(readyFd);
  } catch {
    // No pipe there: started by hand.
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    // Who started it in the foreground shows the message; in the background it belongs into the log.
    if (!process.argv.includes('--attended')) console.error(message);
    tellStarter(message);
    process.exit(1);
  },
);
