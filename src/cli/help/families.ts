import type { Command } from '../../commands/command.ts';
import { spelled } from '../spelled.ts';
import type { Entry } from './layout.ts';

/** How help groups the commands: by the first word of each. */
const sections: readonly (readonly [heading: string, families: readonly string[]])[] = [
  [
    'Boxes:',
    [
      'up',
      'deploy',
      'ls',
      'list',
      'inspect',
      'wait',
      'rename',
      'stop',
      'start',
      'restart',
      'redeploy',
      'down',
    ],
  ],
  ['Projects (AWS):', ['new', 'launch', 'status', 'snapshot', 'restore', 'resize', 'delete_project']],
  ['Leases:', ['lease', 'reconcile', 'cleanup', 'reap']],
  ['Inside a box:', ['ssh', 'exec', 'run', 'cp', 'logs', 'stats']],
  ['Resources:', ['gpus', 'templates', 'volumes', 'credentials', 'ssh_keys', 'filesystems', 'firewall']],
  ['Account:', ['auth', 'audit']],
  ['A box server of your own:', ['serve']],
];

/** Families up to this size are listed command by command. */
const small = 5;

type Facts = Pick<Command, 'name' | 'summary'>;

/** The commands under the headings of the overview; those that no heading names come last. */
export function commandSections(commands: readonly Facts[]): (readonly [string, readonly Entry[]])[] {
  const known = sections.flatMap(([, families]) => families);
  const others = commands.filter(({ name }) => !known.some((family) => isOf(family, name)));
  return [
    ...sections.map(([heading, families]): [string, Entry[]] => [
      heading,
      families.flatMap((family) => familyEntries(family, commands)),
    ]),
    ['Others:', others.map(({ name, summary }): Entry => [spelled(name), summary])] as const,
  ].filter(([, entries]) => entries.length > 0);
}

/** The commands whose names begin with this one's. */
export function membersOf<T extends Facts>(family: string, commands: readonly T[]): T[] {
  return commands.filter(({ name }) => name !== family && isOf(family, name));
}

function familyEntries(family: string, commands: readonly Facts[]): Entry[] {
  const head = commands.filter(({ name }) => name === family);
  const all = [...head, ...membersOf(family, commands)].filter(({ name }) => isClosest(family, name));
  const [first] = all;
  if (first === undefined) return [];
  if (all.length <= small) return all.map(({ name, summary }): Entry => [spelled(name), summary]);
  const words = all.slice(head.length).map(({ name }) => name.slice(family.length + 1).split('_'));
  const groups = [...new Set(words.map((each) => each.slice(0, -1).join(' ')))];
  return [
    ...head.map(({ name, summary }): Entry => [spelled(name), summary]),
    ...groups.map((group): Entry => {
      const last = words.filter((each) => each.slice(0, -1).join(' ') === group).map((each) => each.at(-1));
      return [`${spelled(family)} ${group === '' ? '...' : group}`, last.join(', ')];
    }),
  ];
}

/** `ssh_keys` is a family of its own, though its name begins with that of `ssh`. */
function isClosest(family: string, name: string): boolean {
  const owners = sections.flatMap(([, families]) => families.filter((each) => isOf(each, name)));
  return owners.every((owner) => owner.length <= family.length);
}

function isOf(family: string, name: string): boolean {
  return name === family || name.startsWith(`${family}_`);
}
