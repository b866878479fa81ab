import { closeSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { serve } from './serve.ts';

/** Where the starter waits for one line: `ready`, or what went wrong. */
const readyFd = 3;

/**
 * The program that `api=local` starts in the background. Its standard error is its log. It ends by itself when it
 * has been idle and empty; the boxes do not need it to live.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: 'string' },
      homes: { type: 'string' },
      socket: { type: 'string' },
      'idle-seconds': { type: 'string', default: '60' },
      version: { type: 'string', default: 'unknown' },
    },
  });
  const { state, homes, socket } = values;
  if (!state || !homes || !socket) throw new Error('--state, --homes and --socket are needed');
  const running = await serve({
    state,
    homes,
    socket,
    idleSeconds: Number(values['idle-seconds']),
    version: values.version,
    report: (line) => console.error(`${new Date().toISOString()} [${process.pid}] ${line}`),
  });
  tellStarter('ready');
  await running?.stopped;
}

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
    console.error(message);
    tellStarter(message);
    process.exit(1);
  },
);
