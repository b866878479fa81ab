import type { Account } from '../account.ts';
import { volumeState } from '../ec2/resources.ts';
import { readRow, savesOf } from './row.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * What is there after everything was settled and should not be (I6), in words: loose volumes, snapshots and images that no
 * row retains, rows of volumes of runs that are over, machines that no row knows, names without a live machine.
 */
export function leftovers(
  { cloud, zones }: Account,
  deployment: string,
  rows: readonly Row[],
  metaRows: readonly Row[],
): string[] {
  const isOurs = ({ tags }: { readonly tags: ReadonlyMap<string, string> }) =>
    tags.get('devbox:deployment') === deployment;
  const checked = rows.flatMap((row) => readRow(row) ?? []);
  const retained = new Set(checked.flatMap(savesOf));
  const kept = new Set(
    [...cloud.images.values()]
      .filter(({ id }) => retained.has(id))
      .flatMap(({ mappings }) => mappings.flatMap(({ snapshotId }) => snapshotId ?? [])),
  );
  const running = new Set(checked.filter(({ Status }) => Status !== 'READY').map(({ RunId }) => RunId));
  const machines = [...cloud.instances.values()].filter(
    (instance) => isOurs(instance) && instance.state !== 'terminated',
  );
  const targets = new Set(
    machines.flatMap(({ publicIp }) =>
      publicIp === undefined ? [] : [`ec2-${publicIp.replaceAll('.', '-')}`],
    ),
  );
  const names = [...zones.all.values()].flatMap(({ sets }) => sets);
  return [
    ...[...cloud.volumes.values()]
      .filter((volume) => isOurs(volume) && volumeState(volume) === 'available')
      .map(({ id, tags }) => `loose volume ${id} of ${tags.get('Project')}`),
    ...[...cloud.snapshots.values()]
      .filter((snapshot) => isOurs(snapshot) && !kept.has(snapshot.id))
      .map(({ id, tags }) => `snapshot ${id} of ${tags.get('Project')} is under no save`),
    ...[...cloud.images.values()]
      .filter((image) => isOurs(image) && image.state !== 'deregistered' && !retained.has(image.id))
      .map(({ id, tags }) => `image ${id} of ${tags.get('Project')} is no save`),
    ...machines
      .filter(({ tags }) => !running.has(tags.get('devbox:run')))
      .map(({ id, state, tags }) => `machine ${id} (${state}) of ${tags.get('Project')} that no row knows`),
    ...metaRows
      .filter(({ volumeId }) => !running.has(String(volumeId).split('/')[0]))
      .map(({ project, volumeId }) => `row ${volumeId} of ${project}`),
    ...names
      .filter(({ values }) => values.some((value) => /^ec2-.*\.amazonaws\.com/.test(value)))
      .filter(({ values }) => !values.some((value) => targets.has(value.split('.')[0] ?? '')))
      .map(({ name }) => `the name ${name} leads to no machine`),
  ];
}
