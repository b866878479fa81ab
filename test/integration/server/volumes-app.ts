import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../../src/server/app.ts';
import { assemble } from '../../../src/server/assemble.ts';
import { noAudit } from '../../../src/server/audit/audit.ts';
import { ownerOnly } from '../../../src/server/auth/caller.ts';

/** A server on loopback in this process, with its state in a directory of its own. */
export interface TestApp {
  readonly url: string;
  /** Directory of the server's state. */
  readonly state: string;
  /** What it reported as its own failures. */
  readonly reports: readonly string[];
  /** Ends it; its directory goes unless it is kept for the next one. */
  end(options?: { readonly keep?: boolean }): Promise<void>;
}

/** @param root the directory of an earlier server. */
export async function startApp(root?: string): Promise<TestApp> {
  const directory = root ?? (await mkdtemp(join(tmpdir(), 'devbox-app-test-')));
  const reports: string[] = [];
  const state = join(directory, 'state');
  const report = (line: string): void => void reports.push(line);
  const deps = await assemble({
    state,
    homes: join(directory, 'homes'),
    listen: { kind: 'private', socket: '' },
    engine: 'process',
    left: undefined,
    terminalProgram: 'unused',
    idleSeconds: null,
    execRate: null,
    version: '0.0.0-test',
    report,
    requestLog: undefined,
  });
  const app = await createApp(deps, {
    access: ownerOnly,
    audit: noAudit,
    tls: null,
    requestLog: undefined,
    report,
  });
  await app.http.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.http.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    state,
    reports,
    async end({ keep = false } = {}) {
      for (const box of await deps.engine.list()) await deps.engine.remove(box.id, { purge: true });
      app.http.server.closeAllConnections();
      await app.http.close();
      await deps.engine.disband();
      if (!keep) await rm(directory, { recursive: true, force: true });
    },
  };
}
