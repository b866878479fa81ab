import { hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { addresser } from './address.ts';
import { CredentialStore } from './credentials/store.ts';
import { openEngine } from './engine/choose.ts';
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

/** Opens the engine and the stores of a state directory, and finishes what a server left half-done that was killed. */
export async function assemble(options: ServeOptions): Promise<RouteDeps> {
  const { state, homes, listen, execRate, report } = options;
  const monotonic = (): number => performance.now();
  const credentials = new CredentialStore(join(state, 'credentials.json'), Date.now);
  const engine = await openEngine({
    ...{ choice: options.engine, state, homes, credentials, report },
    // Whoever reaches the private socket is trusted.
    hidden: listen.kind === 'private' ? [dirname(listen.socket)] : [],
    host: listen.kind === 'tcp' ? listen.host : null,
    env: process.env,
    now: Date.now,
  });
  const terminals = new TerminalSessions(join(state, 'terminals'), options.terminalProgram, monotonic);
  await terminals.sweep();
  return {
    engine,
    terminals,
    volumes: await VolumeStore.open(join(state, 'volumes'), Date.now, report),
    meter: new Meter(monotonic),
    gpus: new GpuPool(nvidiaSmi(monotonic), () => engine.list()),
    templates: new TemplateStore(join(state, 'templates.json'), Date.now),
    credentials,
    sshKeys: new SshKeyStore(join(state, 'ssh-keys.json'), Date.now),
    execRate: execRate === null ? undefined : new ExecRate(execRate, monotonic),
    addressOf: addresser(listen.kind === 'tcp' ? listen.publicUrl : null),
    version: options.version,
    user: { name: userInfo().username, host: hostname() },
    now: Date.now,
  };
}
