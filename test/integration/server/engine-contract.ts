import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BoxSpec, Engine, EngineBox, LogEntry } from '../../../src/server/engine/engine.ts';
import { patiently, run, settled } from './engine-box.ts';

/** An engine under test. */
export interface Subject {
  readonly engine: Engine;
  /** Image of its boxes; null for an engine without images. */
  readonly image: string | null;
  /** Opens the engine once more, as the next server does; it is the subject from then on. */
  reopen(): Promise<Engine>;
}

/** What every engine has to do, whatever its boxes are. @param subject is called when a test runs. */
export function engineContract(subject: () => Subject): void {
  const spec = (part: Partial<BoxSpec> & { readonly name: string }): BoxSpec => {
    const { image } = subject();
    return {
      env: {},
      command: null,
      tags: {},
      image: image === null ? null : { reference: image, pull: 'cached', credential: null },
      template: null,
      ports: [],
      memoryGb: null,
      gpus: [],
      mounts: [],
      ...part,
    };
  };
  /** Makes a box and waits until it runs, or has ended. */
  const up = async (part: Partial<BoxSpec> & { readonly name: string }): Promise<EngineBox> => {
    const { engine } = subject();
    return settled(engine, (await engine.create(spec(part))).id);
  };
  const remove = (box: EngineBox): Promise<void> => subject().engine.remove(box.id, { purge: true });

  const removeAll = async (): Promise<void> => {
    for (const box of await subject().engine.list()) await remove(box);
  };

  describe('a box', () => {
    afterEach(removeAll);

    test('is made, listed with what it was made from, and gone when it is removed', async () => {
      const { engine } = subject();
      const wanted = spec({
        name: 'whole',
        env: { PLAIN: 'x', ODD: ' a=b "c" \'d\' $e \\ é ', EMPTY: '' },
        tags: { team: 'a b' },
        template: { uuid: 'abcdefghij', name: 'A template' },
      });
      const made = await engine.create(wanted);
      expect(made).toMatchObject({ spec: wanted, failure: null });
      expect(made.id.length).toBeGreaterThanOrEqual(12);
      const box = await settled(engine, made.id);
      expect(box).toMatchObject({ id: made.id, spec: wanted, status: 'running', createdAt: made.createdAt });
      expect(box.startedAt).toBeGreaterThanOrEqual(Math.floor(made.createdAt / 1000) * 1000);
      expect(await engine.list()).toMatchObject([{ id: made.id, spec: wanted }]);
      expect(engine.size).toBe(1);
      const { out } = await run(engine, box, ['sh', '-c', 'printf "%s|" "$PLAIN" "$ODD" "$EMPTY"']);
      expect(out.toString()).toBe('x| a=b "c" \'d\' $e \\ é ||');
      await remove(box);
      expect(await engine.list()).toEqual([]);
      expect(engine.size).toBe(0);
      await expect(engine.get(box.id)).rejects.toMatchObject({ status: 404 });
    });

    test('is not known by an id that nobody has', async () => {
      const { engine } = subject();
      const id = '00000000-0000-4000-8000-000000000000';
      const everything: (() => Promise<unknown>)[] = [
        () => engine.get(id),
        () => engine.start(id),
        () => engine.stop(id),
        () => engine.restart(id),
        () => engine.redeploy(id),
        () => engine.remove(id, { purge: true }),
        () => engine.exec(id, ['true']),
        () => engine.shell(id),
        () => engine.logs(id, { tail: 1, since: null, after: null, stream: null }),
        () => engine.deployLog(id),
        () => engine.stats(id),
      ];
      for (const ask of everything) await expect(ask()).rejects.toMatchObject({ status: 404 });
    });

    test('stops, starts and restarts, and runs commands only while it runs', async () => {
      const { engine } = subject();
      const box = await up({ name: 'switch' });
      await engine.stop(box.id);
      expect(await engine.get(box.id)).toMatchObject({
        status: 'stopped',
        failure: null,
        startedAt: null,
        endedAt: null,
      });
      await expect(engine.exec(box.id, ['true'])).rejects.toMatchObject({ status: 409 });
      await expect(engine.stats(box.id)).rejects.toMatchObject({ status: 409 });
      await expect(engine.shell(box.id)).rejects.toMatchObject({ status: 409 });
      await engine.stop(box.id);
      await engine.start(box.id);
      expect(await engine.get(box.id)).toMatchObject({ status: 'running' });
      await engine.start(box.id);
      await engine.restart(box.id);
      expect(await engine.get(box.id)).toMatchObject({ status: 'running' });
      expect((await run(engine, box, ['true'])).code).toBe(0);
    });

    test('is itself after it was deployed again', async () => {
      const { engine } = subject();
      const box = await up({ name: 'again', env: { A: 'b' }, tags: { t: 'u' } });
      await engine.redeploy(box.id);
      const after = await settled(engine, box.id);
      expect(after).toMatchObject({ status: 'running', spec: box.spec, createdAt: box.createdAt });
      expect(await engine.list()).toHaveLength(1);
      expect((await run(engine, box, ['sh', '-c', 'echo $A'])).out.toString()).toBe('b\n');
    });

    test('runs its command once: it is stopped when that ends well, and failed when not', async () => {
      const { engine } = subject();
      const well = await up({ name: 'well', command: 'exit 0' });
      const badly = await up({ name: 'badly', command: 'echo problem >&2; exit 7' });
      await patiently('both have ended', async () =>
        (await engine.list()).every(({ status }) => status === 'stopped' || status === 'failed'),
      );
      const ended = await engine.get(well.id);
      expect(ended).toMatchObject({ status: 'stopped', failure: null });
      expect(ended.endedAt).toBeGreaterThanOrEqual(Math.floor(well.createdAt / 1000) * 1000);
      const failed = await engine.get(badly.id);
      expect(failed).toMatchObject({ status: 'failed', startedAt: null, endedAt: null });
      expect(failed.failure).toMatch(/status 7/);
    });

    test('tells what it uses', async () => {
      const { engine } = subject();
      const box = await up({ name: 'measured' });
      const stats = await engine.stats(box.id);
      expect(stats.cpuCores).toBeGreaterThan(0);
      expect(stats.memoryLimit).toBeGreaterThan(0);
      expect(stats.processes).toBeGreaterThan(0);
    });

    test('tells how it was made', async () => {
      const { engine } = subject();
      const box = await up({ name: 'made' });
      expect(await engine.deployLog(box.id)).toMatch(/\S.*\n$/);
    });
  });

  describe('names', () => {
    afterEach(removeAll);

    test.each(['..', '-flag', 'a/b', 'a b', '', 'x'.repeat(65)])('%j is refused', async (name) => {
      const { engine } = subject();
      await expect(engine.create(spec({ name }))).rejects.toMatchObject({ status: 422 });
      expect(await engine.list()).toEqual([]);
    });

    test('belong to one box, in any spelling of case, also when many ask at once', async () => {
      const { engine } = subject();
      const asked = ['prize', 'PRIZE', 'Prize', 'prize'].map((name) => engine.create(spec({ name })));
      const answers = await Promise.allSettled(asked);
      const [box, ...others] = answers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      expect(others).toEqual([]);
      for (const answer of answers) {
        if (answer.status === 'rejected')
          expect(answer.reason).toMatchObject({ status: 409, code: 'name-taken' });
      }
      if (box) await remove(await settled(engine, box.id));
      await up({ name: 'prize' });
    });
  });

  describe('a command', () => {
    let box: EngineBox;
    const inBox = (argv: readonly [string, ...string[]], input?: Buffer | string) =>
      run(subject().engine, box, argv, input);
    beforeAll(async () => {
      box = await up({ name: 'worker' });
    });
    afterAll(removeAll);

    test('has its streams apart, its input with an end, and its own exit code', async () => {
      const ran = await inBox(['sh', '-c', 'cat; echo problem >&2; exit 42'], 'in\0put\n');
      expect(ran).toMatchObject({ code: 42, signal: null, err: 'problem\n' });
      expect(ran.out.toString()).toBe('in\0put\n');
    });

    test('gets exactly the words that were given', async () => {
      const words = ['a b', '', '*', '$HOME', "it's", '"', 'new\nline', '-n', '--', 'é', '\\'];
      const { out } = await inBox(['sh', '-c', 'for word; do printf "[%s]" "$word"; done', 'sh', ...words]);
      expect(out.toString()).toBe(words.map((word) => `[${word}]`).join(''));
    });

    test('moves any bytes, as many as there are, at the speed of the slower', async () => {
      const bytes = Buffer.from(
        Array.from({ length: 700_000 }, (_, index) => (index * 31 + (index >> 8)) & 0xff),
      );
      const { out } = await inBox(['cat'], bytes);
      expect(out.equals(bytes)).toBe(true);
    });

    test('that is not there, or is no program, was not started', async () => {
      await expect(inBox(['no-such-command'])).rejects.toMatchObject({
        name: 'CommandNotStarted',
        exitCode: 127,
      });
      await expect(inBox(['/no/such/file'])).rejects.toMatchObject({ exitCode: 127 });
      await expect(inBox([''])).rejects.toMatchObject({ exitCode: 127 });
      await expect(inBox(['/tmp'])).rejects.toMatchObject({ exitCode: 126 });
      await expect(inBox(['echo', 'a\0b'])).rejects.toMatchObject({ exitCode: 126 });
    });

    test('is killed with all that it started', async () => {
      const { engine } = subject();
      const command = await engine.exec(box.id, ['sh', '-c', 'sleep 1234 & echo up; sleep 1234']);
      await new Promise<void>((resolve) => command.stdout.once('data', () => resolve()));
      command.stderr.resume();
      command.kill('SIGKILL');
      expect(await command.exited).toEqual({ code: 137, signal: 'SIGKILL' });
      await patiently('its children are gone', async () => (await sleepers(engine, box)) === 0);
    });

    test('can end itself at a signal', async () => {
      const { engine } = subject();
      const command = await engine.exec(box.id, [
        'sh',
        '-c',
        'trap "echo bye; exit 9" TERM; echo up; while :; do sleep 0.05; done',
      ]);
      let said = '';
      command.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      command.stderr.resume();
      await patiently('it runs', () => said === 'up\n');
      command.kill('SIGTERM');
      expect(await command.exited).toMatchObject({ code: 9 });
      await patiently('it said so', () => said === 'up\nbye\n');
    });
  });

  describe('a log', () => {
    afterEach(removeAll);

    const lines = 60;
    const command = `i=0; while [ $i -lt ${lines} ]; do echo "out $i"; echo "err $i" >&2; i=$((i+1)); [ $((i % 20)) = 0 ] && sleep 0.3; done; sleep 1000`;
    const all = { tail: null, since: null, after: null, stream: null };
    const texts = (entries: readonly LogEntry[], stream: string): string[] =>
      entries.filter((entry) => entry.stream === stream).map(({ text }) => text);
    const expected = (word: string, from = 0): string[] =>
      Array.from({ length: lines - from }, (_, index) => `${word} ${index + from}`);

    test('is followed without losing or repeating a line', async () => {
      const { engine } = subject();
      const box = await up({ name: 'talker', command });
      const seen: LogEntry[] = [];
      let after: string | null = null;
      await patiently('all lines have come', async () => {
        const page = await engine.logs(box.id, { ...all, after });
        seen.push(...page.entries);
        after = page.cursor;
        return seen.length >= 2 * lines;
      });
      expect(texts(seen, 'stdout')).toEqual(expected('out'));
      expect(texts(seen, 'stderr')).toEqual(expected('err'));
      expect((await engine.logs(box.id, { ...all, after })).entries).toEqual([]);
      for (const { time } of seen) expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}(\.\d+)?Z$/);

      const tail = await engine.logs(box.id, { ...all, tail: 3 });
      expect(tail.entries).toEqual(seen.slice(-3));
      expect((await engine.logs(box.id, { ...all, after: tail.cursor })).entries).toEqual([]);
      const errors = await engine.logs(box.id, { ...all, tail: 2, stream: 'stderr' });
      expect(errors.entries.map(({ text }) => text)).toEqual(expected('err', lines - 2));
      expect((await engine.logs(box.id, { ...all, tail: 0 })).entries).toEqual([]);
      expect((await engine.logs(box.id, { ...all, since: Date.now() + 60_000 })).entries).toEqual([]);
      const since = await engine.logs(box.id, { ...all, since: box.createdAt - 60_000 });
      expect(since.entries).toEqual(seen);
    });

    test('has a long line as one', async () => {
      const { engine } = subject();
      const box = await up({ name: 'long', command: 'head -c 40000 /dev/zero | tr "\\0" x; echo; echo end' });
      const read = async (): Promise<readonly LogEntry[]> => (await engine.logs(box.id, all)).entries;
      await patiently('both lines are there', async () => (await read()).some(({ text }) => text === 'end'));
      expect((await read()).map(({ text }) => text.length)).toEqual([40_000, 3]);
    });
  });

  test('an engine that is opened again finds every box as it was', async () => {
    const { engine, reopen } = subject();
    const runs = await up({ name: 'runs', env: { A: 'b' }, tags: { c: 'd' } });
    const stopped = await up({ name: 'stopped' });
    await engine.stop(stopped.id);
    const again = await reopen();
    expect(again.size).toBe(2);
    const boxes = new Map((await again.list()).map((box): [string, EngineBox] => [box.id, box]));
    const { id, spec: made, createdAt } = runs;
    expect(boxes.get(id)).toMatchObject({ id, spec: made, createdAt, status: 'running', failure: null });
    expect(boxes.get(stopped.id)).toMatchObject({ status: 'stopped', failure: null, spec: stopped.spec });
    expect((await run(again, runs, ['sh', '-c', 'echo $A'])).out.toString()).toBe('b\n');
    await expect(again.create(spec({ name: 'RUNS' }))).rejects.toMatchObject({ status: 409 });
    await removeAll();
  });
}

/** How many of the processes that the test above started still run in a box. */
async function sleepers(engine: Engine, box: EngineBox): Promise<number> {
  const script =
    'n=0; for d in /proc/[0-9]*; do case "$(tr "\\0" " " < "$d/cmdline" 2>/dev/null)" in "sleep 1234 ") n=$((n+1)) ;; esac; done; echo $n';
  return Number((await run(engine, box, ['sh', '-c', script])).out.toString());
}
