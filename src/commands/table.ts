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
  cp: async () => (await import('./cp/index.ts')).cp,
  exec: async () => (await import('./exec/index.ts')).exec,
  stop: async () => (await import('./stop/index.ts')).stop,
  start: async () => (await import('./start/index.ts')).start,
  rename: async () => (await import('./rename/index.ts')).rename,
  restart: async () => (await import('./restart/index.ts')).restart,
  redeploy: async () => (await import('./redeploy/index.ts')).redeploy,
  down: async () => (await import('./down/index.ts')).down,
  auth_login: async () => (await import('./auth/login.ts')).authLogin,
  auth_logout: async () => (await import('./auth/logout.ts')).authLogout,
  auth_whoami: async () => (await import('./auth/whoami.ts')).authWhoami,
  auth_status: async () => (await import('./auth/status.ts')).authStatus,
  volumes: async () => (await import('./volumes/list.ts')).volumes,
  volumes_create: async () => (await import('./volumes/create.ts')).volumesCreate,
  volumes_info: async () => (await import('./volumes/info.ts')).volumesInfo,
  volumes_resize: async () => (await import('./volumes/resize.ts')).volumesResize,
  volumes_clone: async () => (await import('./volumes/clone.ts')).volumesClone,
  volumes_rm: async () => (await import('./volumes/rm.ts')).volumesRm,
  volumes_files_ls: async () => (await import('./volumes/files/ls.ts')).volumesFilesLs,
  volumes_files_search: async () => (await import('./volumes/files/search.ts')).volumesFilesSearch,
  volumes_files_cat: async () => (await import('./volumes/files/read.ts')).volumesFilesCat,
  volumes_files_download: async () => (await import('./volumes/files/read.ts')).volumesFilesDownload,
  volumes_files_upload: async () => (await import('./volumes/files/write.ts')).volumesFilesUpload,
  volumes_files_write: async () => (await import('./volumes/files/write.ts')).volumesFilesWrite,
  volumes_files_mkdir: async () => (await import('./volumes/files/change.ts')).volumesFilesMkdir,
  volumes_files_rm: async () => (await import('./volumes/files/change.ts')).volumesFilesRm,
  volumes_files_mv: async () => (await import('./volumes/files/change.ts')).volumesFilesMv,
  volumes_files_cp: async () => (await import('./volumes/files/change.ts')).volumesFilesCp,
  gpus: async () => (await import('./gpus/index.ts')).gpus,
  gpus_types: async () => (await import('./gpus/index.ts')).gpusTypes,
  templates: async () => (await import('./templates/list.ts')).templates,
  templates_categories: async () => (await import('./templates/list.ts')).templatesCategories,
  templates_info: async () => (await import('./templates/info.ts')).templatesInfo,
  templates_create: async () => (await import('./templates/change.ts')).templatesCreate,
  templates_edit: async () => (await import('./templates/change.ts')).templatesEdit,
  templates_delete: async () => (await import('./templates/delete.ts')).templatesDelete,
  credentials: async () => (await import('./credentials/index.ts')).credentials,
  credentials_add: async () => (await import('./credentials/index.ts')).credentialsAdd,
  credentials_delete: async () => (await import('./credentials/index.ts')).credentialsDelete,
  ssh_keys: async () => (await import('./ssh-keys/index.ts')).sshKeys,
  ssh_keys_add: async () => (await import('./ssh-keys/index.ts')).sshKeysAdd,
  ssh_keys_rm: async () => (await import('./ssh-keys/index.ts')).sshKeysRm,
  filesystems: async () => (await import('./filesystems/list.ts')).filesystems,
  filesystems_create: async () => (await import('./filesystems/create.ts')).filesystemsCreate,
  filesystems_rm: async () => (await import('./filesystems/rm.ts')).filesystemsRm,
  firewall: async () => (await import('./firewall/rulesets.ts')).firewall,
  firewall_info: async () => (await import('./firewall/rulesets.ts')).firewallInfo,
  firewall_create: async () => (await import('./firewall/rulesets.ts')).firewallCreate,
  firewall_update: async () => (await import('./firewall/rulesets.ts')).firewallUpdate,
  firewall_rm: async () => (await import('./firewall/rulesets.ts')).firewallRm,
  firewall_rules: async () => (await import('./firewall/rules.ts')).firewallRules,
  firewall_rules_set: async () => (await import('./firewall/rules.ts')).firewallRulesSet,
  audit: async () => (await import('./audit/index.ts')).audit,
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
