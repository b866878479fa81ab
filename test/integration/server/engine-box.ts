import type { Engine, EngineBox, Exit } from '../../../src/server/engine/engine.ts';
import { drained, letGo } from '../../../src/server/exec/drain.ts';
import { until } from './world.ts';

/** What a command in a box wrote, and how it ended. */
export interface Ran extends Exit {
  readonly out: Buffer;
  readonly err: string;
}

/** Runs a command in a box of an engine with this input. */
export async function run(
  engine: Engine,
  { id }: Pick<EngineBox, 'id'>,
  argv: readonly [string, ...string[]],
  input: Buffer | string = '',
): Promise<Ran> {
  const command = await engine.exec(id, argv);
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  command.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  command.stderr.on('data', (bytes: Buffer) => err.push(bytes));
  command.stdin.end(input);
  await drained(command);
  const exit = await command.exited;
  letGo(command);
  return { ...exit, out: Buffer.concat(out), err: Buffer.concat(err).toString('utf8') };
}

/** Waits until a box is made, or making it failed. */
export async function settled(engine: Engine, id: string): Promise<EngineBox> {
  let box = await engine.get(id);
  const isSettled = async (): Promise<boolean> => {
    box = await engine.get(id);
    return !['pulling', 'creating'].includes(box.status);
  };
  await patiently(`${box.spec.name} is made`, isSettled);
  return box;
}

/** Waits for a condition as long as a busy machine with containers may take. */
export const patiently = (what: string, holds: () => Promise<boolean> | boolean): Promise<void> =>
  until(what, holds, 100);
