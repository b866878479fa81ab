import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountState } from '../fake-lambda/index.ts';
import { type LambdaUser, lambdaUser } from '../lambda-user.ts';
import type { Scenario } from './scenarios.ts';

/** Where a scenario begins, to begin there again and again. */
export interface Start {
  readonly scenario: Scenario;
  /** A user with an account and a home of their own, as they were. */
  begin(): Promise<LambdaUser>;
  remove(): void;
}

/** Prepares a scenario once. */
export async function startOf(scenario: Scenario): Promise<Start> {
  const { statuses, capacityRefusals = 0 } = scenario;
  const options = { statuses, capacityRefusals, checkSpec: false } as const;
  const user = await lambdaUser(options);
  const folder = mkdtempSync(join(tmpdir(), 'devbox-start-'));
  let state: AccountState;
  try {
    await scenario.prepare(user);
    ({ state } = user.fake);
    cpSync(user.home.path, folder, { recursive: true });
  } finally {
    await user.end();
  }
  const places = { home: user.home.path, server: user.fake.baseUrl };
  return {
    scenario,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    async begin() {
      const again = await lambdaUser({ ...options, state });
      const { path } = again.home;
      cpSync(folder, path, { recursive: true });
      for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const file = join(entry.parentPath, entry.name);
        const text = readFileSync(file, 'utf8');
        const moved = text.replaceAll(places.home, path).replaceAll(places.server, again.fake.baseUrl);
        if (moved !== text) writeFileSync(file, moved);
      }
      return again;
    },
  };
}
