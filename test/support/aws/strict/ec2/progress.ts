import type { Cloud } from './cloud.ts';
import type { Image, Instance, Snapshot } from './resources.ts';

/**
 * How often a thing is shown on its way before it has arrived: 0 is at the first look, `Infinity` is when the test says so
 * (`Progress.finish`). A look is a describing call whose answer holds it.
 */
export interface Pace {
  /** pending -> running. */
  start: number;
  /** stopping -> stopped. */
  stop: number;
  /** shutting-down -> terminated. */
  end: number;
  /** pending -> completed. */
  snapshot: number;
  /** pending -> available. */
  image: number;
  /** Looks for which a new thing is not shown at all: EC2 is eventually consistent. */
  appear: number;
}

/** What changes without being asked to: machines start and end, snapshots and images become ready. */
export class Progress {
  readonly pace: Pace = { start: 1, stop: 1, end: 1, snapshot: 1, image: 1, appear: 0 };
  /** For an imitation that is used by hand: everything arrives this long after it began, and looks do not count. */
  milliseconds: number | undefined;

  /** Why the next snapshots or images fail that would have become ready, one each. */
  readonly failures: string[] = [];
  private readonly unseen = new Map<string, number>();

  constructor(private readonly cloud: Cloud) {}

  /** Something new is not seen at once. */
  hide(id: string): void {
    if (this.pace.appear > 0) this.unseen.set(id, this.pace.appear);
  }

  /** Counts a look at something that may be too new to be seen. */
  shows(id: string): boolean {
    const left = this.unseen.get(id) ?? 0;
    if (left > 0) this.unseen.set(id, left - 1);
    return left === 0;
  }

  /** Counts a look at an instance, before it is shown. */
  lookAtInstance(instance: Instance): void {
    const paces = { pending: 'start', stopping: 'stop', 'shutting-down': 'end' } as const;
    const { state } = instance;
    if (state === 'running' || state === 'stopped' || state === 'terminated') return;
    if (this.isDue(instance, this.pace[paces[state]])) this.arriveInstance(instance);
  }

  lookAtSnapshot(snapshot: Snapshot): void {
    if (snapshot.state === 'pending' && this.isDue(snapshot, this.pace.snapshot))
      this.arriveSnapshot(snapshot);
  }

  lookAtImage(image: Image): void {
    if (image.state === 'pending' && this.isDue(image, this.pace.image)) this.arriveImage(image);
  }

  /** Begins a change: looks are counted from here, and the event is sent. */
  begin(instance: Instance, state: Instance['state']): void {
    instance.state = state;
    instance.looks = 0;
    this.cloud.events.instance(instance);
    if (this.milliseconds !== undefined) this.later(() => this.arriveInstance(instance));
  }

  beginSnapshot(snapshot: Snapshot): void {
    this.cloud.snapshots.set(snapshot.id, snapshot);
    this.hide(snapshot.id);
    if (this.milliseconds !== undefined) this.later(() => this.arriveSnapshot(snapshot));
  }

  beginImage(image: Image): void {
    this.cloud.images.set(image.id, image);
    this.hide(image.id);
    if (this.milliseconds !== undefined) this.later(() => this.arriveImage(image));
  }

  /** Lets one thing arrive now, or fail with a reason. */
  finish(id: string, failure?: string): void {
    const { instances, snapshots, images } = this.cloud;
    const [instance, snapshot, image] = [instances.get(id), snapshots.get(id), images.get(id)];
    if (instance) this.arriveInstance(instance);
    else if (snapshot) this.arriveSnapshot(snapshot, failure);
    else if (image) this.arriveImage(image, failure);
    else throw new Error(`nothing is called ${id}`);
  }

  /** Lets everything that is under way arrive. */
  finishAll(): void {
    this.unseen.clear();
    for (const snapshot of this.cloud.snapshots.values()) this.arriveSnapshot(snapshot);
    for (const image of this.cloud.images.values()) this.arriveImage(image);
    for (const instance of this.cloud.instances.values()) this.arriveInstance(instance);
  }

  private isDue(thing: { looks: number }, pace: number): boolean {
    if (this.milliseconds !== undefined) return false;
    thing.looks += 1;
    return thing.looks > pace;
  }

  private later(arrive: () => void): void {
    setTimeout(arrive, this.milliseconds).unref();
  }

  private arriveInstance(instance: Instance): void {
    const { state } = instance;
    if (state === 'pending') {
      if (instance.wantsPublicIp) instance.publicIp = `203.0.113.${this.cloud.next() % 250}`;
      this.begin(instance, 'running');
    } else if (state === 'stopping') {
      instance.publicIp = undefined;
      this.begin(instance, 'stopped');
    } else if (state === 'shutting-down') {
      this.releaseDisks(instance);
      instance.publicIp = undefined;
      this.begin(instance, 'terminated');
    }
  }

  /** Volumes go with the machine or are left over, as each of them says. */
  private releaseDisks({ id }: Instance): void {
    for (const volume of this.cloud.volumesOf(id)) {
      const goes = volume.attachment?.deleteOnTermination;
      delete volume.attachment;
      if (goes) this.deleteVolume(volume.id);
    }
  }

  deleteVolume(id: string): void {
    this.cloud.volumes.delete(id);
    this.cloud.events.volume(id, 'deleteVolume');
  }

  private arriveSnapshot(snapshot: Snapshot, failure?: string): void {
    if (snapshot.state !== 'pending') return;
    snapshot.stateMessage = failure ?? this.failures.shift();
    snapshot.state = snapshot.stateMessage === undefined ? 'completed' : 'error';
    this.cloud.events.snapshot(snapshot);
  }

  /** An image is ready when its snapshots are, and fails with one of them. */
  private arriveImage(image: Image, failure?: string): void {
    if (image.state !== 'pending') return;
    const snapshots = image.mappings.flatMap(({ snapshotId }) => {
      const snapshot = snapshotId === undefined ? undefined : this.cloud.snapshots.get(snapshotId);
      return snapshot ? [snapshot] : [];
    });
    for (const snapshot of snapshots) this.arriveSnapshot(snapshot);
    const broken = snapshots.find(({ state }) => state === 'error');
    const why = broken && `Snapshot ${broken.id} failed: ${broken.stateMessage}`;
    image.stateReason = failure ?? why ?? this.failures.shift();
    image.state = image.stateReason === undefined ? 'available' : 'failed';
    this.cloud.events.image(image);
  }
}
