import type { Command } from './command.ts';

/** Every command, under the name that the configuration's `command` key has; loaded when it is needed. */
const loaders: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./up/index.ts')).up,
  deploy: async () => (await import('./deploy/index.ts')).deploy,
  ls: async () => (await import('./ls/index.ts')).ls,
  list: async () => (await import('./list/index.ts')).list,
  inspect: async () => (await import('./inspect/index.ts')).inspect,
  wait: async () => (await import('./wait/index.ts')).wait,
  ssh: async () => (await import('./ssh/index.ts')).ssh,
  logs: async () => (await import('./logs/index.ts')).logs,
  stats: async () => (await import('./stats/index.ts')).stats,
  exec: async () => (await import('./exec/index.ts')).exec,
  stop: async () => (await import('./stop/index.ts')).stop,
  start: async () => (await import('./start/index.ts')).start,
  restart: async () => (await import('./restart/index.ts')).restart,
  redeploy: async () => (await import('./redeploy/index.ts')).redeploy,
  down: async () => (await import('./down/index.ts')).down,
  auth_login: async () => (await import('./auth/login.ts')).authLogin,
  auth_logout: async () => (await import('./auth/logout.ts')).authLogout,
  auth_whoami: async () => (await import('./auth/whoami.ts')).authWhoami,
  auth_status: async () => (await import('./auth/status.ts')).authStatus,
  serve: async () => (await import('./serve/index.ts')).serve,
  serve_keys_add: async () => (await import('./serve/keys.ts')).serveKeysAdd,
  serve_keys_list: async () => (await import('./serve/keys.ts')).serveKeysList,
  serve_keys_rm: async () => (await import('./serve/keys.ts')).serveKeysRm,
};

export const commandNames: readonly string[] = Object.keys(loaders);

/** The command of this name, or undefined where there is none. */
export async function loadCommand(name: string): Promise<Command | undefined> {
  return Object.hasOwn(loaders, name) ? loaders[name]?.() : undefined;
}

/** All commands, in the order in which help lists them. */
export async function loadCommands(): Promise<Command[]> {
  return Promise.all(Object.values(loaders).map((load) => load()));
}
