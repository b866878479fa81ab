import type { Account, Watcher } from '../account.ts';
import { type Call, isChange } from '../calls.ts';
import { publicDnsName } from '../ec2/instance-view.ts';
import { isLive } from '../ec2/resources.ts';
import { wrongDestructions, wrongNames } from './destructions.ts';
import { type CheckedRow, foreignPart, imagesNamed, isRemoving, readRow, savesOf } from './row.ts';
import { rowWrites, wrongWrite } from './writes.ts';

type Row = Readonly<Record<string, unknown>>;

/** How the invariants look at the tables, past the layer. */
export interface Tables {
  /** The main tables of the deployments that are watched, with the prefix of each. */
  readonly main: ReadonlyMap<string, string>;
  row(table: string, project: string): Promise<Row | undefined>;
}

/**
 * Rules that must hold after every call of devbox, whatever went wrong before. Broken ones are noted and told at the end
 * of the test. I1: a project that was saved has a good save. I2: one live machine per project. I3: only what is
 * provably devbox's is destroyed, and never the current save. I4: status is written under conditions. I5: attributes of
 * others stay.
 */
export class Invariants implements Watcher {
  readonly broken: string[] = [];
  /** Access keys of others than devbox, who may do as they like. */
  readonly others = new Set<string>();
  private readonly rows = new Map<string, Row>();
  /** Projects that had a good save once. */
  private readonly saved = new Set<string>();
  private readonly ourNames = new Set<string>();

  constructor(
    private readonly account: Account,
    private readonly tables: Tables,
  ) {}

  before(call: Call): void {
    if (this.others.has(call.accessKey) || !isChange(call.name)) return;
    const deployments = [...this.tables.main.values()];
    this.note(call, [
      ...wrongDestructions(call, this.account, this.checkedRows(), deployments),
      ...wrongNames(call, this.account, this.ourNames),
    ]);
  }

  async after(call: Call): Promise<void> {
    this.rememberNames();
    if (!isChange(call.name) || call.outcome !== 'ok') return;
    for (const write of this.watchedWrites(call)) {
      const key = `${write.table}/${write.project}`;
      const before = this.rows.get(key);
      await this.reread(write.table, write.project);
      const after = this.rows.get(key);
      if (this.others.has(call.accessKey)) continue;
      const wrong = wrongWrite(write);
      const isForeignChanged = before && after && foreignPart(before) !== foreignPart(after);
      this.note(call, [
        ...(wrong === undefined ? [] : [`${wrong} (${write.project})`]),
        ...this.badNewSaves(before, after),
        ...(isForeignChanged ? [`I5: attributes of others changed in ${write.project}`] : []),
      ]);
    }
    this.checkSaves(call);
    if (!this.others.has(call.accessKey)) this.checkMachines(call);
  }

  /** Takes in what a test wrote past the layer. */
  async know(table: string, project: string): Promise<void> {
    await this.reread(table, project);
    this.checkSaves(undefined);
  }

  private watchedWrites(call: Call) {
    return rowWrites(call).filter(({ table }) => this.tables.main.has(table));
  }

  private async reread(table: string, project: string): Promise<void> {
    const row = await this.tables.row(table, project);
    const key = `${table}/${project}`;
    if (row) this.rows.set(key, row);
    else this.rows.delete(key);
  }

  private checkedRows(): CheckedRow[] {
    return [...this.rows.values()].flatMap((row) => readRow(row) ?? []);
  }

  private checkSaves(call: Call | undefined): void {
    for (const [key, value] of this.rows) {
      const row = readRow(value);
      if (!row) continue;
      if (savesOf(row).some((image) => this.isGood(image))) this.saved.add(key);
      if (!this.saved.has(key) || imagesNamed(row).some((image) => this.isGood(image))) continue;
      this.saved.delete(key);
      if (!call || isRemoving(row) || this.others.has(call.accessKey)) continue;
      this.note(call, [`I1: ${row.project} has no good save any more`]);
    }
    for (const key of this.saved) if (!this.rows.has(key)) this.saved.delete(key);
  }

  /** A save is recorded only once it can be booted. */
  private badNewSaves(before: Row | undefined, after: Row | undefined): string[] {
    const [old, row] = [readRow(before), readRow(after)];
    if (!row) return [];
    const known = new Set(old ? imagesNamed(old) : []);
    return savesOf(row).flatMap((image) =>
      known.has(image) || this.isGood(image)
        ? []
        : [`I1: ${image} is recorded as a save of ${row.project} and is none`],
    );
  }

  private isGood(imageId: string): boolean {
    const { images, snapshots } = this.account.cloud;
    const image = images.get(imageId);
    return (
      image?.state === 'available' &&
      image.mappings.every(
        ({ snapshotId }) => snapshotId === undefined || snapshots.get(snapshotId)?.state === 'completed',
      )
    );
  }

  private checkMachines(call: Call): void {
    const live = new Map<string, string[]>();
    for (const instance of this.account.cloud.instances.values()) {
      const { tags, id } = instance;
      const project = tags.get('Project');
      const deployment = tags.get('devbox:deployment');
      if (project === undefined || deployment === undefined || !isLive(instance)) continue;
      const key = `${project} of ${deployment}`;
      live.set(key, [...(live.get(key) ?? []), id]);
    }
    for (const [project, ids] of live) {
      if (ids.length > 1)
        this.note(call, [`I2: ${project} has ${ids.length} live machines: ${ids.join(', ')}`]);
    }
  }

  private rememberNames(): void {
    for (const instance of this.account.cloud.instances.values()) {
      const name = publicDnsName(instance, this.account.region);
      if (name !== '' && instance.tags.get('ManagedBy') === 'devbox-cli') this.ourNames.add(name);
    }
  }

  private note({ n, name }: Call, wrong: readonly string[]): void {
    for (const words of wrong) {
      const line = `${words} (call ${n}, ${name})`;
      if (!this.broken.some((other) => other.startsWith(words))) this.broken.push(line);
    }
  }
}
