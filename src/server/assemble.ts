import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addresser } from './address.ts';
import { CredentialStore } from './credentials/store.ts';
import { openProcessEngine } from './engine/process/engine.ts';
import { nvidiaSmi } from './gpus/nvidia-smi.ts';
import { GpuPool } from './gpus/pool.ts';
import { ExecRate } from './limits/rate.ts';
import type { RouteDeps } from './routes/routes.ts';
import type { ServeOptions } from './serve.ts';
import { SshKeyStore } from './ssh-keys/store.ts';
import { TemplateStore } from './templates/store.ts';
import { TerminalSessions } from './terminal/sessions.ts';
import { Meter } from './volumes/measure.ts';
import { VolumeStore } from './volumes/store.ts';

/** Seconds that the processes of a box get to end by themselves. */
const graceSeconds = 2;

/** Opens the engine and the stores of a state directory, and finishes what a server left half-done that was killed. */
export async function assemble(options: ServeOptions): Promise<RouteDeps> {
  const { state, homes, listen, execRate, report } = options;
  const monotonic = (): number => performance.now();
  const engine = await openProcessEngine({
    boxes: join(state, 'boxes'),
    homes,
    // Beside the server's own file in the package.
    keeper: fileURLToPath(new URL('keeper.mjs', import.meta.url)),
    graceSeconds,
    now: Date.now,
    report,
  });
  const terminals = new TerminalSessions(join(state, 'terminals'), options.terminalProgram);
  await terminals.sweep();
  return {
    engine,
    terminals,
    volumes: await VolumeStore.open(join(state, 'volumes'), Date.now, report),
    meter: new Meter(monotonic),
    gpus: new GpuPool(nvidiaSmi(monotonic), () => engine.list()),
    templates: new TemplateStore(join(state, 'templates.json'), Date.now),
    credentials: new CredentialStore(join(state, 'credentials.json'), Date.now),
    sshKeys: new SshKeyStore(join(state, 'ssh-keys.json'), Date.now),
    execRate: execRate === null ? undefined : new ExecRate(execRate, monotonic),
    addressOf: addresser(listen.kind === 'tcp' ? listen.publicUrl : null),
    version: options.version,
    user: { name: userInfo().username, host: hostname() },
    now: Date.now,
  };
}
