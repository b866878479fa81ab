import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import * as z from 'zod/mini';
import { bundleServer, commonJsNames } from './bundle.ts';
import { processesOf, until } from './world.ts';

/** Outside of what every box has its own of, such as /tmp. */
const parent = '/var/cache';
const isRoot = process.getuid?.() === 0;
const why = whyNot();
if (why) console.warn(`skipped: boxes in a sandbox need ${why}`);

function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'Linux';
  if (!existsSync('/usr/bin/bwrap')) return 'bubblewrap';
  if (!isRoot) return 'root, to try all of it';
  try {
    execFileSync('bwrap', [
      '--unshare-user',
      '--ro-bind',
      '/',
      '/',
      '--dev',
      '/dev',
      '--proc',
      '/proc',
      'true',
    ]);
    return undefined;
  } catch {
    return 'a kernel that lets bubblewrap work';
  }
}

const answer = z.object({
  isolation: z.string(),
  ran: z.object({ stdout: z.string(), stderr: z.string(), code: z.int() }),
  told: z.object({ stdout: z.string(), code: z.int() }),
  stats: z.object({ processes: z.int(), memoryUsed: z.nullable(z.number()), memoryLimit: z.number() }),
  log: z.array(z.string()),
});

const users: [string, number][] = [
  ['root', 0],
  ['an ordinary user', 65_534],
];

(why ? describe.skip : describe).each(users)('a box of %s', (_who, uid) => {
  let area: string;
  let said: z.infer<typeof answer>;
  let tries: Map<string, string>;

  beforeAll(async () => {
    area = mkdtempSync(join(parent, 'devbox-test-'));
    chmodSync(area, 0o755);
    for (const name of ['state', 'homes', 'user', 'volume', 'open']) mkdirSync(join(area, name));
    writeFileSync(join(area, 'user', 'secret'), 'secret');
    writeFileSync(join(area, 'open', 'file'), 'open');
    writeFileSync(join(area, 'volume', 'file'), 'of the volume');
    writeFileSync(join(area, 'script'), script(area));
    const directory = await bundleServer('isolation');
    execFileSync('cp', [join(directory, 'dist', 'keeper.mjs'), area]);
    await build({
      entryPoints: [new URL('isolation-program.ts', import.meta.url).pathname],
      outfile: join(area, 'program.mjs'),
      banner: { js: commonJsNames },
      ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'warning' },
    });
    execFileSync('chown', ['-R', `${uid}:${uid}`, area]);
    said = answer.parse(JSON.parse(await run(area, uid)));
    tries = new Map(
      said.ran.stdout
        .split('\n')
        .map((line): [string, string] => [line.replace(/ \S*$/, ''), line.replace(/^.* /, '')]),
    );
  });
  afterAll(async () => {
    await until('the keeper has gone', async () => (await processesOf(area)).length === 0);
    rmSync(area, { recursive: true, force: true });
  });

  test('says how it is kept apart', () => {
    expect(said.isolation).toMatch(/^bubblewrap: .*network shared; memory limited to 3 GB per process$/);
  });

  test('can do nothing outside, and has no right to', () => {
    expect(Object.fromEntries(tries)).toEqual({
      '': '',
      'reads the machine': 'yes',
      'writes its home': 'yes',
      'writes /tmp': 'yes',
      'makes a terminal': 'yes',
      'sees 1 of the three boxes': 'yes',
      'has the limit': '3145728',
      'has a capability': 'no',
      'may gain one': 'no',
      'mounts the root for writing': 'no',
      'mounts a part for writing': 'no',
      'mounts in namespaces of its own': 'no',
      'unmounts a cover': 'no',
      'writes a file of the machine': 'no',
      'writes a file that outside it could write': 'no',
      'writes a setting of the kernel': 'no',
      'changes the mode of a device': 'no',
      'makes a device': 'no',
      'sees a disk': 'no',
      'looks into the first process': 'no',
      'changes what the first process runs': 'no',
      'traces the first process': 'no',
      'ends the first process': 'no',
      'sees the server': 'no',
      'signals the server': 'no',
      'enters the first process’s namespaces': 'no',
      'reads the home of its user': 'no',
      'reads the records': 'no',
      'reads another home': 'no',
      'has files open that are not its own': 'no',
    });
    expect(readFileSync(join(area, 'open', 'file'), 'utf8')).toBe('open');
  });

  test('neither can its main process', () => {
    expect(said.log.filter((line) => line.endsWith(' yes')).sort()).toEqual(
      [
        'reads the machine yes',
        'writes its home yes',
        'writes /tmp yes',
        'makes a terminal yes',
        'sees 1 of the three boxes yes',
      ].sort(),
    );
    expect(said.log).toContain('has a capability no');
  });

  test('has its volume where it is asked for, though there is no such directory', () => {
    expect(said.told).toEqual({ stdout: 'of the volume', code: 0 });
    expect(readFileSync(join(area, 'volume', 'new'), 'utf8')).toBe('written\n');
    expect(existsSync('/srv/deep')).toBe(false);
  });

  test('cannot slip a library into what leads into it', () => {
    // The shell, and what it runs: nothing before it.
    const complaints = said.ran.stderr.match(/object '\/no\/such\/library.so' from LD_PRELOAD/g) ?? [];
    const programs = said.ran.stdout.split('\n').length;
    expect(complaints.length).toBeGreaterThan(0);
    expect(said.ran.stderr.split('\n')[0]).toMatch(/LD_PRELOAD/);
    expect(programs).toBeGreaterThan(10);
  });
});

/** Lines `NAME yes` or `NAME no`, for what a process tries that wants out. */
function script(area: string): string {
  const pid = process.pid;
  const attempts: [string, string][] = [
    ['reads the machine', `cat ${area}/open/file`],
    ['writes its home', 'echo x > ~/file'],
    ['writes /tmp', 'echo x > /tmp/file'],
    ['makes a terminal', 'SHELL=/bin/sh script -qec "test -t 0" /dev/null </dev/null'],
    ['sees 1 of the three boxes', `test "$(ls ${area}/homes | wc -l)" = 1`],
    ['has a capability', "grep -E 'Cap(Eff|Prm|Inh|Amb):.*[1-9a-f]' /proc/self/status"],
    ['may gain one', 'test "$(grep NoNewPrivs /proc/self/status | tr -dc 0-9)" = 0'],
    ['mounts the root for writing', 'mount -o remount,rw /'],
    ['mounts a part for writing', 'mount -o remount,bind,rw /usr'],
    [
      'mounts in namespaces of its own',
      'unshare -Urm sh -c "mount -o remount,bind,rw /usr || umount /proc/sys || mount -t proc proc /proc"',
    ],
    ['unmounts a cover', 'umount /proc/sys'],
    ['writes a file of the machine', 'touch /usr/bin/devbox-escape || touch /etc/hostname'],
    ['writes a file that outside it could write', `echo x > ${area}/open/file`],
    // The same value, should it work.
    [
      'writes a setting of the kernel',
      'v=$(cat /proc/sys/kernel/core_pattern) && echo "$v" > /proc/sys/kernel/core_pattern',
    ],
    ['changes the mode of a device', 'chmod 666 /dev/null'],
    ['makes a device', 'mknod /tmp/device c 1 3'],
    ['sees a disk', 'ls /dev/vd* /dev/sd* /dev/nvme* /dev/mem /dev/kmsg'],
    ['looks into the first process', 'cat /proc/1/environ || readlink /proc/1/exe || readlink /proc/1/fd/0'],
    ['changes what the first process runs', 'chmod 755 /proc/1/exe'],
    ['traces the first process', 'head -c 1 /proc/1/mem'],
    ['ends the first process', 'kill -9 1; kill -0 1 && false'],
    ['sees the server', `grep -l '${area}/[p]rogram.mjs' /proc/[0-9]*/cmdline`],
    ['signals the server', `grep -q . /proc/${pid}/comm && kill -0 ${pid}`],
    ['enters the first process’s namespaces', 'nsenter -t 1 -m true || nsenter -t 1 -U true'],
    ['reads the home of its user', `cat ${area}/user/secret`],
    ['reads the records', `ls ${area}/state/*`],
    ['reads another home', `ls ${area}/homes/other`],
    [
      'has files open that are not its own',
      'test -n "$(find /proc/self/fd -lname "/*" ! -lname "/dev/null" ! -lname "/proc/*" ! -lname "*/runs/*" ! -lname "*/homes/*")"',
    ],
  ];
  const lines = attempts.map(
    ([name, command]) =>
      `if { ${command}; } >/dev/null 2>>~/errors; then echo '${name} yes'; else echo '${name} no'; fi`,
  );
  return [...lines, 'echo "has the limit $(ulimit -d)"', 'true >/dev/null; env >/dev/null'].join('\n');
}

function run(area: string, uid: number): Promise<string> {
  const words = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--'];
  const child = spawn(
    'setpriv',
    [...words, process.execPath, join(area, 'program.mjs'), area, join(area, 'keeper.mjs')],
    {
      cwd: '/',
      env: { PATH: process.env['PATH'], HOME: join(area, 'user') },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return new Promise((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (bytes: Buffer) => {
      out += bytes.toString();
    });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`it ended with ${code}: ${out}`)),
    );
  });
}
