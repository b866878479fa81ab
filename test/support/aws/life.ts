import { StartInstancesCommand, StopInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { ProjectName } from '../../../src/lifecycle/names.ts';
import { isLaunchable, newestSave, type Project } from '../../../src/lifecycle/project.ts';
import { reconcile } from '../../../src/lifecycle/reconcile.ts';
import { saveAndEnd, saveNow } from '../../../src/lifecycle/save.ts';
import { type Chance, chanceOf } from './chance.ts';
import { type Actor, actorIn, deliver, launch } from './lifecycle.ts';
import type { World } from './strict/index.ts';

interface Step {
  readonly name: string;
  readonly weight: number;
  readonly needs: 'box' | 'no box' | 'nothing';
  readonly run: () => Promise<string>;
}

/**
 * A project whose user, whose console and whose bad luck do things in any order. It keeps in mind what was acknowledged as
 * saved, and notes in `wrong` where the disks say otherwise.
 */
export class Life {
  readonly wrong: string[] = [];
  /** What was done, with what came of it. */
  readonly story: string[] = [];
  private readonly chance: Chance;
  private readonly user: Actor;
  private readonly functions: Actor;
  /** What was on the disk when a command last said that it is saved. */
  private acknowledged: readonly string[] = [];
  private written = 0;
  private delivered = 0;

  constructor(
    private readonly world: World,
    private readonly name: ProjectName,
    seed: number,
  ) {
    this.chance = chanceOf(seed);
    this.user = actorIn(world, { accessKey: 'AKIAUSER' });
    this.functions = actorIn(world, { accessKey: 'AKIAFUNCTION' });
  }

  /** With or without a box, most steps make little sense otherwise. */
  private readonly steps: readonly Step[] = [
    { name: 'launch', weight: 6, needs: 'no box', run: () => this.launch(this.user) },
    { name: 'two launches at once', weight: 2, needs: 'no box', run: () => this.launchTwice() },
    { name: 'work', weight: 5, needs: 'box', run: () => this.work() },
    { name: 'down', weight: 3, needs: 'box', run: () => this.down() },
    { name: 'save now', weight: 2, needs: 'box', run: () => this.saveNow() },
    { name: 'ended in the console', weight: 3, needs: 'box', run: () => this.console('terminate') },
    { name: 'stopped in the console', weight: 1, needs: 'box', run: () => this.console('stop') },
    { name: 'started in the console', weight: 1, needs: 'box', run: () => this.console('start') },
    { name: 'events', weight: 3, needs: 'nothing', run: () => this.hearNews(0.3) },
    { name: 'an event again', weight: 1, needs: 'nothing', run: () => this.hearAgain() },
    { name: 'reconcile', weight: 2, needs: 'nothing', run: () => this.reconcile(0) },
    { name: 'the next copy fails', weight: 1, needs: 'nothing', run: async () => this.failNext() },
    { name: 'time passes', weight: 2, needs: 'nothing', run: async () => this.arrive() },
  ];

  /** Does one thing; one of four is hit by a fault somewhere. */
  async step(): Promise<void> {
    const { name, run } = this.draw(await this.situation());
    const isHit = this.chance.happens(0.25);
    if (isHit) this.hit();
    let outcome: string;
    try {
      outcome = await run();
    } catch (error) {
      outcome = error instanceof Error ? error.message : String(error);
    }
    this.world.faults.clear();
    this.story.push(`${name}${isHit ? ', with a fault' : ''}: ${outcome}`);
    for (const broken of this.world.invariants.broken.splice(0)) this.note(broken);
  }

  /** Lets everything be finished, and looks at what is there then. */
  async settle(): Promise<void> {
    this.world.progress.failures.length = 0;
    for (let time = 0; time < 10; time++) {
      await this.reconcile(50);
      this.arrive();
    }
    const project = await this.project();
    const kind = project?.state.kind ?? 'ready';
    if (!['ready', 'running'].includes(kind))
      this.note(`it ends as ${kind}: ${JSON.stringify(project?.state)}`);
    for (const left of await this.world.leftovers()) this.note(left);
    this.checkSaved(project);
    this.story.push(`settled: ${project?.status}, ${project?.saves.length} saves`);
  }

  private async launch(actor: Actor): Promise<string> {
    const before = await this.project();
    if (before !== null && !isLaunchable(before)) return `it is ${before.status}`;
    const project = await launch(this.world, actor, this.name);
    const box = boxIn(project);
    if (box === null) return project.status;
    const disk = this.world.read(box);
    const save = newestSave(project);
    if (save) {
      const saved = this.world.readImage(save.image);
      if (JSON.stringify(disk) !== JSON.stringify(saved)) this.note(`${box} has ${disk}, its save ${saved}`);
    }
    this.checkHas(disk, `the disk of ${box}`);
    return box;
  }

  private async launchTwice(): Promise<string> {
    const other = actorIn(this.world, { accessKey: 'AKIAOTHERUSER' });
    const both = await Promise.allSettled([this.launch(this.user), this.launch(other)]);
    return both.map((each) => (each.status === 'fulfilled' ? each.value : `${each.reason}`)).join(' and ');
  }

  private async work(): Promise<string> {
    const box = await this.runningBox();
    if (box === null) return 'no box';
    this.written += 1;
    this.world.write(box, `work ${this.written}`);
    return `work ${this.written}`;
  }

  private async down(): Promise<string> {
    const box = await this.anyBox();
    const disk = box === null ? null : this.world.read(box);
    const { save } = await saveAndEnd(this.user, this.name);
    return this.acknowledge(save?.image, disk);
  }

  private async saveNow(): Promise<string> {
    const box = await this.runningBox();
    const disk = box === null ? null : this.world.read(box);
    const { save } = await saveNow(this.user, this.name);
    return this.acknowledge(save?.image, disk);
  }

  /** A command said that this is saved. @param disk null where it only joined what was under way. */
  private acknowledge(image: string | undefined, disk: readonly string[] | null): string {
    if (image === undefined) return 'nothing saved';
    const saved = this.world.readImage(image);
    if (disk !== null && JSON.stringify(saved) !== JSON.stringify(disk))
      this.note(`${image} has ${saved}, the box had ${disk}`);
    this.checkHas(saved, image);
    this.acknowledged = saved;
    return `saved ${saved.length} words in ${image}`;
  }

  private async console(what: 'terminate' | 'stop' | 'start'): Promise<string> {
    const box = await this.anyBox();
    if (box === null) return 'no box';
    const { ec2 } = this.world.somebody();
    const ids = { InstanceIds: [box] };
    if (what === 'terminate') await ec2.send(new TerminateInstancesCommand(ids));
    if (what === 'stop') await ec2.send(new StopInstancesCommand(ids));
    if (what === 'start') await ec2.send(new StartInstancesCommand(ids));
    return box;
  }

  /** What has happened since is told in any order, some of it never. */
  private async hearNews(loss: number): Promise<string> {
    const news = this.world
      .events()
      .slice(this.delivered)
      .map((event) => ({ event, place: this.chance.next() }))
      .sort((a, b) => a.place - b.place);
    this.delivered = this.world.events().length;
    const told = news.filter(() => !this.chance.happens(loss));
    for (const { event } of told) await deliver(this.functions, event);
    return `${told.length} of ${news.length}`;
  }

  private async hearAgain(): Promise<string> {
    const events = this.world.events();
    if (events.length === 0) return 'none';
    const event = this.chance.pick(events);
    await deliver(this.functions, event);
    return `${event['detail-type']} ${JSON.stringify(event.detail)}`;
  }

  private async reconcile(longest: number): Promise<string> {
    const { projects } = await reconcile(this.functions, { attempts: 6, longest });
    return projects
      .flatMap(({ did, problems }) => [...did, ...problems.map(({ message }) => message)])
      .join('; ');
  }

  private failNext(): string {
    this.world.progress.failures.splice(0, 1, 'Internal error');
    return 'whichever it is';
  }

  private arrive(): string {
    this.world.arrive();
    return 'everything has arrived';
  }

  private hit(): void {
    const kind = this.chance.pick(['die-before', 'die-after', 'drop-after', 'throttle'] as const);
    const by = this.chance.pick(['AKIAUSER', 'AKIAFUNCTION']);
    const changing = this.chance.happens(0.6);
    this.world.fault({ by, changing, first: 1 + this.chance.below(changing ? 6 : 30), fault: { kind } });
  }

  private async situation(): Promise<Step['needs']> {
    if ((await this.anyBox()) !== null) return 'box';
    const project = await this.project();
    return project === null || isLaunchable(project) ? 'no box' : 'nothing';
  }

  private draw(found: Step['needs']): Step {
    const weightOf = ({ weight, needs }: Step) => (needs === 'nothing' || needs === found ? weight : 0.1);
    let left = this.chance.next() * this.steps.reduce((sum, step) => sum + weightOf(step), 0);
    const drawn = this.steps.find((step) => {
      left -= weightOf(step);
      return left < 0;
    });
    if (!drawn) throw new Error('nothing to do');
    return drawn;
  }

  private checkSaved(project: Project | null): void {
    const save = project === null ? undefined : newestSave(project);
    if (save) this.checkHas(this.world.readImage(save.image), `the newest save ${save.image}`);
    else if (this.acknowledged.length > 0) this.note('there is no save though one was acknowledged');
  }

  private checkHas(disk: readonly string[], what: string): void {
    const lost = this.acknowledged.filter((words) => !disk.includes(words));
    if (lost.length > 0) this.note(`${what} lacks ${lost}, which was acknowledged as saved`);
  }

  private note(words: string): void {
    this.wrong.push(`after ${this.story.length} steps: ${words}`);
  }

  private project(): Promise<Project | null> {
    return actorIn(this.world, { accessKey: 'AKIALOOKER' }).store.get(this.name);
  }

  /** The box of the run, whatever state it is in but gone. */
  private async anyBox(): Promise<string | null> {
    const box = boxIn(await this.project());
    const state = box === null ? undefined : this.world.cloud.instances.get(box)?.state;
    return state === undefined || state === 'terminated' || state === 'shutting-down' ? null : box;
  }

  private async runningBox(): Promise<string | null> {
    const box = await this.anyBox();
    return box !== null && this.world.cloud.instance(box).state === 'running' ? box : null;
  }
}

function boxIn(project: Project | null): string | null {
  return project !== null && 'run' in project.state ? project.state.run.instanceId : null;
}
