import { execFile } from 'node:child_process';
import type { Context } from '../../base/context.ts';
import { findOnPath } from '../../base/find-program.ts';
import { count } from '../../base/text.ts';
import type { LeaseStore } from '../../leases/store.ts';
import { secondsLeft } from '../../leases/term.ts';
import { includeState } from '../../remote/ssh-include.ts';
import type { SshPlaces } from '../../remote/ssh-target.ts';
import { type Finding, ok, problem, tried, warning } from './finding.ts';

/** The programs that devbox uses of this machine, and what ssh reads. */
export async function checkSsh(places: SshPlaces, { env }: Context): Promise<Finding[]> {
  const version = await sshVersion(env);
  const include = await includeState(places, 'devbox');
  const [rsync, git] = [await findOnPath('rsync', env), await findOnPath('git', env)];
  return [
    version === null
      ? problem('ssh', 'SSH Client', 'there is none', 'sudo apt-get install openssh-client')
      : ok('ssh', 'SSH Client', version),
    include.included
      ? ok('include', 'Include', `${include.configFile} reads the entries of boxes`)
      : warning(
          'include',
          'Include',
          `plain "ssh NAME" does not work: ${include.configFile} does not read the entries of boxes`,
          `Put this line first in it: ${include.line}`,
        ),
    rsync === undefined
      ? warning(
          'rsync',
          'Rsync',
          'there is none: run sends files the slower way',
          'sudo apt-get install rsync',
        )
      : ok('rsync', 'Rsync', rsync),
    git === undefined
      ? warning('git', 'Git', 'there is none: run cannot tell what is ignored', 'sudo apt-get install git')
      : ok('git', 'Git', git),
  ];
}

/** What ssh says of itself; null where there is none. */
function sshVersion(env: Context['env']): Promise<string | null> {
  return new Promise((resolve) => {
    const child = execFile('ssh', ['-V'], { env: { ...env }, timeout: 5000 }, (error, stdout, stderr) =>
      resolve(error ? null : stderr.trim() || stdout.trim()),
    );
    child.stdin?.end();
  });
}

/** The records of boxes on this machine. */
export function checkLeases(store: LeaseStore, now: number): Promise<Finding[]> {
  return tried('leases', 'Leases', async () => {
    const { leases, warnings } = await store.list();
    const expired = leases.filter((lease) => (secondsLeft(lease, now) ?? 1) <= 0);
    const unsettled = leases.filter(({ state }) => state === 'indeterminate');
    const names = (some: typeof leases): string => some.map(({ name }) => name).join(', ');
    return [
      ok(
        'leases',
        'Leases',
        `${leases.length === 0 ? 'none open' : `${count(leases.length, 'open one')}: ${names(leases)}`}, ${store.place}`,
      ),
      ...(expired.length === 0
        ? []
        : [
            warning(
              'expired',
              'Expired',
              `${names(expired)}: past the end, and maybe billed`,
              'devbox cleanup dry_run=true',
            ),
          ]),
      ...(unsettled.length === 0
        ? []
        : [
            warning(
              'unsettled',
              'Unsettled',
              `${names(unsettled)}: the answer to a launch was lost`,
              'devbox reconcile',
            ),
          ]),
      ...warnings.map((text, index) =>
        problem(
          `unreadable-${index + 1}`,
          'Unreadable',
          text,
          'Look at the provider whether its box still exists, then remove the file',
        ),
      ),
    ];
  });
}
