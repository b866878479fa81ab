import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { ask } from './ask.ts';
import type { Devbox } from './devbox.ts';
import { instances, leases, sshKeys } from './shapes.ts';

/** What a smoke must leave as it found it, each thing by its id, with words for a person. */
export interface Account {
  readonly instances: ReadonlyMap<string, string>;
  /** Instances that are on their way out anyway. */
  readonly ending: ReadonlySet<string>;
  readonly keys: ReadonlyMap<string, string>;
  /** Leases, and files that lie where devbox keeps keys and the entries of boxes. */
  readonly local: ReadonlyMap<string, string>;
}

/** @param home of which the local things are. @throws Stopped where something cannot be listed. */
export async function look(
  devbox: Devbox,
  home: string,
  options: { readonly isExcusable: boolean; readonly signal?: AbortSignal },
): Promise<Account> {
  const boxes = await ask(devbox, ['list'], instances, options);
  const keys = await ask(devbox, ['list', 'resource=ssh_keys'], sshKeys, options);
  const open = await ask(devbox, ['lease', 'list'], leases, options);
  const files = [...(await filesIn(home, '.local/state/devbox/ssh')), ...(await filesIn(home, '.ssh'))];
  const live = boxes.filter(({ phase }) => phase !== 'ended');
  return {
    ending: new Set(live.flatMap(({ id, phase }) => (phase === 'ending' ? [id] : []))),
    instances: new Map(
      live.map(({ id, name, phase }) => [id, `the instance ${name ?? 'without a name'} (${id}), ${phase}`]),
    ),
    keys: new Map(keys.map(({ id, name }) => [id, `the SSH key ${name} (${id})`])),
    local: new Map([
      ...open.map(({ id, name }): [string, string] => [id, `the lease ${id} of ${name}`]),
      ...files.map((file): [string, string] => [file, `the file ~/${file}`]),
    ]),
  };
}

/** What is there now and was not before, and what is gone, in words; nothing where all is as it was. */
export function differences(before: Account, after: Account): string[] {
  return (['instances', 'keys', 'local'] as const).flatMap((kind) => [
    ...[...after[kind]].flatMap(([id, words]) => (before[kind].has(id) ? [] : [`${words}, is left`])),
    ...[...before[kind]].flatMap(([id, words]) =>
      after[kind].has(id) || before.ending.has(id) ? [] : [`${words}, is gone`],
    ),
  ]);
}

async function filesIn(home: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(home, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(home, join(entry.parentPath, entry.name)));
}
