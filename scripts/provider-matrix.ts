import { providerNames } from '../src/leases/provider-name.ts';
import type { FacetName } from '../src/providers/provider.ts';
import { declaredFacets, facetNames } from '../src/providers/registry.ts';

/** What an ability is to a user, and the commands that need it. */
export const abilities: Readonly<
  Record<FacetName, { readonly what: string; readonly commands: readonly string[] }>
> = {
  catalogue: { what: 'instance types with prices and capacity, images, regions', commands: ['list'] },
  filesystems: {
    what: 'filesystems that boxes of a region mount',
    commands: ['filesystems', 'filesystems_create', 'filesystems_rm'],
  },
  sshKeys: { what: 'registered SSH keys', commands: ['ssh_keys', 'ssh_keys_add', 'ssh_keys_rm'] },
  firewall: {
    what: 'firewall rulesets and rules',
    commands: [
      'firewall',
      'firewall_info',
      'firewall_create',
      'firewall_update',
      'firewall_rm',
      'firewall_rules',
    ],
  },
  audit: { what: 'what was done in the account', commands: ['audit'] },
  whoami: { what: 'whose account the key opens', commands: ['auth_whoami'] },
  keys: { what: 'API keys that devbox stores', commands: ['auth_login', 'auth_logout', 'auth_status'] },
  server: {
    what: 'reaching boxes through a server, without SSH',
    commands: ['exec', 'ssh', 'cp', 'logs', 'stats'],
  },
  power: { what: 'stopping a box and starting it again', commands: ['stop', 'start'] },
  rename: { what: 'another name for a box', commands: ['rename'] },
  restart: { what: 'restarting a box', commands: ['restart'] },
  redeploy: { what: 'making a box anew from what it was made from', commands: ['redeploy'] },
  volumes: {
    what: 'network volumes and the files in them',
    commands: ['volumes', 'volumes_create', 'volumes_files_ls'],
  },
  gpus: { what: 'GPUs to choose from', commands: ['gpus', 'gpus_types'] },
  templates: { what: 'templates that boxes are made from', commands: ['templates', 'templates_create'] },
  projects: {
    what: 'projects whose whole disk survives',
    commands: ['new', 'launch', 'status', 'snapshot', 'restore', 'resize', 'delete_project'],
  },
  credentials: { what: 'logins for registries of images', commands: ['credentials', 'credentials_add'] },
};

/** The page docs/providers.md, from what the providers declare. */
export function providerMatrix(): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const table = [
    row(['ability', ...providerNames.map((name) => `\`api=${name}\``), 'commands']),
    row(['---', ...providerNames.map(() => ':-:'), '---']),
    row([
      'bringing boxes up, listing, finding, ending them',
      ...providerNames.map(() => '✓'),
      commandList(core),
    ]),
    ...facetNames.map((facet) =>
      row([
        abilities[facet].what,
        ...providerNames.map((name) => (declaredFacets[name].includes(facet) ? '✓' : '')),
        commandList(abilities[facet].commands),
      ]),
    ),
  ];
  return [
    '# What each provider can do',
    '',
    'Made by `npm run docs` from what the providers declare in `src/providers/registry.ts`; a test holds it to that.',
    'A command that needs what a provider lacks says which providers have it. Boxes without a server are reached over',
    'SSH, by the same commands: `exec`, `ssh`, `cp`, `logs`, `stats`.',
    '',
    ...table,
    '',
  ].join('\n');
}

/** What every provider has to have. */
const core = ['up', 'list', 'inspect', 'wait', 'down'];

const commandList = (names: readonly string[]): string =>
  names.map((name) => `\`${spelled(name)}\``).join(', ');

const spelled = (name: string): string =>
  name.replace(/^(ssh|delete)_(?=keys|project)/, '$1-').replaceAll('_', ' ');
