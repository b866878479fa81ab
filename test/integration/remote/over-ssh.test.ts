import { appendFileSync, chmodSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BoxAccess, LogPage, LogQuery } from '../../../src/remote/access.ts';
import { accessOverSsh } from '../../../src/remote/over-ssh/index.ts';
import { deployLogOverSsh, logsOverSsh } from '../../../src/remote/over-ssh/logs.ts';
import { type FakeJournal, fakeJournal } from '../../support/journal.ts';
import { type Sshd, startSshd, whyNoSshd } from '../../support/sshd.ts';

const missing = whyNoSshd();
if (missing) console.warn(`notice: reaching boxes over SSH is not tried: ${missing}`);

(missing ? describe.skip : describe)('a box that is reached over SSH', () => {
  let sshd: Sshd;
  let access: BoxAccess;
  let link: Parameters<typeof accessOverSsh>[0];
  let log: string;
  let journal: FakeJournal;

  beforeAll(async () => {
    sshd = await startSshd();
    link = { connect: sshd.connect, env: process.env, signal: new AbortController().signal };
    access = accessOverSsh(link);
    log = join(sshd.programs, "cloud-init's $(log)");
    journal = fakeJournal(sshd.programs);
  });
  afterAll(() => sshd?.stop());
  beforeEach(() => {
    rmSync(log, { force: true });
    journal.clear();
  });

  const all: LogQuery = { tail: null, since: null, after: null, stream: null };
  const logs = (query: Partial<LogQuery> = {}): Promise<LogPage> =>
    logsOverSsh(link, { ...all, ...query }, log);
  const texts = ({ entries }: LogPage): string[] => entries.map(({ text }) => text);

  async function exec(argv: readonly string[], input = '', timeoutSeconds: number | null = null) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const out: Buffer[] = [];
    stdout.on('data', (bytes: Buffer) => out.push(bytes));
    stderr.resume();
    const streams = { stdin: Readable.from([Buffer.from(input)]), stdout, stderr };
    const code = await access.exec({ argv, timeoutSeconds }, streams);
    return { code, stdout: Buffer.concat(out).toString() };
  }

  test('a command gets its words, its input, and gives its exit code', async () => {
    expect(await exec(['printf', '%s|', 'a b', "it's", '$HOME', ''])).toEqual({
      code: 0,
      stdout: "a b|it's|$HOME||",
    });
    expect(await exec(['sh', '-c', 'cat; exit 7'], 'in\0put')).toEqual({ code: 7, stdout: 'in\0put' });
  });

  test('a command is stopped when its time is over', async () => {
    await expect(exec(['sleep', '60'], '', 0.3)).rejects.toMatchObject({ code: 'exec/timed-out' });
  });

  test('its use is measured', async () => {
    const stats = await access.stats();
    expect(stats.cpuCores).toBeGreaterThan(0);
    expect(stats.memoryLimit).toBeGreaterThan(stats.memoryUsed ?? Infinity);
    expect(stats.diskTotal).toBeGreaterThan(0);
    expect(stats.processes).toBeGreaterThan(0);
    expect(stats.cpuPercent).toBeGreaterThanOrEqual(0);
    expect(stats.cpuPercent).toBeLessThanOrEqual((stats.cpuCores ?? 0) * 100);
  });

  test('GPUs are what nvidia-smi says', async () => {
    const path = join(sshd.programs, 'nvidia-smi');
    writeFileSync(
      path,
      "#!/bin/sh\necho 'NVIDIA GH200 480GB, 1024, 97871, 37, 41'\necho 'Old, [N/A], 2048, [N/A], [N/A]'\n",
    );
    chmodSync(path, 0o755);
    const { gpus } = await access.stats();
    rmSync(path);
    const mebibyte = 1024 ** 2;
    expect(gpus).toEqual([
      {
        name: 'NVIDIA GH200 480GB',
        memoryUsed: 1024 * mebibyte,
        memoryTotal: 97871 * mebibyte,
        utilisation: 37,
        temperature: 41,
      },
      { name: 'Old', memoryUsed: null, memoryTotal: 2048 * mebibyte, utilisation: null, temperature: null },
    ]);
  });

  test('its log is that of cloud-init and then the journal', async () => {
    expect(texts(await logs())).toEqual([]);
    writeFileSync(log, 'one\ntwo \u001b[31mred\u001b[0m\nunfinished');
    journal.write('started', Date.UTC(2026, 2, 1, 10));
    journal.write('line 1\nline 2');
    journal.write([104, 105, 255]);
    const page = await logs();
    expect(texts(page)).toEqual([
      'one',
      'two \u001b[31mred\u001b[0m',
      'app[7]: started',
      'app[7]: line 1',
      'app[7]: line 2',
      'app[7]: hi\ufffd',
    ]);
    expect(page.entries.map(({ time }) => time).slice(0, 3)).toEqual([
      null,
      null,
      '2026-03-01T10:00:00.000Z',
    ]);
    expect(page).toMatchObject({ truncated: false, ended: false });
  });

  test('the last lines are those of both together', async () => {
    writeFileSync(log, 'one\ntwo\nthree\n');
    journal.write('four');
    expect(texts(await logs({ tail: 2 }))).toEqual(['three', 'app[7]: four']);
    expect(texts(await logs({ tail: 1 }))).toEqual(['app[7]: four']);
  });

  test.each([
    ['an age', '10m'],
    ['a time', new Date(Date.now() - 600_000).toISOString()],
    ['seconds since 1970', String(Math.floor(Date.now() / 1000) - 600)],
  ])('what is older than %s is left out', async (_name, since) => {
    writeFileSync(log, 'old\n');
    const old = Date.now() / 1000 - 3600;
    utimesSync(log, old, old);
    journal.write('old', old * 1000);
    journal.write('new');
    const page = await logs({ since });
    expect(texts(page)).toEqual(['app[7]: new']);
    appendFileSync(log, 'later\n');
    expect(texts(await logs({ after: page.cursor }))).toEqual(['later']);
  });

  test('following loses and repeats nothing', async () => {
    writeFileSync(log, 'one\ntw');
    const seen: string[] = [];
    let page = await logs({ tail: 100 });
    seen.push(...texts(page));
    const next = async (): Promise<void> => {
      page = await logs({ after: page.cursor });
      seen.push(...texts(page));
    };
    await next();
    appendFileSync(log, 'o\nthree\n');
    journal.write('a');
    await next();
    journal.write('b');
    journal.write('b');
    await next();
    await next();
    expect(seen).toEqual(['one', 'two', 'three', 'app[7]: a', 'app[7]: b', 'app[7]: b']);
  });

  test('a journal that has lost its place is an error, not an empty log', async () => {
    journal.write('a');
    const { cursor } = await logs();
    journal.clear();
    await expect(logs({ after: cursor })).rejects.toMatchObject({ code: 'remote/script-failed' });
  });

  test('streams are not told apart', async () => {
    await expect(logs({ stream: 'stderr' })).rejects.toMatchObject({ code: 'logs/no-streams' });
  });

  test('the log of its making is that of cloud-init', async () => {
    writeFileSync(log, 'made\n');
    expect(await deployLogOverSsh(link, log)).toBe('made\n');
    await expect(deployLogOverSsh(link, `${log} not`)).rejects.toMatchObject({
      code: 'remote/script-failed',
    });
  });

  test('a box that does not answer is an error that can pass', async () => {
    const connect = sshd.connect.map((word) => (word === String(sshd.port) ? '1' : word));
    await expect(accessOverSsh({ ...link, connect }).stats()).rejects.toMatchObject({
      code: 'remote/ssh-failed',
    });
  });
});
